//! The pure core: every app key is a world of its own, links lead into one of them.

mod account;
mod acks;
mod app;
mod broadcast;
mod chatroom;
mod connect;
mod conversations;
mod counters;
mod deletion;
mod directory;
mod echo;
mod events;
mod expansion;
mod fault;
mod floor;
mod greeting;
mod group;
mod history;
mod link;
mod lookup;
mod lost;
mod mailbox;
mod message;
mod moderation;
mod modify;
mod navigation;
mod output;
mod policy;
mod presence;
mod publish;
mod pull;
mod query;
mod rate;
mod reading;
mod recall;
mod relation;
mod saved;
mod send;
mod settings;
mod states;
mod target;
mod token;
mod transcript;
mod unread;
mod user;
mod words;

use std::collections::{BTreeMap, VecDeque};

pub use app::{App, AppSettings, Secret};
pub use broadcast::Audience;
pub use chatroom::{ChatroomOptions, ChatroomView, Destruction, Entry, EntryError, EntryRules};
pub use counters::Counters;
pub use expansion::{Expanding, ExpansionError};
pub use fault::{Fault, Lasting, NavigationFault, Scope, ServerApiFault};
pub use greeting::{DeviceClass, Greeting};
pub use group::GroupView;
pub use history::HistoryOrder;
pub use link::LinkView;
pub use message::{Draft, StoredMessage};
pub use navigation::NavigationReply;
pub use output::{LinkId, Output};
pub use policy::{Gateway, Policy, Rate, UnknownToken};
pub use presence::{Presence, PresenceChange, Webhook, WebhookBody};
pub(crate) use publish::MAX_CONTENT;
pub use recall::Recall;
pub use saved::Saved;
pub use send::SenderCopy;
pub use target::Target;
pub use transcript::{Heard, Record};
pub use user::UserView;

use imlink_model::{AppKey, Millis};
use imlink_wire::{ClientPacket, ConnAck, ServerPacket, navigation::ReceivedRequest};

/// `CONNACK` status for an app key nobody knows (31002).
const APP_KEY_REJECTED: u8 = 2;

/// The whole cloud, without a socket or a clock.
///
/// Every input takes the time in ms since the epoch; a time earlier than one seen before is taken
/// as it is. After an input, drain [`poll_output`](Self::poll_output) until it is empty. The same
/// seed and inputs give the same outputs.
pub struct Cloud {
    apps: BTreeMap<AppKey, App>,
    default_app: AppKey,
    links: BTreeMap<LinkId, AppKey>,
    /// For links that lead into no app.
    outputs: VecDeque<Output>,
    seed: u64,
}

impl Cloud {
    /// A cloud with one app key, its default.
    #[must_use]
    pub fn new(app: AppSettings, seed: u64) -> Self {
        let mut cloud = Self {
            apps: BTreeMap::new(),
            default_app: app.key.clone(),
            links: BTreeMap::new(),
            outputs: VecDeque::new(),
            seed,
        };
        cloud.add_app(app);
        cloud
    }

    /// Adds the world of another app key. An app key that is there keeps its users and gets the
    /// new secret and policy.
    pub fn add_app(&mut self, settings: AppSettings) {
        if let Some(app) = self.apps.get_mut(&settings.key) {
            app.reconfigure(settings);
            return;
        }
        let seed = self.seed.wrapping_add(self.apps.len() as u64);
        self.apps
            .insert(settings.key.clone(), App::new(settings, seed));
    }

    /// The world of an app key.
    #[must_use]
    pub fn app(&self, key: &AppKey) -> Option<&App> {
        self.apps.get(key)
    }

    /// The world of an app key, to act in.
    #[must_use]
    pub fn app_mut(&mut self, key: &AppKey) -> Option<&mut App> {
        self.apps.get_mut(key)
    }

    /// The app key given to [`new`](Self::new).
    #[must_use]
    pub fn default_key(&self) -> &AppKey {
        &self.default_app
    }

    /// The world of the default app key.
    #[must_use]
    pub fn default_app(&self) -> &App {
        self.apps
            .get(&self.default_app)
            .expect("the default app is never removed")
    }

    /// The world of the default app key, to act in.
    #[must_use]
    pub fn default_app_mut(&mut self) -> &mut App {
        self.apps
            .get_mut(&self.default_app)
            .expect("the default app is never removed")
    }

    /// Every app key with its world.
    pub fn apps(&self) -> impl Iterator<Item = (&AppKey, &App)> {
        self.apps.iter()
    }

    /// Every app key with its world, to act in.
    pub fn apps_mut(&mut self) -> impl Iterator<Item = (&AppKey, &mut App)> {
        self.apps.iter_mut()
    }

    /// Answers a navigation request (protocol/cloud-wire.md 1).
    pub fn navigate(&mut self, request: &ReceivedRequest, now: Millis) -> NavigationReply {
        match self.known_app(&request.app_key) {
            Some(app) => app.navigate(request, now),
            // Navigation cannot say 31002; the gateway does, so the client is led there.
            None => self.default_app().lead_to_gateway(request),
        }
    }

    /// Opens a link: the client has said who it is, CONNACK is the answer
    /// (protocol/cloud-wire.md 2, 3.3).
    ///
    /// The caller chooses link ids and never uses one twice.
    pub fn open(&mut self, link: LinkId, greeting: impl Into<Greeting>, now: Millis) {
        let greeting = greeting.into();
        let Some(app) = self.known_app(&greeting.app_key) else {
            tracing::info!(%link, "Link refused: unknown app key");
            let connack = ServerPacket::ConnAck(ConnAck::refused(APP_KEY_REJECTED));
            self.outputs.push_back(Output::Send {
                link,
                packet: connack,
            });
            self.outputs.push_back(Output::Close { link });
            return;
        };
        let key = app.key().clone();
        app.open(link, &greeting, now);
        self.links.insert(link, key);
    }

    /// Takes one packet of a link. A packet of a link that is not open is ignored.
    pub fn receive(&mut self, link: LinkId, packet: ClientPacket, now: Millis) {
        if let Some(app) = self.app_of(link) {
            app.receive(link, packet, now);
        }
    }

    /// Notes that a link is gone, whoever ended it.
    pub fn closed(&mut self, link: LinkId, now: Millis) {
        if let Some(app) = self.app_of(link) {
            app.closed(link, now);
        }
        self.links.remove(&link);
    }

    /// The next thing to do, `None` when all is done. Order holds per link.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        output.or_else(|| self.apps.values_mut().find_map(App::poll_output))
    }

    fn known_app(&mut self, key: &str) -> Option<&mut App> {
        let key = AppKey::new(key).ok()?;
        self.apps.get_mut(&key)
    }

    fn app_of(&mut self, link: LinkId) -> Option<&mut App> {
        let key = self.links.get(&link)?;
        self.apps.get_mut(key)
    }
}
