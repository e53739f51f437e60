//! The actor for one attached app.
//!
//! Owns the app's socket: reads frames, checks them and asks the Hub; a writer drains the outbox
//! that the Hub fills. Hears from the socket, tells the Hub. Dies with the socket, when the app
//! breaks the protocol, or when it does not read what it asked for.
//!
//! ```text
//! socket ──chunks──> Deframer ──Hello──> may it? ──Welcome──> Attach
//!                        └──frames──> Ask ──> Hub ──> outbox ──one write──> socket
//! ```

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, StreamHandler, WrapFuture,
};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use imlink_ipc_proto::{
    ClientFrame, Codec, Deframer, Greeting, Hello, Label, Outcome, Protocol, ProtocolRange,
    Refused, Right, ServerFrame, Welcome, decode_client, encode_server, limits, negotiate,
};
use interprocess::local_socket::tokio::Stream;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tracing::{Span, debug, info, info_span, warn};

use crate::clock;
use crate::hub::Hub;
use crate::messages::{Ask, Attach, Detach};
use crate::outbox::Outbox;
use crate::porch::Place;
use crate::registry::{PeerId, PeerIdentity};

/// Bytes read at once.
const READ_CHUNK: usize = 16 * 1024;

/// The actor; see the module.
pub struct Peer {
    id: PeerId,
    uid: u32,
    pid: u32,
    instance: u64,
    hub: Addr<Hub>,
    stream: Option<Stream>,
    outbox: Outbox,
    deframer: Deframer,
    stage: Stage,
    span: Span,
}

enum Stage {
    /// No Hello yet.
    Greeting { _place: Place },
    /// Part of the house.
    Attached(Codec),
    /// Nothing is read any more; what is queued is still written.
    Leaving,
}

/// Who opened the socket, as the kernel says.
#[derive(Clone, Copy, Debug)]
pub struct Credentials {
    /// Unix user.
    pub uid: u32,
    /// Process; for showing only.
    pub pid: u32,
}

impl Peer {
    /// An actor for a socket that was just accepted from that user. `instance` names this run of
    /// the daemon; `place` is kept until the app has said Hello.
    #[must_use]
    pub fn new(
        id: PeerId,
        credentials: Credentials,
        instance: u64,
        stream: Stream,
        place: Place,
        hub: Addr<Hub>,
    ) -> Self {
        let Credentials { uid, pid } = credentials;
        Self {
            id,
            uid,
            pid,
            instance,
            hub,
            stream: Some(stream),
            outbox: Outbox::default(),
            deframer: Deframer::for_greeting(),
            stage: Stage::Greeting { _place: place },
            span: info_span!("peer", %id, pid),
        }
    }

    fn receive(&mut self, chunk: &Bytes) {
        let span = self.span.clone();
        let _entered = span.enter();
        self.deframer.push(chunk);
        loop {
            match (self.deframer.next_frame(), &self.stage) {
                (_, Stage::Leaving) | (Ok(None), _) => return,
                (Ok(Some(frame)), Stage::Greeting { .. }) => self.greet(&frame),
                (Ok(Some(frame)), Stage::Attached(codec)) => self.ask(*codec, &frame),
                (Err(error), _) => {
                    debug!(%error, "The app does not speak the protocol");
                    return self.leave();
                }
            }
        }
    }

    fn greet(&mut self, frame: &[u8]) {
        let supported = ProtocolRange::SUPPORTED;
        let hello = match Hello::decode(frame) {
            Ok(hello) => hello,
            Err(error) => {
                debug!(%error, "The first frame is no Hello that can be read");
                if let Some(refused) = error.refusal(supported) {
                    self.refuse(refused);
                }
                return self.leave();
            }
        };
        match negotiate(&hello, supported) {
            Ok(protocol) => self.welcome(hello, protocol),
            Err(refused) => {
                info!(app = %hello.app, code = %refused.code, "An app was refused");
                self.refuse(refused);
                self.leave();
            }
        }
    }

    fn welcome(&mut self, hello: Hello, protocol: Protocol) {
        let welcome = Greeting::Welcome(Welcome {
            protocol,
            codec: hello.codec,
            instance: self.instance,
            max_frame: u32::try_from(limits::MAX_FRAME).unwrap_or(u32::MAX),
            daemon: Label::new(env!("CARGO_PKG_VERSION")).unwrap_or_default(),
        });
        self.push([welcome.encode()]);
        info!(app = %hello.app, client = hello.client.as_str(), "App attached");
        self.deframer.greeted();
        self.stage = Stage::Attached(hello.codec);
        self.hub.do_send(Attach {
            peer: self.id,
            identity: PeerIdentity {
                uid: self.uid,
                pid: self.pid,
                app: hello.app,
                client: hello.client.as_str().to_owned(),
                codec: hello.codec,
                attached_at: clock::now(),
                // Only the user who runs the daemon may attach, and that user may do everything
                // (decisions.md P10).
                right: Right::Admin,
            },
            outbox: self.outbox.clone(),
        });
    }

