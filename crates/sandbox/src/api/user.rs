//! Users and tokens (server-api.md 3).

use std::time::Duration;

use imlink_model::Millis;
use serde_json::{Value, json};

use super::{ApiError, form::Form};
use crate::App;

/// The longest name, in bytes.
const MAX_NAME: usize = 128;
/// The longest address of a portrait, in bytes.
const MAX_PORTRAIT: usize = 1024;
/// The most users of one call that takes several.
const MAX_USERS: usize = 20;
/// The longest block: 30 days, in minutes.
const MAX_BLOCK: i64 = 43_200;

pub(super) fn get_token(app: &mut App, form: &Form, now: Millis) -> Result<Value, ApiError> {
    let user = form.user("userId")?;
    let name = form.text("name", MAX_NAME)?;
    let portrait = form.optional_text("portraitUri", MAX_PORTRAIT)?;
    app.describe_user(&user, name, portrait);
    let token = app.issue_token(&user, now);
    Ok(json!({ "code": 200, "userId": user, "token": token }))
}

pub(super) fn expire_tokens(app: &mut App, form: &Form, _: Millis) -> Result<Value, ApiError> {
    let users = form.users("userId", MAX_USERS)?;
    let before = Millis(form.number("time")?);
    for user in &users {
        app.expire_tokens(user, Some(before));
    }
    Ok(done())
}

pub(super) fn block(app: &mut App, form: &Form, now: Millis) -> Result<Value, ApiError> {
    let users = form.users("userId", MAX_USERS)?;
    let minutes = form.number("minute")?;
    let minutes = u64::try_from(minutes)
        .ok()
        .filter(|_| (1..=MAX_BLOCK).contains(&minutes));
    let minutes = minutes.ok_or(ApiError::Invalid {
        field: "minute",
        problem: "is not between 1 and 43200",
    })?;
    for user in &users {
        app.block(user, Duration::from_secs(minutes * 60), now);
    }
    Ok(done())
}

pub(super) fn unblock(app: &mut App, form: &Form, _: Millis) -> Result<Value, ApiError> {
    for user in form.users("userId", MAX_USERS)? {
        app.unblock(&user);
    }
    Ok(done())
}

fn done() -> Value {
    json!({ "code": 200 })
}
