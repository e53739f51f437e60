//! `imlink purge`: removes an account from this machine, to the last byte.

use std::fmt;

use clap::Args;
use imlink::{AppKey, UserId};
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::confirm::Sure;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};
use crate::watch::watched;

#[derive(Args)]
#[command(after_help = "\
Everything this machine keeps of the account goes: messages, what waits to be sent, its token, and
rows that were set aside. It is signed out for all apps as by `imlink logout`. The cloud keeps what
it has, and other accounts are left alone. An account that is not connected is named with both
--app-key and --user; one that is unknown here is no error. `imlink export` first keeps a copy.

Examples:
  imlink purge
  imlink purge --app-key KEY --user alice --yes

With --json: app_key, user.")]
pub struct Arguments {
    #[command(flatten)]
    sure: Sure,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Purged {
    /// The account's app key.
    app_key: AppKey,
    /// The account's user.
    user: UserId,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    arguments.sure.check(output)?;
    run_interruptibly(async {
        let (client, app_key, user) = arguments.account.named().await?;
        let question = format!(
            "Remove everything that this machine keeps of {user} (app key {app_key}) for good?"
        );
        arguments.sure.ask(&question).await?;
        let call = client.purge(app_key.clone(), user.clone());
        watched(client.events(), output, call).await?;
        output.say(&Purged { app_key, user })?;
        DONE
    })
}

impl fmt::Display for Purged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Nothing is left of {} (app key {}) on this machine.",
            Escaped(self.user.as_str()),
            self.app_key
        )
    }
}
