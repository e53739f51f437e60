//! Users who may not speak in conversations of a kind.

use imlink_model::{ConversationKind, Millis, UserId};

use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, Number, Text, Texts, Users},
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

/// The longest name of a kind of conversation, in bytes.
const MAX_KIND: usize = 16;

const USERS: Field<Users> = Field::new(Names::new("userId", "userIds"), Users(1000), "The users.");
const MUTED: Field<Flag> = Field::new(
    Names::new("state", "muteState"),
    Flag,
    "1 to forbid, 0 to allow again.",
);
const KINDS: Field<Texts> = Field::new(
    Names::new("type", "channelTypes"),
    Texts {
        items: 8,
        bytes: MAX_KIND,
    },
    "In which conversations: PERSON, GROUP or CHATROOM.",
);
const KIND: Field<Text> = Field::new(
    Names::new("type", "channelType"),
    Text(MAX_KIND),
    "In which conversations: PERSON, GROUP or CHATROOM.",
);
const COUNT: Field<Number> = Field::new(
    Names::new("num", "pageSize"),
    Number(1..=200),
    "The most that are listed; 100 if left out.",
);
const OFFSET: Field<Number> = Field::new(
    Names::both("offset"),
    Number(0..=i64::MAX),
    "How many are left out at the beginning.",
);

/// Users on a page.
const DEFAULT_PAGE: usize = 100;

pub(super) const SET: Operation = Operation::new(
    "/user/chat/fb/set.json",
    "/v4/channel-type/mute/set",
    "Forbids users to send in private, in groups or in chatrooms, or allows it again.",
    &[required(&USERS), required(&MUTED), required(&KINDS)],
    set,
);

pub(super) const LIST: Operation = Operation::new(
    "/user/chat/fb/querylist.json",
    "/v4/channel-type/mute/list",
    "Lists who may not send in such conversations.",
    &[required(&KIND), optional(&COUNT), optional(&OFFSET)],
    list,
);

fn set(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let users = call.required(&USERS)?;
    let muted = call.required(&MUTED)?;
    let names = call.required(&KINDS)?;
    let kinds: Option<Vec<_>> = names.iter().map(|name| kind(name)).collect();
    let kinds = kinds
        .filter(|kinds| !kinds.is_empty())
        .ok_or_else(|| call.invalid(&KINDS, "names no kind of conversation"))?;
    for kind in kinds {
        for user in &users {
            if muted {
                app.mute_in(user, kind, None, now);
            } else {
                app.unmute_in(user, kind);
            }
        }
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let kind = kind(&call.required(&KIND)?)
        .ok_or_else(|| call.invalid(&KIND, "names no kind of conversation"))?;
    let muted: Vec<&UserId> = app.muted_in(kind, now).map(|(user, _)| user).collect();
    let page = Page::at(
        call.optional(&OFFSET)?,
        call.optional(&COUNT)?,
        DEFAULT_PAGE,
    );
    let users: Vec<_> = page.of(&muted).map(|user| user.as_str()).collect();
    Ok(Reply::new()
        .with(Names::new("total", "totalCount"), muted.len())
        .with(Names::new("users", "mutedUserIds"), users))
}

fn kind(name: &str) -> Option<ConversationKind> {
    match name {
        "PERSON" => Some(ConversationKind::Private),
        "GROUP" => Some(ConversationKind::Group),
        "CHATROOM" => Some(ConversationKind::Chatroom),
        _ => None,
    }
}
