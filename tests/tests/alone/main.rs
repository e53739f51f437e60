//! A daemon that starts alone: with a token that outlived the last one it connects and stores by
//! itself (decisions.md P15).

mod forgetting;
mod house;
mod starting;

use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));
