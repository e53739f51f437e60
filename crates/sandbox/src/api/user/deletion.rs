//! Accounts that are taken away, and given back.

use imlink_model::{Millis, UserId};
use serde_json::json;

use super::PAGE;
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{JoinedUsers, Number},
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

const USERS: Field<JoinedUsers> = Field::new(
    Names::new("userId", "userIds"),
    JoinedUsers(100),
    "The users; one text may hold several with commas between them.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::both("pageSize"),
    Number(1..=100),
    "Users on a page; 50 if left out.",
);

/// Users on a page.
const DEFAULT_PAGE: usize = 50;

pub(super) const DELETE: Operation = Operation::new(
    "/user/deactivate.json",
    "/v4/user/soft-delete",
    "Takes the accounts of users away: their links end, new ones are refused with 31029.",
    &[required(&USERS)],
    delete,
);

pub(super) const RESTORE: Operation = Operation::new(
    "/user/reactivate.json",
    "/v4/user/restore",
    "Gives users their accounts back.",
    &[required(&USERS)],
    restore,
);

pub(super) const LIST: Operation = Operation::new(
    "/user/deactivate/query.json",
    "/v4/user/soft-deleted/list",
    "Lists whose accounts were taken away.",
    &[optional(&PAGE), optional(&PAGE_SIZE)],
    list,
);

fn delete(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    for user in call.required(&USERS)? {
        app.delete_user(&user, now);
    }
    Ok(operation(now))
}

fn restore(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    for user in call.required(&USERS)? {
        app.restore_user(&user);
    }
    Ok(operation(now))
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let page = Page::new(
        call.optional(&PAGE)?,
        call.optional(&PAGE_SIZE)?,
        DEFAULT_PAGE,
    );
    let users: Vec<&UserId> = page.of(app.deleted_users()).collect();
    Ok(Reply::new().with(Names::new("users", "userIds"), json!(users)))
}

/// The vendor does it later and calls back with this id; here it is done already.
fn operation(now: Millis) -> Reply {
    Reply::new().with(Names::new("operateId", "operationId"), now.0.to_string())
}
