//! The machine in virtual time: a test plays app, daemon and clock.

mod bench;
mod calls;
mod detached;
mod property;
mod reattached;
mod renewal;
mod rooms;
mod subscribed;
