//! Accounts that the daemon itself wants connected, because it remembers their tokens (decisions.md
//! P15).
//!
//! Such an account is connected as long as it is remembered: an app that disconnects takes itself
//! off, and only that. It is forgotten when an app logs it out, and when the cloud ends its link for
//! good, since after that only an app may connect it (decisions.md P11). What this machine lacks
//! ends its link too, and leaves the token alone: the next start tries again.

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
            was_connected: false,
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
        self.bring_back(id, connect.token);
        true
    }

    /// Hands a token to the driver of an account, to be remembered once it has proven good.
    pub(super) fn bring(&mut self, id: AccountId, token: Token) {
        self.note(id, &token);
        self.uplink(id, Command::Connect { token });
        self.keep_token(id);
    }

    /// The same for an account that was connected before this daemon was: what ends a first connect
    /// does not end this (decisions.md P2).
    pub(super) fn bring_back(&mut self, id: AccountId, token: Token) {
        self.note(id, &token);
        self.uplink(id, Command::Resume { token });
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
        let Some(account) = self.accounts.get_mut(&id) else {
            return false;
        };
        account.held = match account.link {
            Link::Wanted | Link::Online => true,
            Link::Stopped(code) => !is_last_word(code),
            Link::Off => false,
        };
        account.held
    }

    /// The link of an account has ended, for good or until somebody wants it again.
    pub(super) fn release(&mut self, id: AccountId, code: Code) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.fresh = None;
        if !is_last_word(code) {
            return;
        }
        account.held = false;
        if !self.remembers {
            return;
        }
        let app_key = account.app_key.clone();
        let effect = match (&account.user, &account.unproven) {
            (Some(user), _) => Effect::Discard {
                app_key,
                user: user.clone(),
            },
            (None, Some(token)) => Effect::Disuse {
                app_key,
                token: token.clone(),
            },
            (None, None) => return,
        };
        self.effects.push_back(effect);
    }
}

/// Whether a code is the cloud's last word on an account (decisions.md P11). What is missing here,
/// such as rows that can be opened, room, a navigator or a proxy, may be there at the next start.
fn is_last_word(code: Code) -> bool {
    let is_the_clouds = (31_000..32_000).contains(&code.number());
    // 31028 is the proxy's too (decisions.md P2).
    is_the_clouds && code.is_terminal() && code != Code::RC_CONN_PROXY_UNAVAILABLE
}
