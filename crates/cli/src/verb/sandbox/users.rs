//! `imlink sandbox users`.

use clap::Args;
use imlink_sandbox::control::{ListUsers, UserView};

use super::place::Place;
use crate::command::Ending;
use crate::output::{Escaped, Output, Paint, Table, moment};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink sandbox users
  imlink sandbox users --app shop

With --json, for each user: user, name, portrait, online, blocked_until.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let users = arguments.place.remote()?.call(&ListUsers {}).await?;
        output.list(&users.users, shown(&users.users))?;
        DONE
    })
}

fn shown(users: &[UserView]) -> String {
    if users.is_empty() {
        return "No users yet; `imlink sandbox tokens USER` makes one.".to_owned();
    }
    let mut table = Table::new(&["USER", "NAME", "LINK", "BLOCKED"]);
    for user in users {
        let link = if user.online {
            Paint::good("online").to_string()
        } else {
            Paint::dim("offline").to_string()
        };
        let blocked = user.blocked_until.map_or_else(String::new, |until| {
            Paint::bad(format_args!("until {}", moment(until))).to_string()
        });
        table.row([
            Escaped(user.user.as_str()).to_string(),
            Escaped(&user.name).to_string(),
            link,
            blocked,
        ]);
    }
    table.to_string()
}
