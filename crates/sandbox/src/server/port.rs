//! The world's end of one TCP connection to the gateway.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use imlink_wire::ServerPacket;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::TransportFaults;

/// The most packets that wait for a client.
const MAX_PACKETS: usize = 16 * 1024;
/// The most bytes of bodies that wait for a client.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// How a connection is ended from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The stream ends, perhaps inside a frame.
    #[default]
    Close,
    /// The connection is reset.
    Reset,
}

/// Bytes no cloud would send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// A binary WebSocket message; in the TCP form these bytes between two packets, unmasked.
    Binary(Bytes),
    /// A text WebSocket message; the TCP form has no such thing, and nothing is sent.
    Text(String),
    /// Bytes of the connection itself, below WebSocket and TLS.
    Raw(Bytes),
}

/// One step for a session.
#[derive(Debug)]
pub(super) enum ToSession {
    Packet(ServerPacket),
    Inject(Injection),
    Close,
}

/// Sends to a session without ever waiting for it.
pub(super) struct Port {
    queue: mpsc::Sender<ToSession>,
    waiting: Arc<AtomicUsize>,
    ending: mpsc::Sender<Ending>,
    faults: watch::Sender<TransportFaults>,
}

/// The session's side of a [`Port`].
pub(super) struct PortEnds {
    pub(super) inbox: Inbox,
    pub(super) ending: mpsc::Receiver<Ending>,
    pub(super) faults: watch::Receiver<TransportFaults>,
}

/// What waits for a client.
pub(super) struct Inbox {
    queue: mpsc::Receiver<ToSession>,
    waiting: Arc<AtomicUsize>,
}

/// The client is too slow.
#[derive(Debug)]
pub(super) struct Overflow;

impl Port {
    pub(super) fn new(faults: TransportFaults) -> (Self, PortEnds) {
        let (queue, inbox) = mpsc::channel(MAX_PACKETS);
        let (ending, ending_receiver) = mpsc::channel(1);
        let (faults, faults_receiver) = watch::channel(faults);
        let waiting = Arc::new(AtomicUsize::new(0));
        let inbox = Inbox {
            queue: inbox,
            waiting: waiting.clone(),
        };
        let ends = PortEnds {
            inbox,
            ending: ending_receiver,
            faults: faults_receiver,
        };
        (
            Self {
                queue,
                waiting,
                ending,
                faults,
            },
            ends,
        )
    }

    /// Queues one step. A session that has ended takes none, which is no error.
    pub(super) fn send(&self, step: ToSession) -> Result<(), Overflow> {
        let size = step.size();
        let waiting = self.waiting.fetch_add(size, Ordering::Relaxed) + size;
        if waiting > MAX_BYTES {
            return Err(Overflow);
        }
        match self.queue.try_send(step) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Overflow),
        }
    }

    pub(super) fn set_faults(&self, faults: TransportFaults) {
        self.faults.send_replace(faults);
    }

    /// Ends the connection now, whatever waits. Of several endings the first counts.
    pub(super) fn end(&self, ending: Ending) {
        // Full means that an ending is on its way, closed that there is nothing left to end.
        let _ = self.ending.try_send(ending);
    }
}

impl Inbox {
    /// The next step; `None` once the world has let the port go.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub(super) async fn next(&mut self) -> Option<ToSession> {
        let step = self.queue.recv().await;
        self.taken(step)
    }

    /// The next step, if one waits.
    pub(super) fn try_next(&mut self) -> Option<ToSession> {
        let step = self.queue.try_recv().ok();
        self.taken(step)
    }

    fn taken(&self, step: Option<ToSession>) -> Option<ToSession> {
        if let Some(step) = &step {
            self.waiting.fetch_sub(step.size(), Ordering::Relaxed);
        }
        step
    }
}

impl ToSession {
    fn size(&self) -> usize {
        match self {
            Self::Packet(
                ServerPacket::Publish { body, .. } | ServerPacket::QueryAck { body, .. },
            ) => body.len(),
            Self::Packet(
                ServerPacket::ConnAck(_)
                | ServerPacket::PubAck { .. }
                | ServerPacket::PingResp
                | ServerPacket::Disconnect { .. },
            )
            | Self::Close => 0,
            Self::Inject(Injection::Binary(bytes) | Injection::Raw(bytes)) => bytes.len(),
            Self::Inject(Injection::Text(text)) => text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_client_is_bounded_in_bytes_and_taking_it_makes_room() {
        let (port, mut ends) = Port::new(TransportFaults::default());
        let half = Bytes::from(vec![0; MAX_BYTES / 2]);
        let send = |port: &Port| port.send(ToSession::Inject(Injection::Binary(half.clone())));

        assert!(send(&port).is_ok() && send(&port).is_ok());
        assert!(ends.inbox.try_next().is_some());
        assert!(send(&port).is_ok());

        assert!(send(&port).is_err());
    }

    #[test]
    fn a_session_that_has_ended_takes_nothing_and_that_is_no_error() {
        let (port, ends) = Port::new(TransportFaults::default());
        drop(ends);

        assert!(port.send(ToSession::Close).is_ok());
    }
}
