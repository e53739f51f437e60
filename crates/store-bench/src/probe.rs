//! What a daemon pays that has just been started: measured in a process of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::fill::processor_time;
use crate::rows;
use crate::subject::Which;

/// Messages of a page.
const PAGE: usize = 20;

/// Conversations of which a page is read, for a median.
const PAGES: usize = 101;

/// What was measured; times in milliseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Probed {
    pub(crate) open: f64,
    /// Processor time of opening, all threads together.
    pub(crate) open_processor: f64,
    /// Resident memory once it is open, in MB.
    pub(crate) resident: f64,
    /// The same after all that is read here.
    pub(crate) resident_at_end: f64,
    /// The first page that is read.
    pub(crate) first_page: f64,
    /// The median of many pages.
    pub(crate) page: f64,
    /// The newest messages with a word that many have.
    pub(crate) frequent: f64,
    /// All messages with a word that few have.
    pub(crate) rare: f64,
}

/// Measures in a fresh process.
pub(crate) fn in_own_process(which: Which, place: &Path) -> Result<Probed> {
    let output = Command::new(std::env::current_exe()?)
        .args(["probe", which.name()])
        .arg(place)
        .stderr(Stdio::inherit())
        .output()
        .context("Failed to start the process that opens it")?;
    ensure!(output.status.success(), "The process that opens it failed");
    serde_json::from_slice(&output.stdout).context("Failed to read what was measured")
}

/// Measures in this process, and prints it.
pub(crate) fn print(which: Which, place: &Path) -> Result<()> {
    println!("{}", serde_json::to_string(&probe(which, place)?)?);
    Ok(())
}

fn probe(which: Which, place: &Path) -> Result<Probed> {
    let before = resident()?;
    let processor = processor_time();
    let (open, subject) = timed(|| which.open(place))?;
    let open_processor = milliseconds(processor_time().saturating_sub(processor));
    let resident_open = resident()? - before;
    let mut pages = Vec::new();
    for n in 0..PAGES as u64 {
        let conversation = rows::conversation(n * 37);
        let (time, found) = timed(|| subject.newest(&conversation, PAGE))?;
        ensure!(found == PAGE, "a page has {found} messages");
        pages.push(time);
    }
    let first_page = pages[0];
    pages.sort_by(f64::total_cmp);
    let (frequent, found) = timed(|| subject.search(rows::FREQUENT, PAGE))?;
    ensure!(found == PAGE, "{found} messages have a frequent word");
    let (rare, found) = timed(|| subject.search(rows::RARE, PAGE))?;
    ensure!(found > 0, "no message has the rare word");
    Ok(Probed {
        open,
        open_processor,
        resident: resident_open,
        resident_at_end: resident()? - before,
        first_page,
        page: pages[pages.len() / 2],
        frequent,
        rare,
    })
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let start = Instant::now();
    let done = work()?;
    Ok((milliseconds(start.elapsed()), done))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Resident memory of this process in MB.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("The system does not say how much memory is resident")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1_024.0)
}
