//! How a driver is.

use std::time::Duration;

/// The state of a link, for a person to read. Statuses are told as they change; this is the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkReport {
    /// How long until the next attempt, if one is waited for.
    pub next_attempt_in: Option<Duration>,
    /// The address in use or being tried.
    pub address: Option<String>,
    /// What the cloud takes this device for there, in words.
    pub slot: Option<String>,
    /// The last measured time from a probe to its answer.
    pub round_trip: Option<Duration>,
    /// Whom it would ask where to connect to, as URLs, while it wants to be online.
    pub navigators: Vec<String>,
    /// Where it would connect to, as URLs, while it wants to be online and is not; none before it
    /// knows.
    pub gateways: Vec<String>,
    /// Messages that wait for their turn.
    pub queued: usize,
    /// Messages whose acknowledgement is awaited.
    pub in_flight: usize,
    /// Messages whose fate is unknown.
    pub in_doubt: usize,
}
