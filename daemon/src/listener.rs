//! The actor that owns the listening socket.
//!
//! Owns the socket, made here or inherited from systemd; lets in who may come in and starts a
//! Peer for each. Dies when the Hub stops it; the socket's file stays for the next daemon.

use std::fs::Permissions;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{fs, io};

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture,
};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use imlink_ipc_proto::{Greeting, ProtocolRange, Refused};
use imlink_model::Code;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener as Socket, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use rustix::net::RecvFlags;
use rustix::process::Resource;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tracing::{debug, warn};

use crate::groups::Groups;
use crate::hub::Hub;
use crate::messages::Stop;
use crate::outbox::Outboxes;
use crate::peer::{Guest, House, Peer};
use crate::porch::{Place, Porch};
use crate::registry::PeerId;
use crate::rules::{Rules, Visitor};
use crate::users;
use crate::vital::Vital;

/// How often a refusal is logged at most: a stranger must not fill the disk (F-I22).
const REFUSALS_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Descriptors that no app gets, so that links and rows can be opened while apps take all they can
/// (F-I07).
const RESERVED_DESCRIPTORS: u64 = 16;

/// Wait after an accept that failed, as it does when the machine has no descriptors at all.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Time for those whose Hello has arrived to be heard before somebody is turned away for want of a
/// place: all apps of a restarted daemon come at once (F-I34).
const HEARING_PAUSE: Duration = Duration::from_millis(10);

/// Time to tell somebody that he is turned away.
const FAREWELL: Duration = Duration::from_secs(1);
/// To the Listener: the file of its socket is gone, apps are to be let in through this one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Replace(pub Listening);

/// The actor; see the module.
pub struct Listener {
    /// Where apps come in, until the door has it.
    socket: Option<Socket>,
    rules: Rc<Rules>,
    replacements: mpsc::UnboundedSender<Socket>,
    replaced: Option<mpsc::UnboundedReceiver<Socket>>,
    instance: u64,
    hub: Addr<Hub>,
    vital: Vital,
}

/// A listening socket and where it came from.
#[derive(Debug)]
pub struct Listening {
    socket: Socket,
}

impl Listening {
    /// Makes the socket. The directory is checked and locked by now, so a file in the way is left
    /// over from a daemon that is gone (F-I17). Members of `group` may open it too.
    ///
    /// # Errors
    /// What the system says; also if something that is no socket is in the way.
    pub fn bind(path: &Path, group: Option<u32>) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => fs::remove_file(path)?,
            Ok(_) => {
                let kind = io::ErrorKind::AlreadyExists;
                return Err(io::Error::new(
                    kind,
                    "something that is not a socket is in its place",
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // The mode is set before the bind: there is no moment in which others could connect.
        let socket = ListenerOptions::new()
            .name(path.to_fs_name::<GenericFilePath>()?)
            .mode(0o600)
            .reclaim_name(false)
            .create_tokio()?;
        if let Some(group) = group {
            std::os::unix::fs::chown(path, None, Some(group))?;
            fs::set_permissions(path, Permissions::from_mode(0o660))?;
        }
        Ok(Self { socket })
    }

    /// Takes a socket that somebody else listens with and keeps; it is never bound again.
    ///
    /// # Errors
    /// If the descriptor cannot be made part of the event loop.
    pub fn inherited(descriptor: OwnedFd) -> io::Result<Self> {
        let socket =
            interprocess::os::unix::uds_local_socket::tokio::Listener::try_from(descriptor)?;
        Ok(Self {
            socket: socket.into(),
        })
    }
}

impl Listener {
    /// An actor for that socket, who lets in whom the rules admit. `instance` names this run of the
    /// daemon.
    #[must_use]
    pub fn new(
        listening: Listening,
        rules: Rules,
        instance: u64,
        hub: Addr<Hub>,
        vital: Vital,
    ) -> Self {
        // As many as somebody removes files.
        let (replacements, replaced) = mpsc::unbounded_channel();
        Self {
            socket: Some(listening.socket),
            replacements,
            replaced: Some(replaced),
            rules: Rc::new(rules),
            instance,
            hub,
            vital,
        }
    }
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let (Some(socket), Some(replaced)) = (self.socket.take(), self.replaced.take()) else {
            return;
        };
        let door = Door::new(Rc::clone(&self.rules), self.instance, self.hub.clone());
        let serve = door.serve(socket, replaced);
        ctx.spawn(serve.into_actor(self).map(|(), _, _| ()));
    }
}

impl Handler<Replace> for Listener {
    type Result = ();

