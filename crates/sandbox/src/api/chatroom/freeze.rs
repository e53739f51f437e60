//! Chatrooms in which only the exempt may speak.

use imlink_model::Millis;

use super::{ROOM, named};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::Number,
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

const PAGE: Field<Number> = Field::new(
    Names::both("page"),
    Number(0..=i64::MAX),
    "Which page, from 1.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::new("size", "pageSize"),
    Number(1..=50),
    "Chatrooms on a page; 50 if left out.",
);

/// Chatrooms on a page.
const DEFAULT_PAGE: usize = 50;

pub(super) const ADD: Operation = Operation::new(
    "/chatroom/ban/add.json",
    "/v4/open-channel/freeze-list/add",
    "Forbids everyone but the exempt to send in a chatroom.",
    &[required(&ROOM)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/chatroom/ban/rollback.json",
    "/v4/open-channel/freeze-list/remove",
    "Lets everyone send in a chatroom again.",
    &[required(&ROOM)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/chatroom/ban/query.json",
    "/v4/open-channel/freeze-list/get",
    "Lists the frozen chatrooms.",
    &[optional(&PAGE), optional(&PAGE_SIZE)],
    list,
);

pub(super) const CHECK: Operation = Operation::new(
    "/chatroom/ban/check.json",
    "/v4/open-channel/freeze/check",
    "Says whether a chatroom is frozen.",
    &[required(&ROOM)],
    check,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    app.freeze_chatroom(&room, true);
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    app.freeze_chatroom(&room, false);
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let page = Page::new(
        call.optional(&PAGE)?,
        call.optional(&PAGE_SIZE)?,
        DEFAULT_PAGE,
    );
    let frozen = app.chatrooms().filter(|room| room.frozen);
    let ids: Vec<_> = page.of(frozen).map(|room| room.id.to_string()).collect();
    Ok(Reply::new().with(Names::new("chatroomIds", "channelIds"), ids))
}

fn check(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    Ok(Reply::new().with(Names::both("status"), u8::from(view.frozen)))
}
