//! Which sandbox a command is about.
//!
//! A running sandbox leaves its address in the user's runtime directory, in a file that goes when
//! it ends. Who is not told where to look takes the only one that answers there; else the port
//! that `imlink sandbox` takes by itself.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use imlink::AppKey;

use super::DEFAULT_PORT;
use crate::failure::Failure;
use crate::http::{HttpError, Server};
use crate::remote::Remote;

/// The file with the address.
const ADDRESS: &str = "address";

/// The cure for a sandbox that is not there.
pub const HOW_TO_FIND: &str =
    "Start one with `imlink sandbox`, or say where it is with --at or IMLINK_SANDBOX.";

#[derive(Args, Clone, Debug)]
pub struct Place {
    /// Where the sandbox is [default: the one that runs here].
    #[arg(
        long,
        visible_alias = "sandbox",
        value_name = "URL",
        env = "IMLINK_SANDBOX",
        global = true,
        help_heading = "Which sandbox"
    )]
    at: Option<String>,

    /// Act in the world of this app key, if it is not the sandbox's first one.
    #[arg(
        long,
        visible_alias = "app",
        value_name = "KEY",
        env = "IMLINK_APP_KEY",
        global = true,
        help_heading = "Which sandbox"
    )]
    app_key: Option<AppKey>,
}

impl Place {
    /// The app key, if one is named.
    pub fn app_key(&self) -> Option<&AppKey> {
        self.app_key.as_ref()
    }

    /// The sandbox's control API, in the world of the app key.
    ///
    /// # Errors
    /// As [`server`](Self::server).
    pub fn remote(&self) -> Result<Remote, Failure> {
        Ok(Remote::new(self.server()?, self.app_key.clone()))
    }

    /// The sandbox.
    ///
    /// # Errors
    /// An address that is none; none that answers, or several, if no address is given.
    pub fn server(&self) -> Result<Server, Failure> {
        match &self.at {
            Some(address) => Server::at(address).map_err(|error| unreachable(&error)),
            None => only_one(),
        }
    }
}

/// What to say when nothing answers.
pub fn unreachable(error: &HttpError) -> Failure {
    let cause = format!("There is no sandbox to ask: {error}.");
    Failure::own("SANDBOX", cause, HOW_TO_FIND)
}

fn only_one() -> Result<Server, Failure> {
    let mut running = running();
    let Some(last) = running.pop() else {
        return Ok(Server::on_loopback(DEFAULT_PORT));
    };
    if running.is_empty() {
        return Ok(last);
    }
    running.push(last);
    let all: Vec<String> = running.iter().map(Server::to_string).collect();
    Err(Failure::own(
        "SANDBOX",
        format!("Several sandboxes run here: {}.", all.join(", ")),
        "Say which one with --at or IMLINK_SANDBOX.",
    ))
}

/// The sandboxes that have left their address and answer there, in order of the addresses.
pub fn running() -> Vec<Server> {
    let Some(places) = directory().and_then(|directory| fs::read_dir(directory).ok()) else {
        return Vec::new();
    };
    let addresses = places
        .flatten()
        .filter_map(|place| fs::read_to_string(place.path().join(ADDRESS)).ok());
    let mut servers: Vec<Server> = addresses
        .filter_map(|address| Server::at(address.trim()).ok())
        .filter(Server::is_there)
        .collect();
    servers.sort_by_key(Server::to_string);
    servers
}

/// What a running sandbox leaves for those who look for it; goes when this is dropped.
pub struct Announcement {
    directory: PathBuf,
}

impl Announcement {
    /// Leaves the address `http://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// There is no directory of the user's own to leave it in, or it cannot be written.
    pub fn leave(port: u16) -> io::Result<Self> {
        let above = directory().ok_or(io::ErrorKind::NotFound)?;
        let directory = above.join(port.to_string());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        let announcement = Self { directory };
        announcement.write(ADDRESS, &format!("{}\n", Server::on_loopback(port)))?;
        Ok(announcement)
    }

    /// Writes a file beside the address, whole, so that nobody reads half of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
        file.write_all(text.as_bytes())?;
        let path = self.directory.join(name);
        file.persist(&path)?;
        Ok(path)
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Whoever finds it later sees that nothing answers.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Where addresses are left: beside the daemon's socket (decisions.md P25).
fn directory() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let below_state = |state: &Path| state.join("imlink/run/sandboxes");
    variable("XDG_RUNTIME_DIR")
        .map(|runtime| runtime.join("imlink/sandboxes"))
        .or_else(|| variable("XDG_STATE_HOME").map(|state| below_state(&state)))
        .or_else(|| variable("HOME").map(|home| below_state(&home.join(".local/state"))))
}
