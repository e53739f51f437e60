//! The vendor's own SDKs beside our daemon, and as the judges of what our daemon sends.
//!
//! Needs node and npm; skipped out loud without them. `tests/interop` has the SDK's side.

mod app;
mod browser;
mod conversation;
mod desktop;
mod frame;
mod installed;
mod judge;
mod line;
mod recording;
mod scenario;
mod sdk;
mod server_sdk;
mod web;

use imlink::UserId;
use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));

fn alice() -> UserId {
    UserId::new("alice").unwrap()
}

fn bob() -> UserId {
    UserId::new("bob").unwrap()
}
