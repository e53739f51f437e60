//! Who is in which group.

use std::cmp::Reverse;

use imlink_model::{Millis, TargetId, UserId};

use super::{GROUP, NAME, USERS, lifecycle::profile, named};
use crate::{
    App,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, NamedTargets, Number, User},
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

const USER: Field<User> = Field::new(Names::both("userId"), User, "The user.");
const MEMBERSHIPS: Field<NamedTargets> = Field::new(
    Names::rongcloud("group"),
    NamedTargets(500),
    "All groups of the user with their names, as group[<id>]=<name>.",
);
const UNMUTE: Field<Flag> = Field::new(
    Names::nexconn("shouldDeleteMute"),
    Flag,
    "Whether their mutes go too.",
);
const UNEXEMPT: Field<Flag> = Field::new(
    Names::nexconn("shouldDeleteAllowedSendersList"),
    Flag,
    "Whether they leave the list of those who may send although the group is frozen.",
);
const PAGE_TOKEN: Field<Number> = Field::new(
    Names::nexconn("pageToken"),
    Number(0..=i64::MAX),
    "What the page before named; the first page if left out.",
);
const PAGE_SIZE: Field<Number> = Field::new(
    Names::nexconn("pageSize"),
    Number(1..=100),
    "Entries of a page; 50 if left out.",
);
const ORDER: Field<Number> = Field::new(
    Names::nexconn("order"),
    Number(0..=1),
    "1 for who joined last first, else the first is.",
);

/// Entries of a page of the newer generation; the older has no pages.
const DEFAULT_PAGE: usize = 50;
/// A regular member: owners and admins are not told apart here.
const REGULAR: u8 = 1;

pub(super) const JOIN: Operation = Operation::rongcloud(
    "/group/join.json",
    "Adds users to a group, which is made if new.",
    &[required(&GROUP), optional(&NAME), required(&USERS)],
    join,
);

pub(super) const JOIN_EXISTING: Operation = Operation::nexconn(
    "/v4/group-channel/join",
    "Adds users to a group.",
    &[required(&GROUP), required(&USERS)],
    join_existing,
);

pub(super) const LEAVE: Operation = Operation::new(
    "/group/quit.json",
    "/v4/group-channel/leave",
    "Takes users out of a group.",
    &[
        required(&GROUP),
        required(&USERS),
        optional(&UNMUTE),
        optional(&UNEXEMPT),
    ],
    leave,
);

pub(super) const LEAVE_ALL: Operation = Operation::nexconn(
    "/v4/group-channel/member/kickout-all",
    "Takes a user out of all groups.",
    &[required(&USER)],
    leave_all,
);

pub(super) const LIST: Operation = Operation::new(
    "/group/user/query.json",
    "/v4/group-channel/member/list",
    "Lists who is in a group.",
    &[
        required(&GROUP),
        optional(&PAGE_TOKEN),
        optional(&PAGE_SIZE),
        optional(&ORDER),
    ],
    list,
);

pub(super) const GROUPS_OF_USER: Operation = Operation::new(
    "/user/group/query.json",
    "/v4/group-channel/joined/list",
    "Lists the groups a user is in.",
    &[
        required(&USER),
        optional(&PAGE_TOKEN),
        optional(&PAGE_SIZE),
        optional(&ORDER),
    ],
    groups_of_user,
);

pub(super) const SYNC: Operation = Operation::rongcloud(
    "/group/sync.json",
    "Puts a user in these groups, which are made if new, and in no other.",
    &[required(&USER), required(&MEMBERSHIPS)],
    sync,
);

fn join(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let group = call.required(&GROUP)?;
    let name = call.optional(&NAME)?;
    app.join_group(&group, name.as_deref(), call.required(&USERS)?, now);
    Ok(Reply::new())
}

fn join_existing(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let group = call.required(&GROUP)?;
    if app.group(&group).is_none() {
        return Err(call.invalid(&GROUP, "names no group"));
    }
    app.join_group(&group, None, call.required(&USERS)?, now);
    let (_, view) = named(app, call)?;
    Ok(profile(&view))
}

