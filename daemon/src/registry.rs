//! Who is attached, which accounts are open, who waits for what: the Hub's logic as a plain
//! struct.
//!
//! Inputs are method calls, each with the time where it matters; what should happen comes out of
//! [`poll_effect`](Registry::poll_effect) in order, and the one deadline out of
//! [`poll_timeout`](Registry::poll_timeout). Nothing here performs anything.
//!
//! ```text
//! app (uid, app id) --attach--> Peer --init--> app key --connect--> Session --> Account
//!                                |                                               |
//!                                +-- Subscription (window, position) ------------+
//! ```

mod account;
mod allowance;
mod checks;
mod connect;
mod deliver;
mod effect;
mod leave;
mod live;
mod outbox;
mod past;
mod peer;
mod probe;
mod purge;
mod remember;
mod report;
mod requests;
mod rights;
mod rooms;
mod rows;
mod storage;
mod subscribe;
mod subscription;
mod unreadable;
mod uplink;
mod view;
mod way;
mod window;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use imlink_ipc_proto::{Event, Failure, Outcome, Response};
use imlink_model::uplink::{AskId, Network};
use imlink_model::{Code, TargetId};

use account::Account;
pub use account::{AccountId, Unreadable};
pub use deliver::Stretch;
pub use effect::{Effect, Read, Then};
use live::Ask;
use peer::Peer;
pub use peer::{PeerId, PeerIdentity};
pub use report::About;
pub use requests::Tokens;
pub use storage::{Found, OpenedRows};
use subscription::Subscription;
pub use subscription::SubscriptionId;
pub use way::{WayRequest, shown};

/// The Hub's state; see the module.
#[derive(Debug)]
pub struct Registry {
    max_accounts: usize,
    /// Whether this machine has a network, for showing; `None` as long as nobody said.
    network: Option<Network>,
    /// Tokens outlive the daemon (decisions.md P15).
    remembers: bool,
    /// Boxed, because peers come in the order of their ids, and a map leaves half of its room empty
    /// then.
    peers: BTreeMap<PeerId, Box<Peer>>,
    accounts: BTreeMap<AccountId, Account>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// What drivers were asked and have not answered.
    asks: BTreeMap<AskId, Ask>,
    /// Which apps are in a chatroom of an account.
    rooms: BTreeMap<(AccountId, TargetId), BTreeSet<PeerId>>,
    last_account: u32,
    last_subscription: u32,
    last_ask: u64,
    effects: VecDeque<Effect>,
    past: past::Past,
}

impl Registry {
    /// An empty registry that opens at most that many accounts at once.
    #[must_use]
    pub fn new(max_accounts: usize) -> Self {
        Self {
            max_accounts,
            network: None,
            remembers: false,
            peers: BTreeMap::new(),
            accounts: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            asks: BTreeMap::new(),
            rooms: BTreeMap::new(),
            last_account: 0,
            last_subscription: 0,
            last_ask: 0,
            effects: VecDeque::new(),
            past: past::Past::default(),
        }
    }

    /// The same, of a daemon that remembers tokens.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self {
            remembers: true,
            ..self
        }
    }

    /// The next thing to do; `None` when all is done.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Whose messages a subscription gets; `None` once it has ended.
    #[must_use]
    pub fn subscribed(&self, subscription: SubscriptionId) -> Option<AccountId> {
        Some(self.subscriptions.get(&subscription)?.account)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.accounts
            .values()
            .filter_map(Account::next_deadline)
            .min()
    }

    /// Takes an app in: it said Hello and may be here.
    pub fn attach(&mut self, id: PeerId, identity: PeerIdentity) {
        self.peers.insert(id, Box::new(Peer::new(identity)));
    }

    /// An app is gone. It has not left: its link stays, its messages are kept for it
    /// (decisions.md P10).
    pub fn detach(&mut self, id: PeerId) {
        self.leave_rooms_but_of(id, None);
        if self.peers.remove(&id).is_none() {
            return;
        }
        self.subscriptions
            .retain(|_, subscription| subscription.peer != id);
        for account in self.accounts.values_mut() {
            account.forget_peer(id);
        }
        self.close_unused_accounts();
    }

    /// Tells every app that the daemon is going away.
    pub fn announce_stop(&mut self) {
        let peers: Vec<PeerId> = self.peers.keys().copied().collect();
        for peer in peers {
            self.emit(
                peer,
                Event::GoingAway {
                    code: Code::LOCAL_STOPPING,
                    message: Code::LOCAL_STOPPING.cause().into(),
                },
            );
        }
    }

    fn emit(&mut self, peer: PeerId, event: Event) {
        self.effects.push_back(Effect::Event { peer, event });
    }

    fn answer(&mut self, peer: PeerId, request: u64, response: Response) {
        self.effects.push_back(Effect::Answer {
            peer,
            request,
            outcome: Outcome::Ok(response),
        });
    }

    fn refuse(&mut self, peer: PeerId, request: u64, code: Code, message: impl Into<String>) {
        let outcome = Outcome::Failed(Failure::new(code, message));
        self.effects.push_back(Effect::Answer {
            peer,
            request,
            outcome,
        });
    }

    /// Refuses with the sentence of the table.
    fn refuse_plainly(&mut self, peer: PeerId, request: u64, code: Code) {
        self.refuse(peer, request, code, code.cause());
    }
}
