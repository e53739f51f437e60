//! A sandbox and a daemon as processes, and the command pointed at them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Time for anything that should happen soon.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The app key of these tests' sandbox.
pub const APP_KEY: &str = "imlink-sandbox";

/// A home of its own for each test, with nothing running in it. Nothing that its daemons log, at
/// TRACE, and nothing they keep may tell a token that went over standard input or that a sandbox
/// has issued: dropping it looks.
pub struct Home {
    directory: TempDir,
    tokens: Mutex<BTreeSet<String>>,
}

/// What one run of the command came to.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A process that is ended with the test.
pub struct Running(Child);

/// A sandbox, and where it is.
pub struct Sandbox {
    process: Running,
    pub started: Value,
}

impl Home {
    pub fn new() -> Self {
        Self {
            directory: tempfile::Builder::new()
                .prefix("imlink-")
                .tempdir()
                .unwrap(),
            tokens: Mutex::default(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The command in this home, not started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imlink"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.directory.path())
            .env("XDG_RUNTIME_DIR", self.directory.path())
            .env("TZ", "UTC");
        command
    }

    /// Runs it to its end, without any input.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs it to its end with this on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        self.note(input);
        // Who refuses its arguments does not read, so a broken pipe is no fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the daemon and waits until it answers.
    pub fn start_daemon(&self) -> Running {
        let log = self.log();
        let mut command = self.command(&["daemon"]);
        let child = command
            .env("IMLINK_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let running = Running(child);
        eventually("the daemon answers", || {
            self.run(&["status"]).status == Some(0)
        });
        running
    }

    /// Starts a sandbox on free ports and waits until it serves.
    pub fn start_sandbox(&self) -> Sandbox {
        self.start_sandbox_with(&[])
    }

    /// The same with more arguments.
    pub fn start_sandbox_with(&self, arguments: &[&str]) -> Sandbox {
        self.start_sandbox_on("0", arguments)
    }

    /// The same on a port of one's choice.
    pub fn start_sandbox_on(&self, port: &str, arguments: &[&str]) -> Sandbox {
        let usual = ["sandbox", "--json", "--port", port, "--log", "warn"];
        let mut child = self
            .command(&[&usual, arguments].concat())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        self.note(&first);
        Sandbox {
            process: Running(child),
            started: serde_json::from_str(&first).unwrap(),
        }
    }

    /// Starts a daemon by a line for a shell and waits until it answers.
    pub fn start_daemon_by(&self, line: &str) -> Running {
        let log = self.log();
        let mut command = self.shell(line);
        let child = command
            .env("IMLINK_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let running = Running(child);
        eventually("the daemon answers", || {
            self.run(&["status"]).status == Some(0)
        });
        running
    }

    /// A shell that reads this line, in this home, not started.
    pub fn shell(&self, line: &str) -> Command {
        let mut command = self.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", line]).env_clear();
        for (name, value) in command.env("PATH", "/usr/bin:/bin").get_envs() {
            shell.env(name, value.unwrap());
        }
        shell
    }

    /// Where daemons log to, one after the other.
    fn log(&self) -> File {
        let mut options = File::options();
        let log = options.create(true).append(true);
        log.open(self.path("daemon.log")).unwrap()
    }

    /// Notes the tokens in a text: those of a sandbox have 48 characters, and an address after
    /// them.
    fn note(&self, text: &str) {
        let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        for (end, _) in text.match_indices('@') {
            let word = text[..end].rsplit(|letter| !is_of_token(letter)).next();
            let token = word.filter(|word| word.len() == 48);
            self.tokens.lock().unwrap().extend(token.map(str::to_owned));
        }
    }

    /// The file of a daemon in which a token stands, if there is one.
    pub fn told(&self) -> Option<PathBuf> {
        let mut places = vec![self.path("daemon.log"), self.path(".local/state/imlink")];
        while let Some(place) = places.pop() {
            match place.symlink_metadata() {
                Ok(found) if found.is_dir() => {
                    let entries = place.read_dir().into_iter().flatten().flatten();
                    places.extend(entries.map(|entry| entry.path()));
                }
                Ok(found) if found.is_file() && self.tells(&place) => return Some(place),
                Ok(_) | Err(_) => {}
            }
        }
        None
    }

    fn tells(&self, file: &Path) -> bool {
        let bytes = std::fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let tokens = self.tokens.lock().unwrap();
        tokens.iter().any(|token| text.contains(token))
    }

    /// A sandbox, a daemon, and these users connected through it.
    pub fn with_users(&self, users: &[&str]) -> (Sandbox, Running) {
        let sandbox = self.start_sandbox();
        let daemon = self.start_daemon();
        for user in users {
            let ran = self.run_with(&["connect", "--app-key", APP_KEY], sandbox.token(user));
            assert_eq!(ran.status, Some(0), "{ran:?}");
        }
        (sandbox, daemon)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.told(), None, "a token is told");
        }
    }
}

impl Sandbox {
    /// A good token of alice or bob.
    pub fn token(&self, user: &str) -> &str {
        self.started["tokens"][user].as_str().unwrap()
    }

    /// Ends it as Ctrl-C does and gives its exit status.
    pub fn interrupt(self) -> Option<i32> {
        self.process.interrupt();
        self.process.wait()
    }

    pub fn address(&self) -> &str {
        self.started["navigation"].as_str().unwrap()
    }
}

impl Ran {
    /// Standard output as one JSON value for each line.
    pub fn json(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The error object on standard error.
    pub fn error(&self) -> Value {
        let value: Value = serde_json::from_str(self.err.trim()).unwrap();
        value["error"].clone()
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// As Ctrl-C does.
    pub fn interrupt(&self) {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    }

    /// Waits for its end and gives its exit status.
    pub fn wait(mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl From<Child> for Running {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Sandbox {
    /// One call of the control API.
    pub fn call(&self, method: &str, path: &str, body: &str) -> Value {
        self.http(method, &format!("/sandbox/v1/{path}"), body)
    }

    /// One call over HTTP that is answered with JSON.
    pub fn http(&self, method: &str, path: &str, body: &str) -> Value {
        serde_json::from_str(&self.text(method, path, body)).unwrap()
    }

    /// One call over HTTP that succeeds.
    pub fn text(&self, method: &str, path: &str, body: &str) -> String {
        use std::io::Read;
        let authority = self.address().strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(authority).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        body.to_owned()
    }
}
