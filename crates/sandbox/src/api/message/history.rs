//! What was said (server-api.md 4.2).

use std::time::Duration;

use imlink_model::{Conversation, ConversationKind, Millis, UserId};
use serde_json::json;

use super::{FROM, conversation};
use crate::{
    App, HistoryOrder, StoredMessage,
    api::{
        ApiError,
        call::Call,
        field::{Field, Parameter, optional, required},
        generation::Names,
        kind::{Flag, Number, Target, Text, User},
        reply::Reply,
        route::Operation,
    },
};

const USER: Field<User> = Field::new(Names::both("userId"), User, "Whose history.");
const TARGET: Field<Target> = Field::new(
    Names::new("targetId", "channelId"),
    Target,
    "The other user, the group or the chatroom.",
);
const START: Field<Number> = Field::new(
    Names::new("startTime", "startAt"),
    Number(0..=i64::MAX),
    "The newest time, in ms.",
);
const END: Field<Number> = Field::new(
    Names::new("endTime", "endAt"),
    Number(0..=i64::MAX),
    "The oldest time, in ms; at most 14 days before the newest.",
);
const INCLUDE_START: Field<Flag> = Field::new(
    Names::both("includeStart"),
    Flag,
    "Whether a message of the newest time belongs to it.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::both("pageSize"),
    Number(1..=100),
    "Messages of one answer; 10 if left out.",
);
const UP_TO: Field<Number> = Field::new(
    Names::new("msgTimestamp", "sentAt"),
    Number(0..=i64::MAX),
    "Up to which time, in ms; all if left out.",
);

const HOUR: Field<Text> = Field::new(
    Names::rongcloud("date"),
    Text(16),
    "The hour, for example 2014010101.",
);

/// Messages of one answer.
const DEFAULT_PAGE: i64 = 10;
/// The longest time one answer is about (server-api.md 4.2).
const MAX_SPAN: Duration = Duration::from_secs(14 * 24 * 60 * 60);

const PARAMETERS: &[Parameter] = &[
    required(&USER),
    required(&TARGET),
    required(&START),
    required(&END),
    optional(&INCLUDE_START),
    optional(&PAGE_SIZE),
];

pub(super) const DIRECT: Operation = Operation::new(
    "/v3/message/private/query.json",
    "/v4/direct-channel/history-message/list",
    "Lists what two users said in private, the newest first.",
    PARAMETERS,
    direct,
)
.in_json();

pub(super) const GROUP: Operation = Operation::new(
    "/v3/message/group/query.json",
    "/v4/group-channel/history-message/list",
    "Lists what was said in a group, the newest first.",
    PARAMETERS,
    group,
)
.in_json();

pub(super) const CHATROOM: Operation = Operation::new(
    "/v3/message/chatroom/query.json",
    "/v4/open-channel/history-message/list",
    "Lists what was said in a chatroom, the newest first.",
    PARAMETERS,
    chatroom,
)
.in_json();

pub(super) const CLEAN: Operation = Operation::new(
    "/conversation/message/history/clean.json",
    "/v4/channel/message/history/delete",
    "Takes messages out of a user's history.",
    &[
        required(&conversation::KIND),
        required(&FROM),
        required(&conversation::ID),
        optional(&UP_TO),
    ],
    clean,
);

pub(super) const LOG_FILE: Operation = Operation::rongcloud(
    "/message/history.json",
    "Says where the log of an hour can be had; no logs are written here, so the address is empty.",
    &[required(&HOUR)],
    log_file,
);

pub(super) const DELETE_LOG_FILE: Operation = Operation::rongcloud(
    "/message/history/delete.json",
    "Deletes the log of an hour, of which there is none here.",
    &[required(&HOUR)],
    delete_log_file,
);

fn direct(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    list(app, call, ConversationKind::Private)
}

fn group(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    list(app, call, ConversationKind::Group)
}

fn chatroom(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    list(app, call, ConversationKind::Chatroom)
}

fn list(app: &App, call: &Call, kind: ConversationKind) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let conversation = Conversation {
        kind,
        target: call.required(&TARGET)?,
        channel: None,
    };
    let (start, end) = (Millis(call.required(&START)?), Millis(call.required(&END)?));
    if start < end || end.after(MAX_SPAN) < start {
        return Err(call.invalid(
            &END,
            "is later, or more than 14 days earlier, than the newest",
        ));
    }
    let before = match call.optional(&INCLUDE_START)? {
        Some(true) => Millis(start.0.saturating_add(1)),
        Some(false) | None => start,
    };
    let size = call.optional(&PAGE_SIZE)?.unwrap_or(DEFAULT_PAGE);
    let said = older(
        app,
        &user,
        &conversation,
        before,
        usize::try_from(size).unwrap_or_default(),
    );
    let rows = said
        .iter()
        .filter(|message| message.time >= end)
        .map(|message| row(app, &conversation, message));
    Ok(Reply::new().rows(Names::new("data", "messages"), rows))
}

/// The newest messages before a time, the newest first. A chatroom's are the same for everyone.
fn older(
    app: &App,
    user: &UserId,
    conversation: &Conversation,
    before: Millis,
    count: usize,
) -> Vec<StoredMessage> {
    match conversation.kind {
        ConversationKind::Chatroom => {
            let said = app.said_in_chatroom(&conversation.target).into_iter();
            let earlier = said.rev().filter(|message| message.time < before);
            earlier.take(count).collect()
        }
        _ => app.history(user, conversation, before, HistoryOrder::Older, count),
    }
}

fn row(app: &App, conversation: &Conversation, message: &StoredMessage) -> Reply {
    let expansion = app.expansion_of(&message.uid).unwrap_or_default();
    let object: serde_json::Map<_, _> = expansion
        .iter()
        .map(|(name, (value, _))| (name.clone(), json!({ "v": value })))
        .collect();
    let text = match object.is_empty() {
        true => String::new(),
        false => serde_json::Value::Object(object).to_string(),
    };
    let rows = expansion.iter().map(|(name, (value, time))| {
        Reply::new()
            .with(Names::nexconn("key"), name.as_str())
            .with(Names::nexconn("value"), value.as_str())
            .with(Names::nexconn("updatedAt"), time.unwrap_or(message.time).0)
    });
    let has_any = !expansion.is_empty();
    Reply::new()
        .with(
            Names::new("targetId", "channelId"),
            conversation.target.as_str(),
        )
        .with(Names::both("fromUserId"), message.from.as_str())
        .with(Names::new("messageUID", "messageId"), message.uid.as_str())
        .with(Names::new("msgTime", "sentAt"), message.time.0)
        .with(
            Names::new("objectName", "messageType"),
            message.object_name.as_str(),
        )
        .with(Names::both("content"), message.content.as_str())
        .with(Names::new("expansion", "hasMetadata"), has_any)
        .with(Names::rongcloud("extraContent"), text)
        .rows(Names::nexconn("metadata"), rows)
}

fn clean(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&FROM)?;
    let conversation = conversation::conversation(call)?;
    let up_to = call.optional(&UP_TO)?.map_or(now, Millis);
    app.clean_history(&user, &conversation, up_to);
    Ok(Reply::new())
}

fn log_file(_: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    Ok(Reply::new()
        .with(Names::both("url"), "")
        .with(Names::both("date"), call.required(&HOUR)?))
}

fn delete_log_file(_: &mut App, _: &Call, _: Millis) -> Result<Reply, ApiError> {
    Ok(Reply::new())
}
