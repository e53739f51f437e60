//! The world of one app key.

mod saved;

use std::collections::{BTreeMap, VecDeque};

use imlink_model::{AppKey, Millis, TargetId, UserId};
use imlink_wire::{ClientPacket, ServerPacket};
use rand::{SeedableRng, rngs::StdRng};

use super::{
    Counters, Fault, Heard, Lasting, LinkId, LinkView, Output, Policy, PresenceChange, Record,
    Scope, StoredMessage,
    chatroom::Chatroom,
    fault::Faults,
    group::Group,
    history::{Changes, Thread},
    link::{Link, Standing},
    lost::LostDevices,
    publish::Sending,
    query::Query,
    rate::Bucket,
    token::Tokens,
    transcript::Transcript,
    user::User,
    words::Words,
};

pub(super) use saved::SavedApp;

/// The secret an app server signs its calls with.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text as a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What makes an app.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// Its public id.
    pub key: AppKey,
    /// Its app server's secret.
    pub secret: Secret,
    /// How its cloud behaves at first.
    pub policy: Policy,
}

/// The world of one app key: its users, tokens, links, mailboxes and faults.
///
/// Methods that take the time put their effects in the cloud's output, see
/// [`Cloud::poll_output`](super::Cloud::poll_output).
pub struct App {
    pub(super) key: AppKey,
    pub(super) secret: Secret,
    pub(super) policy: Policy,
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) groups: BTreeMap<TargetId, Group>,
    pub(super) chatrooms: BTreeMap<TargetId, Chatroom>,
    /// What was said in chatrooms; outlives them.
    pub(super) rooms_history: BTreeMap<TargetId, Thread>,
    pub(super) changes: Changes,
    pub(super) tokens: Tokens,
    pub(super) links: BTreeMap<LinkId, Link>,
    pub(super) lost: LostDevices,
    pub(super) faults: Faults,
    pub(super) words: Words,
    pub(super) is_shut: bool,
    pub(super) counters: Counters,
    pub(super) transcript: Transcript,
    pub(super) random: StdRng,
    pub(super) uid_counter: u16,
    /// How fast each path of the Server API is called.
    pub(super) calling: BTreeMap<&'static str, Bucket>,
    outputs: VecDeque<Output>,
}

