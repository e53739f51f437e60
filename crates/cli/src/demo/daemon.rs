//! The demo's daemons. For Alice's the demo stands in for systemd: it holds the listening socket
//! for as long as it runs, and hands it to each daemon it starts.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use tokio::net::UnixDatagram;

use super::actor::Actor;
use super::log::Happening;
use super::process::{Program, silent};
use super::stage::{Broken, Stage};

/// A daemon's place: its directories and its socket, which outlive any one process.
#[derive(Debug)]
pub struct House {
    actor: Actor,
    directory: PathBuf,
    state: PathBuf,
    /// The socket we hold for it; without one it makes its own.
    held: Option<UnixListener>,
}

impl House {
    /// A place whose socket the daemon makes itself.
    pub fn plain(actor: Actor, base: &Path, name: &str) -> Result<Self, Broken> {
        let make = || {
            let directory = base.join(name);
            private(&directory)?;
            let state = directory.join("state");
            private(&state)?;
            std::fs::write(directory.join("imlinkd.toml"), "")?;
            Ok(Self {
                actor,
                directory,
                state,
                held: None,
            })
        };
        make().map_err(|error: io::Error| Broken::because("directories can be made", &error))
    }

    /// A place whose socket we hold, as systemd would.
    pub fn held(actor: Actor, base: &Path, name: &str) -> Result<Self, Broken> {
        let mut house = Self::plain(actor, base, name)?;
        let bind = |path: &Path| {
            let listener = UnixListener::bind(path)?;
            std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(listener)
        };
        let bound = bind(&house.socket());
        let bound = bound.map_err(|error: io::Error| Broken::because("a socket is bound", &error));
        house.held = Some(bound?);
        Ok(house)
    }

    /// Replaces the state directory by something that is none.
    pub fn ruin_state(&mut self) {
        self.state = PathBuf::from("/dev/null");
    }

    /// Where apps find it.
    pub fn socket(&self) -> PathBuf {
        self.directory.join("s")
    }

    /// Starts a daemon in this place and waits until it says that it is ready.
    pub async fn start_daemon(&self, stage: &mut Stage) -> Result<(), Broken> {
        let program = self
            .program()
            .map_err(|error| Broken::because("a daemon starts", &error))?;
        let ready = self.directory.join("ready");
        let notified = expect_notification(&ready)
            .map_err(|error| Broken::because("a daemon can say that it is ready", &error))?;
        let (actor, mark) = (self.actor, stage.mark());
        stage.start(actor, program.variable("NOTIFY_SOCKET", &ready), silent)?;
        let reports = stage.reports();
        let waiting = tokio::spawn(async move {
            if notified.ready().await.is_ok() {
                // Nobody waits for it any more if the stage is gone.
                let _ = reports.send((actor, Happening::Ready));
            }
        });
        let outcome = stage
            .until(format!("{actor} is ready"), |log| {
                let ready = log
                    .since(actor, mark)
                    .any(|seen| matches!(seen, Happening::Ready));
                if ready {
                    Ok(())
                } else {
                    Err("it has not said so".to_owned())
                }
            })
            .await;
        waiting.abort();
        outcome
    }

    fn program(&self) -> io::Result<Program> {
        let program = match &self.held {
            Some(listener) => Program::ourselves(&["activate", "--"])?
                .socket(OwnedFd::from(listener.try_clone()?)),
            None => Program::ourselves(&["daemon"])?,
        };
        Ok(program
            .argument("--socket")
            .argument(self.socket())
            .argument("--state-dir")
            .argument(&self.state)
            .argument("--config")
            .argument(self.directory.join("imlinkd.toml")))
    }
}

/// Where a daemon reports that it is ready, as systemd has it.
struct Notified(UnixDatagram);

fn expect_notification(path: &Path) -> io::Result<Notified> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    UnixDatagram::bind(path).map(Notified)
}

impl Notified {
    async fn ready(&self) -> io::Result<()> {
        let mut buffer = [0; 1024];
        loop {
            let length = self.0.recv(&mut buffer).await?;
            let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
            if text.lines().any(|line| line == "READY=1") {
                return Ok(());
            }
        }
    }
}

fn private(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}
