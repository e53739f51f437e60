//! Removing everything that is kept of an account.

use imlink_ipc_proto::Response;
use imlink_model::{AppKey, Code, UserId};

use super::{AccountId, Effect, PeerId, Registry};

impl Registry {
    /// An app has an account removed, which need not be live. Its apps see what they see when it is
    /// logged out, and have no account from then on.
    pub(super) fn purge(&mut self, peer: PeerId, request: u64, app_key: AppKey, user: UserId) {
        let live = self
            .accounts
            .iter()
            .find(|(_, account)| account.belongs_to(&app_key, &user))
            .map(|(id, _)| *id);
        if let Some(id) = live {
            self.sign_out(id);
            self.close_for_good(id);
        }
        self.past.forget(&app_key, &user);
        self.effects.push_back(Effect::Purge {
            app_key,
            user,
            peer,
            request,
        });
    }

    /// Everything of an account is gone, or something is left of it.
    pub fn purged(&mut self, peer: PeerId, request: u64, result: Result<(), Code>) {
        match result {
            Ok(()) => self.answer(peer, request, Response::Done {}),
            Err(code) => self.refuse_plainly(peer, request, code),
        }
    }

    /// Closes an account although apps are tied to it.
    fn close_for_good(&mut self, account: AccountId) {
        self.subscriptions
            .retain(|_, subscription| subscription.account != account);
        for peer in self.peers.values_mut() {
            if peer
                .session
                .as_ref()
                .is_some_and(|session| session.account == account)
            {
                peer.session = None;
            }
        }
        self.close(account);
    }
}
