//! A relay between one app and its daemon that can lose what comes after a chosen frame.
//!
//! A daemon that is killed right behind it has then died at exactly that step, as the app sees it.

use std::future::pending;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use imlink_ipc_proto::{Codec, Deframer, Hello, Received, ServerFrame, decode_server, frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{Setup, within};

/// Where nothing goes any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At the app's next frame.
    Request(Cut),
    /// After so many more frames of the daemon, at the one that follows.
    Reply {
        /// How many.
        after: usize,
        /// What becomes of that one.
        cut: Cut,
    },
}

/// How much of the frame at the stop arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing.
    Before,
    /// Its first half.
    Within,
}

/// What the frame at the stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The app asks something.
    Request,
    /// The daemon tells something that nobody asked for.
    Event,
    /// The daemon answers.
    Answer,
}

/// A socket that stands for the daemon's. It ends when dropped.
#[derive(Debug)]
pub struct Relay {
    socket: PathBuf,
    gate: Arc<Gate>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Gate {
    stop: Mutex<Option<Stop>>,
    held: watch::Sender<Option<Held>>,
    /// Frames of the app that were passed on.
    asked: watch::Sender<usize>,
}

impl Relay {
    /// A relay to the daemon of that home, which lets everything through.
    ///
    /// # Panics
    /// If there is one already.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let socket = setup.home().join("relay.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let gate = Arc::new(Gate {
            stop: Mutex::new(None),
            held: watch::Sender::new(None),
            asked: watch::Sender::new(0),
        });
        let task = tokio::spawn(relay(listener, setup.socket(), Arc::clone(&gate)));
        Self { socket, gate, task }
    }

    /// Where apps find it.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Lets nothing past that frame from here on.
    pub fn stop_at(&self, stop: Stop) {
        *self.gate.stop() = Some(stop);
        self.gate.held.send_replace(None);
    }

    /// Lets everything through that comes on the attachments after this one.
    pub fn open(&self) {
        *self.gate.stop() = None;
    }

    /// Waits until the frame at the stop has come.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn held(&self) -> Held {
        let mut held = self.gate.held.subscribe();
        let held = within("the frame at the stop", held.wait_for(Option::is_some)).await;
        held.unwrap().expect("it was waited for")
    }

    /// How many frames of the app were passed on so far.
    #[must_use]
    pub fn asked(&self) -> usize {
        *self.gate.asked.borrow()
    }

    /// Waits until more frames of the app were passed on than those.
    ///
    /// # Panics
    /// If the app asks nothing more.
    pub async fn asked_more_than(&self, before: usize) {
        let mut asked = self.gate.asked.subscribe();
        let more = asked.wait_for(|asked| *asked > before);
        within("a request", more).await.unwrap();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gate {
    fn stop(&self) -> std::sync::MutexGuard<'_, Option<Stop>> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a frame of the app; `None` if it goes through.
    fn request(&self) -> Option<Cut> {
        match *self.stop() {
            Some(Stop::Request(cut)) => Some(cut),
            Some(Stop::Reply { .. }) | None => None,
        }
    }

    /// What becomes of a frame of the daemon; `None` if it goes through.
    fn reply(&self) -> Option<Cut> {
        match &mut *self.stop() {
            Some(Stop::Reply { after: 0, cut }) => Some(*cut),
            Some(Stop::Reply { after, .. }) => {
                *after -= 1;
                None
            }
            Some(Stop::Request(_)) | None => None,
        }
    }
}

/// One app after the other, each for as long as both sides stay.
async fn relay(listener: UnixListener, daemon: PathBuf, gate: Arc<Gate>) {
    loop {
        let (app, _) = listener.accept().await.expect("the listener is ours");
        // Without a daemon the app finds the door closed, as without a relay.
        if let Ok(daemon) = UnixStream::connect(&daemon).await {
            // However it ends: the app sees the end of its socket.
            let _ = attachment(app, daemon, &gate).await;
        }
    }
}

async fn attachment(app: UnixStream, daemon: UnixStream, gate: &Gate) -> io::Result<()> {
    let (from_app, to_app) = app.into_split();
    let (from_daemon, to_daemon) = daemon.into_split();
    let codec = watch::Sender::new(Codec::Json);
    tokio::select! {
        end = requests(from_app, to_daemon, gate, &codec) => end,
        end = replies(from_daemon, to_app, gate, &codec) => end,
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    gate: &Gate,
    codec: &watch::Sender<Codec>,
) -> io::Result<()> {
    let mut frames = Deframer::for_greeting();
    let mut greeted = false;
    loop {
        while let Some(body) = frames.next_frame().map_err(io::Error::other)? {
            if !std::mem::replace(&mut greeted, true) {
                frames.greeted();
                codec.send_replace(Hello::decode(&body).map_err(io::Error::other)?.codec);
            } else if let Some(cut) = gate.request() {
                write_part(&mut to, &body, cut).await?;
                gate.held.send_replace(Some(Held::Request));
                return pending().await;
            }
            to.write_all(&frame(&body).map_err(io::Error::other)?)
                .await?;
            gate.asked.send_modify(|asked| *asked += 1);
        }
        read_more(&mut from, &mut frames).await?;
    }
}

async fn replies(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    gate: &Gate,
    codec: &watch::Sender<Codec>,
) -> io::Result<()> {
    let mut frames = Deframer::for_greeting();
    let mut greeted = false;
    loop {
        while let Some(body) = frames.next_frame().map_err(io::Error::other)? {
            if !std::mem::replace(&mut greeted, true) {
                frames.greeted();
            } else if let Some(cut) = gate.reply() {
                write_part(&mut to, &body, cut).await?;
                gate.held.send_replace(Some(kind(*codec.borrow(), &body)?));
                // What it says from here on is lost, until its end.
                return tokio::io::copy(&mut from, &mut tokio::io::sink())
                    .await
                    .map(drop);
            }
            to.write_all(&frame(&body).map_err(io::Error::other)?)
                .await?;
        }
        read_more(&mut from, &mut frames).await?;
    }
}

async fn read_more(from: &mut OwnedReadHalf, frames: &mut Deframer) -> io::Result<()> {
    let mut chunk = [0; 4096];
    match from.read(&mut chunk).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => {
            frames.push(&chunk[..read]);
            Ok(())
        }
    }
}

async fn write_part(to: &mut OwnedWriteHalf, body: &[u8], cut: Cut) -> io::Result<()> {
    let whole = frame(body).map_err(io::Error::other)?;
    match cut {
        Cut::Before => Ok(()),
        Cut::Within => to.write_all(&whole[..whole.len() / 2]).await,
    }
}

fn kind(codec: Codec, body: &[u8]) -> io::Result<Held> {
    match decode_server(codec, body).map_err(io::Error::other)? {
        Received::Frame(ServerFrame::Response { .. }) => Ok(Held::Answer),
        Received::Frame(ServerFrame::Event { .. } | ServerFrame::Delivery(_))
        | Received::Unknown(_) => Ok(Held::Event),
    }
}