    fn refuse(&self, refused: Refused) {
        self.push([Greeting::Refused(refused).encode()]);
    }

    fn ask(&mut self, codec: Codec, frame: &[u8]) {
        match decode_client(codec, frame) {
            Ok(ClientFrame::Request { id, request }) => {
                self.outbox.asked();
                self.hub.do_send(Ask {
                    peer: self.id,
                    id,
                    request,
                });
            }
            Err(error) => match error.request {
                // It is known which request it was: only that one fails.
                Some(id) => {
                    let result = Outcome::Failed(error.failure());
                    let mut bytes = BytesMut::new();
                    if encode_server(codec, &ServerFrame::Response { id, result }, &mut bytes)
                        .is_ok()
                    {
                        self.push([bytes.freeze()]);
                    }
                }
                None => {
                    warn!(%error, "The app sent a frame that cannot be read");
                    self.leave();
                }
            },
        }
    }

    /// Lets the writer finish; its end is the end of the actor.
    fn leave(&mut self) {
        self.stage = Stage::Leaving;
        self.outbox.close();
    }

    fn push(&self, parts: impl IntoIterator<Item = Bytes>) {
        // A full outbox ends the attachment where the Hub fills it; here it holds a greeting.
        let _ = self.outbox.push(parts);
    }
}

impl Actor for Peer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let Some(stream) = self.stream.take() else {
            return ctx.stop();
        };
        let stream = Arc::new(stream);
        ctx.add_stream(chunks(Arc::clone(&stream), self.outbox.clone()));
        let write = write(stream, self.outbox.clone());
        ctx.spawn(write.into_actor(self).map(|result, act, ctx| {
            let _entered = act.span.enter();
            if let Err(error) = result {
                debug!(%error, "The app cannot be written to");
            }
            ctx.terminate();
        }));
        ctx.run_later(limits::HELLO_DEADLINE, |act, ctx| {
            if matches!(act.stage, Stage::Greeting { .. }) {
                debug!(peer = %act.id, "No Hello came");
                ctx.terminate();
            }
        });
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.hub.do_send(Detach { peer: self.id });
    }
}

impl StreamHandler<io::Result<Bytes>> for Peer {
    fn handle(&mut self, chunk: io::Result<Bytes>, _: &mut Self::Context) {
        match chunk {
            Ok(chunk) => self.receive(&chunk),
            Err(error) => {
                debug!(peer = %self.id, %error, "The app cannot be read from");
                self.leave();
            }
        }
    }

    fn finished(&mut self, _: &mut Self::Context) {
        self.leave();
    }
}

/// What the app sends, as long as it reads what it asked for.
fn chunks(
    stream: Arc<Stream>,
    outbox: Outbox,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((stream, outbox), |(stream, outbox)| async move {
        outbox.ready_for_requests().await;
        let chunk = poll_fn(|context| poll_chunk(&stream, context)).await?;
        Ok((!chunk.is_empty()).then_some((chunk, (stream, outbox))))
    })
}

/// Reads what is there; nothing at the end. The room to read into is needed for a moment only, so
/// that an app which says nothing costs none.
fn poll_chunk(stream: &Stream, context: &mut task::Context<'_>) -> Poll<io::Result<Bytes>> {
    let mut room = [MaybeUninit::uninit(); READ_CHUNK];
    let mut read = ReadBuf::uninit(&mut room);
    let mut reader = stream;
    ready!(Pin::new(&mut reader).poll_read(context, &mut read))?;
    Poll::Ready(Ok(Bytes::copy_from_slice(read.filled())))
}

/// Writes what the Hub queued, everything that waits at once.
async fn write(stream: Arc<Stream>, outbox: Outbox) -> io::Result<()> {
    let mut writer = &*stream;
    while let Some(chunks) = outbox.take().await {
        for chunk in gather(chunks) {
            let mut rest = chunk;
            while !rest.is_empty() {
                let written =
                    tokio::time::timeout(limits::WRITE_DEADLINE, writer.write_buf(&mut rest));
                let written = written.await.map_err(|_| io::ErrorKind::TimedOut)??;
                if written == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                outbox.written(written);
            }
        }
    }
    writer.flush().await
}

/// Small frames become one write; a large one is not copied.
fn gather(chunks: Vec<Bytes>) -> Vec<Bytes> {
    const SMALL: usize = 64 * 1024;
    let mut writes = Vec::new();
    let mut small = BytesMut::new();
    for chunk in chunks {
        if chunk.len() >= SMALL {
            if !small.is_empty() {
                writes.push(small.split().freeze());
            }
            writes.push(chunk);
        } else {
            small.extend_from_slice(&chunk);
        }
    }
    if !small.is_empty() {
        writes.push(small.freeze());
    }
    writes
}
