//! What has happened in an app, in numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Counts since the app was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counters {
    /// Navigation requests, whatever the answer.
    pub navigations: u64,
    /// Handshakes, whatever the CONNACK.
    pub handshakes: u64,
    /// Links that got CONNACK 0.
    pub accepted: u64,
    /// Links that got another CONNACK, or none by a fault.
    pub refused: u64,
    /// Links ended by the cloud: kicks, blocks, any DISCONNECT.
    pub ended: u64,
    /// Links gone, whoever ended them.
    pub closed: u64,
    /// Packets received.
    pub packets: u64,
    /// PINGREQ among them.
    pub pings: u64,
    /// Messages acknowledged with status 0, swallowed ones included.
    pub messages: u64,
    /// Messages refused.
    pub refused_messages: u64,
    /// Answers to `pullMsg`.
    pub pulls: u64,
    /// Calls of the Server API that were carried out.
    pub api_calls: u64,
    /// Calls of the Server API that were refused.
    pub refused_api_calls: u64,
    /// Times a fault took effect.
    pub faults: u64,
}
