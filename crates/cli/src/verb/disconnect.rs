//! `imlink disconnect`: takes this command off the account.

use std::fmt;

use clap::Args;
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
The daemon keeps the connection as long as any app that connected it has not disconnected. To end
it for all of them there is `imlink logout`.

Examples:
  imlink disconnect
  imlink disconnect --user alice

With --json: user.")]
pub struct Arguments {
    #[command(flatten)]
    account: Account,
}

/// To programs an object with this field.
#[derive(Serialize)]
struct Disconnected {
    /// Whose account it is.
    user: String,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let (client, user) = arguments.account.join().await?;
        client.disconnect().await?;
        output.say(&Disconnected {
            user: user.to_string(),
        })?;
        DONE
    })
}

impl fmt::Display for Disconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = Escaped(&self.user);
        write!(
            f,
            "Disconnected; {user} stays online as long as another app has connected the account."
        )
    }
}
