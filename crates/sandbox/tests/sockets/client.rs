//! A client of the gateway, as thin as can be.

use std::{future::Future, time::Duration};

use futures_util::{SinkExt, StreamExt};
use imlink_model::UserId;
use imlink_sandbox::{Config, Sandbox};
use imlink_wire::{
    ClientPacket, ProtocolVersion, QoS, ServerPacket,
    handshake::Handshake,
    navigation::{GatewayAddress, GatewayScheme, gateway_token},
    proto::{DownStreamMessages, SyncRequestMsg, UpStreamMessage, decode_body, encode_body},
    topic,
};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message},
};

/// What should happen at once has this long.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub struct Client {
    pub socket: WebSocketStream<TcpStream>,
    version: ProtocolVersion,
}

pub fn sandbox() -> Sandbox {
    Sandbox::spawn(Config::default()).unwrap()
}

pub fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

impl Client {
    /// A client that has had CONNACK 0.
    pub async fn online(sandbox: &Sandbox, name: &str) -> Self {
        let token = sandbox.issue_token(&user(name));
        let mut client = Self::open(sandbox, &token, ProtocolVersion::V3)
            .await
            .unwrap();
        match client.next().await {
            Some(ServerPacket::ConnAck(connack)) if connack.status == 0 => client,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// A client that has upgraded and heard nothing yet.
    pub async fn open(
        sandbox: &Sandbox,
        token: &str,
        version: ProtocolVersion,
    ) -> Result<Self, tungstenite::Error> {
        let handshake = Handshake::new(
            sandbox.app_key().as_str(),
            gateway_token(token),
            "device",
            version,
        );
        Self::upgrade(
            sandbox,
            &format!("/websocket?{}", handshake.query()),
            version,
        )
        .await
    }

    pub async fn upgrade(
        sandbox: &Sandbox,
        path: &str,
        version: ProtocolVersion,
    ) -> Result<Self, tungstenite::Error> {
        let stream = TcpStream::connect(sandbox.gateway_address()).await?;
        let authority = sandbox.gateway_address().to_string();
        let url = format!(
            "{}{path}",
            GatewayAddress {
                scheme: GatewayScheme::Ws,
                authority
            }
        );
        let (socket, _) = in_time(client_async(url, stream)).await?;
        Ok(Self { socket, version })
    }

    pub async fn send(&mut self, packet: ClientPacket) {
        let bytes = packet.encode(self.version).unwrap();
        self.socket.send(Message::Binary(bytes)).await.unwrap();
    }

    pub async fn say(&mut self, to: &str, text: &str, message_id: u16) {
        let body = encode_body(&UpStreamMessage {
            session_id: 3,
            classname: "RC:TxtMsg".to_owned(),
            content: format!(r#"{{"content":"{text}"}}"#),
            ..UpStreamMessage::default()
        });
        let (topic, target) = (topic::PRIVATE.to_owned(), to.to_owned());
        self.send(ClientPacket::Publish {
            qos: QoS::AtLeastOnce,
            topic,
            target,
            message_id,
            body,
        })
        .await;
    }

    /// The next packet, `None` once the link has ended in whatever way.
    pub async fn next(&mut self) -> Option<ServerPacket> {
        match self.next_message().await {
            Some(Message::Binary(bytes)) => {
                Some(ServerPacket::decode(bytes, self.version).unwrap())
            }
            Some(other) => panic!("not a packet: {other:?}"),
            None => None,
        }
    }

    /// The next message of any kind but WebSocket's own, `None` once the link has ended.
    pub async fn next_message(&mut self) -> Option<Message> {
        loop {
            match in_time(self.socket.next()).await {
                Some(Ok(Message::Close(_) | Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Asks for a sign of life, which must be the next packet.
    pub async fn ping(&mut self) {
        self.send(ClientPacket::PingReq).await;
        assert_eq!(self.next().await, Some(ServerPacket::PingResp));
    }

    /// Everything since the beginning.
    pub async fn pull(&mut self) -> DownStreamMessages {
        let body = encode_body(&SyncRequestMsg::default());
        let (topic, target) = (topic::PULL_MESSAGES.to_owned(), String::new());
        self.send(ClientPacket::Query {
            topic,
            target,
            message_id: 77,
            body,
        })
        .await;
        loop {
            match self.next().await {
                Some(ServerPacket::QueryAck {
                    message_id: 77,
                    status: 0,
                    body,
                    ..
                }) => {
                    return decode_body(body).unwrap();
                }
                Some(ServerPacket::Publish { .. } | ServerPacket::PubAck { .. }) => {}
                other => panic!("no answer: {other:?}"),
            }
        }
    }

    /// Reads to the end of the stream, below WebSocket.
    pub async fn rest(mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        in_time(self.socket.get_mut().read_to_end(&mut rest))
            .await
            .map(|_| rest)
    }
}

pub async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("in time")
}

/// Waits until something holds in the default app.
pub fn until(sandbox: &Sandbox, what: &str, holds: impl FnMut(&imlink_sandbox::App) -> bool) {
    assert!(sandbox.wait_until(DEADLINE, holds), "{what}");
}
