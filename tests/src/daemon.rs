//! A daemon as a process of its own.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::wait::PAUSE;
use crate::{Command, DEADLINE, eventually, secrecy};

/// What a daemon's log filter is read from.
const LOG: &str = "IMLINK_LOG";

/// Where a daemon lives: its directories, and what it is started with.
#[derive(Debug)]
pub struct Setup {
    command: Command,
    /// What runs the command, with its arguments; nothing if it is run as it is.
    runner: Vec<String>,
    // Short, because a socket path has 107 bytes.
    directory: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// The listening socket that every daemon inherits, if somebody else holds it.
    held: Option<UnixListener>,
}

/// Puts standard input on descriptor 3, where sockets are handed over (sd_listen_fds(3)).
/// `LISTEN_PID` is the process that takes them, and the shell becomes that process.
const HAND_OVER: &str = "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";

/// A running daemon; ended with SIGKILL when dropped. Nothing it logged at TRACE, nothing it keeps
/// but where it is told to remember tokens, and nothing that others can read about its process, may
/// tell a token that a test was given: dropping it looks.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    log: Log,
    /// Where its part of the log begins.
    start: usize,
    /// Where it keeps its state.
    state: PathBuf,
}

/// What a daemon has written so far.
#[derive(Clone, Debug)]
pub struct Log(PathBuf);

impl Setup {
    /// New directories for a daemon of that command.
    ///
    /// # Panics
    /// If the machine has no room for a temporary directory.
    #[must_use]
    pub fn new(command: Command) -> Self {
        let directory = tempfile::Builder::new().prefix("imlink").tempdir().unwrap();
        Self {
            command,
            runner: Vec::new(),
            directory,
            arguments: Vec::new(),
            environment: Vec::new(),
            held: None,
        }
    }

    /// Adds an argument to every daemon started from here on.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds an environment variable to every daemon started from here on.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Has another program run the command from here on; it must become it, as `nsenter` does.
    #[must_use]
    pub fn within(mut self, runner: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.runner = runner.into_iter().map(Into::into).collect();
        self
    }

    /// Holds that listening socket, as systemd does, and has every daemon started from here on
    /// inherit it.
    #[must_use]
    pub fn holding(mut self, socket: UnixListener) -> Self {
        self.held = Some(socket);
        self.within(["sh", "-c", HAND_OVER, "sh"])
    }

    /// Has every daemon started from here on say no more than it does by default, where it is
    /// measured or there are many.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.variable(LOG, "info")
    }

    /// The directory that is this daemon's home.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.directory.path()
    }

    /// Where apps find the daemon.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.home().join("run/imlink/imlinkd.sock")
    }

    /// Where it keeps its state.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.home().join("state/imlink")
    }

    /// The command with this home and nothing else of the caller's environment; for the CLI too.
    ///
    /// # Panics
    /// If the home cannot be prepared.
    #[must_use]
    pub fn imlink(&self) -> std::process::Command {
        fs::create_dir_all(self.home().join("run")).unwrap();
        let mut words = self
            .runner
            .iter()
            .map(String::as_str)
            .chain([self.command.0]);
        let mut command = std::process::Command::new(words.next().expect("the command at least"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("XDG_RUNTIME_DIR", self.home().join("run"))
            .env("XDG_STATE_HOME", self.home().join("state"))
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("RUST_BACKTRACE", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Starts a daemon and waits until it lets apps in.
    ///
    /// # Panics
    /// If it ends instead, with what it said.
    #[must_use]
    pub fn start(&self) -> Daemon {
        match self.try_start() {
            Ok(daemon) => daemon,
            Err(why) => panic!("{why}"),
        }
    }

    /// Starts a daemon and waits until it lets apps in.
    ///
    /// # Errors
    /// What happened instead, if it ends or lets nobody in within [`DEADLINE`].
    pub fn try_start(&self) -> Result<Daemon, String> {
        let mut daemon = self.launch();
        let start = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            if let Ok(Some(status)) = daemon.child.try_wait() {
                let said = daemon.log.story();
                return Err(format!("the daemon ended with {status}:\n{said}"));
            }
            if start.elapsed() > DEADLINE {
                let said = daemon.log.story();
                return Err(format!("nobody is let in after {DEADLINE:?}:\n{said}"));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(daemon)
    }

    /// Starts a daemon and does not wait for anything.
    ///
    /// # Panics
    /// If no process can be started.
    #[must_use]
    pub fn launch(&self) -> Daemon {
        let log = Log(self.home().join("daemon.log"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log.0)
            .unwrap();
        let start = log.text().len();
        let mut command = self.imlink();
        let says = |(name, _): &(String, _)| name == LOG;
        if !self.environment.iter().any(says) && !self.file_says_what_to_log() {
            command.env(LOG, "trace");
        }
        if let Some(socket) = &self.held {
            command.stdin(OwnedFd::from(socket.try_clone().unwrap()));
        }
        if !self.command.is_daemon() {
            command.arg("daemon");
        }
        let child = command
            .args(&self.arguments)
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let state = self.state();
        Daemon {
            child,
            log,
            start,
            state,
        }
    }

    /// A variable would win over that.
    fn file_says_what_to_log(&self) -> bool {
        let file = fs::read(self.home().join("config/imlink/imlinkd.toml"));
        let text = String::from_utf8_lossy(&file.unwrap_or_default()).into_owned();
        let keys = text.lines().filter_map(|line| line.split_once('='));
        keys.into_iter().any(|(key, _)| key.trim() == "log")
    }
}

impl Daemon {
    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far, and those before it in the same home.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If there is no such process any more.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Ends it with SIGKILL and waits until it is gone.
    ///
    /// # Panics
    /// If it ended in another way before.
    pub fn kill(mut self) {
        self.assert_tells_nobody();
        self.signal(rustix::process::Signal::KILL);
        assert_eq!(self.child.wait().unwrap().signal(), Some(9));
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// If it does not.
    pub fn ended(&mut self) -> ExitStatus {
        self.assert_tells_nobody();
        eventually("the daemon ends", || self.child.try_wait().unwrap())
    }

    /// What others see of its process; of one that is gone nobody sees anything.
    fn assert_tells_nobody(&self) {
        let told = secrecy::told_by_process(self.pid());
        assert_eq!(told, None, "a token is told");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let told_by_process = secrecy::told_by_process(self.pid());
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the daemon said:\n{}", self.log.story());
            return;
        }
        assert_eq!(told_by_process, None, "a token is told");
        let told = secrecy::told_by_file(&self.log.0, self.start);
        assert_eq!(told, None, "a token is told");
        let told = secrecy::told_below(&self.state);
        assert_eq!(told, None, "a token is kept");
        assert_eq!(secrecy::told_here(), [""; 0], "a token is told");
    }
}

impl Log {
    /// Everything written so far.
    #[must_use]
    pub fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap_or_default()
    }

    /// What a person wants to read of it: everything above DEBUG.
    #[must_use]
    pub fn story(&self) -> String {
        let text = self.text();
        let detail = |line: &&str| line.contains(" TRACE ") || line.contains(" DEBUG ");
        let story: Vec<&str> = text.lines().filter(|line| !detail(line)).collect();
        story.join("\n")
    }

    /// Waits for a line with that text.
    ///
    /// # Panics
    /// If none comes.
    pub fn wait_for(&self, text: &str) {
        eventually(&format!("a log line with {text:?}"), || {
            self.text().contains(text).then_some(())
        });
    }
}
