//! What is to be seen.

use imlink_model::UserId;

use super::Sandbox;
use crate::{Counters, LinkView, Record, StoredMessage};

impl Sandbox {
    /// The links that are online, by id.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        self.with_app(|app| app.links())
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.with_app(|app| app.counters())
    }

    /// What clients said, oldest first.
    #[must_use]
    pub fn transcript(&self) -> Vec<Record> {
        self.with_app(|app| app.transcript().cloned().collect())
    }

    /// Every message in a user's mailbox, in order of time.
    #[must_use]
    pub fn stored(&self, user: &UserId) -> Vec<StoredMessage> {
        self.with_app(|app| app.stored(user))
    }
}
