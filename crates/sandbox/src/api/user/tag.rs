//! Tags of users: kept and told, nothing else follows from them here.

use imlink_model::{Millis, UserId};

use super::USER;
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, required},
        generation::Names,
        kind::{Texts, Users},
        reply::Reply,
        route::Operation,
    },
};

const USERS: Field<Users> = Field::new(Names::both("userIds"), Users(1000), "The users.");
const TAGS: Field<Texts> = Field::new(
    Names::both("tags"),
    Texts {
        items: 20,
        bytes: 160,
    },
    "All their tags from now on; none to remove them.",
);

pub(super) const SET: Operation = Operation::rongcloud(
    "/user/tag/set.json",
    "Sets the tags of a user.",
    &[required(&USER), required(&TAGS)],
    set,
)
.in_json();

pub(super) const SET_MANY: Operation = Operation::new(
    "/user/tag/batch/set.json",
    "/v4/user/tag/batch/set",
    "Sets the tags of users.",
    &[required(&USERS), required(&TAGS)],
    set_many,
)
.in_json();

pub(super) const GET: Operation = Operation::new(
    "/user/tags/get.json",
    "/v4/user/tag/batch/get",
    "Lists the tags of users.",
    &[required(&USERS)],
    get,
);

fn set(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    app.set_tags(&user, call.required(&TAGS)?);
    Ok(Reply::new())
}

fn set_many(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let tags = call.required(&TAGS)?;
    for user in call.required(&USERS)? {
        app.set_tags(&user, tags.clone());
    }
    Ok(Reply::new())
}

/// The older generation answers an object with a user in each name, the newer a list.
fn get(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let users: Vec<UserId> = call.required(&USERS)?;
    let tags: serde_json::Map<_, _> = users
        .iter()
        .map(|user| (user.to_string(), app.tags(user).to_vec().into()))
        .collect();
    let rows = users.iter().map(|user| {
        Reply::new()
            .with(Names::nexconn("userId"), user.as_str())
            .with(Names::nexconn("tags"), app.tags(user).to_vec())
    });
    Ok(Reply::new()
        .with(Names::rongcloud("result"), tags)
        .rows(Names::nexconn("users"), rows))
}
