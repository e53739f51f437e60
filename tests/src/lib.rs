//! What the whole-system tests share: a daemon as a process, a cloud in a box, waiting for
//! conditions, and skipping out loud.
//!
//! Every test has its own directories and ports, so that all run in parallel, without root and
//! without any network but loopback and what a test makes for itself.

use std::path::{Path, PathBuf};

pub mod bridge;
pub mod bus;
pub mod busy;
pub mod cloud;
pub mod disk;
pub mod idle;
pub mod kill_loop;
pub mod mutant;
pub mod network;
pub mod proxy;
pub mod raw;
pub mod relay;

mod app;
mod daemon;
mod mount;
mod namespace;
mod process;
mod resolver;
mod serving;
mod skip;
mod stranger;
mod wait;

pub use app::{App, next_words};
pub use imlink_secrecy as secrecy;

pub use cloud::cloud;
pub use daemon::{Daemon, Log, Setup};
pub use mount::{on_own_mount, with_groups_that_hang, with_own_users};
pub use network::{Cable, on_own_network};
pub use process::{resident, take_descriptors};
pub use raw::RawApp;
pub use resolver::{DeafResolver, with_deaf_resolver};
pub use serving::Serving;
pub use skip::{Missing, REQUIRE_ALL, require};
pub use stranger::{Stranger, StrangersApp};
pub use wait::{DEADLINE, eventually, soon, within};

/// The `imlink` command under test.
///
/// Each test binary hands it over, because only there cargo says where it is:
/// `env!("CARGO_BIN_EXE_imlink-under-test")`.
#[derive(Clone, Copy, Debug)]
pub struct Command(pub &'static str);

/// The program that is nothing but a daemon.
const DAEMON: &str = "imlinkd";

impl Command {
    /// The command a person names, or else the one built beside this program.
    ///
    /// # Errors
    /// What is wrong, with the cure, if there is no such file.
    pub fn named_or_beside(named: Option<PathBuf>) -> Result<Self, String> {
        Self::or_beside(
            named,
            "imlink-under-test",
            "cargo build --release -p imlink-tests --bins",
        )
    }

    /// The daemon a person names, or else the `imlinkd` built beside this program.
    ///
    /// # Errors
    /// What is wrong, with the cure, if there is no such file.
    pub fn daemon_or_beside(named: Option<PathBuf>) -> Result<Self, String> {
        Self::or_beside(named, DAEMON, "cargo build --release -p imlink-daemon")
    }

    /// It is the daemon alone, and needs no verb to be one.
    fn is_daemon(self) -> bool {
        Path::new(self.0)
            .file_name()
            .is_some_and(|name| name == DAEMON)
    }

    fn or_beside(named: Option<PathBuf>, name: &str, build: &str) -> Result<Self, String> {
        let beside = || Some(std::env::current_exe().ok()?.with_file_name(name));
        let command = named
            .or_else(beside)
            .ok_or("this program does not know where it is; name the command with --command")?;
        if !command.is_file() {
            let command = command.display();
            return Err(format!(
                "{command}: no such program; build it with `{build}`"
            ));
        }
        // For the life of the program, as the path that cargo compiles in is.
        Ok(Self(command.to_string_lossy().into_owned().leak()))
    }
}
