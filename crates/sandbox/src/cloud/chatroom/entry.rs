//! Names and values that a room carries (protocol/cloud-wire.md 5.9, behaviour.md 13.8).

use imlink_model::{Millis, TargetId, UserId};
use serde::{Deserialize, Serialize};

use super::{Chatroom, entries::Entries};
use crate::cloud::{App, Policy};

/// The longest key, in characters (behaviour.md 13.8).
const MAX_KEY: usize = 128;
/// The longest value, in characters; the vendor's reference of `setChatRoomEntries` names it.
const MAX_VALUE: usize = 4096;

/// One entry of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its value.
    pub value: String,
    /// Who set it last.
    pub owner: UserId,
    /// Whether it goes when its owner leaves.
    pub auto_delete: bool,
    /// When it was set, unique in the room.
    pub version: Millis,
}

/// How an entry is set or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryRules {
    /// It goes when its owner leaves.
    pub auto_delete: bool,
    /// It may take the place of another user's.
    pub overwrite: bool,
}

/// Why an entry is not set or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There is no such room.
    #[error("there is no such chatroom")]
    NoSuchRoom,
    /// The key or the value has a form it may not have.
    #[error("the key or the value is not allowed")]
    Invalid,
    /// The room has as many entries as it may.
    #[error("the chatroom has too many entries")]
    Full,
    /// The entry is another user's.
    #[error("the entry belongs to another user")]
    Foreign,
    /// Too many changes in too short a time.
    #[error("too many changes of entries")]
    TooFast,
    /// The app has no entries.
    #[error("entries are not enabled")]
    Disabled,
    /// There is no such entry to remove.
    #[error("there is no such entry")]
    Unknown,
}

impl EntryError {
    /// The vendor's code (protocol/cloud-wire.md 5.9), as its public headers name them.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoSuchRoom => 23410,
            Self::Invalid => 23412,
            Self::Full => 23423,
            Self::Foreign => 23424,
            Self::TooFast => 23425,
            Self::Disabled => 23426,
            Self::Unknown => 23427,
        }
    }
}

impl App {
    /// Sets an entry in the name of a user, who need not be in the room. Says its version.
    ///
    /// # Errors
    /// [`EntryError`], and nothing has changed.
    pub fn set_chatroom_entry(
        &mut self,
        id: &TargetId,
        user: &UserId,
        (key, value): (&str, &str),
        rules: EntryRules,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        let version = self.put_entry(id, user, (key, value), rules, now)?;
        self.tell_entries_changed(id, None, now);
        Ok(version)
    }

    /// Removes an entry in the name of a user, who need not be in the room.
    ///
    /// # Errors
    /// [`EntryError`], and nothing has changed.
    pub fn remove_chatroom_entry(
        &mut self,
        id: &TargetId,
        user: &UserId,
        key: &str,
        rules: EntryRules,
        now: Millis,
    ) -> Result<(), EntryError> {
        self.delete_entry(id, user, key, rules, now)?;
        self.tell_entries_changed(id, None, now);
        Ok(())
    }

    /// Sets an entry and tells nobody.
    pub(super) fn put_entry(
        &mut self,
        id: &TargetId,
        user: &UserId,
        (key, value): (&str, &str),
        rules: EntryRules,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        let entries = self.entries_to_change(id, now)?;
        if !is_key(key) || value.chars().count() > MAX_VALUE {
            return Err(EntryError::Invalid);
        }
        entries.set(key, value, user, rules, now)
    }

    /// Removes an entry and tells nobody.
    pub(super) fn delete_entry(
        &mut self,
        id: &TargetId,
        user: &UserId,
        key: &str,
        rules: EntryRules,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        self.entries_to_change(id, now)?
            .remove(key, user, rules, now)
    }

    fn entries_to_change(
        &mut self,
        id: &TargetId,
        now: Millis,
    ) -> Result<&mut Entries, EntryError> {
        let room = self.chatrooms.get_mut(id).ok_or(EntryError::NoSuchRoom)?;
        room.entries_to_change(&self.policy, now)
    }
}

impl Chatroom {
    fn entries_to_change(
        &mut self,
        policy: &Policy,
        now: Millis,
    ) -> Result<&mut Entries, EntryError> {
        if !policy.chatroom_entries {
            return Err(EntryError::Disabled);
        }
        let rate = policy.entry_rate;
        if rate.is_some_and(|rate| !self.entries.changing.take(rate, now)) {
            return Err(EntryError::TooFast);
        }
        Ok(&mut self.entries)
    }
}

/// Letters, digits and `+ = - _` (the vendor's page on chatroom attributes).
fn is_key(key: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '=' | '-' | '_');
    (1..=MAX_KEY).contains(&key.len()) && key.chars().all(allowed)
}
