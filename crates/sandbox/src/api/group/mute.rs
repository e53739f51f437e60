//! Members who may not speak, in one group or in all.

use std::time::Duration;

use imlink_model::{ConversationKind, Millis, UserId};

use super::{GROUP, MINUTES, USERS, named};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{optional, required},
        generation::Names,
        reply::{Reply, written},
        route::Operation,
        user::block::minutes,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/group/user/gag/add.json",
    "/v4/group-channel/user/mute-list/add",
    "Forbids users to send in a group, without one in all groups.",
    &[required(&USERS), optional(&GROUP), required(&MINUTES)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/group/user/gag/rollback.json",
    "/v4/group-channel/user/mute-list/remove",
    "Lets muted users send again.",
    &[required(&USERS), optional(&GROUP)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/group/user/gag/list.json",
    "/v4/group-channel/user/mute-list/get",
    "Lists who is muted in a group, without one in all groups.",
    &[optional(&GROUP)],
    list,
);

fn add(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let users = call.required(&USERS)?;
    let time = Some(call.required(&MINUTES)?).filter(|count| *count > 0);
    let time: Option<Duration> = time.map(minutes);
    if call.optional(&GROUP)?.is_none() {
        for user in &users {
            app.mute_in(user, ConversationKind::Group, time, now);
        }
        return Ok(Reply::new());
    }
    let (group, _) = named(app, call)?;
    for user in &users {
        app.mute_in_group(&group, user, time, now);
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let users = call.required(&USERS)?;
    if call.optional(&GROUP)?.is_none() {
        for user in &users {
            app.unmute_in(user, ConversationKind::Group);
        }
        return Ok(Reply::new());
    }
    let (group, _) = named(app, call)?;
    for user in &users {
        app.unmute_in_group(&group, user);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let muted: Vec<(UserId, Option<Millis>)> = match call.optional(&GROUP)? {
        None => app
            .muted_in(ConversationKind::Group, now)
            .map(|(user, until)| (user.clone(), until))
            .collect(),
        Some(_) => {
            let (_, view) = named(app, call)?;
            let muted = view.muted.into_iter();
            muted
                .filter(|(_, until)| until.is_none_or(|until| now < until))
                .collect()
        }
    };
    let rows = muted.into_iter().map(|(user, until)| {
        Reply::new()
            .with(Names::both("userId"), user.as_str())
            .with(
                Names::new("time", "muteExpiresAt"),
                until.map(written).unwrap_or_default(),
            )
    });
    Ok(Reply::new().rows(Names::new("users", "mutedMembers"), rows))
}
