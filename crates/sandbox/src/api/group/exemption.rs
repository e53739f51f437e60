//! Who may speak although a group is frozen.

use imlink_model::Millis;

use super::{GROUP, USERS, named};
use crate::{
    App,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/group/user/ban/whitelist/add.json",
    "/v4/group-channel/allowed-sender-list/add",
    "Lets users send in a group although it is frozen.",
    &[required(&GROUP), required(&USERS)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/group/user/ban/whitelist/rollback.json",
    "/v4/group-channel/allowed-sender-list/remove",
    "Forbids users again to send in a frozen group.",
    &[required(&GROUP), required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/group/user/ban/whitelist/query.json",
    "/v4/group-channel/allowed-sender-list/get",
    "Lists who may send in a group although it is frozen.",
    &[required(&GROUP)],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    exempt(app, call, true)
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    exempt(app, call, false)
}

fn exempt(app: &mut App, call: &Call, exempt: bool) -> Result<Reply, ApiError> {
    let (group, _) = named(app, call)?;
    for user in call.required(&USERS)? {
        app.exempt_in_group(&group, &user, exempt);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let users: Vec<_> = view.exempt.iter().map(|user| user.as_str()).collect();
    Ok(Reply::new().with(Names::new("userIds", "userIds"), users))
}
