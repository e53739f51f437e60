//! Accounts that the daemon itself wants connected, because it remembers their tokens (decisions.md
//! P15).
//!
//! Such an account is connected as long as it is remembered: an app that disconnects takes itself
//! off, and only that. It is forgotten when an app logs it out, and when the cloud ends its link for
//! good, since after that only an app may connect it (decisions.md P11).

use imlink_model::uplink::Command;
use imlink_model::{AppKey, Code, Token, UserId};

use super::account::{Link, Unreadable};
use super::connect::Connect;
use super::{AccountId, Effect, Registry};

impl Registry {
    /// Connects a remembered account, without any app. Says whether there was room for it.
    pub fn hold(&mut self, app_key: AppKey, user: Option<UserId>, token: Token) -> bool {
        let connect = Connect {
            token,
            known: user,
            limit: None,
            unreadable: Unreadable::Refuse,
            replay: false,
        };
        let id = match self.account_of(&app_key, &connect) {
            Some(id) => id,
            None if self.accounts.len() >= self.max_accounts => return false,
            None => self.open_account(app_key, &connect),
        };
        if let Some(account) = self.accounts.get_mut(&id) {
            account.held = true;
            account.link = Link::Wanted;
        }
        let token = connect.token;
        self.note(id, &token);
        self.uplink(id, Command::Resume { token });
        true
    }

    /// Hands a token to the driver of an account, to be remembered once it has proven good.
    pub(super) fn bring(&mut self, id: AccountId, token: Token) {
        self.note(id, &token);
        self.uplink(id, Command::Connect { token });
        self.keep_token(id);
    }

    fn note(&mut self, id: AccountId, token: &Token) {
        if self.remembers
            && let Some(account) = self.accounts.get_mut(&id)
        {
            account.fresh = Some(token.clone());
        }
    }

    /// Has a token remembered that was brought, if the link of its account is up.
    pub(super) fn keep_token(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let (Link::Online, Some(user)) = (account.link, &account.user) else {
            return;
        };
        let Some(token) = account.fresh.take() else {
            return;
        };
        self.effects.push_back(Effect::Keep {
            account: id,
            app_key: account.app_key.clone(),
            user: user.clone(),
            token,
        });
    }

    /// The token of an account is remembered. Says whether that is still wanted: its link may have
    /// ended meanwhile.
    pub fn token_kept(&mut self, id: AccountId) -> bool {
        match self.accounts.get_mut(&id) {
            Some(account) if account.is_wanted() => {
                account.held = true;
                true
            }
            Some(_) | None => false,
        }
    }

    /// The link of an account has ended for good.
    pub(super) fn release(&mut self, id: AccountId, code: Code) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.fresh = None;
        account.held = false;
        if !self.remembers || is_of_the_way(code) {
            return;
        }
        if let Some(user) = account.user.clone() {
            let app_key = account.app_key.clone();
            self.effects.push_back(Effect::Discard { app_key, user });
        }
    }
}

/// Whether a code says nothing of the account, only of the way to the cloud: the next start tries
/// again.
fn is_of_the_way(code: Code) -> bool {
    code == Code::RC_CONN_PROXY_UNAVAILABLE
}
