//! The kill loop: a daemon that is killed again and again while messages go through it.
//!
//! ```text
//! a trial:  traffic ──> enough is acknowledged ──> SIGKILL at a random instant, or the moment an
//!           app hears of an acknowledgement
//!           (every third: after the link froze, so that messages are accepted and wait)
//!           (every fifth: started, and killed again while it recovers)
//!           started ──> traffic ──> stop ──> everything has arrived ──> the ledger is checked
//! ```
//!
//! Three apps read and acknowledge all messages of one account, two of them write; the sandbox,
//! which is never killed, is the judge of what was sent. What counts is in [`Tally`]. A seed
//! repeats the choices of a run, not its instants: those are the scheduler's.

mod app;
mod ledger;
mod report;
mod trial;

pub use ledger::Tally;
pub use report::Report;
pub use trial::{Options, run};