    fn handle(&mut self, Replace(listening): Replace, _: &mut Self::Context) {
        // The door lives as long as this actor.
        let _ = self.replacements.send(listening.socket);
    }
}

impl Handler<Stop> for Listener {
    type Result = ();

    fn handle(&mut self, Stop: Stop, ctx: &mut Self::Context) {
        self.vital.release();
        ctx.stop();
    }
}

/// Lets apps in, one after the other.
struct Door {
    house: Rc<House>,
    last_peer: u64,
    porch: Porch,
    refusals: Refusals,
    groups: Groups,
    /// Those whose groups are being looked up.
    waiting: FuturesUnordered<LocalBoxFuture<'static, Knock>>,
    /// How the kernel shows a user it cannot name here.
    nameless: u32,
    /// Descriptors this process may have; `None` if there is no limit.
    descriptors: Option<u64>,
}

/// Who the kernel says opened the socket.
#[derive(Clone, Copy)]
struct Credentials {
    uid: u32,
    gid: u32,
    pid: u32,
}

/// Somebody whose groups make a difference.
struct Knock {
    stream: Stream,
    from: Credentials,
    place: Place,
    /// `None` if the database does not say.
    groups: Option<Vec<u32>>,
}

impl Door {
    fn new(rules: Rc<Rules>, instance: u64, hub: Addr<Hub>) -> Self {
        Self {
            house: Rc::new(House {
                hub,
                instance,
                rules,
                outboxes: Outboxes::default(),
            }),
            last_peer: 0,
            porch: Porch::default(),
            refusals: Refusals::default(),
            groups: Groups::of_this_machine(),
            waiting: FuturesUnordered::new(),
            nameless: users::overflow_uid(),
            descriptors: rustix::process::getrlimit(Resource::Nofile).current,
        }
    }

