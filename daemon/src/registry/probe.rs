//! A token that nobody has seen, brought by an app that is connected: navigation is asked whose it is,
//! and nothing is dialled (decisions.md P8).
//!
//! Such a token has an account of its own meanwhile, in which no app takes part. It ends as soon as the
//! user is named, the token refused, or the link that it is meant for not wanted any more.

use imlink_model::uplink::Command;
use imlink_model::{AppKey, UserId};

use super::account::Link;
use super::connect::Connect;
use super::{AccountId, Effect, Registry};

impl Registry {
    /// Finds out whether a token is of the user of `current`; the newest one counts.
    pub(super) fn probe(&mut self, current: AccountId, app_key: AppKey, connect: Connect) {
        if let Some(earlier) = self.probe_for(current) {
            self.end_probe(earlier);
        }
        let id = self.open_account(app_key, &connect);
        if let Some(account) = self.accounts.get_mut(&id) {
            account.probes = Some(current);
            account.link = Link::Wanted;
        }
        let token = connect.token;
        self.uplink(id, Command::Connect { token });
    }

    /// Navigation named the user of a token that was probed: one of the same user is for the next
    /// attempt (behaviour.md 10), any other is nobody's.
    pub(super) fn probed(&mut self, id: AccountId, user: UserId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let app_key = account.app_key.clone();
        let (current, token) = (account.probes, account.unproven.take());
        self.end_probe(id);
        let (Some(current), Some(token)) = (current, token) else {
            return;
        };
        self.effects.push_back(Effect::Remember {
            app_key: app_key.clone(),
            token: token.clone(),
            user: user.clone(),
        });
        let is_theirs = self
            .accounts
            .get(&current)
            .is_some_and(|account| account.is_wanted() && account.belongs_to(&app_key, &user));
        if is_theirs {
            tracing::debug!(account = %current, "A new token of the same user is kept");
            self.bring(current, token);
        }
    }

    /// Ends those whose link nobody wants any more.
    pub(super) fn end_idle_probes(&mut self) {
        let is_idle = |current: &AccountId| {
            let account = self.accounts.get(current);
            account.is_none_or(|account| !account.is_wanted())
        };
        let idle: Vec<AccountId> = self
            .accounts
            .iter()
            .filter(|(_, account)| account.probes.as_ref().is_some_and(is_idle))
            .map(|(id, _)| *id)
            .collect();
        for id in idle {
            self.end_probe(id);
        }
    }

    fn probe_for(&self, current: AccountId) -> Option<AccountId> {
        let probe = |account: &super::Account| account.probes == Some(current);
        let found = self.accounts.iter().find(|(_, account)| probe(account));
        found.map(|(id, _)| *id)
    }

    fn end_probe(&mut self, id: AccountId) {
        self.accounts.remove(&id);
        self.effects.push_back(Effect::StopUpstream { account: id });
    }
}
