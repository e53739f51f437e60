//! Messages are taken back (server-api.md 4.2).

use imlink_model::Millis;

use super::{
    FROM,
    conversation::{self, target},
};
use crate::{
    App, Recall, Target,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, Number, Text},
        reply::Reply,
        route::Operation,
    },
};

const UID: Field<Text> = Field::new(Names::new("messageUID", "messageId"), Text(64), "Its id.");
const SENT: Field<Number> = Field::new(
    Names::new("sentTime", "sentAt"),
    Number(0..=i64::MAX),
    "When it was sent, in ms.",
);
const BY_ADMIN: Field<Flag> = Field::new(
    Names::both("isAdmin"),
    Flag,
    "Whether clients show that an administrator did it.",
);
const WITHOUT_TRACE: Field<Flag> = Field::new(
    Names::rongcloud("isDelete"),
    Flag,
    "Whether clients show nothing in its place.",
);
const EXTRA: Field<Text> = Field::new(
    Names::both("extra"),
    Text(16 * 1024),
    "What the app wants said beside.",
);

pub(super) const RECALL: Operation = Operation::new(
    "/message/recall.json",
    "/v4/message/delete",
    "Takes a message back.",
    &[
        required(&FROM),
        required(&conversation::KIND),
        required(&conversation::ID),
        required(&UID),
        optional(&SENT),
        optional(&BY_ADMIN),
        optional(&WITHOUT_TRACE),
        optional(&EXTRA),
    ],
    recall,
);

pub(super) const RECALL_BROADCAST: Operation = Operation::new(
    "/message/broadcast/recall.json",
    "/v4/system-channel/message/broadcast/delete",
    "Takes a broadcast back.",
    &[
        required(&FROM),
        required(&UID),
        optional(&SENT),
        optional(&BY_ADMIN),
        optional(&EXTRA),
    ],
    recall_broadcast,
);

fn recall(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let to = target(call)?;
    let is_there = match &to {
        Target::Group(id) => app.group(id).is_some(),
        Target::Chatroom(id) => app.chatroom(id).is_some(),
        Target::User(_) | Target::System(_) => true,
    };
    if !is_there {
        call.note_absent(&conversation::ID);
    }
    let recall = Recall {
        from: call.required(&FROM)?,
        to,
        uid: call.required(&UID)?,
        sent: Millis(call.optional(&SENT)?.unwrap_or_default()),
        by_admin: call.optional(&BY_ADMIN)?.unwrap_or_default(),
        without_trace: call.optional(&WITHOUT_TRACE)?.unwrap_or_default(),
        extra: call.optional(&EXTRA)?,
    };
    app.recall_as(&recall, now);
    Ok(Reply::new())
}

fn recall_broadcast(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let from = call.required(&FROM)?;
    let recall = Recall {
        to: Target::System(from.clone()),
        from,
        uid: call.required(&UID)?,
        sent: Millis(call.optional(&SENT)?.unwrap_or_default()),
        by_admin: call.optional(&BY_ADMIN)?.unwrap_or_default(),
        without_trace: false,
        extra: call.optional(&EXTRA)?,
    };
    app.recall_broadcast(&recall, now);
    Ok(Reply::new())
}
