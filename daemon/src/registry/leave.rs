//! Leaving an account, and closing one that nobody needs (decisions.md P10).

use imlink_ipc_proto::Response;
use imlink_model::uplink::{Command, PushAfterLeaving};
use imlink_model::{Code, ConnectionStatus};

use super::account::{Link, Parked, Waiter};
use super::peer::{Session, View};
use super::{AccountId, Effect, PeerId, Registry};

impl Registry {
    /// An app leaves; the others stay connected (decisions.md P10).
    pub(super) fn disconnect(&mut self, peer: PeerId, request: u64) {
        let Some(account) = self.session_of(peer) else {
            return self.answer(peer, request, Response::Done {});
        };
        self.put_out_of_rooms(peer, Code::ACTIVE_DISCONNECT);
        // The status, then the error of a connect that is given up (decisions.md P19).
        self.sign_off(peer);
        self.leave(peer, account, Code::ACTIVE_DISCONNECT);
        self.answer(peer, request, Response::Done {});
        if let Some(account) = self.accounts.get_mut(&account) {
            account.left = account.members.is_empty();
        }
        self.close_unused_accounts();
    }

    /// An app ends the account's link for every app, and its tokens are forgotten.
    pub(super) fn logout(&mut self, peer: PeerId, request: u64) {
        if let Some(id) = self.session_of(peer) {
            if let Some(account) = self.accounts.get(&id)
                && let Some(user) = account.user.clone()
            {
                let app_key = account.app_key.clone();
                self.effects.push_back(Effect::Forget { app_key, user });
            }
            self.sign_out(id);
        }
        self.answer(peer, request, Response::Done {});
        self.close_unused_accounts();
    }

    /// Ends the link of an account for every app.
    pub(super) fn sign_out(&mut self, id: AccountId) {
        for other in self.peers_of(id) {
            self.put_out_of_rooms(other, Code::ACTIVE_DISCONNECT);
        }
        self.uplink(
            id,
            Command::Disconnect {
                push: PushAfterLeaving::Stop,
            },
        );
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.link = Link::Off;
        account.held = false;
        account.fresh = None;
        account.members.clear();
        let mut waiters = std::mem::take(&mut account.waiters);
        waiters.extend(account.take_parked_for_good());
        for other in self.peers_of(id) {
            self.sign_off(other);
        }
        for waiter in waiters {
            self.refuse_plainly(waiter.peer, waiter.request, Code::ACTIVE_DISCONNECT);
        }
    }

    /// Stops the drivers and closes the rows of accounts that nobody needs.
    pub(super) fn close_unused_accounts(&mut self) {
        self.end_idle_probes();
        let unused: Vec<AccountId> = self
            .accounts
            .iter()
            .filter(|(_, account)| !account.is_wanted() && account.waiters.is_empty())
            // Remembered, and stopped by what is missing here: `imlink status` says so.
            .filter(|(_, account)| !account.held)
            .map(|(id, _)| *id)
            .filter(|id| self.peers_of(*id).is_empty())
            // An app that brings a new token is elsewhere until it is known whose that is; its
            // subscriptions wait for it here.
            .filter(|id| {
                self.subscriptions
                    .values()
                    .all(|other| other.account != *id)
            })
            .collect();
        for account in unused {
            self.close(account);
        }
    }

    /// Closes an account's link and rows.
    pub(super) fn close(&mut self, account: AccountId) {
        if let Some(closed) = self.accounts.remove(&account) {
            self.pass(&closed);
            for Parked { peer, id, .. } in closed.parked {
                self.refuse_plainly(peer, id, Code::LOCAL_NO_ACCOUNT);
            }
        }
        self.fail_asks(account);
        self.effects.push_back(Effect::StopUpstream { account });
        self.effects.push_back(Effect::CloseStore { account });
    }

    /// Once it is known whose account an app is on, its subscriptions to another end: what is one
    /// user's never comes to another (F-S48). The client subscribes again where it is.
    pub(super) fn end_foreign_subscriptions(&mut self, peer: PeerId, id: AccountId) {
        if self
            .accounts
            .get(&id)
            .is_some_and(|account| account.user.is_some())
        {
            self.subscriptions
                .retain(|_, subscription| subscription.peer != peer || subscription.account == id);
        }
    }

    /// Takes an app off an account; the last one to leave closes the link.
    pub(super) fn leave(&mut self, peer: PeerId, id: AccountId, code: Code) {
        let Some(app) = self.peers.get(&peer).map(|peer| peer.app()) else {
            return;
        };
        let twin = self.peers.iter().any(|(other, found)| {
            *other != peer
                && found.app() == app
                && found
                    .session
                    .as_ref()
                    .is_some_and(|s| s.account == id && s.is_live())
        });
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let (own, waiting): (Vec<Waiter>, Vec<Waiter>) = std::mem::take(&mut account.waiters)
            .into_iter()
            .partition(|waiter| waiter.peer == peer);
        account.waiters = waiting;
        if !twin {
            account.members.remove(&app);
        }
        // Who only joined does not hold the link; the daemon does if it remembers the token.
        let last = account.members.is_empty() && !account.held && account.is_wanted();
        let mut abandoned = Vec::new();
        if last {
            account.link = Link::Off;
            account.fresh = None;
            abandoned = std::mem::take(&mut account.waiters);
            abandoned.extend(account.take_parked_for_good());
            self.uplink(
                id,
                Command::Disconnect {
                    push: PushAfterLeaving::Keep,
                },
            );
        }
        for waiter in own {
            self.refuse_plainly(waiter.peer, waiter.request, code);
        }
        for waiter in abandoned {
            self.refuse_plainly(waiter.peer, waiter.request, Code::LOCAL_NO_ACCOUNT);
        }
    }

    /// The last thing an app sees of an account it leaves. Where its connect had failed there was
    /// nothing to leave (behaviour.md 2.3).
    fn sign_off(&mut self, peer: PeerId) {
        let session = self.peers.get(&peer).and_then(|peer| peer.session.as_ref());
        let last = session.and_then(Session::last_shown);
        if last != Some(ConnectionStatus::Unconnected) {
            self.show(peer, ConnectionStatus::SignOut, None, None);
        }
        self.end_view(peer);
    }

    pub(super) fn end_view(&mut self, peer: PeerId) {
        if let Some(session) = self
            .peers
            .get_mut(&peer)
            .and_then(|peer| peer.session.as_mut())
        {
            session.view = View::Ended;
            session.connected_once = false;
        }
    }
}
