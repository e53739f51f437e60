//! One client at the gateway, from TCP accept to the end.
//!
//! ```text
//! TCP -- conduit -- duplex -- [TLS] -- Framing -- session -- World
//!        (faults)                      (WebSocket | TCP form)
//! ```

mod greeting;

use std::{error::Error, sync::Arc};

use bytes::Bytes;
use imlink_model::AppKey;
use imlink_wire::{ConnAck, ServerPacket};
use tokio::{io::duplex, net::TcpStream, sync::mpsc, time::timeout};

use super::{
    Speech, conduit,
    framing::{Framing, ReadError, WriteError},
};
use crate::{
    Greeting, Heard, LinkId,
    server::{
        port::{Inbox, Injection, PortEnds, ToSession},
        world::Shared,
    },
};
use greeting::{Greeted, Hello};

/// CONNACK status for a version nobody speaks (31001).
const PROTOCOL_VERSION: u8 = 1;

/// Serves one connection; it is out of the world when this returns.
pub(super) async fn serve(stream: TcpStream, speech: Speech, shared: Arc<Shared>) {
    // Answers are small and urgent. Fails only on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().ok();
    let (link, ends) = shared.act(|world, _| world.add_port(peer));
    tracing::debug!(%link, form = ?speech.form, tls = speech.tls.is_some(), "Link opened");
    let PortEnds {
        inbox,
        ending,
        faults,
    } = ends;
    let (near, far) = duplex(conduit::CAPACITY);
    let (raw, injected) = mpsc::channel(16);
    tokio::spawn(conduit::carry(stream, far, faults, ending, injected));

    let session = Session {
        link,
        shared: shared.clone(),
        inbox,
        raw,
    };
    match timeout(shared.handshake_time, greeting::greet(near, speech)).await {
        Ok(Ok(greeted)) => session.answer(greeted).await,
        Ok(Err(error)) => match error.refusal() {
            Some((status, reason)) => tracing::info!(%link, status, reason, "Upgrade refused"),
            None => tracing::info!(%link, error = chain(&error), "No handshake"),
        },
        Err(_) => tracing::info!(%link, "Handshake took too long"),
    }

    shared.act(|world, now| world.remove_port(link, now));
    tracing::debug!(%link, "Link gone");
}

struct Session {
    link: LinkId,
    shared: Arc<Shared>,
    inbox: Inbox,
    /// Leads past framing and TLS.
    raw: mpsc::Sender<Bytes>,
}

/// Whether a session goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

impl Session {
    async fn answer(self, greeted: Greeted) {
        let Greeted { framing, hello } = greeted;
        let open = Open {
            session: self,
            framing,
        };
        match hello {
            Hello::Client { greeting, request } => {
                open.session.open(greeting, request);
                open.run().await;
            }
            Hello::Stranger(error) => {
                let link = open.session.link;
                tracing::info!(%link, error = chain(&*error), "Link refused");
                open.refuse(PROTOCOL_VERSION).await;
            }
        }
    }

    fn open(&self, greeting: Greeting, request: String) {
        self.shared.act(|world, now| {
            if let Ok(key) = AppKey::new(greeting.app_key.as_str()) {
                if let Some(app) = world.cloud.app_mut(&key) {
                    app.hear(Some(self.link), Heard::Handshake { request }, now);
                }
                world.cloud.open(self.link, greeting, now);
                world.adopt(&key, self.link);
            } else {
                world.cloud.open(self.link, greeting, now);
            }
        });
    }
}

/// A session that speaks packets.
struct Open {
    session: Session,
    framing: Framing,
}

impl Open {
    /// Reads the next packet only when all that waits for the client is written: a client that
    /// asks much and reads little stops itself.
    async fn run(mut self) {
        let link = self.session.link;
        loop {
            let next = tokio::select! {
                biased;
                step = self.session.inbox.next() => match step {
                    Some(step) => self.write_waiting(step).await,
                    None => return,
                },
                packet = self.framing.next() => match packet {
                    Ok(Some(packet)) => {
                        self.session
                            .shared
                            .act(|world, now| world.cloud.receive(link, packet, now));
                        Next::GoOn
                    }
                    Ok(None) => return,
                    Err(error @ (ReadError::Packet(_) | ReadError::Stream(_))) => {
                        tracing::info!(%link, error = chain(&error), "Link closed");
                        Next::Stop
                    }
                    Err(error @ (ReadError::Lost(_) | ReadError::WebSocket(_) | ReadError::Cut)) => {
                        tracing::info!(%link, error = chain(&error), "Link lost");
                        return;
                    }
                },
            };
            if next == Next::Stop {
                self.framing.close().await;
                return;
            }
        }
    }

    async fn refuse(mut self, status: u8) {
        let connack = ServerPacket::ConnAck(ConnAck::refused(status));
        self.feed(ToSession::Packet(connack)).await;
        self.framing.close().await;
    }

    async fn write_waiting(&mut self, first: ToSession) -> Next {
        let mut step = Some(first);
        while let Some(this) = step {
            if self.feed(this).await == Next::Stop {
                return Next::Stop;
            }
            step = self.session.inbox.try_next();
        }
        let flushed = self.framing.flush().await;
        self.next_after(flushed)
    }

    async fn feed(&mut self, step: ToSession) -> Next {
        let fed = match step {
            ToSession::Packet(packet) => self.framing.feed(&packet).await,
            ToSession::Inject(Injection::Raw(bytes)) => self.pass_raw(bytes).await,
            ToSession::Inject(injection) => self.framing.inject(injection).await,
            ToSession::Close => return Next::Stop,
        };
        self.next_after(fed)
    }

    /// Raw bytes come after all packets queued before.
    async fn pass_raw(&mut self, bytes: Bytes) -> Result<(), WriteError> {
        self.framing.flush().await?;
        let passed = self.session.raw.send(bytes).await;
        passed.map_err(|_| WriteError::Lost)
    }

    fn next_after(&self, written: Result<(), WriteError>) -> Next {
        match written {
            Ok(()) => Next::GoOn,
            Err(WriteError::Lost) => Next::Stop,
            Err(WriteError::Packet(error)) => {
                tracing::warn!(link = %self.session.link, %error, "Packet does not fit");
                Next::Stop
            }
        }
    }
}

/// As a field an error shows its sources only where its type is forgotten.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    error
}
