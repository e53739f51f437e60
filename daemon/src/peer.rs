//! The actor for one attached app.
//!
//! Owns the app's socket: reads frames, checks them and asks the Hub; writes what the Hub puts into
//! the outbox. Hears from the socket, tells the Hub. Dies with the socket, when the app breaks the
//! protocol, or when it does not read what it asked for.
//!
//! ```text
//! socket ──bytes──> Deframer ──Hello──> may it? ──Welcome──> Attach
//!                       └──frames──> Ask ──> Hub ──> outbox ──one write──> socket
//! ```
//!
//! There may be a thousand of them with nothing to say, so an idle one has no buffer, no timer and
//! no span of its own (docs/measured.md, B3).

mod socket;

use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, ready};

use actix::{Actor, ActorContext, ActorFuture, Addr, AsyncContext, Context};
use bytes::{Bytes, BytesMut};
use imlink_ipc_proto::{
    ClientFrame, Codec, Deframer, Greeting, Hello, Label, Outcome, Protocol, ProtocolRange,
    Refused, ServerFrame, Welcome, decode_client, encode_server, limits, negotiate,
};
use imlink_model::Code;
use interprocess::local_socket::tokio::Stream;
use tokio::time::{Sleep, sleep};
use tracing::{Span, debug, info, info_span, warn};

use self::socket::Socket;
use crate::clock;
use crate::hub::Hub;
use crate::messages::{Ask, Attach, Detach};
use crate::outbox::{Outbox, Outboxes};
use crate::porch::Place;
use crate::registry::{PeerId, PeerIdentity};
use crate::rules::{Grant, Rules, Visitor};

/// The actor; see the module.
pub struct Peer {
    id: PeerId,
    credentials: Credentials,
    house: Rc<House>,
    socket: Socket,
    outbox: Outbox,
    deframer: Deframer,
    stage: Stage,
}

/// Where every Peer lives.
#[derive(Debug)]
pub struct House {
    /// Whom they ask.
    pub hub: Addr<Hub>,
    /// Names this run of the daemon.
    pub instance: u64,
    /// Who may do what in it.
    pub rules: Rc<Rules>,
    /// What waits for all of them.
    pub outboxes: Outboxes,
}

enum Stage {
    /// No Hello yet.
    Greeting {
        _place: Place,
        /// Of its user, as far as a rule asks for them.
        groups: Vec<u32>,
        deadline: Pin<Box<Sleep>>,
    },
    /// Part of the house.
    Attached(Codec),
    /// Nothing is read any more; what is queued is still written.
    Leaving,
}

/// Who opened the socket, as the kernel says.
#[derive(Clone, Copy, Debug)]
struct Credentials {
    /// Unix user.
    uid: u32,
    /// Process; for showing only.
    pid: u32,
}

/// Whoever opened the socket and may say Hello.
#[derive(Debug)]
pub struct Guest {
    /// Its user and groups, as the kernel says.
    pub visitor: Visitor,
    /// Its process; for showing only.
    pub pid: u32,
    /// The socket.
    pub stream: Stream,
    /// Kept until the app has said Hello.
    pub place: Place,
}

impl Peer {
    /// An actor for a guest who was just let in.
    ///
    /// # Panics
    /// Outside of a runtime with timers.
    #[must_use]
    pub fn new(id: PeerId, guest: Guest, house: Rc<House>) -> Self {
        let Guest {
            visitor: Visitor { uid, groups },
            pid,
            stream,
            place,
        } = guest;
        Self {
            id,
            credentials: Credentials { uid, pid },
            socket: Socket::new(stream),
            outbox: house.outboxes.outbox(),
            house,
            deframer: Deframer::for_greeting(),
            stage: Stage::Greeting {
                _place: place,
                groups,
                deadline: Box::pin(sleep(limits::HELLO_DEADLINE)),
            },
        }
    }

    /// Writes and reads as far as that is possible now. Ready when there is nothing more to do.
    fn poll(&mut self, task: &mut task::Context<'_>) -> Poll<()> {
        loop {
            if let Poll::Ready(result) = self.socket.poll_write(&self.outbox, task) {
                if let Err(error) = result {
                    self.span()
                        .in_scope(|| debug!(%error, "The app cannot be written to"));
                }
                return Poll::Ready(());
            }
            match &mut self.stage {
                Stage::Greeting { deadline, .. } => {
                    if deadline.as_mut().poll(task).is_ready() {
                        debug!(peer = %self.id, "No Hello came");
                        return Poll::Ready(());
                    }
                }
                Stage::Attached(_) => {}
                Stage::Leaving => return Poll::Pending,
            }
            ready!(self.outbox.poll_ready_for_requests(task));
            match ready!(self.socket.poll_read(task, &mut self.deframer)) {
                Ok(0) => self.leave(),
                Ok(_) => self.receive(),
                Err(error) => {
                    debug!(peer = %self.id, %error, "The app cannot be read from");
                    self.leave();
                }
            }
        }
    }

