//! Users who are thrown out of a chatroom and may not come back for a time.

use imlink_model::Millis;

use super::{MINUTES, ROOM, USERS, named, until_rows};
use crate::{
    App,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
        user::block::minutes,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/chatroom/user/block/add.json",
    "/v4/open-channel/participant/ban-list/add",
    "Throws users out of a chatroom for a time.",
    &[required(&ROOM), required(&USERS), required(&MINUTES)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/chatroom/user/block/rollback.json",
    "/v4/open-channel/participant/ban-list/remove",
    "Lets users come into a chatroom again.",
    &[required(&ROOM), required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/chatroom/user/block/list.json",
    "/v4/open-channel/participant/ban-list/get",
    "Lists who may not come into a chatroom.",
    &[required(&ROOM)],
    list,
);

fn add(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    let time = minutes(call.required(&MINUTES)?);
    for user in call.required(&USERS)? {
        app.ban_from_chatroom(&room, &user, time, now);
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    for user in call.required(&USERS)? {
        app.unban_from_chatroom(&room, &user);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let banned = view.banned.into_iter().filter(|(_, until)| now < *until);
    let rows = until_rows(
        banned.map(|(user, until)| (user, Some(until))),
        Names::new("time", "banExpiresAt"),
    );
    Ok(Reply::new().rows(Names::new("users", "bannedParticipants"), rows))
}
