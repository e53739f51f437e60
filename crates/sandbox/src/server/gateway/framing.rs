//! Packets on a connection, in either form.

mod tcp;
mod websocket;

use std::io;

use imlink_wire::{ClientPacket, DecodeError, EncodeError, ServerPacket, tcp::StreamError};
use tokio_tungstenite::tungstenite;

pub(super) use tcp::Tcp;
pub(super) use websocket::WebSocket;

use crate::server::Injection;

/// Reads client packets and writes server packets.
pub(super) enum Framing {
    /// One per WebSocket message.
    WebSocket(Box<WebSocket>),
    /// One after the other in the stream.
    Tcp(Tcp),
}

/// Why no further packet is read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("the connection was lost")]
    Lost(#[from] io::Error),
    #[error("the WebSocket was lost")]
    WebSocket(#[from] tungstenite::Error),
    #[error("the stream ended inside a packet")]
    Cut,
    #[error("not a packet")]
    Packet(#[from] DecodeError),
    #[error("not a stream of packets")]
    Stream(#[from] StreamError),
}

/// Why a packet is not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error("the connection was lost")]
    Lost,
    #[error("the packet does not fit")]
    Packet(#[from] EncodeError),
}

impl Framing {
    /// The next packet; `None` once the client has ended the connection.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Option<ClientPacket>, ReadError> {
        match self {
            Self::WebSocket(socket) => socket.next().await,
            Self::Tcp(stream) => stream.next().await,
        }
    }

    /// Writes a packet, or keeps it until [`flush`](Self::flush).
    pub(super) async fn feed(&mut self, packet: &ServerPacket) -> Result<(), WriteError> {
        match self {
            Self::WebSocket(socket) => socket.feed(packet).await,
            Self::Tcp(stream) => stream.feed(packet).await,
        }
    }

    /// As [`feed`](Self::feed), something that is no packet.
    pub(super) async fn inject(&mut self, injection: Injection) -> Result<(), WriteError> {
        match self {
            Self::WebSocket(socket) => socket.inject(injection).await,
            Self::Tcp(stream) => stream.inject(injection).await,
        }
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriteError> {
        match self {
            Self::WebSocket(socket) => socket.flush().await,
            Self::Tcp(stream) => stream.flush().await,
        }
    }

    /// Says goodbye as the form has it. The client may be gone; then there is nobody to say it to.
    pub(super) async fn close(&mut self) {
        match self {
            Self::WebSocket(socket) => socket.close().await,
            Self::Tcp(stream) => stream.close().await,
        }
    }
}
