//! Who stays in a chatroom however long he is offline.

use imlink_model::Millis;

use super::{ROOM, USERS, named};
use crate::{
    App,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
    },
};

pub(super) const ADD: Operation = Operation::rongcloud(
    "/chatroom/user/whitelist/add.json",
    "Lets users stay in a chatroom however long they are offline.",
    &[required(&ROOM), required(&USERS)],
    add,
);

pub(super) const REMOVE: Operation = Operation::rongcloud(
    "/chatroom/user/whitelist/remove.json",
    "Takes users out of a chatroom again when they are offline too long.",
    &[required(&ROOM), required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::rongcloud(
    "/chatroom/user/whitelist/query.json",
    "Lists who stays in a chatroom however long he is offline.",
    &[required(&ROOM)],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    protect(app, call, true)
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    protect(app, call, false)
}

fn protect(app: &mut App, call: &Call, protect: bool) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    for user in call.required(&USERS)? {
        app.protect_in_chatroom(&room, &user, protect);
    }
    Ok(Reply::new())
}

/// The samples and SDKs disagree on the name of the list, so both are there.
fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let users: Vec<_> = view.protected.iter().map(|user| user.as_str()).collect();
    Ok(Reply::new()
        .with(Names::both("users"), users.clone())
        .with(Names::both("members"), users))
}
