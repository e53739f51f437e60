//! The actor that owns the listening socket.
//!
//! Owns the socket, made here or inherited from systemd; lets in who may come in and starts a
//! Peer for each. Dies when the Hub stops it; the socket's file stays for the next daemon.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{fs, io};

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture,
};
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener as Socket, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use tokio::sync::mpsc;
use tracing::{debug, warn};

use crate::hub::Hub;
use crate::messages::Stop;
use crate::peer::{Credentials, House, Peer};
use crate::porch::Porch;
use crate::registry::PeerId;

/// How often a refusal is logged at most: a stranger must not fill the disk (F-I22).
const REFUSALS_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Wait after an accept that failed for want of descriptors (F-I07).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Time for those whose Hello has arrived to be heard before somebody is turned away for want of a
/// place: all apps of a restarted daemon come at once (F-I34).
const HEARING_PAUSE: Duration = Duration::from_millis(10);

/// To the Listener: the file of its socket is gone, apps are to be let in through this one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Replace(pub Listening);

/// The actor; see the module.
pub struct Listener {
    /// Where apps come in, until the door has it.
    socket: Option<Socket>,
    replacements: mpsc::UnboundedSender<Socket>,
    replaced: Option<mpsc::UnboundedReceiver<Socket>>,
    instance: u64,
    hub: Addr<Hub>,
}

/// A listening socket and where it came from.
#[derive(Debug)]
pub struct Listening {
    socket: Socket,
}

impl Listening {
    /// Makes the socket. The directory is checked and locked by now, so a file in the way is left
    /// over from a daemon that is gone (F-I17).
    ///
    /// # Errors
    /// What the system says; also if something that is no socket is in the way.
    pub fn bind(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::FileTypeExt;
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
    /// An actor for that socket. `instance` names this run of the daemon.
    #[must_use]
    pub fn new(listening: Listening, instance: u64, hub: Addr<Hub>) -> Self {
        // As many as somebody removes files.
        let (replacements, replaced) = mpsc::unbounded_channel();
        Self {
            socket: Some(listening.socket),
            replacements,
            replaced: Some(replaced),
            instance,
            hub,
        }
    }
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let (Some(socket), Some(replaced)) = (self.socket.take(), self.replaced.take()) else {
            return;
        };
        let door = Door::new(self.instance, self.hub.clone());
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
        ctx.stop();
    }
}

/// Lets apps in, one after the other.
struct Door {
    house: Rc<House>,
    owner: u32,
    last_peer: u64,
    porch: Porch,
    refused: u64,
    refusals_told: Option<Instant>,
}

impl Door {
    fn new(instance: u64, hub: Addr<Hub>) -> Self {
        let owner = rustix::process::geteuid().as_raw();
        Self {
            house: Rc::new(House { hub, instance }),
            owner,
            last_peer: 0,
            porch: Porch::default(),
            refused: 0,
            refusals_told: None,
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
            };
            match accepted {
                Ok(stream) => {
                    if self.porch.is_full() {
                        tokio::time::sleep(HEARING_PAUSE).await;
                    }
                    self.admit(stream);
                }
                Err(error) => {
                    warn!(%error, "An app cannot be let in");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(&mut self, stream: Stream) {
        let credentials = match credentials(&stream) {
            Ok(credentials) => credentials,
            Err(error) => {
                warn!(%error, "An app without credentials was turned away");
                return;
            }
        };
        // F-I22: the connection is closed without a word.
        if credentials.uid != self.owner {
            return self.log_refusal(credentials.uid);
        }
        let Some(place) = self.porch.place() else {
            return debug!(pid = credentials.pid, "Too many have not said Hello");
        };
        self.last_peer += 1;
        let id = PeerId(self.last_peer);
        debug!(peer = %id, pid = credentials.pid, "An app is at the door");
        let house = Rc::clone(&self.house);
        Peer::new(id, credentials, stream, place, house).start();
    }

    /// Says it at most once in a while, with how often it happened since.
    fn log_refusal(&mut self, uid: u32) {
        self.refused += 1;
        let now = Instant::now();
        if self
            .refusals_told
            .is_none_or(|told| now - told >= REFUSALS_LOGGED_EVERY)
        {
            warn!(
                uid,
                count = self.refused,
                "Another user's app was turned away"
            );
            self.refused = 0;
            self.refusals_told = Some(now);
        }
    }
}

fn credentials(stream: &Stream) -> io::Result<Credentials> {
    let found = stream.peer_creds()?;
    let missing = || io::Error::other("the kernel names no user for the peer");
    Ok(Credentials {
        uid: found.euid().ok_or_else(missing)?,
        pid: found
            .pid()
            .and_then(|pid| u32::try_from(pid).ok())
            .unwrap_or_default(),
    })
}
