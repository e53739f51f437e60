//! The first byte of every packet.

use crate::QoS;

/// Packet kinds by number (protocol/cloud-wire.md 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PacketKind {
    /// 2, server to client.
    ConnAck,
    /// 3, both directions.
    Publish,
    /// 4, both directions.
    PubAck,
    /// 5, client to server.
    Query,
    /// 6, server to client.
    QueryAck,
    /// 7, client to server.
    QueryCon,
    /// 12, client to server.
    PingReq,
    /// 13, server to client.
    PingResp,
    /// 14, both directions.
    Disconnect,
}

impl PacketKind {
    /// The number in the upper four bits.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::ConnAck => 2,
            Self::Publish => 3,
            Self::PubAck => 4,
            Self::Query => 5,
            Self::QueryAck => 6,
            Self::QueryCon => 7,
            Self::PingReq => 12,
            Self::PingResp => 13,
            Self::Disconnect => 14,
        }
    }

    const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            2 => Self::ConnAck,
            3 => Self::Publish,
            4 => Self::PubAck,
            5 => Self::Query,
            6 => Self::QueryAck,
            7 => Self::QueryCon,
            12 => Self::PingReq,
            13 => Self::PingResp,
            14 => Self::Disconnect,
            _ => return None,
        })
    }
}

/// The header byte, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What follows.
    pub kind: PacketKind,
    /// An echo of something this user sent from another device.
    pub sync: bool,
    /// Whether an acknowledgement is owed.
    pub qos: QoS,
    /// Never set by anyone; kept so that a test can say so.
    pub retain: bool,
}

impl Header {
    /// A header without flags, as most packets have.
    pub(super) const fn plain(kind: PacketKind) -> Self {
        Self {
            kind,
            sync: false,
            qos: QoS::AtMostOnce,
            retain: false,
        }
    }

    /// Reads the byte.
    ///
    /// # Errors
    /// The number of a kind that is not used.
    pub const fn decode(byte: u8) -> Result<Self, u8> {
        let number = byte >> 4;
        match PacketKind::from_number(number) {
            Some(kind) => Ok(Self {
                kind,
                sync: byte & 0b1000 != 0,
                qos: QoS::from_bits(byte >> 1 & 0b11),
                retain: byte & 1 != 0,
            }),
            None => Err(number),
        }
    }

    /// Writes the byte.
    #[must_use]
    pub const fn encode(self) -> u8 {
        self.kind.number() << 4 | (self.sync as u8) << 3 | self.qos.bits() << 1 | self.retain as u8
    }
}
