//! The entries of a room by version: what is there, and what was.

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::{Millis, UserId};
use serde::{Deserialize, Serialize};

use super::{Entry, EntryError, EntryRules};
use crate::cloud::rate::Bucket;

/// The most entries of a room (behaviour.md 13.8).
const MAX_ENTRIES: usize = 100;
/// The most removals remembered for those who pull only what is new.
const MAX_REMOVALS: usize = 100;

/// Entries of a room, and those it had.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Entries {
    kept: BTreeMap<String, Entry>,
    /// Keys that are gone, by the version of their removal.
    removed: BTreeMap<Millis, String>,
    /// Removals up to here are forgotten: whoever knows an older version gets all anew.
    forgotten: Millis,
    version: Millis,
    pub(super) changing: Bucket,
}

/// What has changed since a version.
pub(super) struct Changes<'e> {
    /// Everything is here, what is not is gone.
    pub(super) full: bool,
    pub(super) set: Vec<(&'e String, &'e Entry)>,
    pub(super) removed: Vec<(&'e String, Millis)>,
}

impl Entries {
    /// The version of the newest change.
    pub(super) fn version(&self) -> Millis {
        self.version
    }

    pub(super) fn kept(&self) -> &BTreeMap<String, Entry> {
        &self.kept
    }

    /// What someone who knows a version, 0 for nothing, has to hear.
    pub(super) fn since(&self, version: Millis) -> Changes<'_> {
        let full = version.0 == 0 || version < self.forgotten;
        let known = if full { Millis(0) } else { version };
        let set = self.kept.iter();
        let removed = self.removed.iter().filter(|_| !full);
        Changes {
            full,
            set: set.filter(|(_, entry)| entry.version > known).collect(),
            removed: removed
                .filter(|(version, _)| **version > known)
                .map(|(version, key)| (key, *version))
                .collect(),
        }
    }

    /// Removes what was to go with a user. Says whether that was anything.
    pub(super) fn remove_of(&mut self, user: &UserId, now: Millis) -> bool {
        let going: BTreeSet<_> = self
            .kept
            .iter()
            .filter(|(_, entry)| entry.auto_delete && entry.owner == *user)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &going {
            self.drop_key(key, now);
        }
        !going.is_empty()
    }

    pub(super) fn set(
        &mut self,
        key: &str,
        value: &str,
        user: &UserId,
        rules: EntryRules,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        match self.kept.get(key) {
            Some(entry) if entry.owner != *user && !rules.overwrite => {
                return Err(EntryError::Foreign);
            }
            None if self.kept.len() >= MAX_ENTRIES => return Err(EntryError::Full),
            Some(_) | None => {}
        }
        let version = self.next_version(now);
        self.removed.retain(|_, removed| removed != key);
        let entry = Entry {
            value: value.to_owned(),
            owner: user.clone(),
            auto_delete: rules.auto_delete,
            version,
        };
        self.kept.insert(key.to_owned(), entry);
        Ok(version)
    }

    pub(super) fn remove(
        &mut self,
        key: &str,
        user: &UserId,
        rules: EntryRules,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        let entry = self.kept.get(key).ok_or(EntryError::Unknown)?;
        if entry.owner != *user && !rules.overwrite {
            return Err(EntryError::Foreign);
        }
        Ok(self.drop_key(key, now))
    }

    fn drop_key(&mut self, key: &str, now: Millis) -> Millis {
        self.kept.remove(key);
        let version = self.next_version(now);
        self.removed.insert(version, key.to_owned());
        while self.removed.len() > MAX_REMOVALS {
            let Some((forgotten, _)) = self.removed.pop_first() else {
                break;
            };
            self.forgotten = forgotten;
        }
        version
    }

    /// Versions are times, each later than the one before (protocol/cloud-wire.md 5.1).
    fn next_version(&mut self, now: Millis) -> Millis {
        self.version = now.max(Millis(self.version.0.saturating_add(1)));
        self.version
    }
}
