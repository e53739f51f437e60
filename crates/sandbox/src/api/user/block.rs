//! Users who may not connect for a time.

use std::time::Duration;

use imlink_model::Millis;

use super::{MAX_MINUTES, PAGE, USERS};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::Number,
        page::Page,
        reply::{Reply, written},
        route::Operation,
    },
};

const MINUTES: Field<Number> = Field::new(
    Names::new("minute", "durationMinutes"),
    Number(1..=MAX_MINUTES),
    "For how long.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::new("size", "pageSize"),
    Number(1..=1000),
    "Users on a page; 50 if left out.",
);

/// Users on a page.
const DEFAULT_PAGE: usize = 50;

pub(super) const ADD: Operation = Operation::new(
    "/user/block.json",
    "/v4/user/ban",
    "Ends the links of users with 31011 and refuses new ones with 31009 for a time.",
    &[required(&USERS), required(&MINUTES)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/user/unblock.json",
    "/v4/user/unban",
    "Lets blocked users connect again.",
    &[required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/user/block/query.json",
    "/v4/user/ban/list",
    "Lists the blocked users, those blocked longest first.",
    &[optional(&PAGE), optional(&PAGE_SIZE)],
    list,
);

fn add(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let time = minutes(call.required(&MINUTES)?);
    for user in call.required(&USERS)? {
        app.block(&user, time, now);
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    for user in call.required(&USERS)? {
        app.unblock(&user);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let mut blocked = app.blocked_users(now);
    blocked.sort_by_key(|(_, until)| std::cmp::Reverse(*until));
    let page = Page::new(
        call.optional(&PAGE)?,
        call.optional(&PAGE_SIZE)?,
        DEFAULT_PAGE,
    );
    let rows = page.of(blocked).map(|(user, until)| {
        Reply::new()
            .with(Names::both("userId"), user.as_str())
            .with(Names::new("blockEndTime", "banExpiresAt"), written(until))
    });
    Ok(Reply::new().rows(Names::new("users", "bannedUsers"), rows))
}

/// A number of minutes that its field allows.
pub(in crate::api) fn minutes(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or_default() * 60)
}
