//! Groups in which only the exempt may speak.

use imlink_model::{Millis, TargetId};

use super::GROUPS;
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{optional, required},
        generation::Names,
        reply::Reply,
        route::Operation,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/group/ban/add.json",
    "/v4/group-channel/freeze-list/add",
    "Forbids everyone but the exempt to send in groups.",
    &[required(&GROUPS)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/group/ban/rollback.json",
    "/v4/group-channel/freeze-list/remove",
    "Lets everyone send in groups again.",
    &[required(&GROUPS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/group/ban/query.json",
    "/v4/group-channel/freeze-list/get",
    "Says of groups whether they are frozen; without any, lists the frozen ones.",
    &[optional(&GROUPS)],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    freeze(app, call, true)
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    freeze(app, call, false)
}

fn freeze(app: &mut App, call: &Call, frozen: bool) -> Result<Reply, ApiError> {
    let groups = call.required(&GROUPS)?;
    for group in &groups {
        if !app.freeze_group(group, frozen) {
            call.note_absent(&GROUPS);
        }
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let statuses: Vec<(TargetId, bool)> = match call.optional(&GROUPS)? {
        None => {
            let frozen = app.groups().filter(|group| group.frozen);
            frozen.map(|group| (group.id, true)).collect()
        }
        Some(groups) => {
            let asked = groups.into_iter().filter_map(|group| app.group(&group));
            asked.map(|group| (group.id, group.frozen)).collect()
        }
    };
    // One SDK reads the status as a text, the other generation's as a number.
    let rows = statuses.into_iter().map(|(group, frozen)| {
        Reply::new()
            .with(Names::new("groupId", "channelId"), group.as_str())
            .with(Names::rongcloud("stat"), u8::from(frozen).to_string())
            .with(Names::nexconn("status"), u8::from(frozen))
    });
    Ok(Reply::new().rows(Names::new("groupinfo", "freezeStatuses"), rows))
}
