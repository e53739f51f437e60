//! Subscribing, acknowledging, giving up.

use std::collections::BTreeMap;

use imlink_ipc_proto::{Response, limits};
use imlink_model::{Code, Generation, Seq, SubscriptionName};
use imlink_store::{Change, SubscriptionKey};

use super::checks::{Refusal, plain};
use super::subscription::{Filter, State, Subscription};
use super::window::Window;
use super::{Account, AccountId, Effect, PeerId, Registry, SubscriptionId, Then};

impl Registry {
    pub(super) fn subscribe(
        &mut self,
        peer: PeerId,
        id: u64,
        account: AccountId,
        name: Option<SubscriptionName>,
        start: imlink_store::Start,
        filter: Filter,
    ) {
        let Some(found) = self.peers.get(&peer) else {
            return;
        };
        let own = self
            .subscriptions
            .values()
            .filter(|other| other.peer == peer)
            .count();
        if own >= limits::SUBSCRIPTIONS {
            return self.refuse_plainly(peer, id, Code::LOCAL_QUOTA);
        }
        let key = name.map(|name| SubscriptionKey {
            uid: found.identity.uid,
            app: found.identity.app.clone(),
            name,
        });
        let holder = key.as_ref().and_then(|key| {
            let taken =
                |other: &&Subscription| other.account == account && other.key.as_ref() == Some(key);
            let other = self.subscriptions.values().find(taken)?;
            Some(self.peers.get(&other.peer)?.identity.pid)
        });
        if let Some(pid) = holder {
            let message = format!("this subscription is in use by the process with pid {pid}");
            return self.refuse(peer, id, Code::LOCAL_SUBSCRIPTION_BUSY, message);
        }
        self.last_subscription += 1;
        let subscription = SubscriptionId(self.last_subscription);
        let newest = self.accounts.get(&account).and_then(Account::last_seq);
        let sent = newest.unwrap_or_default();
        let state = if key.is_some() {
            State::Starting
        } else {
            State::Waiting
        };
        let window = Window::default();
        let new = Subscription {
            peer,
            account,
            key: key.clone(),
            filter,
            state,
            sent,
            window,
            held: None,
            gaps_told: BTreeMap::new(),
            passed_over: 0,
        };
        self.subscriptions.insert(subscription, new);
        match key {
            None => {
                let response = Response::Subscribed {
                    subscription: subscription.0,
                    after: sent,
                    generation: self.generation_of(account),
                };
                self.answer(peer, id, response);
            }
            Some(subscription_key) => {
                let change = Change::Subscribe {
                    subscription: subscription_key,
                    start,
                };
                let then = Then::Subscribe {
                    peer,
                    request: id,
                    subscription,
                };
                self.effects.push_back(Effect::Commit {
                    account,
                    change,
                    then,
                });
            }
        }
    }

    /// Which rows the positions of an account belong to.
    pub(super) fn generation_of(&self, account: AccountId) -> Generation {
        let account = self.accounts.get(&account);
        account.and_then(Account::generation).unwrap_or_default()
    }

    pub(super) fn acknowledge(
        &mut self,
        peer: PeerId,
        id: u64,
        number: u32,
        seq: Seq,
    ) -> Result<(), Refusal> {
        let Some(subscription) = self.subscription_of(peer, number) else {
            return Err(plain(Code::LOCAL_NO_SUBSCRIPTION));
        };
        let Some(found) = self.subscriptions.get(&subscription) else {
            return Ok(());
        };
        if seq > found.sent {
            let text = format!("message {seq} has not been delivered on subscription {number}");
            return Err(Refusal(Code::LOCAL_BAD_REQUEST, text));
        }
        let (account, key) = (found.account, found.key.clone());
        self.acknowledged(subscription, seq);
        match key {
            None => self.answer(peer, id, Response::Done {}),
            Some(subscription) => {
                let change = Change::Acknowledge { subscription, seq };
                let then = Then::Answer { peer, request: id };
                self.effects.push_back(Effect::Commit {
                    account,
                    change,
                    then,
                });
            }
        }
        Ok(())
    }

    pub(super) fn unsubscribe(
        &mut self,
        peer: PeerId,
        id: u64,
        number: u32,
        forget: bool,
    ) -> Result<(), Refusal> {
        let found = self
            .subscription_of(peer, number)
            // One that is still being made has no number the app could know.
            .filter(|id| {
                let state = self
                    .subscriptions
                    .get(id)
                    .map(|subscription| subscription.state);
                state != Some(State::Starting)
            })
            .and_then(|subscription| self.subscriptions.remove(&subscription));
        let Some(found) = found else {
            return Err(plain(Code::LOCAL_NO_SUBSCRIPTION));
        };
        match found.key.filter(|_| forget) {
            None => self.answer(peer, id, Response::Done {}),
            Some(key) => {
                let change = Change::Unsubscribe(key);
                let then = Then::Answer { peer, request: id };
                self.effects.push_back(Effect::Commit {
                    account: found.account,
                    change,
                    then,
                });
            }
        }
        Ok(())
    }
}
