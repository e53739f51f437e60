//! What outlives a run of one app.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::Arc,
};

use imlink_model::{Millis, TargetId, UserId};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};

use super::{App, Secret};
use crate::cloud::{
    Policy,
    chatroom::Chatroom,
    group::Group,
    history::{Changes, Thread},
    lost::LostDevices,
    message::Message,
    saved::{Messages, NoSuchMessage, each, secret},
    token::Tokens,
    user::User,
    words::Words,
};

/// An app at one moment.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub(in crate::cloud) struct SavedApp(State);

/// An app as it is written: its messages, and everything else, which names them by place.
#[derive(Serialize, Deserialize)]
struct Written {
    messages: Messages,
    state: State<usize>,
}

/// Everything of an app that outlives a run.
#[derive(Clone, Serialize, Deserialize)]
struct State<M = Arc<Message>> {
    #[serde(with = "secret")]
    secret: Secret,
    policy: Policy,
    users: BTreeMap<UserId, User<M>>,
    groups: BTreeMap<TargetId, Group>,
    chatrooms: BTreeMap<TargetId, Chatroom<M>>,
    rooms_history: BTreeMap<TargetId, Thread<M>>,
    changes: Changes,
    tokens: Tokens,
    /// Those whose link was online included: the next run does not have it.
    lost: LostDevices,
    /// Who had a link.
    linked: BTreeSet<UserId>,
    words: Words,
    is_shut: bool,
    uid_counter: u16,
    /// For the chance of the next run, which would else make the tokens of this one again.
    seed: u64,
}

impl App {
    pub(in crate::cloud) fn save(&self) -> SavedApp {
        // Whoever adds to an app has to say here whether that outlives a run.
        let Self {
            key: _,
            secret,
            policy,
            users,
            groups,
            chatrooms,
            rooms_history,
            changes,
            tokens,
            links,
            lost,
            faults: _,
            words,
            is_shut,
            counters: _,
            transcript: _,
            random,
            uid_counter,
            // Its limits are forgotten in a minute.
            calling: _,
            outputs: _,
        } = self;
        let mut lost = lost.clone();
        for link in links.values().filter(|link| link.is_online()) {
            lost.add(link.into());
        }
        SavedApp(State {
            secret: secret.clone(),
            policy: policy.clone(),
            users: users.clone(),
            groups: groups.clone(),
            chatrooms: chatrooms.clone(),
            rooms_history: rooms_history.clone(),
            changes: changes.clone(),
            tokens: tokens.clone(),
            lost,
            linked: links.values().map(|link| link.user.clone()).collect(),
            words: words.clone(),
            is_shut: *is_shut,
            uid_counter: *uid_counter,
            seed: random.clone().next_u64(),
        })
    }

    /// Takes everything over but the secret and the addresses, as if links were lost now. A secret
    /// that is another has tokens forgotten, as [changing](App::change_secret) it does.
    pub(in crate::cloud) fn restore(&mut self, saved: SavedApp, now: Millis) {
        let State {
            secret,
            policy,
            users,
            groups,
            chatrooms,
            rooms_history,
            changes,
            tokens,
            lost,
            linked,
            words,
            is_shut,
            uid_counter,
            seed,
        } = saved.0;
        self.policy = Policy {
            gateways: std::mem::take(&mut self.policy.gateways),
            navigator: self.policy.navigator.take(),
            ..policy
        };
        self.users = users;
        self.groups = groups;
        self.chatrooms = chatrooms;
        self.rooms_history = rooms_history;
        self.changes = changes;
        self.tokens = tokens;
        self.lost = lost;
        self.words = words;
        self.is_shut = is_shut;
        self.uid_counter = uid_counter;
        self.random = StdRng::seed_from_u64(self.random.next_u64() ^ seed);
        for user in &linked {
            self.note_absence(user, now);
        }
        if secret != self.secret {
            self.forget_tokens();
        }
    }
}

impl SavedApp {
    pub(in crate::cloud) fn secret(&self) -> &Secret {
        &self.0.secret
    }
}

impl From<SavedApp> for Written {
    fn from(saved: SavedApp) -> Self {
        let mut messages = Messages::default();
        let Ok(state) = saved
            .0
            .rename(&mut |message| Ok::<_, Infallible>(messages.place(message)));
        Self { messages, state }
    }
}

impl TryFrom<Written> for SavedApp {
    type Error = NoSuchMessage;

    fn try_from(Written { messages, state }: Written) -> Result<Self, NoSuchMessage> {
        state.rename(&mut |place| messages.at(place)).map(Self)
    }
}

impl<M> State<M> {
    fn rename<N, E>(self, name: &mut impl FnMut(M) -> Result<N, E>) -> Result<State<N>, E> {
        Ok(State {
            secret: self.secret,
            policy: self.policy,
            users: each(self.users, |user| user.rename(name))?,
            groups: self.groups,
            chatrooms: each(self.chatrooms, |room| room.rename(name))?,
            rooms_history: each(self.rooms_history, |thread| thread.rename(name))?,
            changes: self.changes,
            tokens: self.tokens,
            lost: self.lost,
            linked: self.linked,
            words: self.words,
            is_shut: self.is_shut,
            uid_counter: self.uid_counter,
            seed: self.seed,
        })
    }
}
