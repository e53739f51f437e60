//! Handing stored messages to subscriptions, in local order and without holes.
//!
//! A subscription is the account's whole timeline: what others wrote, what the user wrote elsewhere,
//! what apps of this daemon sent, the subscriber included; the message says which.
//!
//! A subscription that has everything takes new messages straight from the commit; one that
//! fell behind reads pages from the store until it has caught up. Both ways keep to its window.

use std::sync::Arc;

use imlink_ipc_proto::{Event, GapCause, limits};
use imlink_model::{Message, Seq};
use imlink_store::{Change, Gap};

use super::subscription::{Held, State, Subscription};
use super::{AccountId, Effect, PeerId, Read, Registry, SubscriptionId, Then};

/// Messages that a filter may pass over before the position is kept.
const PASSED_OVER: u32 = 256;

/// Messages read at a time beyond a full window, to learn whether a filter wants another one.
const LOOK_AHEAD: usize = limits::WINDOW_MESSAGES as usize;

/// What was read for a subscription: everything behind its position, but for rows that cannot be
/// read any more.
#[derive(Debug)]
pub struct Stretch {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Stretches that miss messages, known by now, by their first position.
    pub gaps: Vec<Gap>,
    /// The position up to which these are all there are.
    pub up_to: Seq,
}

/// Where messages for a subscription come from.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// A commit: others may have been stored before that are still on their way here.
    Commit,
    /// The store, with the gaps it knows of.
    Page(&'a [Gap]),
}

impl Registry {
    /// New messages of an account are durable. Every subscription gets them, directly or by
    /// reading.
    pub fn stored(&mut self, account: AccountId, messages: Vec<Message>) {
        let Some(newest) = messages.last().map(|message| message.seq) else {
            return;
        };
        let Some(known) = self.accounts.get_mut(&account) else {
            return;
        };
        if let super::account::StoreState::Open { last_seq, .. } = &mut known.store {
            *last_seq = newest.max(*last_seq);
        }
        let messages: Vec<Arc<Message>> = messages.into_iter().map(Arc::new).collect();
        for id in self.subscriptions_of(account) {
            self.hand_over(id, &messages, Source::Commit);
            self.pump(id);
        }
    }

    /// A position of an account stands for messages that are gone: every subscription that comes
    /// past it is told, in its turn.
    pub fn gap_noted(&mut self, account: AccountId, last: Seq) {
        if let Some(known) = self.accounts.get_mut(&account)
            && let super::account::StoreState::Open { last_seq, .. } = &mut known.store
        {
            *last_seq = last.max(*last_seq);
        }
        for id in self.subscriptions_of(account) {
            self.pump(id);
        }
    }

