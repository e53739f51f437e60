//! `imlink sandbox`: a cloud on this machine, and what to do with one that runs.

mod apps;
mod apps_file;
mod chatrooms;
mod faults;
mod gathering;
mod groups;
mod people;
mod place;
mod policy;
mod secret;
mod start;
mod started;
mod tokens;
mod told;
mod users;

use clap::{Args, Subcommand};
use imlink::AppKey;
use imlink_sandbox::{Config, Secret};

use crate::command::Ending;
use crate::output::Output;

pub use place::{HOW_TO_FIND, Place, unreachable};
pub use secret::read as read_secret;

/// Where `imlink sandbox` serves HTTP, and where one is looked for that has left no address; not a
/// port that development servers usually take.
pub const DEFAULT_PORT: u16 = 7340;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Without a command it starts a cloud that speaks the vendor's real protocol:
navigation, gateway and Server API. The commands steer one that runs, over its
control API; /openapi.json describes every call. Ctrl-C stops it. What was sent
is gone then, unless --data names a directory: that keeps users, tokens,
messages, groups and chatrooms. If the machine dies the last moments are lost.

Examples:
  imlink sandbox
  imlink sandbox --port 0                any free port; it says which
  imlink sandbox --apps apps.toml        with app keys and secrets of your own
  imlink sandbox --data ~/.imlink-cloud  go on where it stopped
  imlink sandbox --certificate expired   see what a client makes of that
  imlink sandbox tokens alice | imlink connect --app-key imlink-sandbox
  imlink sandbox faults add no-pong      see what a client makes of it

An apps file names app keys; the first is meant where none is named:
  [[app]]
  key = \"shop\"
  secret = \"any text\"

With --json: app_key, app_secret, navigation, gateway, tcp, second, secure,
control, openapi, data, tokens (by user), try."
)]
pub struct Arguments {
    #[command(flatten)]
    start: start::Flags,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List the users.
    Users(users::Arguments),
    /// Issue a token of a user.
    #[command(visible_alias = "token")]
    Tokens(tokens::Arguments),
    /// Let all tokens of a user expire.
    Expire(people::ExpireArguments),
    /// Block a user for a while: open links end with 31011, new ones get 31009.
    Block(people::BlockArguments),
    /// End a block.
    Unblock(people::UnblockArguments),
    /// End a user's links as if he had signed in elsewhere (31010).
    Kick(people::KickArguments),
    /// Take a user's account away: links end with 31029, new ones are refused with it.
    Delete(people::DeleteArguments),
    /// Give a user the account back.
    Restore(people::RestoreArguments),
    /// Show or change the rules of connecting: devices, token lifetime, app verification.
    Policy(policy::Arguments),
    /// List groups, add users to one, dismiss one.
    Groups(groups::Arguments),
    /// List, create and destroy chatrooms.
    Chatrooms(chatrooms::Arguments),
    /// List, add and clear what goes wrong on purpose.
    Faults(faults::Arguments),
    /// List, add, shut and open app keys.
    Apps(apps::Arguments),
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    match &arguments.command {
        None => start::run(&arguments.start, output),
        Some(Command::Users(arguments)) => users::run(arguments, output),
        Some(Command::Tokens(arguments)) => tokens::run(arguments, output),
        Some(Command::Expire(arguments)) => people::expire(arguments, output),
        Some(Command::Block(arguments)) => people::block(arguments, output),
        Some(Command::Unblock(arguments)) => people::unblock(arguments, output),
        Some(Command::Kick(arguments)) => people::kick(arguments, output),
        Some(Command::Delete(arguments)) => people::delete(arguments, output),
        Some(Command::Restore(arguments)) => people::restore(arguments, output),
        Some(Command::Policy(arguments)) => policy::run(arguments, output),
        Some(Command::Groups(arguments)) => groups::run(arguments, output),
        Some(Command::Chatrooms(arguments)) => chatrooms::run(arguments, output),
        Some(Command::Faults(arguments)) => faults::run(arguments, output),
        Some(Command::Apps(arguments)) => apps::run(arguments, output),
    }
}

/// The secret that a sandbox has if nobody says otherwise.
pub fn default_secret() -> Secret {
    Config::default().secret
}

/// The app key that a sandbox has if nobody says otherwise.
pub fn default_app_key() -> AppKey {
    Config::default().app_key
}
