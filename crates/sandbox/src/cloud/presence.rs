//! Who comes online and who goes, for whoever is called back about it (server-api.md 6).

use std::time::Duration;

use imlink_model::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{App, DeviceClass, LinkId, Output, link::Link};
use crate::api::Generation;

/// Where and how an app server is called back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// An `http` URL on this machine, unless the sandbox may be reached from others.
    pub url: String,
    /// Whose form the call has. Default: `RongCloud`'s.
    #[serde(default)]
    pub generation: Generation,
    /// What the body of a call of `RongCloud`'s form is. Default: an array.
    #[serde(default)]
    pub body: WebhookBody,
    /// How long one try may take. Default: 5 s (server-api.md 6).
    #[serde(default = "Webhook::default_patience")]
    pub patience: Duration,
}

impl Webhook {
    /// A webhook of `RongCloud`'s form.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            generation: Generation::default(),
            body: WebhookBody::default(),
            patience: Self::default_patience(),
        }
    }

    const fn default_patience() -> Duration {
        Duration::from_secs(5)
    }
}

/// What is posted; the vendor's documents do not say which it is (server-api.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookBody {
    /// An array of one event.
    #[default]
    Array,
    /// The event itself.
    Object,
}

/// A link has come online or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Which link.
    pub link: LinkId,
    /// Whose it is.
    pub user: UserId,
    /// What has happened to it.
    pub change: PresenceChange,
    /// The slot it takes.
    pub class: DeviceClass,
    /// Its session, which tells several devices of a user apart.
    pub session: String,
}

/// What has happened to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceChange {
    /// It was accepted.
    Online,
    /// It is gone, whoever ended it.
    Offline,
    /// Its user has logged out.
    LoggedOut,
}

impl App {
    /// Tells of a link, if anybody is to be called back.
    pub(super) fn tell_presence(&mut self, id: LinkId, link: &Link, change: PresenceChange) {
        if self.policy.presence.is_none() {
            return;
        }
        let event = Presence {
            link: id,
            user: link.user.clone(),
            change,
            class: link.class,
            session: link.session.clone(),
        };
        let app = self.key.clone();
        self.output(Output::Presence { app, event });
    }
}
