//! One client at the gateway, from TCP accept to the end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use imlink_model::AppKey;
use imlink_wire::{
    ClientPacket, ConnAck, ProtocolVersion, ServerPacket,
    handshake::{Handshake, HandshakeError},
};
use tokio::{
    io::{DuplexStream, duplex},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::{
    conduit,
    upgrade::{self, Upgraded},
};
use crate::{
    Heard, LinkId,
    server::{
        port::{Inbox, Injection, PortEnds, ToSession},
        world::Shared,
    },
};

/// CONNACK status for a version nobody speaks (31001).
const PROTOCOL_VERSION: u8 = 1;

/// Serves one connection; it is out of the world when this returns.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and urgent. Fails only on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let (link, ends) = shared.act(|world, _| world.add_port());
    let PortEnds {
        inbox,
        ending,
        faults,
    } = ends;
    let (near, far) = duplex(conduit::CAPACITY);
    let (raw, injected) = mpsc::channel(16);
    tokio::spawn(conduit::carry(stream, far, faults, ending, injected));

    greet(
        Session {
            link,
            shared: shared.clone(),
            inbox,
            raw,
        },
        near,
    )
    .await;

    shared.act(|world, now| world.remove_port(link, now));
}

struct Session {
    link: LinkId,
    shared: Arc<Shared>,
    inbox: Inbox,
    /// Leads past WebSocket.
    raw: mpsc::Sender<Bytes>,
}

/// Whether a session goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

async fn greet(session: Session, stream: DuplexStream) {
    let link = session.link;
    let Upgraded {
        socket,
        request,
        handshake,
    } = match timeout(session.shared.handshake_time, upgrade::accept(stream)).await {
        Ok(Ok(upgraded)) => upgraded,
        Ok(Err(error)) => return tracing::info!(%link, %error, "No WebSocket handshake"),
        Err(_) => return tracing::info!(%link, "Handshake took too long"),
    };
    match handshake {
        Ok(handshake) => {
            session.open(&handshake, request);
            let version = handshake.protocol_version;
            Open {
                session,
                socket,
                version,
            }
            .run()
            .await;
        }
        Err(error @ (HandshakeError::Missing(_) | HandshakeError::ProtocolVersion)) => {
            tracing::info!(%link, %error, "Link refused");
            let version = ProtocolVersion::default();
            let refused = ServerPacket::ConnAck(ConnAck::refused(PROTOCOL_VERSION));
            Open {
                session,
                socket,
                version,
            }
            .refuse(refused)
            .await;
        }
    }
}

impl Session {
    fn open(&self, handshake: &Handshake, request: String) {
        self.shared.act(|world, now| {
            if let Ok(key) = AppKey::new(handshake.app_key.as_str()) {
                if let Some(app) = world.cloud.app_mut(&key) {
                    app.hear(Some(self.link), Heard::Handshake { request }, now);
                }
                world.cloud.open(self.link, handshake, now);
                world.adopt_user_transport(&key, self.link);
            } else {
                world.cloud.open(self.link, handshake, now);
            }
        });
    }
}

/// A session that speaks packets.
struct Open {
    session: Session,
    socket: WebSocketStream<DuplexStream>,
    version: ProtocolVersion,
}

impl Open {
    /// Reads the next packet only when all that waits for the client is written: a client that
    /// asks much and reads little stops itself.
    async fn run(mut self) {
        loop {
            let next = tokio::select! {
                biased;
                step = self.session.inbox.next() => match step {
                    Some(step) => self.write_waiting(step).await,
                    None => return,
                },
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.read(message),
                    Some(Err(error)) => {
                        tracing::info!(link = %self.session.link, %error, "Link lost");
                        return;
                    }
                    None => return,
                },
            };
            if next == Next::Stop {
                // The client may be gone; then there is nobody to say goodbye to.
                let _ = self.socket.close(None).await;
                return;
            }
        }
    }

    async fn refuse(mut self, connack: ServerPacket) {
        self.feed(ToSession::Packet(connack)).await;
        let _ = self.socket.close(None).await;
    }

    fn read(&self, message: Message) -> Next {
        let link = self.session.link;
        match message {
            Message::Binary(bytes) => match ClientPacket::decode(bytes, self.version) {
                Ok(packet) => {
                    self.session
                        .shared
                        .act(|world, now| world.cloud.receive(link, packet, now));
                    Next::GoOn
                }
                Err(error) => {
                    tracing::info!(%link, %error, "Link closed: not a packet");
                    Next::Stop
                }
            },
            // Text is no packet (protocol/cloud-wire.md 2); the rest is WebSocket's own business.
            Message::Text(_)
            | Message::Ping(_)
            | Message::Pong(_)
            | Message::Close(_)
            | Message::Frame(_) => Next::GoOn,
        }
    }

    async fn write_waiting(&mut self, first: ToSession) -> Next {
        let mut step = Some(first);
        while let Some(this) = step {
            if self.feed(this).await == Next::Stop {
                return Next::Stop;
            }
            step = self.session.inbox.try_next();
        }
        match self.socket.flush().await {
            Ok(()) => Next::GoOn,
            Err(_) => Next::Stop,
        }
    }

    async fn feed(&mut self, step: ToSession) -> Next {
        let message = match step {
            ToSession::Packet(packet) => match packet.encode(self.version) {
                Ok(bytes) => Message::Binary(bytes),
                Err(error) => {
                    tracing::warn!(link = %self.session.link, %error, "Packet does not fit");
                    return Next::Stop;
                }
            },
            ToSession::Inject(Injection::Binary(bytes)) => Message::Binary(bytes),
            ToSession::Inject(Injection::Text(text)) => Message::Text(text.into()),
            ToSession::Inject(Injection::Raw(bytes)) => return self.pass_raw(bytes).await,
            ToSession::Close => return Next::Stop,
        };
        match self.socket.feed(message).await {
            Ok(()) => Next::GoOn,
            Err(_) => Next::Stop,
        }
    }

    /// Raw bytes come after all WebSocket messages queued before.
    async fn pass_raw(&mut self, bytes: Bytes) -> Next {
        match (
            self.socket.flush().await,
            self.session.raw.send(bytes).await,
        ) {
            (Ok(()), Ok(())) => Next::GoOn,
            _ => Next::Stop,
        }
    }
}
