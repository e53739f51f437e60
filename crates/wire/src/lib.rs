//! Cloud packets to bytes and back.
//!
//! Knows the vendor's wire protocol (protocol/cloud-wire.md, protocol/cloud-tcp.md) and nothing else:
//! no clock, no socket, no state but that of a byte stream. Any bytes give a value or an error.

#[doc(hidden)]
pub mod fuzzing;

pub mod flags;
pub mod handshake;
pub mod navigation;
pub mod notify;
pub mod packet;
pub mod proto;
pub mod status;
pub mod tcp;
pub mod topic;
pub mod uid;
pub mod websocket;

mod escape;
mod reader;
mod text;
mod writer;

pub use handshake::{Handshake, HandshakeError};
pub use packet::{ClientPacket, ConnAck, ProtocolVersion, QoS, ServerPacket, Session};
pub use websocket::{DecodeError, EncodeError, MAX_MESSAGE};
