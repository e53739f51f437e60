//! Standing rules, the gateway's listeners and the clock.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, calls};
use crate::Policy;

calls! {
    SetGateway: POST "/gateway" -> Done;
    GetPolicy: GET "/policy" -> Policy;
    SetPolicy: PUT "/policy" -> Done;
    AdvanceClock: POST "/clock" -> Done;
}

/// Opens or closes the gateway's listeners. Open links stay.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetGateway {
    /// False has the kernel refuse connections.
    pub listening: bool,
    /// Only the listener at this `host:port` is closed. Opening is for all.
    #[serde(default)]
    pub address: Option<SocketAddr>,
}

/// Tells the standing rules of an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GetPolicy {}

/// Sets all standing rules of an app; what is left out takes its default.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SetPolicy(pub Policy);

/// Puts the sandbox's clock forward, for example past the retention of messages.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceClock {
    /// By how much.
    pub advance_seconds: u64,
}
