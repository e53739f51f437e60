//! What the system says of a process.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The resident memory of a process, in KB.
///
/// # Panics
/// If there is no such process.
#[must_use]
pub fn resident(pid: u32) -> u64 {
    Process::of(pid).memory().unwrap().resident
}

/// Lets this process, and those it starts, open as many files as they may.
///
/// # Panics
/// If the system does not let it.
pub fn take_descriptors() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, all).unwrap();
}

/// A process that runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

/// Its memory in KB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// All that is resident.
    pub(crate) resident: u64,
    /// What of it is nobody else's and no file's.
    pub(crate) own: u64,
}

impl Process {
    pub(crate) fn of(pid: u32) -> Self {
        Self(pid)
    }

    pub(crate) fn memory(self) -> Result<Memory> {
        let status = self.directory().join("status");
        Ok(Memory {
            resident: field(&status, "VmRSS")?,
            own: field(&status, "RssAnon")?,
        })
    }

    pub(crate) fn threads(self) -> Result<usize> {
        Ok(self.tasks()?.len())
    }

    /// How often its threads have given up the processor by themselves so far: each time they were
    /// woken before.
    pub(crate) fn switches(self) -> Result<u64> {
        let tasks = self.tasks()?.into_iter();
        // A thread may end between two looks.
        let switches = tasks.filter_map(|task| field(&task, "voluntary_ctxt_switches").ok());
        Ok(switches.sum())
    }

    fn tasks(self) -> Result<Vec<PathBuf>> {
        let tasks = self.directory().join("task");
        let entries = fs::read_dir(tasks).context("Failed to list the threads of the daemon")?;
        entries
            .map(|entry| Ok(entry?.path().join("status")))
            .collect()
    }

    fn directory(self) -> PathBuf {
        Path::new("/proc").join(self.0.to_string())
    }
}

/// A number of a status file.
fn field(status: &Path, name: &str) -> Result<u64> {
    let text = fs::read_to_string(status).context("Failed to read the status of the daemon")?;
    let line = text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix(':')?;
        rest.split_whitespace().next()
    });
    line.context("The status lacks a field")?
        .parse()
        .context("A field of the status is no number")
}
