//! Messages from one user to others, each in private.

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
        kind::{Flag, Users},
        reply::Reply,
        route::Operation,
    },
};

/// The most receivers (server-api.md 4.1).
const MAX_RECEIVERS: usize = 1000;

const TO: Field<Users> = Field::new(
    Names::new("toUserId", "toUserIds"),
    Users(MAX_RECEIVERS),
    "Who gets it.",
);
const VERIFY: Field<Flag> = Field::new(
    Names::new("verifyBlacklist", "verifyBlocklist"),
    Flag,
    "Whether those who have blacklisted the sender are left out.",
);

const PARAMETERS: [Parameter; 20] = draft::with([required(&TO), optional(&VERIFY)]);

pub(super) const SEND: Operation = Operation::new(
    "/message/private/publish.json",
    "/v4/direct-channel/message/send",
    "Sends a message to users, to each in private.",
    &PARAMETERS,
    send,
);

pub(super) const SEND_STATUS: Operation = Operation::rongcloud(
    "/statusmessage/private/publish.json",
    "Sends a message to those users who are online; it is not kept.",
    &PARAMETERS,
    send_status,
);

fn send(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Manner::Kept, now)
}

fn send_status(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Manner::Status, now)
}

fn publish(app: &mut App, call: &Call, manner: Manner, now: Millis) -> Result<Reply, ApiError> {
    let letter = Letter::read(call)?;
    let mut receivers = call.required(&TO)?;
    if call.optional(&VERIFY)?.unwrap_or_default() {
        receivers.retain(|receiver| !app.is_blacklisted(receiver, letter.from()));
    }
    let receivers = receivers.into_iter().map(Target::User);
    Ok(delivery::publish(app, &letter, receivers, manner, now))
}
