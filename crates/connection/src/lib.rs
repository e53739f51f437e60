//! The connection to the cloud as a pure state machine.
//!
//! [`Connection`] owns an account's link and decides everything about it: which navigator to
//! ask, which gateway to dial, when to ping, pull, send, wait and give up. It performs nothing. A
//! shell hands in what happened and what time it is, carries out what comes back, and calls
//! again at the one deadline:
//!
//! ```text
//! drive(input):  handle_timeout(now)
//!                handle_input(input, now)
//!                while poll_action() { perform }        in order
//!                while poll_event()  { tell the Hub }   in order
//!                arm the timer at poll_timeout()
//! ```
//!
//! Nothing here asks the clock or draws unseeded randomness, so a run can be replayed.

#![forbid(unsafe_code)]

mod action;
mod config;
mod connection;
mod cursors;
mod directory;
mod gate;
mod incoming;
mod input;
mod keepalive;
mod ladder;
mod loopback;
mod message_ids;
mod outbox;
mod outgoing;
mod outlet;
mod pacer;
mod page;
mod pull;
mod recall;
mod recalls;
mod refusal;
mod rooms;
mod snapshot;
mod state;
#[cfg(test)]
mod testing;
mod transport;

pub use action::{Action, Greeting};
pub use config::{Config, Limits, Timings};
pub use connection::Connection;
pub use imlink_model::ProxyFault;
pub use input::{Generation, HttpAnswer, Input, LinkError, RecordId};
pub use snapshot::{Dropped, Snapshot};
pub use transport::{Transport, UnknownTransport};
