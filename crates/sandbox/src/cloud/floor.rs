//! Who may speak in a group or a room.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use imlink_model::{Millis, UserId};
use serde::{Deserialize, Serialize};

/// Who has been silenced, and whether everyone has been.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Floor {
    /// Who may not send until when. `None` is for ever.
    pub(super) muted: BTreeMap<UserId, Option<Millis>>,
    /// Nobody may send, the exempt apart.
    pub(super) frozen: bool,
    /// Who may send although it is frozen.
    pub(super) exempt: BTreeSet<UserId>,
}

impl Floor {
    /// Whether a user may send.
    pub(super) fn allows(&self, user: &UserId, now: Millis) -> bool {
        !self.is_muted(user, now) && (!self.frozen || self.exempt.contains(user))
    }

    /// Whether a user himself has been silenced.
    pub(super) fn is_muted(&self, user: &UserId, now: Millis) -> bool {
        self.muted
            .get(user)
            .is_some_and(|until| until.is_none_or(|until| now < until))
    }

    /// Silences a user: for a time from now on, or for ever.
    pub(super) fn mute(&mut self, user: &UserId, time: Option<Duration>, now: Millis) {
        self.muted
            .insert(user.clone(), time.map(|time| now.after(time)));
    }

    /// Lets a user send in spite of a freeze, or no longer.
    pub(super) fn exempt(&mut self, user: &UserId, exempt: bool) {
        if exempt {
            self.exempt.insert(user.clone());
        } else {
            self.exempt.remove(user);
        }
    }

    /// Forgets mutes that are over.
    pub(super) fn forget_past(&mut self, now: Millis) {
        self.muted
            .retain(|_, until| until.is_none_or(|until| now < until));
    }
}
