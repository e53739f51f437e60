//! Whom users keep away, and whom they let through.

use imlink_model::{Millis, UserId};

use super::{MAX_USERS, USER};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Number, Users},
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

const BLACK: Field<Users> = Field::new(
    Names::new("blackUserId", "targetUserIds"),
    Users(MAX_USERS),
    "The others.",
);
/// The newer generation names them differently where they are taken off (its `OpenAPI` document).
const NO_LONGER_BLACK: Field<Users> = Field::new(
    Names::new("blackUserId", "blockedUserIds"),
    Users(MAX_USERS),
    "The others.",
);
const WHITE: Field<Users> = Field::new(
    Names::rongcloud("whiteUserId"),
    Users(MAX_USERS),
    "The others.",
);
const PAGE_TOKEN: Field<Number> = Field::new(
    Names::nexconn("pageToken"),
    Number(0..=i64::MAX),
    "What the page before named; the first page if left out.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::new("size", "pageSize"),
    Number(1..=1000),
    "Users on a page; 1000 if left out.",
);

/// Users on a page.
const DEFAULT_PAGE: usize = 1000;

pub(super) const BLACK_ADD: Operation = Operation::new(
    "/user/blacklist/add.json",
    "/v4/user/blocklist/add",
    "Keeps the private messages of others from a user (405).",
    &[required(&USER), required(&BLACK)],
    black_add,
);

pub(super) const BLACK_REMOVE: Operation = Operation::new(
    "/user/blacklist/remove.json",
    "/v4/user/blocklist/remove",
    "Lets them through again.",
    &[required(&USER), required(&NO_LONGER_BLACK)],
    black_remove,
);

pub(super) const BLACK_LIST: Operation = Operation::new(
    "/user/blacklist/query.json",
    "/v4/user/blocklist/get",
    "Lists whom a user has blacklisted.",
    &[required(&USER), optional(&PAGE_TOKEN), optional(&PAGE_SIZE)],
    black_list,
);

pub(super) const WHITE_ADD: Operation = Operation::rongcloud(
    "/user/whitelist/add.json",
    "Puts others on a user's allow list (407 for those who are not).",
    &[required(&USER), required(&WHITE)],
    white_add,
);

pub(super) const WHITE_REMOVE: Operation = Operation::rongcloud(
    "/user/whitelist/remove.json",
    "Takes others off a user's allow list.",
    &[required(&USER), required(&WHITE)],
    white_remove,
);

pub(super) const WHITE_LIST: Operation = Operation::rongcloud(
    "/user/whitelist/query.json",
    "Lists who is on a user's allow list.",
    &[required(&USER)],
    white_list,
);

fn black_add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    for other in call.required(&BLACK)? {
        app.blacklist(&user, &other);
    }
    Ok(Reply::new())
}

fn black_remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    for other in call.required(&NO_LONGER_BLACK)? {
        app.unblacklist(&user, &other);
    }
    Ok(Reply::new())
}

fn black_list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let others: Vec<UserId> = app.blacklist_of(&user).cloned().collect();
    let (token, size) = (call.optional(&PAGE_TOKEN)?, call.optional(&PAGE_SIZE)?);
    let page = Page::at(token, size, DEFAULT_PAGE);
    let next = page.token_of_next(others.len());
    let ids: Vec<_> = page.of(&others).map(|user| user.as_str()).collect();
    Ok(Reply::new()
        .with(Names::new("users", "blockedUserIds"), ids)
        .with(Names::nexconn("pageToken"), next))
}

fn white_add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    for other in call.required(&WHITE)? {
        app.allow(&user, &other);
    }
    Ok(Reply::new())
}

fn white_remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    for other in call.required(&WHITE)? {
        app.disallow(&user, &other);
    }
    Ok(Reply::new())
}

fn white_list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let others: Vec<_> = app.allow_list_of(&user).map(|user| user.as_str()).collect();
    Ok(Reply::new().with(Names::both("users"), others))
}
