//! Users who may not speak, in one chatroom or in all.

use imlink_model::{ConversationKind, Millis, UserId};

use super::{MINUTES, ROOM, USERS, named, until_rows};
use crate::{
    App,
    api::{
        ApiError, call::Call, field::required, generation::Names, reply::Reply, route::Operation,
        user::block::minutes,
    },
};

pub(super) const ADD: Operation = Operation::new(
    "/chatroom/user/gag/add.json",
    "/v4/open-channel/participant/mute-list/add",
    "Forbids users to send in a chatroom for a time.",
    &[required(&ROOM), required(&USERS), required(&MINUTES)],
    add,
);

pub(super) const REMOVE: Operation = Operation::new(
    "/chatroom/user/gag/rollback.json",
    "/v4/open-channel/participant/mute-list/remove",
    "Lets users send in a chatroom again.",
    &[required(&ROOM), required(&USERS)],
    remove,
);

pub(super) const LIST: Operation = Operation::new(
    "/chatroom/user/gag/list.json",
    "/v4/open-channel/participant/mute-list/get",
    "Lists who may not send in a chatroom.",
    &[required(&ROOM)],
    list,
);

pub(super) const ADD_EVERYWHERE: Operation = Operation::new(
    "/chatroom/user/ban/add.json",
    "/v4/open-channel/global-mute-list/add",
    "Forbids users to send in all chatrooms for a time.",
    &[required(&USERS), required(&MINUTES)],
    add_everywhere,
);

pub(super) const REMOVE_EVERYWHERE: Operation = Operation::new(
    "/chatroom/user/ban/remove.json",
    "/v4/open-channel/global-mute-list/remove",
    "Lets users send in chatrooms again.",
    &[required(&USERS)],
    remove_everywhere,
);

pub(super) const LIST_EVERYWHERE: Operation = Operation::new(
    "/chatroom/user/ban/query.json",
    "/v4/open-channel/global-mute-list/get",
    "Lists who may not send in any chatroom.",
    &[],
    list_everywhere,
);

fn add(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    let time = minutes(call.required(&MINUTES)?);
    for user in call.required(&USERS)? {
        app.mute_in_chatroom(&room, &user, Some(time), now);
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (room, _) = named(app, call)?;
    for user in call.required(&USERS)? {
        app.unmute_in_chatroom(&room, &user);
    }
    Ok(Reply::new())
}

fn list(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (_, view) = named(app, call)?;
    let muted = view.muted.into_iter();
    let muted = muted.filter(|(_, until)| until.is_none_or(|until| now < until));
    Ok(muted_reply(muted))
}

fn add_everywhere(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let time = minutes(call.required(&MINUTES)?);
    for user in call.required(&USERS)? {
        app.mute_in(&user, ConversationKind::Chatroom, Some(time), now);
    }
    Ok(Reply::new())
}

fn remove_everywhere(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    for user in call.required(&USERS)? {
        app.unmute_in(&user, ConversationKind::Chatroom);
    }
    Ok(Reply::new())
}

fn list_everywhere(app: &mut App, _: &Call, now: Millis) -> Result<Reply, ApiError> {
    let muted = app.muted_in(ConversationKind::Chatroom, now);
    Ok(muted_reply(
        muted.map(|(user, until)| (user.clone(), until)),
    ))
}

fn muted_reply(muted: impl IntoIterator<Item = (UserId, Option<Millis>)>) -> Reply {
    let rows = until_rows(muted, Names::new("time", "muteExpiresAt"));
    Reply::new().rows(Names::new("users", "mutedParticipants"), rows)
}
