//! Accounts that came to an end and that nobody uses any more. Their links and rows are closed; why
//! they ended, `imlink status` and `imlink doctor` still say.

use std::collections::VecDeque;

use imlink_ipc_proto::{AccountReport, limits};
use imlink_model::{AppKey, UserId};

use super::account::Link;
use super::{Account, Registry};

/// How they were when they ended, the last one last.
#[derive(Debug, Default)]
pub(super) struct Past(VecDeque<AccountReport>);

impl Past {
    fn add(&mut self, ended: AccountReport) {
        if self.0.len() == limits::REPORTED_ENDED {
            self.0.pop_front();
        }
        self.0.push_back(ended);
    }

    /// Nothing is said of an account any more.
    pub(super) fn forget(&mut self, app_key: &AppKey, user: &UserId) {
        self.0
            .retain(|ended| ended.app_key != *app_key || ended.user.as_ref() != Some(user));
    }
}

impl Registry {
    /// An account is closed. Only what ended for a reason is remembered, and whose it was: an app
    /// whose token names nobody was told by its connect.
    pub(super) fn pass(&mut self, account: &Account) {
        let Some(user) = &account.user else {
            return;
        };
        self.past.forget(&account.app_key, user);
        if let (Link::Stopped(_), false) = (account.link, account.left) {
            // Its rows are closed, and nobody looks at them.
            self.past.add(AccountReport {
                database: None,
                ..account.report()
            });
        }
    }

    /// Those that are not in use again.
    pub(super) fn ended(&self) -> Vec<AccountReport> {
        let is_past = |ended: &&AccountReport| {
            let mut accounts = self.accounts.values();
            !accounts.any(|account| account.is_of(&ended.app_key, ended.user.as_ref()))
        };
        self.past.0.iter().filter(is_past).cloned().collect()
    }
}