    fn receive(&mut self) {
        loop {
            match (self.deframer.next_frame(), &self.stage) {
                (_, Stage::Leaving) | (Ok(None), _) => return,
                (Ok(Some(frame)), Stage::Greeting { .. }) => self.greet(&frame),
                (Ok(Some(frame)), Stage::Attached(codec)) => self.ask(*codec, &frame),
                (Err(error), _) => {
                    self.span()
                        .in_scope(|| debug!(%error, "The app does not speak the protocol"));
                    return self.leave();
                }
            }
        }
    }

    fn greet(&mut self, frame: &[u8]) {
        let _entered = self.span().entered();
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
        match self.may_attach(&hello) {
            Ok((protocol, grant)) => self.welcome(hello, protocol, grant),
            Err(refused) => {
                info!(app = %hello.app, code = %refused.code, "An app was refused");
                self.refuse(refused);
                self.leave();
            }
        }
    }

    fn may_attach(&mut self, hello: &Hello) -> Result<(Protocol, Grant), Refused> {
        let supported = ProtocolRange::SUPPORTED;
        let protocol = negotiate(hello, supported)?;
        let uid = self.credentials.uid;
        let groups = match &mut self.stage {
            Stage::Greeting { groups, .. } => std::mem::take(groups),
            Stage::Attached(_) | Stage::Leaving => Vec::new(),
        };
        let visitor = Visitor { uid, groups };
        let grant = self.house.rules.grant(&visitor, &hello.app);
        let denied = || Refused {
            code: Code::LOCAL_DENIED,
            supported,
            text: format!("no rule of [[allow]] matches uid {uid}, app {}", hello.app),
        };
        Ok((protocol, grant.ok_or_else(denied)?))
    }

    fn welcome(&mut self, hello: Hello, protocol: Protocol, grant: Grant) {
        let welcome = Greeting::Welcome(Welcome {
            protocol,
            codec: hello.codec,
            instance: self.house.instance,
            max_frame: u32::try_from(limits::MAX_FRAME).unwrap_or(u32::MAX),
            daemon: Label::new(env!("CARGO_PKG_VERSION")).unwrap_or_default(),
        });
        self.push([welcome.encode()]);
        info!(app = %hello.app, client = hello.client.as_str(), "App attached");
        self.deframer.greeted();
        self.stage = Stage::Attached(hello.codec);
        self.house.hub.do_send(Attach {
            peer: self.id,
            identity: PeerIdentity {
                uid: self.credentials.uid,
                is_own_user: self.house.rules.are_of(self.credentials.uid),
                pid: self.credentials.pid,
                app: hello.app,
                client: hello.client.as_str().to_owned(),
                codec: hello.codec,
                attached_at: clock::now(),
                grant,
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
                self.house.hub.do_send(Ask {
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
                    self.span()
                        .in_scope(|| warn!(%error, "The app sent a frame that cannot be read"));
                    self.leave();
                }
            },
        }
    }

    /// Reads nothing more. The actor ends when everything that waits is written.
    fn leave(&mut self) {
        self.stage = Stage::Leaving;
        self.outbox.close();
    }

    fn push(&self, parts: impl IntoIterator<Item = Bytes>) {
        // A full outbox ends the attachment where the Hub fills it; here it holds a greeting.
        let _ = self.outbox.push(parts);
    }
    /// Made when there is something to be said.
    fn span(&self) -> Span {
        info_span!("peer", id = %self.id, pid = self.credentials.pid)
    }
}

impl Actor for Peer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.spawn(Life);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.house.hub.do_send(Detach { peer: self.id });
    }
}

/// The one future of a Peer, without a state of its own.
struct Life;

impl ActorFuture<Peer> for Life {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        act: &mut Peer,
        ctx: &mut Context<Peer>,
        task: &mut task::Context<'_>,
    ) -> Poll<()> {
        ready!(act.poll(task));
        ctx.terminate();
        Poll::Ready(())
    }
}
