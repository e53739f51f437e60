//! What the cloud knows of users, and whether they are online.

use imlink_model::Millis;

use super::{PAGE, USER};
use crate::{
    App, UserView,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Number, Text},
        page::Page,
        reply::{Reply, written},
        route::Operation,
    },
};

pub(super) const NAME: Field<Text> = Field::new(
    Names::both("name"),
    Text(128),
    "Name of the user, which pushes show.",
);
pub(super) const PORTRAIT: Field<Text> = Field::new(
    Names::new("portraitUri", "avatarUrl"),
    Text(1024),
    "Address of the user's portrait.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::rongcloud("pageSize"),
    Number(1..=100),
    "Users on a page; 20 if left out.",
);
const ORDER: Field<Number> = Field::new(
    Names::rongcloud("order"),
    Number(0..=1),
    "1 for the newest user first, else the oldest is.",
);

/// Users on a page of `/user/query.json`.
const DEFAULT_PAGE: usize = 20;

pub(super) const UPDATE: Operation = Operation::new(
    "/user/refresh.json",
    "/v4/user/update",
    "Changes name or portrait of a user.",
    &[required(&USER), optional(&NAME), optional(&PORTRAIT)],
    update,
);

pub(super) const GET: Operation = Operation::new(
    "/user/info.json",
    "/v4/user/get",
    "Says name, portrait and registration of a user.",
    &[required(&USER)],
    get,
);

pub(super) const LIST: Operation = Operation::rongcloud(
    "/user/query.json",
    "Lists the registered users.",
    &[optional(&PAGE), optional(&PAGE_SIZE), optional(&ORDER)],
    list,
);

pub(super) const ONLINE: Operation = Operation::new(
    "/user/checkOnline.json",
    "/v4/user/connection-status/get",
    "Says whether a user is online.",
    &[required(&USER)],
    online,
);

fn update(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let name = call.optional(&NAME)?;
    let portrait = call.optional(&PORTRAIT)?;
    app.describe_user(&user, name.as_deref(), portrait.as_deref());
    Ok(Reply::new())
}

fn get(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let view = app.registered_user(&user);
    let view = view.ok_or_else(|| call.invalid(&USER, "names nobody"))?;
    Ok(Reply::new()
        .with(Names::new("userName", "name"), view.name)
        .with(Names::new("userPortrait", "avatarUrl"), view.portrait)
        .with(
            Names::new("createTime", "createdAt"),
            written(view.registered),
        ))
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let mut users: Vec<UserView> = app.registered_users().collect();
    users.sort_by_key(|user| user.registered);
    if call.optional(&ORDER)? == Some(1) {
        users.reverse();
    }
    let total = users.len();
    let page = Page::new(
        call.optional(&PAGE)?,
        call.optional(&PAGE_SIZE)?,
        DEFAULT_PAGE,
    );
    let rows = page.of(users).map(|user| {
        Reply::new()
            .with(Names::both("userId"), user.id.as_str())
            .with(Names::both("userName"), user.name)
            .with(Names::both("userPortrait"), user.portrait)
            .with(Names::both("regTime"), written(user.registered))
    });
    Ok(Reply::new()
        .rows(Names::both("users"), rows)
        .with(Names::both("total"), total))
}

/// The status is a text: an SDK cannot read a number there (server-api.md 2).
fn online(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let status = if app.is_online(&user) { "1" } else { "0" };
    Ok(Reply::new().with(Names::both("status"), status))
}
