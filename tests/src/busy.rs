//! An app as a process of its own, which writes and reads without a pause and never connects
//! twice; the other half is `imlink-busy-app`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;

use imlink_sandbox::Sandbox;
use serde::{Deserialize, Serialize};

use crate::{DEADLINE, Setup, cloud};

/// What the app tells, a line of JSON each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// Its own code calls connect, for the how many-th time.
    Connects(u32),
    /// Its connect has succeeded and its subscription stands.
    Ready,
    /// The library is attached to the daemon with this number.
    Attached(u64),
    /// A message it was not shown before.
    Message {
        /// What it says.
        words: String,
        /// Whether the account's user sent it.
        own: bool,
    },
    /// The daemon has taken this message.
    Accepted(String),
    /// It writes nothing more, and has been told what became of all it wrote.
    Stopped,
    /// What the daemon says of a message, asked once more.
    Fate {
        /// Which.
        words: String,
        /// The cloud has it. If not, it is in doubt.
        sent: bool,
    },
    /// It has told all fates.
    Told,
}

/// A running app, ended with SIGKILL when dropped.
#[derive(Debug)]
pub struct BusyApp {
    child: Child,
    orders: ChildStdin,
    lines: mpsc::Receiver<Said>,
    /// Everything it has told so far.
    pub said: Vec<Said>,
}

impl BusyApp {
    /// Starts that program as an app of that name, which connects as `user` and writes to `peer`.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(
        program: &str,
        setup: &Setup,
        sandbox: &Sandbox,
        [name, user, peer]: [&str; 3],
    ) -> Self {
        let mut child = Command::new(program)
            .arg(setup.socket())
            .args([sandbox.app_key().as_str(), name, peer])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut orders = child.stdin.take().unwrap();
        let token = cloud::issued(sandbox, user);
        writeln!(orders, "{token}").unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let said = serde_json::from_str(&line).expect("a line of the app");
                if sender.send(said).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            orders,
            lines,
            said: Vec::new(),
        }
    }

    /// First has it write nothing more, then tell the fates of all it wrote.
    ///
    /// # Panics
    /// If it does not listen.
    pub fn go_on(&mut self) {
        writeln!(self.orders).unwrap();
    }

    /// Waits until it has said something that `is_it`, from `mark` on, an index of
    /// [`said`](Self::said).
    ///
    /// # Panics
    /// If it does not, or if it ended.
    pub fn until(&mut self, awaited: &str, mark: usize, is_it: impl Fn(&Said) -> bool) {
        let start = Instant::now();
        let mut looked_at = mark;
        loop {
            if self.said[looked_at..].iter().any(&is_it) {
                return;
            }
            looked_at = self.said.len();
            let left = DEADLINE.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(said) => self.said.push(said),
                Err(error) => panic!("not within {DEADLINE:?}: {awaited}: {error}"),
            }
            self.said.extend(self.lines.try_iter());
        }
    }

    /// Its process, which still runs.
    ///
    /// # Panics
    /// If it has ended.
    pub fn pid(&mut self) -> u32 {
        assert_eq!(self.child.try_wait().unwrap(), None, "the app has ended");
        self.child.id()
    }
}

impl Drop for BusyApp {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
