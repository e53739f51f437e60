//! `imlink connect`: brings a token to the daemon.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use imlink::{AppKey, Client, Code, Error, Token, UserId};
use serde::Serialize;

use crate::account::Daemon;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Escaped, Output, Paint};
use crate::runtime::{DONE, run_interruptibly};
use crate::token;
use crate::watch::watched;

#[derive(Args)]
#[command(after_help = "\
The token is never taken from the command line or the environment, where other programs can read
it. The connection belongs to the daemon and stays when this command ends.

Examples:
  imlink token alice | imlink connect --app-key imlink-sandbox
  imlink connect --app-key KEY --token-file ~/.config/my-app/token
  imlink connect --app-key KEY --limit 10      typed at a prompt that shows nothing
  imlink connect --app-key KEY --set-aside     after 34302 or 90019: begins anew

With --json: user, status, status_name.")]
pub struct Arguments {
    /// `-` reads the token from standard input, which is also what happens without it.
    #[arg(value_name = "-", hide_possible_values = true)]
    source: Option<String>,

    /// Read the token from this file, which nobody else may be able to read.
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    token_file: Option<PathBuf>,

    /// The key of the app the user belongs to, from the cloud's console.
    #[arg(long, value_name = "KEY", env = "IMLINK_APP_KEY")]
    app_key: AppKey,

    /// Give up after so many seconds, with 34006; 0 keeps trying.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    limit: u32,

    /// Stored messages that are damaged (34302), or that a newer imlink wrote (90019), are set aside
    /// on the disk, and the account begins anew with what the cloud keeps. Changes nothing where they
    /// can be opened.
    #[arg(long)]
    set_aside: bool,

    #[command(flatten)]
    daemon: Daemon,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Connected {
    /// Whose account it is.
    user: String,
    /// The status as a number (behaviour.md 2.1).
    status: i8,
    /// The same by name.
    status_name: &'static str,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let token = read_token(&arguments)?;
    run_interruptibly(async {
        let client = arguments.daemon.client(arguments.app_key.as_str())?;
        client.init().await?;
        let limit = Duration::from_secs(arguments.limit.into());
        let connect = async {
            match arguments.set_aside {
                true => client.connect_or_begin_anew(token, limit).await,
                false => client.connect_within(token, limit).await,
            }
        };
        let user = watched(client.events(), output, connect)
            .await
            .map_err(with_way_out)?;
        output.say(&Connected::new(&client, &user))?;
        DONE
    })
}

/// Names the way out where this command has one.
fn with_way_out(error: Error) -> Failure {
    let cure = match error.code() {
        Code::RC_DB_CORRUPT => {
            "Say --set-aside: the damaged messages are kept under another name, and the account begins anew with what the cloud keeps."
        }
        Code::LOCAL_STORE_NEWER => {
            "Run the newer imlink again; or say --set-aside: its messages are kept under another name, and the account begins anew."
        }
        _ => return error.into(),
    };
    Failure::from(error).with_cure(cure)
}

fn read_token(arguments: &Arguments) -> Result<Token, Failure> {
    if let Some(path) = &arguments.token_file {
        return token::from_file(path);
    }
    match arguments.source.as_deref() {
        None | Some("-") => token::from_standard_input(),
        // Not repeated: it may well be a token.
        Some(_) => Err(Failure::usage(
            "A token is not taken from the command line, where every program can read it.",
            "Pipe it in, or name a file with --token-file; and ask for a new token, if it was one.",
        )),
    }
}

impl Connected {
    fn new(client: &Client, user: &UserId) -> Self {
        let status = client.status();
        Self {
            user: user.to_string(),
            status: status.number(),
            status_name: status.name(),
        }
    }
}

impl fmt::Display for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} as {}",
            Paint::good(self.status_name),
            Escaped(&self.user)
        )?;
        write!(
            f,
            "The daemon keeps the connection; `imlink disconnect` gives it up, `imlink listen` reads along."
        )
    }
}
