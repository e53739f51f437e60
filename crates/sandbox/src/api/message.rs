//! Messages of app servers (server-api.md 4).

mod broadcast;
mod chatroom;
pub(super) mod conversation;
mod delivery;
mod direct;
mod draft;
mod expansion;
mod group;
mod history;
mod recall;
mod system;
mod template;

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
    broadcast::TO_ALL,
    broadcast::TO_ONLINE,
    template::DIRECT,
    template::SYSTEM,
    recall::RECALL,
    recall::RECALL_BROADCAST,
    expansion::SET,
    expansion::DELETE,
    expansion::QUERY,
    history::DIRECT,
    history::GROUP,
    history::CHATROOM,
    history::CLEAN,
    history::LOG_FILE,
    history::DELETE_LOG_FILE,
];
