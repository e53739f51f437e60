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
    /// Further apps that are attached and connected
    #[arg(long, default_value_t = 200)]
    apps: u32,
    /// The `imlink` command to be measured [default: the one built beside this program]
    #[arg(long)]
    command: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = match arguments.command.or_else(built_beside) {
        Some(command) if command.is_file() => command,
        Some(command) => {
            eprintln!(
                "{}: no such program; build it with `cargo build --release -p imlink-tests --bins`",
                command.display()
            );
            return ExitCode::from(2);
        }
        None => {
            eprintln!("this program does not know where it is; name the command with --command");
            return ExitCode::from(2);
        }
    };
    let command = Command(Box::leak(
        command.to_string_lossy().into_owned().into_boxed_str(),
    ));
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

fn built_beside() -> Option<PathBuf> {
    Some(
        std::env::current_exe()
            .ok()?
            .with_file_name("imlink-under-test"),
    )
}
