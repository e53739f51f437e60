//! Proxies as other people made them: microsocks (SOCKS 5) and tinyproxy (HTTP CONNECT).

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{Missing, eventually};

/// Which program, and with it how it is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// microsocks.
    Socks5,
    /// tinyproxy.
    Http,
}

/// The name and password that a [`Proxy`] may want.
pub const LOGIN: (&str, &str) = ("carl", "canary-proxy-4e1");

/// A proxy program on a port of its own; ended with SIGKILL when dropped.
#[derive(Debug)]
pub struct Proxy {
    kind: Kind,
    wants_login: bool,
    port: u16,
    directory: TempDir,
    process: Option<Child>,
}

impl Proxy {
    /// Starts one that lets everybody in.
    ///
    /// # Errors
    /// Which program is missing, if it is.
    pub fn open(kind: Kind) -> Result<Self, Missing> {
        Self::spawn(kind, false)
    }

    /// Starts one that wants [`LOGIN`].
    ///
    /// # Errors
    /// Which program is missing, if it is.
    pub fn locked(kind: Kind) -> Result<Self, Missing> {
        Self::spawn(kind, true)
    }

    fn spawn(kind: Kind, wants_login: bool) -> Result<Self, Missing> {
        let mut proxy = Self {
            kind,
            wants_login,
            port: free_port(),
            directory: tempfile::tempdir().unwrap(),
            process: None,
        };
        proxy.start()?;
        Ok(proxy)
    }

    /// `scheme://127.0.0.1:port`, without name and password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.kind.scheme(), self.port)
    }

    /// The same, with a name and a password.
    #[must_use]
    pub fn url_as(&self, user: &str, password: &str) -> String {
        let scheme = self.kind.scheme();
        format!("{scheme}://{user}:{password}@127.0.0.1:{}", self.port)
    }

    /// Ends it, and what it carries. It can be started again.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Gone already is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again on the same port.
    ///
    /// # Errors
    /// Which program is missing, if it is.
    ///
    /// # Panics
    /// If it does not let anybody in.
    pub fn start(&mut self) -> Result<(), Missing> {
        let mut command = match self.kind {
            Kind::Socks5 => self.microsocks(),
            Kind::Http => self.tinyproxy(),
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let started = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        let process = started.map_err(|_| Missing(format!("{program} is not installed")))?;
        self.process = Some(process);
        eventually(&format!("{program} lets somebody in"), || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
        Ok(())
    }

    /// How many ways to that `host:port` it was asked for.
    #[must_use]
    pub fn carried(&self, authority: &str) -> usize {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines()
            .filter(|line| match self.kind {
                Kind::Socks5 => line.ends_with(&format!("connected to {authority}")),
                Kind::Http => line.contains(&format!("CONNECT {authority} ")),
            })
            .count()
    }

    fn microsocks(&self) -> Command {
        let mut command = Command::new("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &self.port.to_string()]);
        if self.wants_login {
            command.args(["-u", LOGIN.0, "-P", LOGIN.1]);
        }
        command
    }

    fn tinyproxy(&self) -> Command {
        let login = match self.wants_login {
            true => format!("BasicAuth {} {}\n", LOGIN.0, LOGIN.1),
            false => String::new(),
        };
        let file = self.directory.path().join("tinyproxy.conf");
        let port = self.port;
        let text = format!("Port {port}\nListen 127.0.0.1\nLogLevel Connect\n{login}");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(file);
        command
    }

    fn log(&self) -> PathBuf {
        Path::new(self.directory.path()).join("log")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Kind {
    const fn scheme(self) -> &'static str {
        match self {
            Self::Socks5 => "socks5",
            Self::Http => "http",
        }
    }
}

/// A port that was free a moment ago: these programs cannot be told to take any.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
