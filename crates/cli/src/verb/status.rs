//! `imlink status`: the daemon, its accounts and apps.

mod report;
mod shown;
#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::Args;
use imlink::Client;

use crate::account::Daemon;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Output, Paint};
use crate::runtime::{DONE, run_interruptibly};
use report::Report;

/// Time between two looks with --watch. The daemon has no event for all accounts together, and a
/// second is as soon as a person notices.
const GLANCE: Duration = Duration::from_secs(1);

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink status
  imlink status --watch                  again whenever something changes, until Ctrl-C
  imlink status --json | jq '.accounts[].status_name'

With --json: daemon {version, pid, instance, started_at}, network, proxy {kind, host, port, login},
max_accounts, accounts [{app_key, user, status, status_name, since, offline_since, code, code_name,
last_error {code, code_name, at}, next_attempt_in_ms, gateway, slot, round_trip_ms, apps,
remembered, queued, in_doubt, database, database_name, last_seq, anomalies {left_out, uid_conflicts,
lost_outgoing, gaps, unreadable}}], ended (accounts that came to an end and that nobody has used
since, with the same fields), apps [{app, pid, uid, client, attached_at, user, right}], more_apps. Times are milliseconds since 1970. With --watch one object per change;
while there is no daemon it is {\"error\":{...}}.")]
pub struct Arguments {
    /// Go on, and show it again whenever something changes.
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    daemon: Daemon,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let client = arguments.daemon.observer()?;
        if arguments.watch {
            return watch(&client, output).await;
        }
        let report = client.daemon_status().await?;
        output.say(&Report::of(report, output.language()))?;
        DONE
    })
}

async fn watch(client: &Client, output: Output) -> Ending {
    let mut shown = None;
    let mut glances = tokio::time::interval(GLANCE);
    loop {
        glances.tick().await;
        let seen = client
            .daemon_status()
            .await
            .map(|report| Report::of(report, output.language()))
            .map_err(Failure::from);
        let unchanged = match (&shown, &seen) {
            (Some(Ok(before)), Ok(now)) => now.is_like(before),
            (Some(Err(before)), Err(now)) => before == now,
            (Some(Ok(_)), Err(_)) | (Some(Err(_)), Ok(_)) | (None, _) => false,
        };
        if unchanged {
            continue;
        }
        match &seen {
            Ok(report) => {
                if shown.is_some() && !output.is_json() {
                    output.note(Paint::dim("--"));
                }
                output.say(report)?;
            }
            Err(failure) => output.note(match output.is_json() {
                true => failure.json().unwrap_or_default(),
                false => failure.in_language(output.language()).to_string(),
            }),
        }
        shown = Some(seen);
    }
}
