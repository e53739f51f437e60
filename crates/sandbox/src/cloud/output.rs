//! What the core wants done.

use std::fmt;

use imlink_model::AppKey;
use imlink_wire::ServerPacket;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Presence;

/// One connection between a client and the gateway, over its whole life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One step for whoever owns the sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this packet.
    Send {
        /// On this link.
        link: LinkId,
        /// The packet.
        packet: ServerPacket,
    },
    /// Close the link after everything sent before. [`Cloud::closed`](super::Cloud::closed) still
    /// follows, as for any end.
    Close {
        /// This link.
        link: LinkId,
    },
    /// Call the app server back at its [`Policy::presence`](super::Policy::presence).
    Presence {
        /// Whose link it is.
        app: AppKey,
        /// What has happened.
        event: Presence,
    },
}
