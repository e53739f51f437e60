//! `imlink sandbox groups`.

use clap::{Args, Subcommand};
use imlink::UserId;
use imlink_model::TargetId;
use imlink_sandbox::control::{DismissGroup, JoinGroup, ListGroups};
use serde_json::json;

use super::gathering;
use super::place::Place;
use super::told::Told;
use crate::command::Ending;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink sandbox groups
  imlink sandbox groups join team alice bob --name 'The team'
  imlink sandbox groups dismiss team

With --json, for each group: id, name, members, frozen.")]
pub struct Arguments {
    #[command(subcommand)]
    call: Option<GroupsCall>,

    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum GroupsCall {
    /// Add users to a group; group and users are made if new.
    Join(JoinArguments),
    /// End a group.
    Dismiss(DismissArguments),
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox groups join team alice bob

With --json: group, users.")]
struct JoinArguments {
    /// Which group.
    group: TargetId,

    /// Who joins.
    #[arg(value_name = "USER", required = true)]
    users: Vec<UserId>,

    /// Give the group this name.
    #[arg(long)]
    name: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox groups dismiss team

With --json: group.")]
struct DismissArguments {
    /// Which group.
    group: TargetId,
}

pub fn run(Arguments { call, place }: &Arguments, output: Output) -> Ending {
    match call {
        None => list(place, output),
        Some(GroupsCall::Join(join)) => add(place, join, output),
        Some(GroupsCall::Dismiss(DismissArguments { group })) => dismiss(place, group, output),
    }
}

fn list(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        let groups = place.remote()?.call(&ListGroups {}).await?.groups;
        let nothing = "No groups yet; `imlink sandbox groups join GROUP USER...` makes one.";
        output.list(&groups, gathering::shown(&groups, nothing))?;
        DONE
    })
}

fn add(place: &Place, join: &JoinArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let call = JoinGroup {
            group: join.group.clone(),
            name: join.name.clone(),
            users: join.users.clone(),
        };
        place.remote()?.call(&call).await?;
        let names: Vec<String> = join
            .users
            .iter()
            .map(|user| Escaped(user.as_str()).to_string())
            .collect();
        let group = Escaped(join.group.as_str());
        let words = format!("In group {group}: {}.", names.join(", "));
        let facts = json!({ "group": join.group, "users": join.users });
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn dismiss(place: &Place, group: &TargetId, output: Output) -> Ending {
    run_interruptibly(async {
        let group = group.clone();
        let words = format!("Group {} is no more.", Escaped(group.as_str()));
        let facts = json!({ "group": group });
        place.remote()?.call(&DismissGroup { group }).await?;
        output.say(&Told { words, facts })?;
        DONE
    })
}
