//! `imlink activate`, hidden: the last step of socket activation, without unsafe code.
//!
//! Whoever starts it has put a listening socket on descriptor 3. `LISTEN_PID` must name the
//! process that listens, which only that process can know; so this one sets it and then becomes
//! the daemon, which keeps the pid.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use clap::Args;

use crate::command::Ending;

#[derive(Args)]
pub struct Arguments {
    /// The flags of `imlink daemon`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    daemon: Vec<OsString>,
}

pub fn run(arguments: Arguments) -> Ending {
    let error = Command::new(std::env::current_exe()?)
        .arg("daemon")
        .args(arguments.daemon)
        .env("LISTEN_FDS", "1")
        .env("LISTEN_PID", std::process::id().to_string())
        .exec();
    Err(error.into())
}
