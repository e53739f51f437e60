//! `imlink sandbox apps`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use imlink::AppKey;
use imlink_sandbox::control::{AddApp, AppSecret, ListApps, OpenApp, ShutApp};
use serde::Serialize;
use serde_json::json;

use super::place::Place;
use super::secret;
use super::told::Told;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Each app key is a world of its own: users, tokens and messages of one are
unknown in another. To have the same ones at every start, list them in a file
for `imlink sandbox --apps FILE`.

Examples:
  imlink sandbox apps
  imlink sandbox apps add shop               with a secret that is made
  imlink sandbox apps add shop --secret-file shop.secret
  imlink sandbox tokens alice --app shop

With --json: key, for each app; after `add` also secret.")]
pub struct Arguments {
    #[command(subcommand)]
    call: Option<AppsCall>,

    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum AppsCall {
    /// Make an app key; one that is there keeps its secret.
    Add(AddArguments),
    /// Shut an app key, as a block or its deletion does: links close, new ones get 31008.
    Shut(ShutArguments),
    /// Open an app key that was shut.
    Open(OpenArguments),
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink sandbox apps shut
  imlink sandbox apps shut --app shop")]
struct ShutArguments {}

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink sandbox apps open
  imlink sandbox apps open --app shop")]
struct OpenArguments {}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox apps add shop

With --json: key, secret.")]
struct AddArguments {
    /// The new app key.
    key: AppKey,

    /// Read its secret from this file, `-` for standard input; without it one is made.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// To programs an object with this field.
#[derive(Serialize)]
struct Listed {
    key: AppKey,
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    match &arguments.call {
        None => list(&arguments.place, output),
        Some(AppsCall::Add(new)) => add(&arguments.place, new, output),
        Some(AppsCall::Shut(ShutArguments {})) => shut(&arguments.place, output),
        Some(AppsCall::Open(OpenArguments {})) => open(&arguments.place, output),
    }
}

fn list(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        let apps = place.remote()?.call(&ListApps {}).await?.apps;
        let shown: Vec<&str> = apps.iter().map(AppKey::as_str).collect();
        let shown = shown.join("\n");
        let rows: Vec<Listed> = apps.into_iter().map(|key| Listed { key }).collect();
        output.list(&rows, shown)?;
        DONE
    })
}

fn add(place: &Place, new: &AddArguments, output: Output) -> Ending {
    let secret = new.secret_file.as_deref().map(secret::read);
    let secret = secret.transpose()?;
    run_interruptibly(async {
        let call = AddApp {
            key: new.key.clone(),
            secret: secret.clone(),
        };
        let remote = place.remote()?;
        let AppSecret { key, secret: its } = remote.call(&call).await?;
        if secret.is_some_and(|wanted| wanted != its) {
            return Err(Failure::own(
                "SANDBOX",
                format!("The app key {key} is there already, with another secret."),
                "Choose another key, or use the secret it has: `imlink sandbox apps add KEY` says it.",
            ));
        }
        let words = format!("app key     {key}\napp secret  {its}");
        let facts = json!({ "key": key, "secret": its });
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn shut(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        place.remote()?.call(&ShutApp {}).await?;
        let words = "The app key is shut: every connect is refused with 31008.".to_owned();
        let facts = json!({});
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn open(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        place.remote()?.call(&OpenApp {}).await?;
        let words = "The app key is open.".to_owned();
        let facts = json!({});
        output.say(&Told { words, facts })?;
        DONE
    })
}
