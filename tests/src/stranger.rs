//! Another user of this machine, for what only the kernel can tell apart.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use imlink_ipc_proto::{Failure, Request, Response};

use crate::Missing;
use crate::bridge::{Greeted, Said};

/// A user that is neither root nor whoever runs the tests.
#[derive(Debug)]
pub struct Stranger {
    uid: u32,
    gid: u32,
}

/// Nobody has files or processes under this number.
const UID: u32 = 64_321;

/// An app of another user: a process that speaks the protocol for the test.
#[derive(Debug)]
pub struct StrangersApp {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Stranger {
    /// Needs root, and a program that others may run.
    ///
    /// # Errors
    /// What is missing.
    pub fn find(program: &str) -> Result<Self, Missing> {
        Self::of(program, UID, UID)
    }

    /// The same, with that user and group.
    ///
    /// # Errors
    /// What is missing.
    pub fn of(program: &str, uid: u32, gid: u32) -> Result<Self, Missing> {
        if !rustix::process::geteuid().is_root() {
            return Err(Missing("only root can act as another user".into()));
        }
        let stranger = Self { uid, gid };
        let mut version = Command::new(program);
        version.env_clear();
        let tried = stranger
            .run(&version, "--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match tried {
            Ok(status) if status.success() => Ok(stranger),
            Ok(_) | Err(_) => Err(Missing(format!("another user may not run {program}"))),
        }
    }

    /// The number the kernel knows this user by.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// Opens a path to everybody, up to the directory for temporary files.
    ///
    /// # Panics
    /// If it is not the caller's.
    pub fn let_in(&self, path: &Path) {
        let top = std::env::temp_dir();
        for place in path.ancestors().take_while(|place| *place != top) {
            fs::set_permissions(place, Permissions::from_mode(0o777)).unwrap();
        }
    }

    /// The same program and environment, as this user, who is in no other group.
    #[must_use]
    pub fn run(&self, command: &Command, verb: &str) -> Command {
        let mut run = Command::new(command.get_program());
        // Root that becomes somebody else loses its further groups with it.
        run.uid(self.uid).gid(self.gid).arg(verb).env_clear().envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        if let Some(path) = std::env::var_os("PATH") {
            run.env("PATH", path);
        }
        run
    }

    /// An app of this user that has said Hello, and what it was told. `bridge` is the program
    /// `imlink-bridge`.
    ///
    /// # Panics
    /// If it cannot be started or ends.
    #[must_use]
    pub fn app(&self, bridge: &str, socket: &Path, app: &str) -> (StrangersApp, Greeted) {
        let mut command = Command::new(PathBuf::from(bridge));
        let mut child = command
            .uid(self.uid)
            .gid(self.gid)
            .env_clear()
            .arg(socket)
            .arg(app)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut app = StrangersApp {
            requests: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        let greeted = app.line();
        (app, greeted)
    }
}

impl StrangersApp {
    /// Asks, and waits for the answer; `None` if the daemon has closed.
    ///
    /// # Panics
    /// If the process ends.
    pub fn try_ask(&mut self, request: &Request) -> Option<Result<Response, Failure>> {
        let mut line = serde_json::to_vec(request).unwrap();
        line.push(b'\n');
        self.requests.write_all(&line).unwrap();
        match self.line() {
            Said::Ok(response) => Some(Ok(response)),
            Said::Failed(failure) => Some(Err(failure)),
            Said::Closed => None,
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Panics
    /// If the daemon closes.
    pub fn ask(&mut self, request: &Request) -> Result<Response, Failure> {
        self.try_ask(request).expect("the daemon answers")
    }

    fn line<T: serde::de::DeserializeOwned>(&mut self) -> T {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

impl Drop for StrangersApp {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
