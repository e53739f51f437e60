//! Names and values attached to messages after they were sent (server-api.md 4.2).

use imlink_model::Millis;
use serde_json::json;

use super::conversation::{self, target};
use crate::{
    App, Expanding, ExpansionError, SenderCopy,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, Keys, Map, Number, Text, User},
        page::Page,
        reply::Reply,
        route::Operation,
    },
};

/// The most entries of one call (server-api.md 4.2).
const MAX_ENTRIES: usize = 100;

const UID: Field<Text> = Field::new(Names::new("msgUID", "messageId"), Text(64), "The message.");
const USER: Field<User> = Field::new(Names::both("userId"), User, "In whose name.");
const ENTRIES: Field<Map> = Field::new(
    Names::new("extraKeyVal", "metadata"),
    Map(MAX_ENTRIES),
    "What is attached.",
);
const KEYS: Field<Keys> = Field::new(
    Names::new("extraKey", "keys"),
    Keys(MAX_ENTRIES),
    "What is taken off, as a list or as a JSON array.",
);
const ECHO: Field<Flag> = Field::new(
    Names::new("isSyncSender", "isEchoToSender"),
    Flag,
    "Whether the user's own devices hear of it.",
);
/// The newer generation names it differently where names are taken off (its `OpenAPI` document).
const SYNC: Field<Flag> = Field::new(
    Names::new("isSyncSender", "syncToSender"),
    Flag,
    "Whether the user's own devices hear of it.",
);
const PAGE: Field<Number> = Field::new(
    Names::new("pageNo", "page"),
    Number(0..=i64::MAX),
    "Which page, from 1.",
);

/// Entries on a page.
const PAGE_SIZE: usize = 100;

pub(super) const SET: Operation = Operation::new(
    "/message/expansion/set.json",
    "/v4/channel-type/message/metadata/set",
    "Attaches names and values to a message.",
    &[
        required(&UID),
        required(&USER),
        required(&conversation::KIND),
        required(&conversation::ID),
        required(&ENTRIES),
        optional(&ECHO),
    ],
    set,
);

pub(super) const DELETE: Operation = Operation::new(
    "/message/expansion/delete.json",
    "/v4/channel-type/message/metadata/delete",
    "Takes names off a message.",
    &[
        required(&UID),
        required(&USER),
        required(&conversation::KIND),
        required(&conversation::ID),
        required(&KEYS),
        optional(&SYNC),
    ],
    delete,
);

pub(super) const QUERY: Operation = Operation::new(
    "/message/expansion/query.json",
    "/v4/channel-type/message/metadata/list",
    "Lists what is attached to a message.",
    &[required(&UID), optional(&PAGE)],
    query,
);

fn set(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let expanding = expanding(call, &ECHO)?;
    let entries = call.required(&ENTRIES)?;
    let told = app.expand_message(&expanding, &entries, now);
    told.map_err(|error| refused(call, error))?;
    Ok(Reply::new())
}

fn delete(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let expanding = expanding(call, &SYNC)?;
    let keys = call.required(&KEYS)?;
    let told = app.unexpand_message(&expanding, &keys, now);
    told.map_err(|error| refused(call, error))?;
    Ok(Reply::new())
}

/// The older generation answers an object with a name in each name, the newer a list.
fn query(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let expansion = app.expansion_of(&call.required(&UID)?);
    let expansion = expansion.ok_or_else(|| call.invalid(&UID, "names no message"))?;
    let page = Page::new(call.optional(&PAGE)?, None, PAGE_SIZE);
    let entries: Vec<_> = page.of(expansion).collect();
    let object: serde_json::Map<_, _> = entries
        .iter()
        .map(|(name, (value, time))| {
            let time = time.map(|time| time.0);
            (
                name.clone(),
                json!({ "v": value, "ts": time.unwrap_or_default() }),
            )
        })
        .collect();
    let rows = entries.iter().map(|(name, (value, time))| {
        Reply::new()
            .with(Names::nexconn("key"), name.as_str())
            .with(Names::nexconn("value"), value.as_str())
            .with(Names::nexconn("updatedAt"), time.unwrap_or_default().0)
    });
    Ok(Reply::new()
        .with(Names::rongcloud("extraContent"), object)
        .rows(Names::nexconn("metadata"), rows))
}

fn expanding(call: &Call, echo: &Field<Flag>) -> Result<Expanding, ApiError> {
    let copy = match call.optional(echo)? {
        Some(true) => SenderCopy::Included,
        Some(false) | None => SenderCopy::Excluded,
    };
    Ok(Expanding {
        by: call.required(&USER)?,
        to: target(call)?,
        uid: call.required(&UID)?,
        copy,
    })
}

fn refused(call: &Call, error: ExpansionError) -> ApiError {
    match error {
        ExpansionError::NoSuchMessage => call.invalid(&UID, "names no message of the conversation"),
        ExpansionError::NotExpandable => call.invalid(&UID, "names a message sent without leave"),
        ExpansionError::Invalid => call.invalid(&ENTRIES, "has a name or value too long or empty"),
        ExpansionError::TooMany => call.invalid(&ENTRIES, "is too much for one message"),
    }
}
