//! What the whole-system tests share: a daemon as a process, a cloud in a box, waiting for
//! conditions, and skipping out loud.
//!
//! Every test has its own directories and ports, so that all run in parallel, without root and
//! without any network but loopback.

pub mod cloud;
pub mod disk;
pub mod idle;
pub mod kill_loop;
pub mod mutant;
pub mod raw;

mod app;
mod daemon;
mod mount;
mod skip;
mod wait;

pub use app::{App, next_words};
pub use cloud::cloud;
pub use daemon::{Daemon, Log, Setup};
pub use mount::on_own_mount;
pub use raw::RawApp;
pub use skip::{Missing, REQUIRE_ALL, require};
pub use wait::{DEADLINE, eventually, soon, within};

/// The `imlink` command under test.
///
/// Each test binary hands it over, because only there cargo says where it is:
/// `env!("CARGO_BIN_EXE_imlink-under-test")`.
#[derive(Clone, Copy, Debug)]
pub struct Command(pub &'static str);
