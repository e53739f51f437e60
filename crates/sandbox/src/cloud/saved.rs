//! What outlives a run.
//!
//! Kept is what clients and app servers have done: app keys, users, tokens, messages, groups,
//! rooms. Links, faults, counters and transcripts are of their run.
//!
//! State is generic over how it names a message. In a running cloud mailboxes, histories and rooms
//! share it; in what is written they name its place in one list, and share it again when read.

mod encoding;
mod messages;

use std::collections::BTreeMap;

use imlink_model::{AppKey, Millis};
use serde::{Deserialize, Serialize};

pub(super) use encoding::{bodies, body, optional_body, pairs, secret};
pub(super) use messages::{Messages, NoSuchMessage, each};

use super::{AppSettings, Cloud, Policy, app::SavedApp};

/// The state of a cloud at one moment, to be written and to be [restored](Cloud::restore).
///
/// It shares its messages with the cloud, so that taking it is cheap. Whoever writes it writes
/// secrets, tokens and messages.
#[derive(Clone, Serialize, Deserialize)]
pub struct Saved {
    apps: BTreeMap<AppKey, SavedApp>,
}

impl Cloud {
    /// Everything that outlives a run.
    #[must_use]
    pub fn save(&self) -> Saved {
        let apps = self.apps.iter();
        Saved {
            apps: apps.map(|(key, app)| (key.clone(), app.save())).collect(),
        }
    }

    /// Takes over the apps of an earlier run, as if every link of theirs were lost at this moment.
    ///
    /// An app key that is there keeps its secret and the addresses of its policy, for these are of
    /// the run; everything else of it is replaced. Where the secret was another, tokens are
    /// forgotten, as [changing](super::App::change_secret) it does. An app key that is not there is
    /// added, without addresses.
    pub fn restore(&mut self, saved: Saved, now: Millis) {
        for (key, saved) in saved.apps {
            if !self.apps.contains_key(&key) {
                self.add_app(AppSettings {
                    key: key.clone(),
                    secret: saved.secret().clone(),
                    policy: Policy::default(),
                });
            }
            if let Some(app) = self.apps.get_mut(&key) {
                app.restore(saved, now);
            }
        }
    }
}

impl std::fmt::Debug for Saved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<_> = self.apps.keys().collect();
        f.debug_struct("Saved")
            .field("apps", &keys)
            .finish_non_exhaustive()
    }
}
