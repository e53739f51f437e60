//! What users have set of their conversations (server-api.md 7).

use imlink_model::Millis;

use super::{
    ApiError,
    call::Call,
    field::{Field, optional, required},
    generation::Names,
    kind::{Flag, Number, User},
    message::conversation::{ID, KIND, conversation},
    reply::Reply,
    route::Operation,
};
use crate::App;

/// No message makes a sound.
const SILENT: i64 = 5;
/// As the app has set it for all conversations.
const DEFAULT: i64 = 0;

const OWNER: Field<User> = Field::new(Names::both("requestId"), User, "Whose conversation it is.");
const USER: Field<User> = Field::new(Names::both("userId"), User, "Whose conversation it is.");
const MUTED: Field<Flag> = Field::new(
    Names::rongcloud("isMuted"),
    Flag,
    "1 for silence, 0 for sound; a level says more.",
);
const LEVEL: Field<Number> = Field::new(
    Names::new("unpushLevel", "noDisturbLevel"),
    Number(-1..=SILENT),
    "-1 for sound with every message, 0 as the app has it, 5 for silence.",
);
const PINNED: Field<Flag> = Field::new(
    Names::new("setTop", "isPin"),
    Flag,
    "Whether it is on top of the list.",
);

pub(super) const OPERATIONS: &[Operation] = &[SET_LEVEL, GET_LEVEL, PIN];

const SET_LEVEL: Operation = Operation::new(
    "/conversation/notification/set.json",
    "/v4/channel/push/set",
    "Sets whether messages of a user's conversation make a sound.",
    &[
        required(&KIND),
        required(&OWNER),
        required(&ID),
        optional(&MUTED),
        optional(&LEVEL),
    ],
    set_level,
);

const GET_LEVEL: Operation = Operation::new(
    "/conversation/notification/get.json",
    "/v4/channel/push/get",
    "Says whether messages of a user's conversation make a sound.",
    &[required(&KIND), required(&OWNER), required(&ID)],
    get_level,
);

const PIN: Operation = Operation::new(
    "/conversation/top/set.json",
    "/v4/channel/pin/set",
    "Puts a conversation on top of a user's list, or takes it down.",
    &[
        required(&KIND),
        required(&USER),
        required(&ID),
        required(&PINNED),
    ],
    pin,
);

fn set_level(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&OWNER)?;
    let conversation = conversation(call)?;
    let level = match (call.optional(&LEVEL)?, call.optional(&MUTED)?) {
        (Some(level), _) => level,
        (None, Some(true)) => SILENT,
        (None, Some(false)) => DEFAULT,
        (None, None) => return Err(call.invalid(&LEVEL, "is required")),
    };
    if !app.silence_conversation(&user, &conversation, level, now) {
        return Err(call.invalid(&ID, "is one conversation too many"));
    }
    Ok(Reply::new())
}

fn get_level(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&OWNER)?;
    let level = app.silence_of(&user, &conversation(call)?);
    let level = level.unwrap_or(DEFAULT);
    Ok(Reply::new()
        .with(Names::rongcloud("isMuted"), u8::from(level == SILENT))
        .with(Names::new("unpushLevel", "noDisturbLevel"), level))
}

fn pin(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let user = call.required(&USER)?;
    let conversation = conversation(call)?;
    if !app.pin_conversation(&user, &conversation, call.required(&PINNED)?, now) {
        return Err(call.invalid(&ID, "is one conversation too many"));
    }
    Ok(Reply::new())
}
