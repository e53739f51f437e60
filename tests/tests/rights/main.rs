//! Several users of one machine behind one daemon: who is let in, what each may do, and that
//! nobody gets what is another's.

mod apart;
mod document;
mod every_request;
mod held;
mod house;
mod kernel;
mod rules;

use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));
/// An app of another user's.
const BRIDGE: &str = env!("CARGO_BIN_EXE_imlink-bridge");
