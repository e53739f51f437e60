//! The command as people and scripts use it: what it says, and the status it ends with.

mod arguments;
mod connecting;
mod daemon;
mod explaining;
mod messages;
mod sandbox;
mod stage;
mod status;
