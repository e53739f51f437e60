//! The stage: who is on it, what was seen, and waiting for what should be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::actor::Actor;
use super::lines::Order;
use super::log::{Happening, Log, Mark};
use super::process::{Process, Program, Reader, Reports};
use super::sabotage::Sabotage;
use super::timeline::Timeline;
use crate::output::json_line;

/// Time for anything that should be seen. What is waited for takes well under a second; the rest
/// is for machines that are busy with something else.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Longest base directory under which sockets still fit into an address (107 bytes).
const LONGEST_BASE: usize = 40;

/// Why a step did not succeed: what was awaited, and what was seen instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub awaited: String,
    pub seen: String,
}

/// See the module.
pub struct Stage {
    pub timeline: Timeline,
    pub sabotage: Option<Sabotage>,
    directory: TempDir,
    processes: BTreeMap<Actor, Process>,
    /// Who was told to end; for anyone else ending is a failure.
    leaving: BTreeSet<Actor>,
    log: Log,
    reports: Reports,
    happenings: mpsc::UnboundedReceiver<(Actor, Happening)>,
}

impl Stage {
    /// An empty stage with a directory of its own.
    ///
    /// # Errors
    /// No directory can be made.
    pub fn new(timeline: Timeline, sabotage: Option<Sabotage>) -> io::Result<Self> {
        let base = std::env::temp_dir();
        let fits = base.as_os_str().len() <= LONGEST_BASE;
        let base = if fits { base } else { PathBuf::from("/tmp") };
        let (reports, happenings) = mpsc::unbounded_channel();
        Ok(Self {
            timeline,
            sabotage,
            directory: tempfile::Builder::new()
                .prefix("imlink-demo-")
                .tempdir_in(base)?,
            processes: BTreeMap::new(),
            leaving: BTreeSet::new(),
            log: Log::default(),
            reports,
            happenings,
        })
    }

    /// Where everything of this demo is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// For whoever reports to the stage by other ways than a process's output.
    pub fn reports(&self) -> Reports {
        self.reports.clone()
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// From here on.
    pub fn mark(&self) -> Mark {
        self.log.mark()
    }

    pub fn is_sabotaged_by(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    /// Puts a process on the stage, in the place of one that ended.
    pub fn start(&mut self, actor: Actor, program: Program, reader: Reader) -> Result<(), Broken> {
        let log = self
            .directory()
            .join(format!("{}.log", actor.name().replace(['\'', ' '], "-")));
        let started = program.start(actor, log, reader, self.reports());
        let process = started.map_err(|error| Broken::because("every process starts", &error))?;
        self.leaving.remove(&actor);
        self.say(actor, &format!("starts, pid {}", process.pid()))?;
        self.processes.insert(actor, process);
        Ok(())
    }

    /// The pid of whoever is on the stage.
    pub fn pid(&self, actor: Actor) -> Option<u32> {
        self.processes.get(&actor).map(Process::pid)
    }

    /// Writes a line to somebody's standard input.
    pub async fn write(&mut self, actor: Actor, line: &str) -> Result<(), Broken> {
        let awaited = format!("{actor} takes orders");
        let Some(process) = self.processes.get_mut(&actor) else {
            return Err(Broken {
                awaited,
                seen: "it is not there".to_owned(),
            });
        };
        process
            .write(line)
            .await
            .map_err(|error| Broken::because(awaited, &error))
    }

    /// Has an app write to a user.
    pub async fn have_send(&mut self, app: Actor, to: &str, text: &str) -> Result<(), Broken> {
        let order = Order::Send {
            to: to.to_owned(),
            text: text.to_owned(),
        };
        let line =
            json_line(&order).map_err(|error| Broken::because("an order is JSON", &error))?;
        self.write(app, &line).await
    }

    /// Kills somebody by SIGKILL and waits until he is gone.
    pub async fn kill(&mut self, actor: Actor) -> Result<(), Broken> {
        let mark = self.mark();
        self.leaving.insert(actor);
        if let Some(process) = self.processes.get(&actor) {
            process.kill();
        }
        self.until(format!("{actor} is gone"), |log| {
            let gone = log
                .since(actor, mark)
                .any(|happening| matches!(happening, Happening::Ended(_)));
            if gone {
                Ok(())
            } else {
                Err("it is still there".to_owned())
            }
        })
        .await?;
        self.processes.remove(&actor);
        Ok(())
    }

    /// Takes in happenings until `check` is content, or patience ends. The text `check` fails with
    /// says what is seen so far.
    ///
    /// # Errors
    /// [`Broken`] also if somebody ends who was not told to.
    pub async fn until(
        &mut self,
        awaited: impl Into<String>,
        check: impl Fn(&Log) -> Result<(), String>,
    ) -> Result<(), Broken> {
        let awaited = awaited.into();
        let deadline = Instant::now() + PATIENCE;
        while let Err(seen) = check(&self.log) {
            // The stage holds a sender, so the channel never closes.
            let Ok(Some((actor, happening))) = timeout_at(deadline, self.happenings.recv()).await
            else {
                let seen = format!("{seen}, after {} s", PATIENCE.as_secs());
                return Err(Broken { awaited, seen });
            };
            if let Err(seen) = self.take_in(actor, happening) {
                return Err(Broken { awaited, seen });
            }
        }
        Ok(())
    }

    /// Tells of something that somebody does.
    pub fn say(&self, actor: Actor, sentence: &str) -> Result<(), Broken> {
        Ok(self.timeline.say(actor, sentence)?)
    }

    /// Tells that a step was observed.
    pub fn observed(&self, what: &str) -> Result<(), Broken> {
        Ok(self.timeline.observed(what)?)
    }

    /// Ends everybody, and removes every trace.
    pub async fn close(mut self) {
        for process in std::mem::take(&mut self.processes).into_values() {
            process.end().await;
        }
    }

    /// Ends everybody but these, and leaves the directory. Says their pids, and where.
    pub async fn leave_running(mut self, staying: &[Actor]) -> (Vec<u32>, PathBuf) {
        let mut pids = Vec::new();
        for (actor, process) in std::mem::take(&mut self.processes) {
            if staying.contains(&actor) {
                pids.push(process.release().await);
            } else {
                process.end().await;
            }
        }
        (pids, self.directory.keep())
    }

    fn take_in(&mut self, actor: Actor, happening: Happening) -> Result<(), String> {
        self.timeline
            .happened(actor, &happening)
            .map_err(|error| error.to_string())?;
        let ended = match &happening {
            Happening::Ended(status) if !self.leaving.contains(&actor) => Some(*status),
            _ => None,
        };
        self.log.push(actor, happening);
        let Some(status) = ended else { return Ok(()) };
        let last_words = self.processes.get(&actor).and_then(Process::last_words);
        let last_words = last_words.map(|words| format!(", its last words were: {words}"));
        Err(format!(
            "{actor} ended ({status}){}",
            last_words.unwrap_or_default()
        ))
    }
}

impl Broken {
    pub fn because(awaited: impl Into<String>, error: &dyn std::error::Error) -> Self {
        Self {
            awaited: awaited.into(),
            seen: error.to_string(),
        }
    }
}

/// The timeline cannot be written.
impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::because("the timeline can be written", &error)
    }
}
