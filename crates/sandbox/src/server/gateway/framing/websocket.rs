//! One packet per binary message (protocol/cloud-wire.md 2).

use futures_util::{SinkExt, StreamExt};
use imlink_wire::{ClientPacket, ProtocolVersion, ServerPacket};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::{ReadError, WriteError};
use crate::server::{Injection, gateway::Stream};

/// A WebSocket and the protocol version spoken on it.
pub(in crate::server::gateway) struct WebSocket {
    socket: WebSocketStream<Box<dyn Stream>>,
    version: ProtocolVersion,
}

impl WebSocket {
    pub(in crate::server::gateway) fn new(
        socket: WebSocketStream<Box<dyn Stream>>,
        version: ProtocolVersion,
    ) -> Self {
        Self { socket, version }
    }

    pub(super) async fn next(&mut self) -> Result<Option<ClientPacket>, ReadError> {
        while let Some(message) = self.socket.next().await {
            match message? {
                Message::Binary(bytes) => {
                    return Ok(Some(ClientPacket::decode(bytes, self.version)?));
                }
                // Text is no packet (protocol/cloud-wire.md 2); the rest is WebSocket's own
                // business.
                Message::Text(_)
                | Message::Ping(_)
                | Message::Pong(_)
                | Message::Close(_)
                | Message::Frame(_) => {}
            }
        }
        Ok(None)
    }

    pub(super) async fn feed(&mut self, packet: &ServerPacket) -> Result<(), WriteError> {
        let bytes = packet.encode(self.version)?;
        self.feed_message(Message::Binary(bytes)).await
    }

    pub(super) async fn inject(&mut self, injection: Injection) -> Result<(), WriteError> {
        let message = match injection {
            Injection::Binary(bytes) => Message::Binary(bytes),
            Injection::Text(text) => Message::Text(text.into()),
            // Passed below WebSocket by the session.
            Injection::Raw(_) => return Ok(()),
        };
        self.feed_message(message).await
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriteError> {
        self.socket.flush().await.map_err(|_| WriteError::Lost)
    }

    pub(super) async fn close(&mut self) {
        let _ = self.socket.close(None).await;
    }

    async fn feed_message(&mut self, message: Message) -> Result<(), WriteError> {
        let fed = self.socket.feed(message).await;
        fed.map_err(|_| WriteError::Lost)
    }
}
