//! Names and values that a chatroom carries.

use imlink_model::Millis;

use super::{ROOM, existing};
use crate::{
    App, EntryError, EntryRules,
    api::{
        ApiError,
        call::Call,
        field::{Field, optional, required},
        generation::Names,
        kind::{Flag, Map, Text, Texts, User},
        reply::{Reply, written},
        route::Operation,
    },
};

/// The longest key and value, in bytes: their characters are counted where they are kept.
const MAX_KEY: usize = 512;
const MAX_VALUE: usize = 16 * 1024;

const USER: Field<User> = Field::new(
    Names::rongcloud("userId"),
    User,
    "Whose entry it is; he need not be in the chatroom.",
);
const KEY: Field<Text> = Field::new(Names::rongcloud("key"), Text(MAX_KEY), "Its name.");
const VALUE: Field<Text> = Field::new(Names::rongcloud("value"), Text(MAX_VALUE), "Its value.");
const AUTO_DELETE: Field<Flag> = Field::new(
    Names::new("autoDelete", "shouldAutoDelete"),
    Flag,
    "Whether it goes when its owner leaves.",
);
const OWNER: Field<User> = Field::new(
    Names::new("entryOwnerId", "metadataOwnerId"),
    User,
    "Whose the entries are.",
);
const ENTRIES: Field<Map> =
    Field::new(Names::new("entryInfo", "metadata"), Map(20), "The entries.");
const KEYS: Field<Texts> = Field::new(
    Names::new("keys", "metadataKeys"),
    Texts {
        items: 100,
        bytes: MAX_KEY,
    },
    "Which entries; all if left out.",
);
const REMOVED: Field<Texts> = Field::new(
    Names::nexconn("metadataKeys"),
    Texts {
        items: 100,
        bytes: MAX_KEY,
    },
    "Which entries.",
);

pub(super) const SET: Operation = Operation::rongcloud(
    "/chatroom/entry/set.json",
    "Sets an entry of a chatroom.",
    &[
        required(&ROOM),
        required(&USER),
        required(&KEY),
        required(&VALUE),
        optional(&AUTO_DELETE),
    ],
    set,
);

pub(super) const SET_MANY: Operation = Operation::new(
    "/chatroom/entry/batch/set.json",
    "/v4/open-channel/metadata/batch/set",
    "Sets entries of a chatroom.",
    &[
        required(&ROOM),
        required(&OWNER),
        required(&ENTRIES),
        optional(&AUTO_DELETE),
    ],
    set_many,
);

pub(super) const REMOVE: Operation = Operation::rongcloud(
    "/chatroom/entry/remove.json",
    "Removes an entry of a chatroom.",
    &[required(&ROOM), required(&USER), required(&KEY)],
    remove,
);

pub(super) const REMOVE_MANY: Operation = Operation::nexconn(
    "/v4/open-channel/metadata/batch/remove",
    "Removes entries of a chatroom.",
    &[required(&ROOM), required(&OWNER), required(&REMOVED)],
    remove_many,
);

pub(super) const QUERY: Operation = Operation::new(
    "/chatroom/entry/query.json",
    "/v4/open-channel/metadata/batch/get",
    "Lists entries of a chatroom.",
    &[required(&ROOM), optional(&KEYS)],
    query,
);

fn set(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = existing(app, call)?;
    let user = call.required(&USER)?;
    let (key, value) = (call.required(&KEY)?, call.required(&VALUE)?);
    let rules = rules(call.optional(&AUTO_DELETE)?);
    let set = app.set_chatroom_entry(&room, &user, (&key, &value), rules, now);
    set.map_err(|error| refused(call, &KEY, error))?;
    Ok(Reply::new())
}

fn set_many(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = existing(app, call)?;
    let owner = call.required(&OWNER)?;
    let rules = rules(call.optional(&AUTO_DELETE)?);
    for (key, value) in call.required(&ENTRIES)? {
        let set = app.set_chatroom_entry(&room, &owner, (&key, &value), rules, now);
        set.map_err(|error| refused(call, &ENTRIES, error))?;
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = existing(app, call)?;
    let user = call.required(&USER)?;
    let key = call.required(&KEY)?;
    let removed = app.remove_chatroom_entry(&room, &user, &key, rules(None), now);
    removed.map_err(|error| refused(call, &KEY, error))?;
    Ok(Reply::new())
}

fn remove_many(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    let (room, _) = existing(app, call)?;
    let owner = call.required(&OWNER)?;
    for key in call.required(&REMOVED)? {
        let removed = app.remove_chatroom_entry(&room, &owner, &key, rules(None), now);
        removed.map_err(|error| refused(call, &REMOVED, error))?;
    }
    Ok(Reply::new())
}

/// Flags and times are texts in the older generation, numbers in the newer.
fn query(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (_, view) = existing(app, call)?;
    let wanted = call.optional(&KEYS)?;
    let entries = view.entries.into_iter();
    let entries = entries.filter(|(key, _)| wanted.as_ref().is_none_or(|keys| keys.contains(key)));
    let rows = entries.map(|(key, entry)| {
        let auto_delete = u8::from(entry.auto_delete);
        Reply::new()
            .with(Names::both("key"), key)
            .with(Names::both("value"), entry.value)
            .with(
                Names::new("userId", "metadataOwnerId"),
                entry.owner.as_str(),
            )
            .with(Names::rongcloud("autoDelete"), auto_delete.to_string())
            .with(Names::nexconn("shouldAutoDelete"), auto_delete)
            .with(Names::rongcloud("lastSetTime"), written(entry.version))
            .with(Names::nexconn("updatedAt"), entry.version.0)
    });
    Ok(Reply::new().rows(Names::new("keys", "metadata"), rows))
}

/// An app server may change whatever its users may have set.
fn rules(auto_delete: Option<bool>) -> EntryRules {
    EntryRules {
        auto_delete: auto_delete.unwrap_or_default(),
        overwrite: true,
    }
}

fn refused<K: crate::api::kind::Kind>(
    call: &Call,
    field: &Field<K>,
    error: EntryError,
) -> ApiError {
    match error {
        EntryError::NoSuchRoom => call.invalid(&ROOM, "names no chatroom"),
        EntryError::Invalid => call.invalid(field, "has a form it may not have"),
        EntryError::Full => call.invalid(field, "is one entry too many"),
        EntryError::Foreign => call.invalid(field, "is another user's"),
        EntryError::TooFast => ApiError::TooFast,
        EntryError::Disabled => ApiError::NotEnabled("entries"),
        EntryError::Unknown => call.invalid(field, "is not there"),
    }
}
