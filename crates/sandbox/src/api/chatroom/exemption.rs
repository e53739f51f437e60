//! Who may speak although a chatroom is frozen.

use imlink_model::Millis;

use super::{ROOM, USERS, named};
use crate::{
    App,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/chatroom/user/ban/whitelist/add.json",
    "/v4/open-channel/participant/allowed-sender-list/add",
    "Lets users send in a chatroom although it is frozen.",
    &[required(&ROOM), required(&USERS)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/chatroom/user/ban/whitelist/rollback.json",
    "/v4/open-channel/participant/allowed-sender-list/remove",
    "Forbids users again to send in a frozen chatroom.",
    &[required(&ROOM), required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/chatroom/user/ban/whitelist/query.json",
    "/v4/open-channel/participant/allowed-sender-list/get",
    "Lists who may send in a chatroom although it is frozen.",
    &[required(&ROOM)],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    exempt(app, call, true)
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    exempt(app, call, false)
}

fn exempt(app: &mut App, call: &Call, exempt: bool) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    for user in call.required(&USERS)? {
        app.exempt_in_chatroom(&room, &user, exempt);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let users: Vec<_> = view.exempt.iter().map(|user| user.as_str()).collect();
    Ok(Reply::new().with(Names::new("userIds", "participantIds"), users))
}
