//! The WebSocket form of a link: one binary message is one packet.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt, future};
use imlink_connection::LinkError;
use imlink_wire::navigation::GatewayAddress;
use imlink_wire::{Handshake, MAX_MESSAGE, ProtocolVersion, ServerPacket};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Dialer;
use super::dial::{Security, link_error};
use super::heard::Listened;
use super::link::{Encoder, Opened, Received};

impl Dialer {
    pub(super) async fn open_websocket(
        &self,
        target: &GatewayAddress,
        handshake: &Handshake,
    ) -> Result<Opened, LinkError> {
        let security = Security::of(target.scheme);
        let port = match security {
            Security::Clear => 80,
            Security::Tls => 443,
        };
        let stream = self
            .dial(&with_port(&target.authority, port), security)
            .await?;
        let (stream, heard) = Listened::new(stream);
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let url = handshake.url(target);
        let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config))
            .await
            .map_err(|error| websocket_error(&error))?;

        let version = handshake.protocol_version;
        let (sink, messages) = socket.split();
        let sink = sink
            .with(|packet: Bytes| future::ok::<_, Error>(Message::Binary(packet)))
            .sink_map_err(|error| websocket_error(&error));
        let received =
            messages.filter_map(move |message| future::ready(received(message, version)));
        Ok(Opened::new(
            Encoder::WebSocket(version),
            sink,
            received,
            heard,
            self.write,
        ))
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

fn websocket_error(error: &Error) -> LinkError {
    match error {
        Error::Io(error) => link_error(error),
        Error::Capacity(_) => LinkError::TooLarge,
        Error::ConnectionClosed | Error::AlreadyClosed => LinkError::Closed,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => LinkError::Reset,
        _ => LinkError::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use imlink_connection::Greeting;
    use imlink_wire::navigation::GatewayScheme;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::super::ProxyInUse;
    use super::super::heard::SIGN_OF_LIFE;
    use super::*;

    // F-S20, F-S47
    #[tokio::test]
    async fn a_good_part_of_an_unfinished_message_is_a_sign_of_life() {
        let exchange = async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let target = GatewayAddress {
                scheme: GatewayScheme::Ws,
                authority: listener.local_addr().unwrap().to_string(),
            };
            let handshake = Handshake::new("key", "token", "device", ProtocolVersion::V3);
            let greeting = Greeting::WebSocket(handshake);
            let dialer = Dialer::new(None, &[], ProxyInUse::default()).unwrap();
            let accept = async {
                let (socket, _) = listener.accept().await.unwrap();
                tokio_tungstenite::accept_async(socket).await.unwrap()
            };
            let (opened, mut gateway) = tokio::join!(dialer.open(&target, &greeting), accept);
            let mut received = opened.unwrap().received;
            let socket = gateway.get_mut();

            // A binary message of 64 KiB, and the first of it.
            let head = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
            socket.write_all(&head).await.unwrap();
            socket.write_all(&[0xD0; SIGN_OF_LIFE]).await.unwrap();

            assert_eq!(received.next().await, Some(Received::Alive));
        };

        tokio::time::timeout(Duration::from_secs(10), exchange)
            .await
            .expect("it is seen at once");
    }

    #[test]
    fn an_address_without_a_port_gets_that_of_its_scheme() {
        assert_eq!(with_port("im.example.com", 443), "im.example.com:443");
        assert_eq!(with_port("im.example.com:8080", 443), "im.example.com:8080");
        assert_eq!(with_port("[::1]", 80), "[::1]:80");
        assert_eq!(with_port("[::1]:9", 80), "[::1]:9");
    }
}
