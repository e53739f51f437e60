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
    /// A link over the two halves of a socket. `heard` counts what is read from below `received`; a
    /// write must be through by the deadline (decisions.md P6).
    pub(super) fn new(
        encoder: Encoder,
        sink: impl Sink<Bytes, Error = LinkError> + 'static,
        received: impl Stream<Item = Received> + 'static,
        heard: Heard,
        deadline: Duration,
    ) -> Self {
        let (packets, queue) = mpsc::channel(QUEUE);
        let lost = stream::once(future::ready(Received::Lost(LinkError::Closed)));
        Self {
            link: Link { packets, encoder },
            writer: write(Box::pin(sink), queue, deadline).boxed_local(),
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
    deadline: Duration,
) -> Result<(), LinkError> {
    while let Some(first) = queue.recv().await {
        let batch = async {
            sink.feed(first).await?;
            while let Ok(next) = queue.try_recv() {
                sink.feed(next).await?;
            }
            sink.flush().await
        };
        match tokio::time::timeout(deadline, batch).await {
            Ok(written) => written?,
            Err(_) => return Err(LinkError::TimedOut),
        }
    }
    // The other end may be gone or deaf; that is no news any more.
    let _ = tokio::time::timeout(deadline, sink.close()).await;
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

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::Context;
    use std::time::Instant;

    use super::*;

    const DEADLINE: Duration = Duration::from_millis(50);

    /// A socket whose other end does not read: it takes so many packets and no more.
    struct Full(usize);

    impl Sink<Bytes> for Full {
        type Error = LinkError;

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
            match self.0 {
                0 => Poll::Pending,
                _ => Poll::Ready(Ok(())),
            }
        }

        fn start_send(mut self: Pin<&mut Self>, _: Bytes) -> Result<(), LinkError> {
            self.0 -= 1;
            Ok(())
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
            self.poll_ready(cx)
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
            Poll::Pending
        }
    }

    // F-S06; decisions.md P6
    #[tokio::test]
    async fn a_write_that_is_not_through_by_its_deadline_ends_the_link() {
        for room in [0, 1, 2] {
            let (packets, queue) = mpsc::channel(QUEUE);
            for _ in 0..2 {
                packets.try_send(Bytes::from_static(b"packet")).unwrap();
            }
            let start = Instant::now();

            let written = write(Full(room), queue, DEADLINE).await;

            assert_eq!(written, Err(LinkError::TimedOut), "room for {room}");
            assert!(start.elapsed() >= DEADLINE);
        }
    }

    // F-A15: whoever is deaf cannot keep a link from being given up
    #[tokio::test]
    async fn a_link_that_cannot_be_closed_is_given_up_by_the_deadline() {
        let (packets, queue) = mpsc::channel(QUEUE);
        drop(packets);

        assert_eq!(write(Full(1), queue, DEADLINE).await, Ok(()));
    }
}