impl App {
    pub(super) fn new(settings: AppSettings, seed: u64) -> Self {
        Self {
            key: settings.key,
            secret: settings.secret,
            policy: settings.policy,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            chatrooms: BTreeMap::new(),
            rooms_history: BTreeMap::new(),
            changes: Changes::default(),
            tokens: Tokens::default(),
            links: BTreeMap::new(),
            lost: LostDevices::default(),
            faults: Faults::default(),
            words: Words::default(),
            is_shut: false,
            counters: Counters::default(),
            transcript: Transcript::default(),
            random: StdRng::seed_from_u64(seed),
            uid_counter: 0,
            calling: BTreeMap::new(),
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn reconfigure(&mut self, settings: AppSettings) {
        self.secret = settings.secret;
        self.policy = settings.policy;
    }

    /// The app key.
    #[must_use]
    pub fn key(&self) -> &AppKey {
        &self.key
    }

    /// The secret of the app server.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The standing rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The standing rules, to change.
    #[must_use]
    pub fn policy_mut(&mut self) -> &mut Policy {
        &mut self.policy
    }

    /// Arms a fault. Faults of a kind strike oldest first.
    pub fn add_fault(&mut self, fault: Fault, scope: Scope, lasting: Lasting) {
        self.faults.add(fault, scope, lasting);
    }

    /// The faults that wait to strike, oldest first.
    pub fn faults(&self) -> impl Iterator<Item = (&Fault, &Scope, Lasting)> {
        self.faults.iter()
    }

    /// Disarms all faults and lets held PUBACKs go, in the order they were made.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
        let links: Vec<_> = self.links.keys().copied().collect();
        for link in links {
            self.release_acks(link);
        }
    }

    /// The links that are online, by id.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        let online = self.links.iter().filter(|(_, link)| link.is_online());
        online.map(|(id, link)| link.view(*id)).collect()
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The counts, for whoever serves the Server API.
    pub(crate) fn counters_mut(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// What clients said, oldest first; the oldest of very many are forgotten.
    pub fn transcript(&self) -> impl Iterator<Item = &Record> {
        self.transcript.records()
    }

    /// Adds to the transcript what only the owner of the sockets hears.
    pub fn hear(&mut self, link: Option<LinkId>, heard: Heard, now: Millis) {
        self.transcript.add(now, link, heard);
    }

    /// Every message in a user's mailbox, sent and received, in order of time.
    #[must_use]
    pub fn stored(&self, user: &UserId) -> Vec<StoredMessage> {
        self.users
            .get(user)
            .map(|user| user.mailbox.stored())
            .unwrap_or_default()
    }

    pub(super) fn receive(&mut self, link: LinkId, packet: ClientPacket, now: Millis) {
        self.let_time_pass(now);
        let Some(state) = self.links.get(&link) else {
            return;
        };
        self.counters.packets += 1;
        if let Ok(bytes) = packet.encode(state.version) {
            self.transcript
                .add(now, Some(link), Heard::packet(&packet, &bytes));
        }
        match state.standing {
            Standing::Online => {}
            Standing::Silent | Standing::Ended => return,
        }
        match packet {
            ClientPacket::Publish {
                qos: _,
                topic,
                target,
                message_id,
                body,
            } => {
                let sending = Sending {
                    link,
                    topic,
                    target,
                    message_id,
                    body,
                    accepted_as: 0,
                };
                self.publish(sending, now);
            }
            ClientPacket::Query {
                topic,
                target,
                message_id,
                body,
            } => {
                let query = Query {
                    link,
                    user: state.user.clone(),
                    target,
                    body,
                };
                self.query(&topic, &query, message_id, now);
            }
            ClientPacket::PingReq => self.ping(link),
            ClientPacket::Disconnect { .. } => self.log_out(link),
            // Nothing waits for these: notifications are sent once, QUERYACKs ask for none.
            ClientPacket::PubAck { .. } | ClientPacket::QueryCon { .. } => {}
        }
    }

    pub(super) fn closed(&mut self, id: LinkId, now: Millis) {
        let Some(link) = self.links.remove(&id) else {
            return;
        };
        self.counters.closed += 1;
        if self.links_of(&link.user).is_empty() {
            self.note_absence(&link.user, now);
        }
        if link.is_online() {
            // Neither side said goodbye.
            self.tell_presence(id, &link, PresenceChange::Offline);
            self.lost.add((&link).into());
        }
    }

    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn send(&mut self, link: LinkId, packet: ServerPacket) {
        self.output(Output::Send { link, packet });
    }

    pub(super) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// Lets a link go; what is queued for it is still sent.
    pub(super) fn end(&mut self, link: LinkId) {
        self.end_with(link, PresenceChange::Offline);
    }

    /// The user says goodbye.
    fn log_out(&mut self, link: LinkId) {
        self.end_with(link, PresenceChange::LoggedOut);
    }

    fn end_with(&mut self, id: LinkId, change: PresenceChange) {
        if let Some(mut link) = self.links.remove(&id) {
            if link.is_online() {
                self.tell_presence(id, &link, change);
            }
            link.standing = Standing::Ended;
            self.links.insert(id, link);
        }
        self.output(Output::Close { link: id });
    }

    /// The user's mailbox and more; a user nobody mentioned before is made.
    pub(super) fn user(&mut self, user: &UserId) -> &mut User {
        self.users.entry(user.clone()).or_default()
    }

    /// The links of a user that are online, by id.
    pub(super) fn links_of(&self, user: &UserId) -> Vec<LinkId> {
        let online = self
            .links
            .iter()
            .filter(|(_, link)| link.is_online() && link.user == *user);
        online.map(|(id, _)| *id).collect()
    }

    /// Whether a fault of the chosen kind strikes this user now; it then counts as struck.
    pub(crate) fn strikes<T>(
        &mut self,
        user: Option<&UserId>,
        choose: impl Fn(&Fault) -> Option<T>,
    ) -> Option<T> {
        let struck = self.faults.strike(user, choose)?;
        self.counters.faults += 1;
        Some(struck)
    }

    fn ping(&mut self, link: LinkId) {
        self.counters.pings += 1;
        let user = self.links.get(&link).map(|link| link.user.clone());
        let silent = self.strikes(user.as_ref(), |fault| {
            matches!(fault, Fault::NoPong).then_some(())
        });
        if silent.is_none() {
            self.send(link, ServerPacket::PingResp);
        }
    }
}
