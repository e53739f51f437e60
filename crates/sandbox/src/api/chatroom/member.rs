//! Who is in a chatroom.

use std::cmp::Reverse;

use imlink_model::{Millis, UserId};

use super::{ROOM, named};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Number, User, Users},
        page::Page,
        reply::{Reply, written},
        route::Operation,
    },
};

const COUNT: Field<Number> = Field::new(
    Names::new("count", "pageSize"),
    Number(1..=500),
    "The most that are listed; 500 if left out.",
);
const ORDER: Field<Number> = Field::new(
    Names::both("order"),
    Number(1..=2),
    "2 for who joined last first, else the first is.",
);
const USER: Field<User> = Field::new(Names::rongcloud("userId"), User, "The user.");
const USERS: Field<Users> = Field::new(
    Names::new("userId", "participantIds"),
    Users(1000),
    "The users.",
);

/// The most members one answer lists (server-api.md 5).
const MAX_LISTED: usize = 500;

pub(super) const LIST: Operation = Operation::new(
    "/chatroom/user/query.json",
    "/v4/open-channel/participant/list",
    "Lists who is in a chatroom.",
    &[required(&ROOM), optional(&COUNT), optional(&ORDER)],
    list,
);

pub(super) const EXISTS: Operation = Operation::rongcloud(
    "/chatroom/user/exist.json",
    "Says whether a user is in a chatroom.",
    &[required(&ROOM), required(&USER)],
    exists,
);

pub(super) const EXIST: Operation = Operation::new(
    "/chatroom/users/exist.json",
    "/v4/open-channel/participant/exist",
    "Says of users whether they are in a chatroom.",
    &[required(&ROOM), required(&USERS)],
    exist,
);

/// The older generation's samples and SDKs disagree on the name of the list, so both are there.
fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let total = view.members.len();
    let mut members: Vec<(UserId, Millis)> = view.members.into_iter().collect();
    match call.optional(&ORDER)? {
        Some(2) => members.sort_by_key(|(_, time)| Reverse(*time)),
        Some(_) | None => members.sort_by_key(|(_, time)| *time),
    }
    let page = Page::at(None, call.optional(&COUNT)?, MAX_LISTED);
    let members: Vec<_> = page.of(members).collect();
    let rows = || {
        members.iter().map(|(user, joined)| {
            Reply::new()
                .with(Names::new("id", "participantId"), user.as_str())
                .with(Names::new("time", "createdAt"), written(*joined))
        })
    };
    Ok(Reply::new()
        .with(Names::both("total"), total)
        .rows(Names::new("users", "participants"), rows())
        .rows(Names::rongcloud("members"), rows()))
}

fn exists(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (id, _) = named(app, call)?;
    let is_in = app.is_in_chatroom(&id, &call.required(&USER)?);
    Ok(Reply::new().with(Names::both("isInChrm"), is_in))
}

fn exist(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (id, _) = named(app, call)?;
    let users = call.required(&USERS)?;
    let rows = users.iter().map(|user| {
        let is_in = u8::from(app.is_in_chatroom(&id, user));
        Reply::new()
            .with(Names::new("userId", "participantId"), user.as_str())
            .with(Names::new("isInChrm", "isInOpenChannel"), is_in)
    });
    Ok(Reply::new().rows(Names::new("result", "participants"), rows))
}
