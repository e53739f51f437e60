//! Messages of app servers (server-api.md 4).

mod chatroom;
mod delivery;
mod direct;
mod draft;
mod group;
mod system;

use super::{field::Field, generation::Names, kind::User, route::Operation};

const FROM: Field<User> = Field::new(Names::both("fromUserId"), User, "Who sends.");

pub(super) const OPERATIONS: &[Operation] = &[
    direct::SEND,
    direct::SEND_STATUS,
    group::SEND,
    group::SEND_STATUS,
    chatroom::SEND,
    chatroom::BROADCAST,
    system::SEND,
];
