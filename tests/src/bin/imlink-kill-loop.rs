//! `imlink-kill-loop`: kills a daemon under traffic, again and again, and counts what was lost.

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use imlink_tests::Command;
use imlink_tests::kill_loop::{Options, run};

/// Kills a daemon with SIGKILL while three apps and the sandbox exchange messages through it, and
/// checks after each restart that nothing acknowledged was lost and nothing was shown twice.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// How many trials; every fifth kills the daemon once more while it recovers
    #[arg(long, default_value_t = 200)]
    trials: u32,
    /// Repeats the choices of a run; drawn at random if not given
    #[arg(long)]
    seed: Option<u64>,
    /// Acknowledged messages before a kill, at least
    #[arg(long, default_value_t = 50)]
    messages: u64,
    /// Trials at a time, each with a daemon and a home of its own
    #[arg(long, default_value_t = NonZero::<usize>::MIN)]
    jobs: NonZero<usize>,
    /// Go on after a violation
    #[arg(long)]
    keep_going: bool,
    /// The `imlink` command to put to the test [default: the one built beside this program]
    #[arg(long)]
    command: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = match Command::named_or_beside(arguments.command) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let options = Options {
        trials: arguments.trials,
        seed: arguments.seed.unwrap_or_else(rand::random),
        messages: arguments.messages,
        stop_at_violation: !arguments.keep_going,
        jobs: arguments.jobs,
    };
    println!("seed {}, {} trials", options.seed, options.trials);
    let report = run(command, options, |line| println!("{line}"));
    println!("{report}");
    if report.is_clean() && report.trials == options.trials {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
