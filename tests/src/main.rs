//! The `imlink` command, built where the whole-system tests can find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    imlink_cli::main()
}
