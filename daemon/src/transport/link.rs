//! An open link, whatever form its packets travel in.

use std::fmt;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt, future};
use imlink_connection::{Greeting, LinkError};
use imlink_wire::navigation::GatewayAddress;
use imlink_wire::tcp::ClientEncoder;
use imlink_wire::{ClientPacket, DecodeError, EncodeError, ProtocolVersion, ServerPacket};
use tokio::sync::mpsc;

use super::Dialer;
use super::heard::Heard;

/// Packets that may wait for the socket. More mean that the other end does not read (F-S06).
const QUEUE: usize = 256;

/// A write must be through by then (decisions.md P6).
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// The sending side of an open link. Dropping it closes the link once everything is written.
#[derive(Debug)]
pub struct Link {
    packets: mpsc::Sender<Bytes>,
    encoder: Encoder,
}

/// A link that has just come about.
pub struct Opened {
    /// Its sending side.
    pub link: Link,
    /// Writes what the sending side takes; ends when that is dropped or the link is lost.
    pub writer: LocalBoxFuture<'static, Result<(), LinkError>>,
    /// What the link gives; [`Received::Lost`] is the last.
    pub received: LocalBoxStream<'static, Received>,
}

/// What an open link gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// A packet, or bytes that are none.
    Packet(Result<ServerPacket, DecodeError>),
    /// A good part of a packet that is not whole yet.
    Alive,
    /// The link is gone.
    Lost(LinkError),
}

/// How packets become bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoder {
    WebSocket(ProtocolVersion),
    Tcp(ClientEncoder),
}

impl Dialer {
    /// Opens a link and says the greeting; nothing is said over a connection that is not secure
    /// where it should be.
    ///
    /// # Errors
    /// [`LinkError`] if no link comes about. An answer that is no upgrade, a redirect included,
    /// is [`LinkError::Protocol`].
    pub async fn open(
        &self,
        target: &GatewayAddress,
        greeting: &Greeting,
    ) -> Result<Opened, LinkError> {
        match greeting {
            Greeting::WebSocket(handshake) => self.open_websocket(target, handshake).await,
            Greeting::Tcp(connect) => self.open_tcp(target, connect).await,
        }
    }
}

impl Link {
    /// Hands a packet to the socket without waiting.
    ///
    /// # Errors
    /// [`LinkError`] if the link is gone or the other end does not read.
    pub fn send(&self, packet: &ClientPacket) -> Result<(), LinkError> {
        let bytes = self
            .encoder
            .encode(packet)
            .map_err(|_| LinkError::TooLarge)?;
        self.packets.try_send(bytes).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LinkError::TimedOut,
            mpsc::error::TrySendError::Closed(_) => LinkError::Closed,
        })
    }
}

impl Opened {
    /// A link over the two halves of a socket. `heard` counts what is read from below `received`.
    pub(super) fn new(
        encoder: Encoder,
        sink: impl Sink<Bytes, Error = LinkError> + 'static,
        received: impl Stream<Item = Received> + 'static,
        heard: Heard,
    ) -> Self {
        let (packets, queue) = mpsc::channel(QUEUE);
        let lost = stream::once(future::ready(Received::Lost(LinkError::Closed)));
        Self {
            link: Link { packets, encoder },
            writer: write(Box::pin(sink), queue).boxed_local(),
            received: with_signs_of_life(received, heard)
                .chain(lost)
                .boxed_local(),
        }
    }
}

impl Encoder {
    fn encode(self, packet: &ClientPacket) -> Result<Bytes, EncodeError> {
        match self {
            Self::WebSocket(version) => packet.encode(version),
            Self::Tcp(encoder) => encoder.encode(packet),
        }
    }
}

/// Writes everything that waits, then flushes once; ends when the link is dropped or lost.
async fn write(
    mut sink: impl Sink<Bytes, Error = LinkError> + Unpin,
    mut queue: mpsc::Receiver<Bytes>,
) -> Result<(), LinkError> {
    while let Some(first) = queue.recv().await {
        let batch = async {
            sink.feed(first).await?;
            while let Ok(next) = queue.try_recv() {
                sink.feed(next).await?;
            }
            sink.flush().await
        };
        match tokio::time::timeout(WRITE_DEADLINE, batch).await {
            Ok(written) => written?,
            Err(_) => return Err(LinkError::TimedOut),
        }
    }
    // The other end may be gone or deaf; that is no news any more.
    let _ = tokio::time::timeout(WRITE_DEADLINE, sink.close()).await;
    Ok(())
}

/// Adds [`Received::Alive`] where much of a packet came and the rest did not.
fn with_signs_of_life(
    received: impl Stream<Item = Received> + 'static,
    heard: Heard,
) -> impl Stream<Item = Received> {
    let mut received = received.boxed_local();
    stream::poll_fn(move |cx| match received.poll_next_unpin(cx) {
        Poll::Pending if heard.take_sign_of_life() => Poll::Ready(Some(Received::Alive)),
        Poll::Pending => Poll::Pending,
        Poll::Ready(received) => {
            heard.reset();
            Poll::Ready(received)
        }
    })
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
