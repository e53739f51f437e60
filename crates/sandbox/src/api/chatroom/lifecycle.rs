//! Chatrooms come, change and go.

use std::time::Duration;

use imlink_model::Millis;

use super::{ROOM, ROOMS, existing};
use crate::{
    App, ChatroomOptions, Destruction,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, Map, NamedTargets, Number, User, Users},
        reply::{Reply, written},
        route::Operation,
        user::block::minutes,
    },
};

const NAMED: Field<NamedTargets> = Field::new(
    Names::rongcloud("chatroom"),
    NamedTargets(super::MAX_ROOMS),
    "The chatrooms with their names, as chatroom[<id>]=<name>.",
);
const DESTROY_TYPE: Field<Number> = Field::new(
    Names::both("destroyType"),
    Number(0..=1),
    "0 to end it when nothing happens for the time, the default; 1 to end it after the time.",
);
const DESTROY_TIME: Field<Number> = Field::new(
    Names::new("destroyTime", "ttlMinutes"),
    Number(60..=10_080),
    "That time in minutes; 60 if left out.",
);
const FROZEN: Field<Flag> = Field::new(
    Names::new("isBan", "shouldFreeze"),
    Flag,
    "Whether only the exempt may send.",
);
const EXEMPT: Field<Users> = Field::new(
    Names::new("whiteUserIds", "allowedSendersList"),
    Users(20),
    "Who may send all the same.",
);
const ENTRY_OWNER: Field<User> = Field::new(
    Names::new("entryOwnerId", "metadataOwnerId"),
    User,
    "Whose its first entries are.",
);
const ENTRIES: Field<Map> = Field::new(
    Names::new("entryInfo", "metadata"),
    Map(20),
    "Its first entries.",
);

/// How long a room lives, or lives idle, unless a call says otherwise.
const DEFAULT_TIME: i64 = 60;

pub(super) const CREATE: Operation = Operation::rongcloud(
    "/chatroom/create.json",
    "Makes chatrooms.",
    &[required(&NAMED)],
    create,
);

pub(super) const CREATE_ONE: Operation = Operation::new(
    "/chatroom/create_new.json",
    "/v4/open-channel/create",
    "Makes a chatroom.",
    &[
        required(&ROOM),
        optional(&DESTROY_TYPE),
        optional(&DESTROY_TIME),
        optional(&FROZEN),
        optional(&EXEMPT),
        optional(&ENTRY_OWNER),
        optional(&ENTRIES),
    ],
    create_one,
);

pub(super) const DESTROY: Operation = Operation::new(
    "/chatroom/destroy.json",
    "/v4/open-channel/destroy",
    "Ends chatrooms.",
    &[required(&ROOMS)],
    destroy,
);

pub(super) const SET_DESTRUCTION: Operation = Operation::new(
    "/chatroom/destroy/set.json",
    "/v4/open-channel/destroy-type/set",
    "Says when a chatroom ends by itself.",
    &[
        required(&ROOM),
        optional(&DESTROY_TYPE),
        optional(&DESTROY_TIME),
    ],
    set_destruction,
);

pub(super) const GET: Operation = Operation::new(
    "/chatroom/get.json",
    "/v4/open-channel/get",
    "Says what a chatroom is.",
    &[required(&ROOM)],
    get,
);

pub(super) const QUERY: Operation = Operation::rongcloud(
    "/chatroom/query.json",
    "Says of chatrooms what they are called; those that are not there are left out.",
    &[required(&ROOMS)],
    query,
);

fn create(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    for (id, name) in call.required(&NAMED)? {
        app.create_chatroom(&id, &name, ChatroomOptions::default(), now);
    }
    Ok(Reply::new())
}

fn create_one(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let id = call.required(&ROOM)?;
    let owner = call.optional(&ENTRY_OWNER)?;
    let entries = call.optional(&ENTRIES)?;
    let entries = match (owner, entries) {
        (Some(owner), Some(entries)) => Some((owner, entries)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(call.invalid(&ENTRIES, "goes with an owner, and an owner with entries"));
        }
    };
    let options = ChatroomOptions {
        destruction: destruction(call)?,
        frozen: call.optional(&FROZEN)?.unwrap_or_default(),
        exempt: call.optional(&EXEMPT)?.into_iter().flatten().collect(),
        entries,
    };
    app.create_chatroom(&id, id.as_str(), options, now);
    Ok(Reply::new())
}

fn destroy(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let rooms = call.required(&ROOMS)?;
    for room in &rooms {
        if !app.destroy_chatroom(room, now) {
            call.note_absent(&ROOMS);
        }
    }
    Ok(Reply::new())
}

fn set_destruction(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (id, _) = existing(app, call)?;
    app.set_chatroom_destruction(&id, destruction(call)?);
    Ok(Reply::new())
}

fn destruction(call: &Call) -> Result<Destruction, ApiError> {
    let time = minutes(call.optional(&DESTROY_TIME)?.unwrap_or(DEFAULT_TIME));
    Ok(match call.optional(&DESTROY_TYPE)? {
        Some(1) => Destruction::Fixed(time),
        Some(_) | None => Destruction::Idle(time),
    })
}

fn get(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (id, view) = existing(app, call)?;
    let (kind, time) = match view.destruction {
        Destruction::Idle(time) => (0, time),
        Destruction::Fixed(time) => (1, time),
        Destruction::Never => (0, Duration::ZERO),
    };
    Ok(Reply::new()
        .with(Names::new("chatroomId", "channelId"), id.as_str())
        .with(Names::new("createTime", "createdAt"), view.created.0)
        .with(
            Names::new("memberCount", "participantCount"),
            view.members.len(),
        )
        .with(Names::both("destroyType"), kind)
        .with(Names::new("destroyTime", "ttlMinutes"), time.as_secs() / 60)
        .with(Names::new("ban", "isFrozen"), view.frozen))
}

fn query(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let rooms = call.required(&ROOMS)?;
    let views = rooms.iter().filter_map(|room| app.chatroom(room));
    let rows = views.map(|view| {
        Reply::new()
            .with(Names::both("chrmId"), view.id.as_str())
            .with(Names::both("name"), view.name)
            .with(Names::both("time"), written(view.created))
    });
    Ok(Reply::new().rows(Names::both("chatRooms"), rows))
}
