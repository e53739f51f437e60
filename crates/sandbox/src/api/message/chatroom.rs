//! Messages to chatrooms.

use imlink_model::Millis;

use super::{
    delivery::{self, Manner},
    draft::{self, Letter},
};
use crate::{
    App, Target,
    api::{
        ApiError,
        call::Call,
        field::{Field, Parameter, optional, required},
        generation::Names,
        kind::{Number, Targets},
        reply::Reply,
        route::Operation,
    },
};

/// The most rooms; the vendor advises ten (server-api.md 4.1).
const MAX_ROOMS: usize = 10;

const TO: Field<Targets> = Field::new(
    Names::new("toChatroomId", "toChannelIds"),
    Targets(MAX_ROOMS),
    "The chatrooms.",
);
const PRIORITY: Field<Number> = Field::new(
    Names::nexconn("priority"),
    Number(0..=3),
    "What may be dropped under load: nothing is here.",
);

const PARAMETERS: [Parameter; 20] = draft::with([required(&TO), optional(&PRIORITY)]);
const BROADCAST_PARAMETERS: [Parameter; 18] = draft::with([]);

pub(super) const SEND: Operation = Operation::new(
    "/message/chatroom/publish.json",
    "/v4/open-channel/message/send",
    "Sends a message to chatrooms.",
    &PARAMETERS,
    send,
);

pub(super) const BROADCAST: Operation = Operation::new(
    "/message/chatroom/broadcast.json",
    "/v4/open-channel/message/broadcast",
    "Sends a message to all chatrooms.",
    &BROADCAST_PARAMETERS,
    broadcast,
);

fn send(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let letter = Letter::read(call)?;
    let rooms = call.required(&TO)?;
    if !rooms.iter().all(|room| app.chatroom(room).is_some()) {
        call.note_absent(&TO);
    }
    let rooms = rooms.into_iter().map(Target::Chatroom);
    Ok(delivery::publish(app, &letter, rooms, Manner::Kept, now))
}

fn broadcast(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let letter = Letter::read(call)?;
    let uid = app.broadcast_to_chatrooms(letter.from(), letter.body(), now);
    Ok(Reply::new().with(delivery::MESSAGE_ID, uid))
}
