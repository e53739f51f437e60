//! `imlink-idle`: what a daemon costs that has nothing to do.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use imlink_tests::Command;
use imlink_tests::idle::{Options, run};

/// Measures memory and wake-ups of a daemon alone, of one that is connected with its store open,
/// and of one that many apps are attached to, side by side with the budget (docs/measured.md, B3).
///
/// Build it and the command with `--release`: others cost more.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Seconds over which wake-ups are counted
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Messages in the store
    #[arg(long, default_value_t = 200)]
    messages: u32,
    /// Further apps that are attached and connected, and then as many with a token of their own
    #[arg(long, default_value_t = 200)]
    apps: u32,
    /// The `imlink` or `imlinkd` to be measured [default: the `imlinkd` built beside this program]
    #[arg(long)]
    command: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = match Command::daemon_or_beside(arguments.command) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let options = Options {
        window: Duration::from_secs(arguments.seconds),
        messages: arguments.messages,
        apps: arguments.apps,
    };
    match run(command, options) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
