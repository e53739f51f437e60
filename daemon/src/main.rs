//! `imlinkd`: the daemon alone, for packages. `imlink daemon` is the same.

use std::process::ExitCode;

use clap::Parser;

/// Owns the cloud connection of an app's user and shares it with local apps.
#[derive(Parser)]
#[command(name = "imlinkd", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    flags: imlink_daemon::Flags,
}

fn main() -> ExitCode {
    imlink_daemon::run(Arguments::parse().flags)
}
