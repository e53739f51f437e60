//! `imlink logout`: signs an account out for everybody.

use std::fmt;

use clap::Args;
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Every app of the account sees SIGN_OUT, and the daemon forgets the token. Stored messages stay.

Examples:
  imlink logout
  imlink logout --user alice

With --json: user.")]
pub struct Arguments {
    #[command(flatten)]
    account: Account,
}

/// To programs an object with this field.
#[derive(Serialize)]
struct SignedOut {
    /// Whose account it is.
    user: String,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let (client, user) = arguments.account.join().await?;
        client.logout().await?;
        output.say(&SignedOut {
            user: user.to_string(),
        })?;
        DONE
    })
}

impl fmt::Display for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is signed out for all apps; its token is forgotten.",
            Escaped(&self.user)
        )
    }
}
