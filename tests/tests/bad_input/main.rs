//! What must not be, from every side: each gets its code or one clear sentence with the cure, and
//! the others are served on.

mod asking;
mod cli;
mod cloud;
mod daemon;
mod descriptors;
mod frames;
mod garbage;
mod greeting;
mod guesthouse;
mod house;
mod navigation;
mod places;
mod requests;
mod sandbox;

use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));
