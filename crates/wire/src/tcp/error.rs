//! What can be wrong with a stream.

use super::{MAX_BODY, MAX_CONNECT};
use crate::{DecodeError, EncodeError};

/// Why the bytes of a stream give no packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The check byte is not what header and length make it: not this protocol, or damaged.
    #[error("the check byte is wrong")]
    Check,
    /// The length field does not end after four bytes.
    #[error("the length field has more than 4 bytes")]
    LengthField,
    /// More than [`MAX_BODY`], or less where the owner of the codec said so; before the connection more
    /// than [`MAX_CONNECT`].
    #[error("a body has {bytes} bytes, at most {limit} are allowed")]
    TooLarge {
        /// The announced length.
        bytes: usize,
        /// The largest that is accepted here.
        limit: usize,
    },
    /// The first packet is of this kind instead of CONNECT.
    #[error("the first packet is of kind {0}, not CONNECT")]
    NotConnect(u8),
    /// A protocol version other than 3 and 4; CONNACK status 1.
    #[error("unknown protocol version {0}")]
    ProtocolVersion(u8),
    /// CONNECT says version 3, but its mask is not that version's constant.
    #[error("version 3 with the mask of version 4")]
    Mask,
    /// CONNECT's fields cannot be read.
    #[error("CONNECT cannot be read")]
    Connect(#[source] DecodeError),
    /// CONNECT's signature is wrong.
    #[error("the signature of CONNECT is wrong")]
    ConnectSignature,
    /// A packet's signature is wrong. Only this packet is lost.
    #[error("a signature is wrong")]
    Signature,
    /// A packet cannot be read, though its frame can. Only this packet is lost.
    #[error("a packet cannot be read")]
    Packet(#[from] DecodeError),
}

impl StreamError {
    /// Whether nothing after it can be read. The codec then gives the same error for ever.
    #[must_use]
    pub const fn ends_stream(&self) -> bool {
        match self {
            Self::Check
            | Self::LengthField
            | Self::TooLarge { .. }
            | Self::NotConnect(_)
            | Self::ProtocolVersion(_)
            | Self::Mask
            | Self::Connect(_)
            | Self::ConnectSignature => true,
            Self::Signature | Self::Packet(_) => false,
        }
    }
}

/// Why a server's packet has no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The mask is learnt from CONNECT, and none came.
    #[error("nothing can be written before a CONNECT was received")]
    BeforeConnect,
    /// The packet itself.
    #[error(transparent)]
    Packet(#[from] EncodeError),
}

// The length field of four bytes holds both limits.
const _: () = assert!(MAX_CONNECT <= MAX_BODY && MAX_BODY < 1 << 28);
