//! Rows that opened well and turn out to be unreadable while apps use them.

use imlink_ipc_proto::Event;
use imlink_model::uplink::Command;
use imlink_model::{Code, ConnectionStatus};
use imlink_store::{Change, Start};

use super::account::StoreState;
use super::subscription::State;
use super::{Account, AccountId, Effect, Registry, Then};

impl Registry {
    /// Rows that were open cannot be read and are closed. Their apps hear it as if they had not
    /// opened: nothing goes on before an explicit connect, which opens them again or, where the app
    /// agrees, begins anew (F-D09). Does nothing while they are being opened again: the end of that
    /// says how they are.
    pub fn reading_failed(&mut self, id: AccountId, code: Code) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        match account.store {
            StoreState::Open { .. } => account.store = StoreState::Failed(code),
            StoreState::Unknown | StoreState::Opening { .. } | StoreState::Failed(_) => return,
        }
        for peer in self.peers_of(id) {
            self.emit(peer, Event::DatabaseOpened { code });
        }
        self.stop_here(id, ConnectionStatus::Unconnected, code);
        // What it knows of the account may not be what the next rows say.
        self.uplink(id, Command::Unload);
        self.close_unused_accounts();
    }

    /// Subscriptions that outlived the closing of their rows go on where they were: behind what was
    /// handed over, or at the end of rows that have gone back.
    pub(super) fn resume_subscriptions(&mut self, id: AccountId) {
        let Some(last_seq) = self.accounts.get(&id).and_then(Account::last_seq) else {
            return;
        };
        for subscription in self.subscriptions_of(id) {
            let Some(found) = self.subscriptions.get_mut(&subscription) else {
                continue;
            };
            match found.state {
                State::Starting => continue,
                State::Waiting | State::Reading => found.state = State::Waiting,
            }
            found.sent = found.sent.min(last_seq);
            if let Some(key) = found.key.clone() {
                // Rows that were begun anew may not know of it.
                self.effects.push_back(Effect::Commit {
                    account: id,
                    change: Change::Subscribe {
                        subscription: key,
                        start: Start::Now,
                    },
                    then: Then::Deliver { subscription },
                });
            }
            self.pump(subscription);
        }
    }
}
