//! Users (server-api.md 3).

pub(super) mod block;
mod deletion;
mod list;
mod mute;
mod profile;
mod tag;
mod token;

use super::{
    field::Field,
    generation::Names,
    kind::{Number, User, Users},
    route::Operation,
};

/// The most users of one call that takes several.
const MAX_USERS: usize = 20;
/// The longest time anything is forbidden: 30 days, in minutes.
pub(super) const MAX_MINUTES: i64 = 43_200;

const USER: Field<User> = Field::new(Names::both("userId"), User, "The user.");
const USERS: Field<Users> = Field::new(
    Names::new("userId", "userIds"),
    Users(MAX_USERS),
    "The users.",
);
const PAGE: Field<Number> = Field::new(
    Names::both("page"),
    Number(0..=i64::MAX),
    "Which page, from 1.",
);

pub(super) const OPERATIONS: &[Operation] = &[
    token::ISSUE,
    token::EXPIRE,
    profile::UPDATE,
    profile::GET,
    profile::LIST,
    profile::ONLINE,
    block::ADD,
    block::REMOVE,
    block::LIST,
    list::BLACK_ADD,
    list::BLACK_REMOVE,
    list::BLACK_LIST,
    list::WHITE_ADD,
    list::WHITE_REMOVE,
    list::WHITE_LIST,
    mute::SET,
    mute::LIST,
    deletion::DELETE,
    deletion::RESTORE,
    deletion::LIST,
    tag::SET,
    tag::SET_MANY,
    tag::GET,
];