fn leave(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (group, _) = named(app, call)?;
    let users = call.required(&USERS)?;
    app.leave_group(&group, &users);
    for user in &users {
        if call.optional(&UNMUTE)?.unwrap_or_default() {
            app.unmute_in_group(&group, user);
        }
        if call.optional(&UNEXEMPT)?.unwrap_or_default() {
            app.exempt_in_group(&group, user, false);
        }
    }
    Ok(Reply::new())
}

fn leave_all(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let groups: Vec<TargetId> = app.groups_of(&user).map(|(id, _)| id.clone()).collect();
    for group in &groups {
        app.leave_group(group, [&user]);
    }
    Ok(Reply::new())
}

/// The older generation's samples and SDKs disagree on the name of the list, so both are there.
fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let total = view.members.len();
    let mut members: Vec<(UserId, Millis)> = view.members.into_iter().collect();
    sort_by_join(&mut members, call)?;
    let ids = || {
        let ids = members.iter();
        ids.map(|(user, _)| Reply::new().with(Names::rongcloud("id"), user.as_str()))
    };
    let (page, next) = page(call, total)?;
    let rows = page.of(members.iter()).map(|(user, joined)| {
        Reply::new()
            .with(Names::nexconn("userId"), user.as_str())
            .with(Names::nexconn("role"), REGULAR)
            .with(Names::nexconn("joinedAt"), joined.0)
    });
    Ok(Reply::new()
        .rows(Names::rongcloud("users"), ids())
        .rows(Names::rongcloud("members"), ids())
        .with(Names::nexconn("totalCount"), total)
        .with(Names::nexconn("pageToken"), next)
        .rows(Names::nexconn("members"), rows))
}

fn groups_of_user(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let named: Vec<_> = app
        .groups_of(&user)
        .map(|(id, name)| (id.clone(), name.to_owned()))
        .collect();
    let mut joined: Vec<_> = named
        .iter()
        .filter_map(|(id, _)| {
            let view = app.group(id)?;
            let time = *view.members.get(&user)?;
            Some((view, time))
        })
        .collect();
    sort_by_join(&mut joined, call)?;
    let short = named.iter().map(|(id, name)| {
        Reply::new()
            .with(Names::rongcloud("id"), id.as_str())
            .with(Names::rongcloud("name"), name.as_str())
    });
    let (page, next) = page(call, joined.len())?;
    let long = page.of(&joined).map(|(view, time)| {
        profile(view)
            .with(Names::nexconn("joinedAt"), time.0)
            .with(Names::nexconn("role"), REGULAR)
    });
    Ok(Reply::new()
        .rows(Names::rongcloud("groups"), short)
        .rows(Names::nexconn("groups"), long)
        .with(Names::nexconn("pageToken"), next))
}

fn sync(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let memberships = call.required(&MEMBERSHIPS)?;
    let left: Vec<TargetId> = app
        .groups_of(&user)
        .map(|(id, _)| id.clone())
        .filter(|id| !memberships.contains_key(id))
        .collect();
    for group in &left {
        app.leave_group(group, [&user]);
    }
    for (group, name) in &memberships {
        app.join_group(group, Some(name), [user.clone()], now);
    }
    Ok(Reply::new())
}

fn sort_by_join<T>(joined: &mut [(T, Millis)], call: &Call) -> Result<(), ApiError> {
    match call.optional(&ORDER)? {
        Some(1) => joined.sort_by_key(|(_, time)| Reverse(*time)),
        Some(_) | None => joined.sort_by_key(|(_, time)| *time),
    }
    Ok(())
}

/// The page a call asks for, and what names the next one: empty after the last.
fn page(call: &Call, total: usize) -> Result<(Page, String), ApiError> {
    let page = Page::at(
        call.optional(&PAGE_TOKEN)?,
        call.optional(&PAGE_SIZE)?,
        DEFAULT_PAGE,
    );
    let next = page.token_of_next(total);
    Ok((page, next))
}
