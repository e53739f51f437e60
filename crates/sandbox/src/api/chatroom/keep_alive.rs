//! Chatrooms that do not end by themselves.

use imlink_model::Millis;

use super::{ROOM, named};
use crate::{
    App, Destruction,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
    },
};

pub(super) const ADD: Operation = Operation::rongcloud(
    "/chatroom/keepalive/add.json",
    "Keeps a chatroom until it is destroyed.",
    &[required(&ROOM)],
    add,
);

pub(super) const REMOVE: Operation = Operation::rongcloud(
    "/chatroom/keepalive/remove.json",
    "Lets a chatroom end when it is idle again.",
    &[required(&ROOM)],
    remove,
);

pub(super) const LIST: Operation = Operation::rongcloud(
    "/chatroom/keepalive/query.json",
    "Lists the chatrooms that are kept.",
    &[],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    app.set_chatroom_destruction(&room, Destruction::Never);
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, view) = named(app, call)?;
    if view.destruction == Destruction::Never {
        app.set_chatroom_destruction(&room, Destruction::default());
    }
    Ok(Reply::new())
}

/// The samples and SDKs disagree on the name of the list, so both are there.
fn list(app: &mut App, _: &Call, _: Millis) -> Result<Reply, ApiError> {
    let kept = app
        .chatrooms()
        .filter(|room| room.destruction == Destruction::Never);
    let ids: Vec<_> = kept.map(|room| room.id.to_string()).collect();
    Ok(Reply::new()
        .with(Names::both("chatroomIds"), ids.clone())
        .with(Names::both("chatrooms"), ids))
}
