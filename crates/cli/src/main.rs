//! The `imlink` command; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    imlink_cli::main()
}
