//! The machine at a glance.

use std::time::{Duration, Instant};

use imlink_model::{Code, ConnectionStatus, UserId};
use imlink_wire::navigation::{GatewayAddress, Navigator};

/// The state of the connection, for `imlink status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The status last told.
    pub status: ConnectionStatus,
    /// The cause told with it.
    pub cause: Option<Code>,
    /// When the next attempt is due, if one is waited for.
    pub next_attempt: Option<Instant>,
    /// The gateway in use or being tried.
    pub gateway: Option<GatewayAddress>,
    /// Attempts since the account was last online, the one under way included.
    pub attempt: u32,
    /// The last measured time from ping to pong.
    pub round_trip: Option<Duration>,
    /// Since when the account has been online.
    pub online_since: Option<Instant>,
    /// Whose account it is, as far as it is known.
    pub user: Option<UserId>,
    /// Whom it would ask where the gateways are, while it wants to be online.
    pub navigators: Vec<Navigator>,
    /// The gateways it would dial, while it wants to be online and is not; none before navigation
    /// has named some.
    pub gateways: Vec<GatewayAddress>,
    /// Messages that wait for their turn.
    pub queued: usize,
    /// Messages whose acknowledgement is awaited.
    pub in_flight: usize,
    /// Messages whose fate is unknown.
    pub in_doubt: usize,
    /// What was dropped, since the start of the machine.
    pub dropped: Dropped,
}

/// Counts of what the cloud sent and the machine could not use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Messages that cannot be represented.
    pub messages: u64,
    /// Packets of an unknown kind, or that came before the link was accepted.
    pub packets: u64,
    /// Acknowledgements of something that is not pending.
    pub acks: u64,
}
