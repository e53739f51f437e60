//! Tokens.

use imlink_model::Millis;

use super::{USER, USERS, profile};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::Number,
        reply::Reply,
        route::Operation,
    },
};

const TIME: Field<Number> = Field::new(
    Names::new("time", "expiresAt"),
    Number::ANY,
    "Tokens issued before this time die, in ms.",
);

pub(super) const ISSUE: Operation = Operation::new(
    "/user/getToken.json",
    "/v4/auth/access-token/issue",
    "Gives a user, who is made if new, another valid token.",
    &[
        required(&USER),
        required(&profile::NAME),
        optional(&profile::PORTRAIT),
    ],
    issue,
);

pub(super) const EXPIRE: Operation = Operation::new(
    "/user/token/expire.json",
    "/v4/auth/access-token/expire",
    "Lets tokens expire: open links stay, the next connect is refused.",
    &[required(&USERS), required(&TIME)],
    expire,
);

fn issue(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let name = call.required(&profile::NAME)?;
    let portrait = call.optional(&profile::PORTRAIT)?;
    let token = app.issue_token(&user, now);
    app.describe_user(&user, Some(&name), Some(&portrait.unwrap_or_default()));
    Ok(Reply::new()
        .with(Names::both("userId"), user.as_str())
        .with(Names::new("token", "accessToken"), token))
}

fn expire(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let before = Millis(call.required(&TIME)?);
    for user in call.required(&USERS)? {
        app.expire_tokens(&user, Some(before));
    }
    Ok(Reply::new())
}
