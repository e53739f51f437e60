//! Chatrooms (server-api.md 5).

mod ban;
mod entry;
mod exemption;
mod freeze;
mod keep_alive;
mod lifecycle;
mod member;
mod mute;
mod protection;

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::{Millis, TargetId, UserId};

use super::{
    ApiError,
    call::Call,
    field::Field,
    generation::Names,
    kind::{Number, Target, Targets, Users},
    reply::{Reply, written},
    route::Operation,
    user::MAX_MINUTES,
};
use crate::{App, ChatroomView, Destruction};

/// The most users of one call, where no other limit is named.
const MAX_USERS: usize = 20;
/// The most rooms of one call.
const MAX_ROOMS: usize = 100;

const ROOM: Field<Target> = Field::new(
    Names::new("chatroomId", "channelId"),
    Target,
    "The chatroom.",
);
const ROOMS: Field<Targets> = Field::new(
    Names::new("chatroomId", "channelIds"),
    Targets(MAX_ROOMS),
    "The chatrooms.",
);
const USERS: Field<Users> = Field::new(
    Names::new("userId", "participantIds"),
    Users(MAX_USERS),
    "The users.",
);
const MINUTES: Field<Number> = Field::new(
    Names::new("minute", "durationMinutes"),
    Number(1..=MAX_MINUTES),
    "For how long.",
);

pub(super) const OPERATIONS: &[Operation] = &[
    lifecycle::CREATE,
    lifecycle::CREATE_ONE,
    lifecycle::DESTROY,
    lifecycle::SET_DESTRUCTION,
    lifecycle::GET,
    lifecycle::QUERY,
    member::LIST,
    member::EXISTS,
    member::EXIST,
    ban::ADD,
    ban::REMOVE,
    ban::LIST,
    mute::ADD,
    mute::REMOVE,
    mute::LIST,
    mute::ADD_EVERYWHERE,
    mute::REMOVE_EVERYWHERE,
    mute::LIST_EVERYWHERE,
    freeze::ADD,
    freeze::REMOVE,
    freeze::LIST,
    freeze::CHECK,
    exemption::ADD,
    exemption::REMOVE,
    exemption::LIST,
    protection::ADD,
    protection::REMOVE,
    protection::LIST,
    keep_alive::ADD,
    keep_alive::REMOVE,
    keep_alive::LIST,
    entry::SET,
    entry::SET_MANY,
    entry::REMOVE,
    entry::REMOVE_MANY,
    entry::QUERY,
];

/// The room a call names, which must be there.
fn existing(app: &App, call: &Call) -> Result<(TargetId, ChatroomView), ApiError> {
    let id = call.required(&ROOM)?;
    match app.chatroom(&id) {
        Some(view) => Ok((id, view)),
        None => Err(call.invalid(&ROOM, "names no chatroom")),
    }
}

/// The room a call names, with nobody in it if it is not there.
fn named(app: &App, call: &Call) -> Result<(TargetId, ChatroomView), ApiError> {
    let id = call.required(&ROOM)?;
    let view = app.chatroom(&id).unwrap_or_else(|| {
        call.note_absent(&ROOM);
        ChatroomView {
            id: id.clone(),
            name: String::new(),
            created: Millis(0),
            destruction: Destruction::default(),
            members: BTreeMap::new(),
            banned: BTreeMap::new(),
            muted: BTreeMap::new(),
            frozen: false,
            exempt: BTreeSet::new(),
            protected: BTreeSet::new(),
            entries: BTreeMap::new(),
        }
    });
    Ok((id, view))
}

/// Users, each with the time something ends for him.
fn until_rows(
    users: impl IntoIterator<Item = (UserId, Option<Millis>)>,
    ends: Names,
) -> impl Iterator<Item = Reply> {
    users.into_iter().map(move |(user, until)| {
        Reply::new()
            .with(Names::new("userId", "participantId"), user.as_str())
            .with(ends, until.map(written).unwrap_or_default())
    })
}
