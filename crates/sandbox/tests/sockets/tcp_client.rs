//! A client of the gateway's TCP form, as thin as can be.

use std::sync::Arc;

use imlink_sandbox::Sandbox;
use imlink_wire::{
    ClientPacket, ConnAck, QoS, ServerPacket,
    proto::{UpStreamMessage, encode_body},
    tcp::{ClientCodec, Connect, Mask},
    topic,
};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{self, pki_types::pem::PemObject},
};

use crate::client::{in_time, user};

/// A mask of version 4.
pub const CHOSEN: Mask = Mask::Chosen(*b"\x01\x80\xFFmask!");

pub struct TcpClient<S = TcpStream> {
    pub stream: S,
    codec: ClientCodec,
}

impl TcpClient {
    /// A client that has had CONNACK 0.
    pub async fn online(sandbox: &Sandbox, name: &str) -> Self {
        let mut client = Self::open(sandbox, &connect(sandbox, name, Mask::Constant)).await;
        client.expect_accepted().await;
        client
    }

    /// A client that has sent CONNECT and heard nothing yet.
    pub async fn open(sandbox: &Sandbox, connect: &Connect) -> Self {
        let stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
        Self::over(stream, connect).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TcpClient<S> {
    /// Sends CONNECT over a stream.
    pub async fn over(mut stream: S, connect: &Connect) -> Self {
        let (codec, bytes) = ClientCodec::connect(connect).unwrap();
        stream.write_all(&bytes).await.unwrap();
        Self { stream, codec }
    }

    pub async fn expect_accepted(&mut self) -> ConnAck {
        match self.next().await {
            Some(ServerPacket::ConnAck(connack)) if connack.status == 0 => connack,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// The status of the CONNACK that refuses, after which the stream must end.
    pub async fn refused(mut self) -> u8 {
        let Some(ServerPacket::ConnAck(connack)) = self.next().await else {
            panic!("no CONNACK")
        };
        assert_eq!(self.next().await, None, "a refused client is let go");
        connack.status
    }

    pub fn encode(&self, packet: &ClientPacket) -> bytes::Bytes {
        self.codec.encode(packet).unwrap()
    }

    pub async fn send(&mut self, packet: &ClientPacket) {
        let bytes = self.encode(packet);
        self.stream.write_all(&bytes).await.unwrap();
    }

    pub async fn say(&mut self, to: &str, text: &str, message_id: u16) {
        self.send(&message(to, text, message_id)).await;
    }

    /// The next packet, `None` once the stream has ended in whatever way.
    pub async fn next(&mut self) -> Option<ServerPacket> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(packet) = self.codec.next_packet().unwrap() {
                return Some(packet);
            }
            match in_time(self.stream.read(&mut chunk)).await {
                Ok(0) | Err(_) => return None,
                Ok(read) => self.codec.push(&chunk[..read]),
            }
        }
    }

    /// Asks for a sign of life, which must be the next packet.
    pub async fn ping(&mut self) {
        self.send(&ClientPacket::PingReq).await;
        assert_eq!(self.next().await, Some(ServerPacket::PingResp));
    }
}

/// What a desktop device named like its user sends first.
pub fn connect(sandbox: &Sandbox, name: &str, mask: Mask) -> Connect {
    let token = sandbox.issue_token(&user(name));
    Connect::new(sandbox.app_key().as_str(), &token, name, mask)
}

/// A private message.
pub fn message(to: &str, text: &str, message_id: u16) -> ClientPacket {
    let body = encode_body(&UpStreamMessage {
        session_id: 3,
        classname: "RC:TxtMsg".to_owned(),
        content: format!(r#"{{"content":"{text}"}}"#),
        ..UpStreamMessage::default()
    });
    ClientPacket::Publish {
        qos: QoS::AtLeastOnce,
        topic: topic::PRIVATE.to_owned(),
        target: to.to_owned(),
        message_id,
        body,
    }
}

/// Shakes hands as a client that trusts the sandbox's authority, and nobody else.
pub async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
    sandbox: &Sandbox,
    stream: S,
    host: &str,
) -> std::io::Result<TlsStream<S>> {
    let mut roots = RootCertStore::empty();
    let ca =
        rustls::pki_types::CertificateDer::from_pem_slice(sandbox.ca_pem().unwrap().as_bytes());
    roots.add(ca.unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from(host.to_owned()).unwrap();
    in_time(TlsConnector::from(Arc::new(config)).connect(host, stream)).await
}
