//! Groups (server-api.md 5).

mod exemption;
mod freeze;
mod lifecycle;
mod member;
mod mute;

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::{Millis, TargetId};

use super::{
    ApiError,
    call::Call,
    field::Field,
    generation::Names,
    kind::{Number, Target, Targets, Text, Users},
    route::Operation,
    user::MAX_MINUTES,
};
use crate::{App, GroupView};

/// The most users of one call (server-api.md 5).
const MAX_USERS: usize = 1000;
/// The most groups of one call.
const MAX_GROUPS: usize = 20;
/// The longest name of a group, in bytes: 60 characters.
const MAX_NAME: usize = 240;

const GROUP: Field<Target> = Field::new(Names::new("groupId", "channelId"), Target, "The group.");
const GROUPS: Field<Targets> = Field::new(
    Names::new("groupId", "channelIds"),
    Targets(MAX_GROUPS),
    "The groups.",
);
const NAME: Field<Text> = Field::new(
    Names::new("groupName", "name"),
    Text(MAX_NAME),
    "Name of the group.",
);
const USERS: Field<Users> = Field::new(
    Names::new("userId", "userIds"),
    Users(MAX_USERS),
    "The users.",
);
const MINUTES: Field<Number> = Field::new(
    Names::new("minute", "durationMinutes"),
    Number(0..=MAX_MINUTES),
    "For how long; 0 is for ever.",
);

pub(super) const OPERATIONS: &[Operation] = &[
    lifecycle::CREATE,
    lifecycle::CREATE_OWNED,
    lifecycle::RENAME,
    lifecycle::UPDATE,
    lifecycle::PROFILES,
    lifecycle::DISMISS,
    member::JOIN,
    member::JOIN_EXISTING,
    member::LEAVE,
    member::LEAVE_ALL,
    member::LIST,
    member::GROUPS_OF_USER,
    member::SYNC,
    mute::ADD,
    mute::REMOVE,
    mute::LIST,
    freeze::ADD,
    freeze::REMOVE,
    freeze::LIST,
    exemption::ADD,
    exemption::REMOVE,
    exemption::LIST,
];

/// The group a call names, with nobody in it if it is not there.
fn named(app: &App, call: &Call) -> Result<(TargetId, GroupView), ApiError> {
    let id = call.required(&GROUP)?;
    let view = app.group(&id).unwrap_or_else(|| {
        call.note_absent(&GROUP);
        GroupView {
            id: id.clone(),
            name: String::new(),
            created: Millis(0),
            members: BTreeMap::new(),
            muted: BTreeMap::new(),
            frozen: false,
            exempt: BTreeSet::new(),
        }
    });
    Ok((id, view))
}
