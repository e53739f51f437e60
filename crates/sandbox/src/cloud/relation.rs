//! What stands between two users, and what an administrator forbids one of them
//! (server-api.md 3).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use imlink_model::{ConversationKind, Millis, UserId};
use imlink_wire::flags;
use serde::{Deserialize, Serialize};

use super::{App, Draft, publish::Refusal};

/// PUBACK status: the receiver has blacklisted the sender.
const BLACKLISTED: u16 = 405;
/// PUBACK status: the receiver has not allowed the sender.
const NOT_ALLOWED: u16 = 407;
/// PUBACK status: the sender may not send in private.
const MUTED_IN_PRIVATE: u16 = 20106;

/// Whom a user hears, and where he may speak.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Relations {
    blacklist: BTreeSet<UserId>,
    allow_list: BTreeSet<UserId>,
    /// Whether only the allowed may write to him, whatever the policy of the app.
    only_allowed: bool,
    /// Kinds of conversations he may not send in until when. `None` is for ever.
    muted: BTreeMap<ConversationKind, Option<Millis>>,
}

impl App {
    /// Keeps another user's private messages from a user (405).
    pub fn blacklist(&mut self, user: &UserId, other: &UserId) {
        self.user(user).relations.blacklist.insert(other.clone());
    }

    /// Lets another user's private messages through again.
    pub fn unblacklist(&mut self, user: &UserId, other: &UserId) {
        self.user(user).relations.blacklist.remove(other);
    }

    /// Whom a user has blacklisted.
    pub fn blacklist_of(&self, user: &UserId) -> impl Iterator<Item = &UserId> {
        let user = self.users.get(user);
        user.into_iter().flat_map(|user| &user.relations.blacklist)
    }

    /// Puts another user on a user's allow list.
    pub fn allow(&mut self, user: &UserId, other: &UserId) {
        self.user(user).relations.allow_list.insert(other.clone());
    }

    /// Takes another user from a user's allow list.
    pub fn disallow(&mut self, user: &UserId, other: &UserId) {
        self.user(user).relations.allow_list.remove(other);
    }

    /// Who is on a user's allow list.
    pub fn allow_list_of(&self, user: &UserId) -> impl Iterator<Item = &UserId> {
        let user = self.users.get(user);
        user.into_iter().flat_map(|user| &user.relations.allow_list)
    }

    /// Says whether only those on his allow list may write to a user (407); his blacklist does not
    /// matter then. For every user at once it is [`Policy::allow_lists`](super::Policy::allow_lists).
    pub fn only_allowed(&mut self, user: &UserId, only: bool) {
        self.user(user).relations.only_allowed = only;
    }

    /// Whether only those on his allow list may write to a user.
    #[must_use]
    pub fn is_only_allowed(&self, user: &UserId) -> bool {
        let user = self.users.get(user);
        self.policy.allow_lists || user.is_some_and(|user| user.relations.only_allowed)
    }

    /// Forbids a user to send in conversations of a kind (20106, 22408, 23408): for a time, or for
    /// ever.
    pub fn mute_in(
        &mut self,
        user: &UserId,
        kind: ConversationKind,
        time: Option<Duration>,
        now: Millis,
    ) {
        let until = time.map(|time| now.after(time));
        self.user(user).relations.muted.insert(kind, until);
    }

    /// Lets a user send again in conversations of a kind.
    pub fn unmute_in(&mut self, user: &UserId, kind: ConversationKind) {
        self.user(user).relations.muted.remove(&kind);
    }

    /// Who may not send in conversations of a kind until when. `None` is for ever.
    pub fn muted_in(
        &self,
        kind: ConversationKind,
        now: Millis,
    ) -> impl Iterator<Item = (&UserId, Option<Millis>)> {
        self.users.iter().filter_map(move |(id, user)| {
            let until = *user.relations.muted.get(&kind)?;
            holds(until, now).then_some((id, until))
        })
    }

    pub(super) fn is_muted_in(&self, user: &UserId, kind: ConversationKind, now: Millis) -> bool {
        let until = self
            .users
            .get(user)
            .and_then(|user| user.relations.muted.get(&kind));
        until.is_some_and(|until| holds(*until, now))
    }

    /// Whether a private message of a client may reach its receiver. One of his lists matters: the
    /// allow list where it is in use, else the blacklist (the vendor's page on allow lists).
    ///
    /// A sender may ask to pass both lists (protocol/cloud-wire.md 5.4); one whose SDK does not
    /// know the flag asks for nothing.
    pub(super) fn check_private(
        &self,
        draft: &Draft,
        receiver: &UserId,
        now: Millis,
    ) -> Result<(), Refusal> {
        let from = &draft.from;
        if self.is_muted_in(from, ConversationKind::Private, now) {
            return Err(Refusal::new(MUTED_IN_PRIVATE, "muted in private"));
        }
        let flags = draft.body.config_flag;
        if flags.is_some_and(|flags| flags & flags::config::DEFAULT == 0) || from == receiver {
            return Ok(());
        }
        let relations = self.users.get(receiver).map(|user| &user.relations);
        if self.is_only_allowed(receiver) {
            let allowed = relations.is_some_and(|relations| relations.allow_list.contains(from));
            return if allowed {
                Ok(())
            } else {
                Err(Refusal::new(
                    NOT_ALLOWED,
                    "not on the receiver's allow list",
                ))
            };
        }
        if relations.is_some_and(|relations| relations.blacklist.contains(from)) {
            return Err(Refusal::new(BLACKLISTED, "blacklisted by the receiver"));
        }
        Ok(())
    }

    /// Whether an app server's private message may reach its receiver, if it asks for that.
    #[must_use]
    pub fn is_blacklisted(&self, user: &UserId, other: &UserId) -> bool {
        let user = self.users.get(user);
        user.is_some_and(|user| user.relations.blacklist.contains(other))
    }
}

fn holds(until: Option<Millis>, now: Millis) -> bool {
    until.is_none_or(|until| now < until)
}