    async fn serve(mut self, mut socket: Socket, mut replaced: mpsc::UnboundedReceiver<Socket>) {
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                Some(another) = replaced.recv() => {
                    socket = another;
                    continue;
                }
                Some(knock) = self.waiting.next() => {
                    self.looked_up(knock).await;
                    continue;
                }
            };
            match accepted {
                Ok(stream) => self.receive(stream).await,
                Err(error) => {
                    warn!(%error, "An app cannot be let in");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn receive(&mut self, stream: Stream) {
        if is_gone(&stream) {
            return;
        }
        let from = match credentials(&stream) {
            Ok(credentials) => credentials,
            Err(error) => {
                warn!(%error, "An app without credentials was turned away");
                return;
            }
        };
        if from.uid != self.nameless && self.house.rules.ask_for_groups(from.uid) {
            if let Some(refused) = self.no_room(&stream) {
                return self.turn_away(stream, from.uid, refused).await;
            }
            // Who waits has a place: nobody else's way in is shut by those who do.
            let Some(place) = self.place(from).await else {
                return;
            };
            let groups = self.groups.of(from.uid);
            let knock = async move {
                let groups = groups.await;
                Knock {
                    stream,
                    from,
                    place,
                    groups,
                }
            };
            return self.waiting.push(Box::pin(knock));
        }
        let visitor = Visitor {
            uid: from.uid,
            groups: Vec::new(),
        };
        if !self.admits(&visitor) {
            return self.turn_away(stream, from.uid, no_rule(from.uid)).await;
        }
        if let Some(refused) = self.no_room(&stream) {
            return self.turn_away(stream, from.uid, refused).await;
        }
        if let Some(place) = self.place(from).await {
            self.let_in(stream, visitor, from.pid, place);
        }
    }

    /// Without the groups nobody can say which rule decides: only who is at home comes in then.
    async fn looked_up(&mut self, knock: Knock) {
        let Knock {
            stream,
            from: Credentials { uid, gid, pid },
            place,
            groups,
        } = knock;
        if groups.is_none() && !self.house.rules.is_at_home(uid) {
            return self.turn_away(stream, uid, no_groups(uid)).await;
        }
        let mut groups = groups.unwrap_or_default();
        // The process may have another one than its user, as programs that belong to a group do.
        groups.push(gid);
        let visitor = Visitor { uid, groups };
        if !self.admits(&visitor) {
            return self.turn_away(stream, uid, no_rule(uid)).await;
        }
        self.let_in(stream, visitor, pid, place);
    }

    fn admits(&self, visitor: &Visitor) -> bool {
        visitor.uid != self.nameless && self.house.rules.admits(visitor)
    }

    /// A place to say Hello from, if one is free.
    async fn place(&mut self, Credentials { uid, pid, .. }: Credentials) -> Option<Place> {
        if self.porch.is_full(uid) {
            tokio::time::sleep(HEARING_PAUSE).await;
        }
        let place = self.porch.place(uid);
        if place.is_none() {
            debug!(uid, pid, "Too many have not said Hello");
        }
        place
    }

    fn let_in(&mut self, stream: Stream, visitor: Visitor, pid: u32, place: Place) {
        let uid = visitor.uid;
        self.last_peer += 1;
        let id = PeerId(self.last_peer);
        debug!(peer = %id, uid, pid, "An app is at the door");
        let guest = Guest {
            visitor,
            pid,
            stream,
            place,
        };
        Peer::new(id, guest, Rc::clone(&self.house)).start();
    }

    /// Says why an app does not come in. Nothing is read from who is not let in.
    async fn turn_away(&mut self, stream: Stream, uid: u32, refused: Refused) {
        self.refusals.log(uid, &refused.text);
        let mut writer = &stream;
        let farewell = Greeting::Refused(refused).encode();
        // It fits into any socket; who made that untrue is not waited for.
        let _ = tokio::time::timeout(FAREWELL, writer.write_all(&farewell)).await;
    }

    /// The kernel gives the lowest number that is free: a high one says how few are left.
    fn no_room(&self, stream: &Stream) -> Option<Refused> {
        let Stream::UdSocket(socket) = stream;
        let number = u64::try_from(socket.as_fd().as_raw_fd()).unwrap_or_default();
        let limit = self.descriptors?;
        (number + RESERVED_DESCRIPTORS >= limit).then(|| Refused {
            code: Code::LOCAL_QUOTA,
            supported: ProtocolRange::SUPPORTED,
            text: format!(
                "the daemon may open {limit} files and keeps the last {RESERVED_DESCRIPTORS} for itself; \
                 close some apps, or raise LimitNOFILE="
            ),
        })
    }
}

/// No app of this user may come in (F-I22).
fn no_rule(uid: u32) -> Refused {
    denied(format!("no rule of [[allow]] matches uid {uid}"))
}

/// Nobody can say whether an app of this user may come in.
fn no_groups(uid: u32) -> Refused {
    denied(format!(
        "the groups of uid {uid} cannot be looked up, and a rule of [[allow]] asks for them"
    ))
}

fn denied(text: String) -> Refused {
    Refused {
        code: Code::LOCAL_DENIED,
        supported: ProtocolRange::SUPPORTED,
        text,
    }
}

/// Whether it was closed, without a word, while it waited to be let in. Who connects and closes in a
/// loop takes no place from those who stay (F-I06).
fn is_gone(stream: &Stream) -> bool {
    let Stream::UdSocket(socket) = stream;
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    matches!(rustix::net::recv(socket, &mut [0; 1], flags), Ok((0, _)))
}

fn credentials(stream: &Stream) -> io::Result<Credentials> {
    let found = stream.peer_creds()?;
    let missing = || io::Error::other("the kernel names no user for the peer");
    Ok(Credentials {
        uid: found.euid().ok_or_else(missing)?,
        gid: found.egid().ok_or_else(missing)?,
        pid: found
            .pid()
            .and_then(|pid| u32::try_from(pid).ok())
            .unwrap_or_default(),
    })
}

/// Says who was turned away, at most once in a while, with how often it happened since.
#[derive(Default)]
struct Refusals {
    count: u64,
    told: Option<Instant>,
}

impl Refusals {
    fn log(&mut self, uid: u32, why: &str) {
        self.count += 1;
        let now = Instant::now();
        if self
            .told
            .is_none_or(|told| now - told >= REFUSALS_LOGGED_EVERY)
        {
            warn!(uid, count = self.count, why, "An app was turned away");
            self.count = 0;
            self.told = Some(now);
        }
    }
}
