//! The daemon under systemd: its units, its socket, what the two say to each other.
//!
//! No system manager is started. What needs systemd's tools is skipped out loud without them.

mod activation;
mod notification;
mod tool;
mod units;

use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));