    /// A page that a subscription asked for has been read.
    pub(super) fn page_read(&mut self, id: SubscriptionId, page: Stretch) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return;
        };
        subscription.state = State::Waiting;
        let before = subscription.sent;
        let end = page.messages.last().map(|message| message.seq);
        let messages: Vec<Arc<Message>> = page.messages.into_iter().map(Arc::new).collect();
        self.hand_over(id, &messages, Source::Page(&page.gaps));
        let sent = |registry: &Self| registry.subscriptions.get(&id).map(|found| found.sent);
        if end.is_none_or(|end| sent(self) == Some(end)) {
            self.pass_gaps(id, &page.gaps, page.up_to);
        }
        // A page that brings nothing means that the newest rows cannot be read; asking again would
        // spin.
        let newest = self.newest_for(id);
        let Some(now) = sent(self) else {
            return;
        };
        if now == before || newest.is_none_or(|newest| page.up_to.max(now) >= newest) {
            self.end_of_what_waits(id);
        }
        if now != before {
            self.pump(id);
        }
    }

    /// An app has everything of a subscription up to `seq`.
    pub(super) fn acknowledged(&mut self, id: SubscriptionId, seq: Seq) {
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            subscription.window.acknowledge(seq);
            self.pump(id);
        }
    }

    /// Reads on for a subscription that is behind and has room.
    pub(super) fn pump(&mut self, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return;
        };
        let Some(account) = self.accounts.get(&subscription.account) else {
            return;
        };
        let behind = account
            .last_seq()
            .is_some_and(|newest| newest > subscription.sent);
        if subscription.state != State::Waiting || !behind {
            return;
        }
        let room = subscription.window.room();
        let (limit, bytes) = match &subscription.held {
            // One more than fits: whether another one is wanted.
            _ if room > 0 => (room + 1, subscription.window.room_bytes()),
            Some(_) if subscription.filter.is_everything() => (1, limits::WINDOW_BYTES),
            Some(_) => (LOOK_AHEAD, limits::WINDOW_BYTES),
            None => return,
        };
        subscription.state = State::Reading;
        self.effects.push_back(Effect::Read {
            account: subscription.account,
            read: Read::After {
                seq: subscription.sent,
                limit,
                bytes,
            },
            then: Then::Deliver { subscription: id },
        });
    }

    /// The newest position of the account of a subscription.
    fn newest_for(&self, id: SubscriptionId) -> Option<Seq> {
        let account = self.subscriptions.get(&id)?.account;
        self.accounts.get(&account)?.last_seq()
    }

    /// Sends what fits. Of a commit only what continues without a hole: the rest is left for a
    /// page, which knows everything in between.
    ///
    /// The last wanted message stays here until it is known whether another one follows, so that
    /// what an app is told to be left is 0 exactly with the last one.
    fn hand_over(&mut self, id: SubscriptionId, messages: &[Arc<Message>], source: Source<'_>) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return;
        };
        if subscription.state != State::Waiting {
            return;
        }
        let newest = self
            .accounts
            .get(&subscription.account)
            .and_then(super::Account::last_seq)
            .unwrap_or_default();
        let end = messages.last().map_or(newest, |last| last.seq);
        let wanted: Vec<bool> = messages
            .iter()
            .map(|message| subscription.filter.wants(message))
            .collect();
        let mut left = newest.0.saturating_sub(end.0);
        left += wanted.iter().map(|wanted| u64::from(*wanted)).sum::<u64>();
        for (message, is_wanted) in messages.iter().zip(wanted) {
            let in_turn = match source {
                Source::Commit => message.seq == subscription.sent.next(),
                Source::Page(_) => message.seq > subscription.sent,
            };
            if !in_turn {
                return;
            }
            if is_wanted {
                self.effects.extend(subscription.let_go(id, left));
                left -= 1;
                if subscription.window.room() == 0 {
                    return;
                }
            }
            if let Source::Page(gaps) = source {
                let told = subscription.tell_gaps(id, gaps, message.seq);
                self.effects.extend(told);
            }
            subscription.sent = message.seq;
            if !is_wanted {
                subscription.passed_over += 1;
                continue;
            }
            let bytes = message.body.as_str().len();
            subscription.window.push(message.seq, bytes);
            subscription.held = Some(Held::new(Arc::clone(message)));
        }
        if subscription.sent >= newest {
            self.effects.extend(subscription.let_go(id, 0));
        }
        subscription.forget_passed_gaps();
        self.keep_passed(id);
    }

    /// Tells of the gaps behind the last message that was handed over, and goes past them.
    fn pass_gaps(&mut self, id: SubscriptionId, gaps: &[Gap], up_to: Seq) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return;
        };
        let told = subscription.tell_gaps(id, gaps, up_to);
        self.effects.extend(told);
        let passed = gaps
            .iter()
            .map(|gap| gap.last)
            .filter(|last| *last <= up_to);
        subscription.sent = passed.max().unwrap_or_default().max(subscription.sent);
        subscription.forget_passed_gaps();
    }

    /// Nothing follows the message that stayed here, as far as can be read.
    pub(super) fn end_of_what_waits(&mut self, id: SubscriptionId) {
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            self.effects.extend(subscription.let_go(id, 0));
        }
    }

    pub(super) fn subscriptions_of(&self, account: AccountId) -> Vec<SubscriptionId> {
        let own = |(_, subscription): &(_, &Subscription)| subscription.account == account;
        let own = self.subscriptions.iter().filter(own);
        own.map(|(id, _)| *id).collect()
    }

    /// Keeps the position of a durable subscription that passed many messages over and waits for
    /// no acknowledgement: it need not read them all again the next time.
    fn keep_passed(&mut self, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return;
        };
        let Some(key) = subscription.key.clone() else {
            return;
        };
        if subscription.passed_over < PASSED_OVER || !subscription.window.is_empty() {
            return;
        }
        subscription.passed_over = 0;
        self.effects.push_back(Effect::Commit {
            account: subscription.account,
            change: Change::Acknowledge {
                subscription: key,
                seq: subscription.sent,
            },
            then: Then::Deliver { subscription: id },
        });
    }

    /// The subscription, if it is this peer's.
    pub(super) fn subscription_of(&self, peer: PeerId, number: u32) -> Option<SubscriptionId> {
        let id = SubscriptionId(number);
        self.subscriptions
            .get(&id)
            .filter(|subscription| subscription.peer == peer)
            .map(|_| id)
    }
}

impl Subscription {
    /// The events for the gaps between what went out and `next`; each once. They wait behind a
    /// message that stayed here.
    fn tell_gaps(&mut self, id: SubscriptionId, gaps: &[Gap], next: Seq) -> Vec<Effect> {
        let sent = self.sent;
        let passed = |gap: &&Gap| gap.last > sent && gap.first <= next;
        let mut told = Vec::new();
        for gap in gaps.iter().filter(passed) {
            if self.gaps_told.insert(gap.first, gap.last).is_none() {
                told.push(Effect::Event {
                    peer: self.peer,
                    event: gap_event(id, gap),
                });
            }
        }
        match &mut self.held {
            Some(held) => {
                held.behind.append(&mut told);
                Vec::new()
            }
            None => told,
        }
    }

    /// Sends the message that stayed here, with what waits behind it.
    fn let_go(&mut self, id: SubscriptionId, left: u64) -> Vec<Effect> {
        let Some(Held { message, behind }) = self.held.take() else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Deliver {
            peer: self.peer,
            subscription: id,
            left: u32::try_from(left).unwrap_or(u32::MAX),
            message,
        }];
        effects.extend(behind);
        effects
    }

    /// A gap it is past is never among those to be told again.
    fn forget_passed_gaps(&mut self) {
        let sent = self.sent;
        self.gaps_told.retain(|_, last| *last > sent);
    }
}

/// What an app is told of messages that are gone.
fn gap_event(subscription: SubscriptionId, gap: &Gap) -> Event {
    Event::Gap {
        subscription: subscription.0,
        first: gap.first,
        last: gap.last,
        lost: gap.lost,
        cause: match gap.cause {
            imlink_store::GapCause::RolledBack => GapCause::RolledBack,
            imlink_store::GapCause::Damaged => GapCause::Damaged,
            imlink_store::GapCause::Expired { from, until } => GapCause::Expired { from, until },
        },
    }
}
