//! Groups come, change and go.

use imlink_model::{Millis, TargetId, UserId};
use serde_json::Value;

use super::{GROUP, GROUPS, MAX_NAME, NAME, USERS, named};
use crate::{
    App, GroupView,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Map, Text, User, Users},
        reply::Reply,
        route::Operation,
    },
};

const OWNER: Field<User> = Field::new(
    Names::nexconn("owner"),
    User,
    "Its owner, its first member.",
);
const INVITED: Field<Users> =
    Field::new(Names::nexconn("userIds"), Users(30), "Its other members.");
const PROFILE: Field<Map> = Field::new(
    Names::nexconn("groupProfile"),
    Map(32),
    "Its new profile; of it only the name is kept here.",
);
/// The entry of a profile that names the group.
const PROFILE_NAME: &str = "name";
const USER: Field<User> = Field::new(
    Names::rongcloud("userId"),
    User,
    "Who dismisses it; anyone may here.",
);
const NEW_NAME: Field<Text> = Field::new(
    Names::rongcloud("groupName"),
    Text(MAX_NAME),
    "Its new name.",
);

pub(super) const CREATE: Operation = Operation::rongcloud(
    "/group/create.json",
    "Makes a group with members; one that is there gets the name and the members.",
    &[required(&GROUP), required(&NAME), required(&USERS)],
    create,
);

pub(super) const CREATE_OWNED: Operation = Operation::nexconn(
    "/v4/group-channel/create",
    "Makes a group with members; one that is there gets the name and the members.",
    &[
        required(&GROUP),
        required(&NAME),
        required(&OWNER),
        optional(&INVITED),
    ],
    create_owned,
);

pub(super) const RENAME: Operation = Operation::rongcloud(
    "/group/refresh.json",
    "Gives a group another name.",
    &[required(&GROUP), required(&NEW_NAME)],
    rename,
);

pub(super) const UPDATE: Operation = Operation::nexconn(
    "/v4/group-channel/profile/update",
    "Changes the profile of a group.",
    &[required(&GROUP), optional(&PROFILE)],
    update,
);

pub(super) const PROFILES: Operation = Operation::nexconn(
    "/v4/group-channel/profile/list",
    "Says what groups are.",
    &[required(&GROUPS)],
    profiles,
);

pub(super) const DISMISS: Operation = Operation::new(
    "/group/dismiss.json",
    "/v4/group-channel/dismiss",
    "Ends a group.",
    &[required(&GROUP), optional(&USER)],
    dismiss,
);

fn create(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let group = call.required(&GROUP)?;
    let name = call.required(&NAME)?;
    app.join_group(&group, Some(&name), call.required(&USERS)?, now);
    Ok(Reply::new())
}

fn create_owned(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let group = call.required(&GROUP)?;
    let name = call.required(&NAME)?;
    let mut users: Vec<UserId> = vec![call.required(&OWNER)?];
    users.extend(call.optional(&INVITED)?.unwrap_or_default());
    app.join_group(&group, Some(&name), users, now);
    Ok(Reply::new())
}

fn rename(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (group, _) = named(app, call)?;
    app.rename_group(&group, &call.required(&NEW_NAME)?);
    Ok(Reply::new())
}

fn update(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (group, _) = named(app, call)?;
    let profile = call.optional(&PROFILE)?.unwrap_or_default();
    let Some(name) = profile.get(PROFILE_NAME) else {
        return Ok(Reply::new());
    };
    if name.len() > MAX_NAME {
        return Err(call.invalid(&PROFILE, "has a name that is too long"));
    }
    app.rename_group(&group, name);
    Ok(Reply::new())
}

fn profiles(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let groups: Vec<TargetId> = call.required(&GROUPS)?;
    let views = groups.iter().filter_map(|group| app.group(group));
    Ok(Reply::new().rows(Names::nexconn("profiles"), views.map(|view| profile(&view))))
}

fn dismiss(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (group, _) = named(app, call)?;
    app.dismiss_group(&group);
    Ok(Reply::new())
}

/// A group as the newer generation shows it.
pub(super) fn profile(view: &GroupView) -> Reply {
    Reply::new()
        .with(Names::nexconn("channelId"), view.id.as_str())
        .with(Names::nexconn("name"), view.name.as_str())
        .with(Names::nexconn("createdAt"), view.created.0)
        .with(
            Names::nexconn("memberCount"),
            Value::from(view.members.len()),
        )
}
