//! Messages in the name of the app.

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
        field::{Field, Parameter, required},
        generation::Names,
        kind::Users,
        reply::Reply,
        route::Operation,
    },
};

/// The most receivers (server-api.md 4.1).
const MAX_RECEIVERS: usize = 100;

const TO: Field<Users> = Field::new(
    Names::new("toUserId", "toUserIds"),
    Users(MAX_RECEIVERS),
    "Who gets it.",
);

const PARAMETERS: [Parameter; 19] = draft::with([required(&TO)]);

pub(super) const SEND: Operation = Operation::new(
    "/message/system/publish.json",
    "/v4/system-channel/message/send",
    "Sends a system message to users.",
    &PARAMETERS,
    send,
);

fn send(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let letter = Letter::read(call)?;
    let receivers = call.required(&TO)?.into_iter().map(Target::System);
    Ok(delivery::publish(
        app,
        &letter,
        receivers,
        Manner::Kept,
        now,
    ))
}
