//! Packets as values, free of any transport's framing.
//!
//! The two directions share packet kinds but not layouts, so each has an enum of its own and a
//! wrong-way packet cannot be written. The bytes of the WebSocket form are in [`crate::websocket`],
//! those of the TCP form in [`crate::tcp`].
//!
//! `Debug` of a packet shows lengths of bodies, never bodies.

mod client;
mod connack;
mod server;

pub use client::ClientPacket;
pub use connack::{ConnAck, Session};
pub use server::ServerPacket;

/// Which layout of CONNACK the two ends agreed on (`protocolVer`, protocol/cloud-wire.md 2 and 3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtocolVersion {
    /// Fixed fields; the client's message ids start at 1.
    #[default]
    V3,
    /// Optional fields announced by flags, among them where message ids start. Chosen by
    /// `openAnti` = 1 in the navigation answer.
    V4,
}

impl ProtocolVersion {
    /// The number in the upgrade URL: 3 or 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }

    /// The version of that number, `None` for any but 3 and 4.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            3 => Some(Self::V3),
            4 => Some(Self::V4),
            _ => None,
        }
    }
}

/// Whether the receiver owes an acknowledgement (protocol/cloud-wire.md 3.2 and 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QoS {
    /// 0: nothing is owed.
    AtMostOnce,
    /// 1: PUBACK for a PUBLISH, QUERYCON for a QUERYACK. The never used 2 and 3 are read as this,
    /// because "not 0" is all the SDK asks.
    AtLeastOnce,
}

impl QoS {
    /// The two bits in the header.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
        }
    }

    /// Reads the two bits; anything but 0 asks for an acknowledgement.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::AtMostOnce,
            _ => Self::AtLeastOnce,
        }
    }
}

/// Stands for a body in `Debug`: message content stays out of logs and panics.
struct Hidden<'a>(&'a [u8]);

impl std::fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}
