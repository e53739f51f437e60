//! `imlink doctor`: from this command over the daemon to the cloud, what is wrong and what to do.
//!
//! ```text
//! socket ──answers──> daemon ──its report──> the way to the cloud, as the daemon sees it ──> accounts
//!    └─ nobody, not allowed   └─ stopped, silent, of another version
//! ```
//!
//! What comes behind something that is wrong is not looked at.

mod account;
mod daemon;
mod finding;
mod shown;
mod socket;
#[cfg(test)]
mod tests;
mod told;

use clap::Args;

use crate::account::Daemon;
use crate::command::Ending;
use crate::exit::Exit;
use crate::language::Language;
use crate::output::Output;
use crate::runtime::{DONE, run_interruptibly};
use finding::Finding;
use shown::shown;

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink doctor
  imlink doctor --json | jq 'select(.ok | not)'

Ends with 1 if anything is wrong.

With --json, one object for each thing that was looked at: check (socket, daemon, state, network,
proxy, name, open, secure, navigator, gateway, account), subject, ok, code, code_name, cause, seen, cure,
took_ms.")]
pub struct Arguments {
    #[command(flatten)]
    daemon: Daemon,
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        // Programs get the same in every language.
        let language = match output.is_json() {
            true => Language::English,
            false => output.language(),
        };
        let findings = examine(&arguments.daemon, language).await;
        output.list(&findings, shown(&findings, output.language()))?;
        if findings.iter().all(Finding::is_well) {
            return DONE;
        }
        Ok(Exit::Failed.into())
    })
}

async fn examine(flags: &Daemon, language: Language) -> Vec<Finding> {
    let (mut findings, reached) = socket::look(&flags.places(), language).await;
    if let Some(reached) = reached {
        findings.extend(daemon::look(&reached, language).await);
    }
    findings
}
