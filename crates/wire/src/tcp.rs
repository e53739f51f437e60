//! The TCP form: packets one after the other in a byte stream, plain or inside TLS.
//!
//! The fields are those of the WebSocket form ([`crate::websocket`]). Around them TCP has a length, a check
//! byte, a mask over the body, and a signature before the fields of some packets; and it has CONNECT,
//! which says what the upgrade URL says there (protocol/cloud-tcp.md 2 to 5).
//!
//! ```text
//! offset   bytes     meaning
//! 0        1         header: kind << 4 | sync << 3 | qos << 1 | retain
//! 1        1         check: the header XOR every length byte
//! 2        1 to 4    length of the body, 7 bits per byte, low group first, top bit = more
//! then     length    body, masked
//! ```
//!
//! | kind | packet | direction | header | body before masking |
//! |---|---|---|---|---|
//! | 1 | CONNECT | up | `14` | see [`Connect`] |
//! | 2 | CONNACK | down | `20` | u8 0, u8 status, then by version as on WebSocket |
//! | 3 | PUBLISH | up | `30`, `32` | signature, text topic, text target, u16 id, payload |
//! | 3 | PUBLISH | down | `30`, `32`; `38`, `3a` | signature, u32 seconds, text topic, text target, u16 id, payload |
//! | 4 | PUBACK | up | `40` | u16 id |
//! | 4 | PUBACK | down | `42` | u16 id, u32 seconds, u16 status, u16 millis, text uid |
//! | 5 | QUERY | up | `52` | signature, text topic, text target, u16 id, payload |
//! | 6 | QUERYACK | down | `60`, `62` | u16 id, u32 seconds, u16 status, payload |
//! | 7 | QUERYCON | up | `70` | u16 id |
//! | 12 | PINGREQ | up | `c0` | empty |
//! | 13 | PINGRESP | down | `d0` | empty |
//! | 14 | DISCONNECT | both | `e0` | u8 0, u8 status |
//!
//! The header column is what we write; reading looks at the kind, and at sync and qos where the packet has
//! them. Headers with qos 0 or sync, and DISCONNECT upwards, are carried over from the WebSocket form: nobody
//! saw the native SDK send or receive them.
//!
//! The signature is bytes 4 to 11 of the MD5 over all that follows it. Upwards it must be right. Downwards
//! the SDK does not look at it, nor do we, but ours is right there too. None of this is secret or
//! authentic: the key can be read off CONNECT, and the signature has none. For secrecy there is TLS.
//!
//! ```text
//! client                                     server
//! ClientCodec::connect(&connect)
//!     -> CONNECT bytes  -------------------> push, next_packet -> Received::Connect, with the mask
//! push, next_packet <----------------------- encode(CONNACK)
//! encode(ClientPacket)  -------------------> push, next_packet -> Received::Packet
//! ```
//!
//! The codecs do no I/O and know no clock; what to do about a packet is for others to decide.

mod client;
mod connect;
mod error;
mod frame;
mod mask;
mod server;
mod signature;

pub use client::{ClientCodec, ClientEncoder};
pub use connect::{APPLICATION, CLIENT_INFO, Connect};
pub use error::{ReplyError, StreamError};
pub use mask::Mask;
pub use server::{Received, ServerCodec};

use crate::websocket::MAX_MESSAGE;
use signature::SIGNATURE;

/// The largest body either side of ours accepts or writes: what the largest WebSocket message holds after
/// its header, with a signature before it. The length field could say 256 MiB.
pub const MAX_BODY: usize = MAX_MESSAGE - 1 + SIGNATURE;

/// The largest body of a CONNECT. Whoever sends one is not known yet, so a server holds little for him;
/// real ones have about 300 bytes, the most of it the token.
pub const MAX_CONNECT: usize = 8 * 1024;
