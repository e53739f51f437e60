//! Messages to groups. Their sender need not be a member (server-api.md 4.1).

use imlink_model::Millis;

use super::{
    delivery::{self, Manner},
    draft::{self, Letter},
};
use crate::{
    App, Target,
    api::{
        ApiError,
        call::Call,
        field::{Field, Parameter, optional, required},
        generation::Names,
        kind::{Targets, Users},
        reply::Reply,
        route::Operation,
    },
};

/// The most groups (server-api.md 4.1).
const MAX_GROUPS: usize = 3;
/// The most members a message is directed at.
const MAX_MEMBERS: usize = 1000;

const TO: Field<Targets> = Field::new(
    Names::new("toGroupId", "toChannelIds"),
    Targets(MAX_GROUPS),
    "The groups.",
);
const ONLY: Field<Users> = Field::new(
    Names::new("toUserId", "toUserIds"),
    Users(MAX_MEMBERS),
    "The only members who get it, where it goes to one group.",
);

const PARAMETERS: [Parameter; 20] = draft::with([required(&TO), optional(&ONLY)]);

pub(super) const SEND: Operation = Operation::new(
    "/message/group/publish.json",
    "/v4/group-channel/message/send",
    "Sends a message to groups.",
    &PARAMETERS,
    send,
);

pub(super) const SEND_STATUS: Operation = Operation::rongcloud(
    "/statusmessage/group/publish.json",
    "Sends a message to those members who are online; it is not kept.",
    &PARAMETERS,
    send_status,
);

fn send(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Manner::Kept, now)
}

fn send_status(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Manner::Status, now)
}

fn publish(app: &mut App, call: &Call, manner: Manner, now: Millis) -> Result<Reply, ApiError> {
    let mut letter = Letter::read(call)?;
    let groups = call.required(&TO)?;
    if !groups.iter().all(|group| app.group(group).is_some()) {
        call.note_absent(&TO);
    }
    let only = call.optional(&ONLY)?.unwrap_or_default();
    match groups.len() {
        1 => letter.direct_at(&only),
        _ if only.is_empty() => {}
        _ => return Err(call.invalid(&ONLY, "goes with one group only")),
    }
    let groups = groups.into_iter().map(Target::Group);
    Ok(delivery::publish(app, &letter, groups, manner, now))
}
