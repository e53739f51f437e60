//! The WebSocket form of a link: one binary message is one packet.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, Stream as AsyncStream, StreamExt, future, stream};
use imlink_connection::LinkError;
use imlink_wire::navigation::{GatewayAddress, GatewayScheme};
use imlink_wire::{
    ClientPacket, DecodeError, Handshake, MAX_MESSAGE, ProtocolVersion, ServerPacket,
};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Dialer;
use super::dial::{Security, Stream, link_error};

/// Packets that may wait for the socket. More mean that the other end does not read (F-S06).
const QUEUE: usize = 256;

/// A write must be through by then (decisions.md P6).
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// The sending side of an open link. Dropping it closes the link once everything is written.
#[derive(Debug)]
pub struct Link {
    packets: mpsc::Sender<Bytes>,
    version: ProtocolVersion,
}

/// What an open link gave.
#[derive(Debug)]
pub enum Received {
    /// A packet, or bytes that are none.
    Packet(Result<ServerPacket, DecodeError>),
    /// The link is gone.
    Lost(LinkError),
}

type Socket = WebSocketStream<Box<dyn Stream>>;

impl Link {
    /// Hands a packet to the socket without waiting.
    ///
    /// # Errors
    /// [`LinkError`] if the link is gone or the other end does not read.
    pub fn send(&self, packet: &ClientPacket) -> Result<(), LinkError> {
        let bytes = packet
            .encode(self.version)
            .map_err(|_| LinkError::TooLarge)?;
        self.packets.try_send(bytes).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LinkError::TimedOut,
            mpsc::error::TrySendError::Closed(_) => LinkError::Closed,
        })
    }
}

impl Dialer {
    /// Opens a link: its sending side, the future that writes, and what it gives.
    ///
    /// # Errors
    /// [`LinkError`] if no link comes about. An answer that is no upgrade, a redirect included,
    /// is [`LinkError::Protocol`].
    pub async fn open(
        &self,
        target: &GatewayAddress,
        request: &Handshake,
    ) -> Result<
        (
            Link,
            impl Future<Output = Result<(), LinkError>> + use<>,
            impl AsyncStream<Item = Received> + use<>,
        ),
        LinkError,
    > {
        let (security, port) = match target.scheme {
            GatewayScheme::Ws | GatewayScheme::Tcp => (Security::Clear, 80),
            GatewayScheme::Wss | GatewayScheme::Tls => (Security::Tls, 443),
        };
        let stream = self
            .dial(&with_port(&target.authority, port), security)
            .await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let (socket, _) =
            tokio_tungstenite::client_async_with_config(request.url(target), stream, Some(config))
                .await
                .map_err(|error| websocket_error(&error))?;

        let version = request.protocol_version;
        let (sink, messages) = socket.split();
        let (packets, queue) = mpsc::channel(QUEUE);
        let received = messages
            .filter_map(move |message| future::ready(received(message, version)))
            .chain(stream::once(future::ready(Received::Lost(
                LinkError::Closed,
            ))));
        Ok((Link { packets, version }, write(sink, queue), received))
    }
}

/// An address without a port means that of its scheme.
fn with_port(authority: &str, default: u16) -> String {
    let after_host = authority.rsplit(']').next().unwrap_or(authority);
    match after_host.contains(':') {
        true => authority.to_owned(),
        false => format!("{authority}:{default}"),
    }
}

fn received(message: Result<Message, Error>, version: ProtocolVersion) -> Option<Received> {
    match message {
        Ok(Message::Binary(bytes)) => Some(Received::Packet(ServerPacket::decode(bytes, version))),
        // Text frames are not the protocol's; the vendor's own client ignores them too.
        Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => None,
        Ok(Message::Close(_)) => Some(Received::Lost(LinkError::Closed)),
        Err(error) => Some(Received::Lost(websocket_error(&error))),
    }
}

/// Writes everything that waits, then flushes once; ends when the link is dropped or lost.
async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut queue: mpsc::Receiver<Bytes>,
) -> Result<(), LinkError> {
    while let Some(first) = queue.recv().await {
        let batch = async {
            sink.feed(Message::Binary(first)).await?;
            while let Ok(next) = queue.try_recv() {
                sink.feed(Message::Binary(next)).await?;
            }
            sink.flush().await
        };
        match tokio::time::timeout(WRITE_DEADLINE, batch).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(websocket_error(&error)),
            Err(_) => return Err(LinkError::TimedOut),
        }
    }
    // The other end may be gone or deaf; that is no news any more.
    let _ = tokio::time::timeout(WRITE_DEADLINE, sink.close()).await;
    Ok(())
}

fn websocket_error(error: &Error) -> LinkError {
    match error {
        Error::Io(error) => link_error(error),
        Error::Capacity(_) => LinkError::TooLarge,
        Error::ConnectionClosed | Error::AlreadyClosed => LinkError::Closed,
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => LinkError::Reset,
        _ => LinkError::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_that_of_its_scheme() {
        assert_eq!(with_port("im.example.com", 443), "im.example.com:443");
        assert_eq!(with_port("im.example.com:8080", 443), "im.example.com:8080");
        assert_eq!(with_port("[::1]", 80), "[::1]:80");
        assert_eq!(with_port("[::1]:9", 80), "[::1]:9");
    }
}
