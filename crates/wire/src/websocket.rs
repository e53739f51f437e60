//! The WebSocket form: one binary message is one packet.
//!
//! ```text
//! bit   7 6 5 4   3      2 1   0
//!       kind      sync   qos   retain          then the fields, no length, no checksum
//! ```
//!
//! Integers are big endian, a text is a `u16` length and that many bytes, a body is everything
//! up to the end of the message (protocol/cloud-wire.md 3.1 to 3.3). Bytes after the last field of
//! a packet without body are not looked at, as in the SDK.

mod client;
mod connack;
mod header;
mod server;

pub use header::{Header, PacketKind};

/// The largest WebSocket message either side of ours accepts or writes: 32 MiB.
pub const MAX_MESSAGE: usize = 32 * 1024 * 1024;

/// Why bytes are not a packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A message without a single byte.
    #[error("empty message")]
    Empty,
    /// More than [`MAX_MESSAGE`].
    #[error("message of {0} bytes exceeds the limit")]
    TooLarge(usize),
    /// A packet kind that is not used, or not in this direction.
    #[error("packet kind {0} is not used in this direction")]
    Kind(u8),
    /// The message ends inside a field.
    #[error("message ends inside {0}")]
    Truncated(&'static str),
    /// A text that is neither UTF-8 nor CESU-8.
    #[error("{0} is not valid text")]
    Text(&'static str),
}

/// Why a packet has no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text whose encoding exceeds 65,535 bytes.
    #[error("{field} of {length} bytes does not fit its length field")]
    TextTooLong {
        /// Which text.
        field: &'static str,
        /// Its encoded length in bytes.
        length: usize,
    },
    /// More than [`MAX_MESSAGE`].
    #[error("packet of {0} bytes exceeds the limit")]
    TooLarge(usize),
}
