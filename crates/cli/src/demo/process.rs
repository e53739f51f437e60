//! A process of the demo: started, listened to, ended.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use command_fds::{CommandFdExt, FdMapping};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::actor::Actor;
use super::log::Happening;

/// Where happenings are reported.
pub type Reports = mpsc::UnboundedSender<(Actor, Happening)>;

/// Turns a line of standard output into something that happened.
pub type Reader = fn(&str) -> Option<Happening>;

/// What to start.
#[derive(Debug)]
pub struct Program {
    command: Command,
    socket: Option<OwnedFd>,
}

/// A running process. It is killed when this is dropped, unless it was released.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    log: PathBuf,
    stdin: ChildStdin,
    orders: mpsc::UnboundedSender<Ending>,
    ended: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Kill,
    Release,
}

impl Program {
    /// This very program with another verb.
    ///
    /// # Errors
    /// The system does not say which program this is.
    pub fn ourselves(arguments: &[&str]) -> io::Result<Self> {
        let mut program = Self::named(std::env::current_exe()?);
        program.command.args(arguments);
        Ok(program)
    }

    /// Any program. It inherits nothing that is imlink's or systemd's.
    pub fn named(path: impl AsRef<Path>) -> Self {
        let mut command = Command::new(path.as_ref());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_ours = ["IMLINK_", "XDG_", "LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_"]
                .iter()
                .any(|prefix| text.starts_with(prefix));
            if is_ours {
                command.env_remove(&name);
            }
        }
        Self {
            command,
            socket: None,
        }
    }

    pub fn argument(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Hands it a listening socket as descriptor 3.
    pub fn socket(mut self, socket: OwnedFd) -> Self {
        self.socket = Some(socket);
        self
    }

    /// Starts it. What it prints goes through `reader` to `reports`, what it logs into a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(
        mut self,
        actor: Actor,
        log: PathBuf,
        reader: Reader,
        reports: Reports,
    ) -> io::Result<Process> {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&log)?)
            // Ctrl-C is for the demo, which ends the others in order.
            .process_group(0)
            .kill_on_drop(true);
        if let Some(parent_fd) = self.socket {
            let mappings = vec![FdMapping {
                parent_fd,
                child_fd: 3,
            }];
            self.command
                .fd_mappings(mappings)
                .map_err(io::Error::other)?;
        }
        let mut child = self.command.spawn()?;
        let missing = || io::Error::other("a process without pid or pipes");
        let pid = child.id().ok_or_else(missing)?;
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let (orders, received) = mpsc::unbounded_channel();
        let ended = tokio::spawn(watch(child, stdout, received, actor, reader, reports));
        Ok(Process {
            pid,
            log,
            stdin,
            orders,
            ended,
        })
    }
}

impl Process {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// It does not read any more.
    pub async fn write(&mut self, line: &str) -> io::Result<()> {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await?;
        self.stdin.flush().await
    }

    /// Has it killed by SIGKILL; that it ended is reported.
    pub fn kill(&self) {
        // Without a receiver it has ended already.
        let _ = self.orders.send(Ending::Kill);
    }

    /// Kills it and waits until it is gone.
    pub async fn end(self) {
        self.kill();
        // The task only panics if we do.
        let _ = self.ended.await;
    }

    /// Lets it go on without us.
    pub async fn release(self) -> u32 {
        // Without a receiver it has ended already.
        let _ = self.orders.send(Ending::Release);
        let _ = self.ended.await;
        self.pid
    }

    /// The last line it logged, if there is one; a cure is not why it ended.
    pub fn last_words(&self) -> Option<String> {
        let text = std::fs::read(&self.log).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut lines = text.lines().rev().map(str::trim);
        lines
            .find(|line| !line.is_empty() && !line.starts_with("cure:"))
            .map(str::to_owned)
    }
}

/// Reports what a process prints, to the last line, and then that it ended.
async fn watch(
    mut child: Child,
    stdout: ChildStdout,
    mut orders: mpsc::UnboundedReceiver<Ending>,
    actor: Actor,
    reader: Reader,
    reports: Reports,
) {
    let mut lines = BufReader::new(stdout).lines();
    let mut talking = true;
    let status = loop {
        tokio::select! {
            biased;
            line = lines.next_line(), if talking => match line {
                Ok(Some(line)) => report(&reports, actor, reader(&line)),
                Ok(None) | Err(_) => talking = false,
            },
            Some(order) = orders.recv() => match order {
                Ending::Kill => drop(child.start_kill()),
                Ending::Release => return release(child),
            },
            status = child.wait(), if !talking => break status,
        }
    };
    if let Ok(status) = status {
        report(&reports, actor, Some(Happening::Ended(status)));
    }
}

/// Gives up a process that would be killed if its handle were dropped.
#[expect(
    clippy::disallowed_methods,
    reason = "kill_on_drop, set for every other end, cannot be taken back"
)]
fn release(child: Child) {
    std::mem::forget(child);
}

fn report(reports: &Reports, actor: Actor, happening: Option<Happening>) {
    if let Some(happening) = happening {
        // At the very end nobody listens any more.
        let _ = reports.send((actor, happening));
    }
}

/// For a process whose output nobody reads.
pub fn silent(_: &str) -> Option<Happening> {
    None
}
