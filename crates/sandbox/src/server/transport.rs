//! Faults between gateway and client, on the bytes of a connection.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is wrong with a connection; nothing by default. Setting it again replaces all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TransportFaults {
    /// Neither reads nor writes, and the socket stays open: a half-open connection.
    pub freeze: bool,
    /// Does not read what the client sends, until its buffers are full.
    pub stop_reading: bool,
    /// Closes after so many further bytes to the client, those of the upgrade answer and of TLS
    /// included;
    /// counted from when this was set, or from the start of a later connection.
    pub cut_after: Option<u64>,
    /// How long bytes from the client take at least.
    pub delay_up: Duration,
    /// How long bytes to the client take at least.
    pub delay_down: Duration,
    /// Bytes to the client come in small pieces.
    pub drip: Option<Drip>,
}

/// So many bytes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drip {
    /// How many, at least 1.
    pub bytes: usize,
    /// Pause after each piece.
    pub every: Duration,
}
