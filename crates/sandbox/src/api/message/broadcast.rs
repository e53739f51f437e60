//! Messages to everyone (server-api.md 4.1).

use imlink_model::Millis;

use super::{
    delivery::MESSAGE_ID,
    draft::{self, Letter},
};
use crate::{
    App, Audience,
    api::{ApiError, call::Call, field::Parameter, reply::Reply, route::Operation},
};

const PARAMETERS: [Parameter; 18] = draft::with([]);

pub(super) const TO_ALL: Operation = Operation::new(
    "/message/broadcast.json",
    "/v4/system-channel/message/broadcast-all",
    "Sends a system message to every user.",
    &PARAMETERS,
    to_all,
);

pub(super) const TO_ONLINE: Operation = Operation::new(
    "/message/online/broadcast.json",
    "/v4/system-channel/message/broadcast-online",
    "Sends a system message to every user who is online.",
    &PARAMETERS,
    to_online,
);

fn to_all(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    broadcast(app, call, Audience::Everyone, now)
}

fn to_online(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    broadcast(app, call, Audience::Online, now)
}

fn broadcast(app: &mut App, call: &Call, to: Audience, now: Millis) -> Result<Reply, ApiError> {
    let letter = Letter::read(call)?;
    let uid = app.publish_broadcast(letter.from(), letter.body(), to, now);
    Ok(Reply::new().with(MESSAGE_ID, uid))
}
