//! Filling all of them, and the time it takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::rows::Rows;
use crate::subject::{Subject, Which};

/// Messages of a durable group (docs/measured.md, "Store").
const GROUP: usize = 100;

/// Groups one fills before it is the next one's turn.
const TURN: u64 = 10;

/// Single inserts each, in turns of ten.
const SINGLES: u64 = 500;

/// What filling one took.
#[derive(Clone, Copy)]
pub(crate) struct Filled {
    /// Messages a second in groups.
    pub(crate) grouped: f64,
    /// Microseconds of processor time for each message in groups.
    pub(crate) processor: f64,
    /// Messages a second one by one.
    pub(crate) single: f64,
    /// Bytes of the files for each message.
    pub(crate) bytes: f64,
}

/// Fills them in turns, so that all meet the same disk.
pub(crate) fn all(places: [&Path; 3], messages: u64) -> Result<[Filled; 3]> {
    let mut all = Vec::new();
    for (which, place) in Which::ALL.into_iter().zip(places) {
        all.push((which.open(place)?, Rows::new()));
    }
    let grouped = insert(&mut all, messages, GROUP)?;
    let bytes = places.map(Which::bytes);
    let single = insert(&mut all, SINGLES, 1)?;
    drop(all);
    let mut filled = Vec::new();
    for ((grouped, single), bytes) in grouped.into_iter().zip(single).zip(bytes) {
        filled.push(Filled {
            grouped: grouped.rate,
            processor: grouped.processor,
            single: single.rate,
            bytes: bytes? as f64 / messages as f64,
        });
    }
    Ok(filled
        .try_into()
        .unwrap_or_else(|_| unreachable!("three are measured")))
}

/// What inserting took one of them.
struct Spent {
    /// Messages a second.
    rate: f64,
    /// Microseconds of processor time for each message.
    processor: f64,
}

/// Stores so many messages in each.
fn insert(all: &mut [(Box<dyn Subject>, Rows)], messages: u64, group: usize) -> Result<Vec<Spent>> {
    let mut spent = vec![Times::default(); all.len()];
    let turns = messages.div_ceil(group as u64).div_ceil(TURN);
    for _ in 0..turns {
        for ((subject, rows), spent) in all.iter_mut().zip(&mut spent) {
            turn(&mut **subject, rows, group, spent)?;
        }
    }
    let stored = (turns * TURN * group as u64) as f64;
    let spent = spent.into_iter().map(|times| Spent {
        rate: stored / times.wall.as_secs_f64(),
        processor: times.processor.as_secs_f64() * 1e6 / stored,
    });
    Ok(spent.collect())
}

/// Time by the clock and time of the processor, all threads together.
#[derive(Clone, Copy, Default)]
struct Times {
    wall: Duration,
    processor: Duration,
}

fn turn(subject: &mut dyn Subject, rows: &mut Rows, group: usize, spent: &mut Times) -> Result<()> {
    for _ in 0..TURN {
        let messages = rows.take(group);
        let (start, processor) = (Instant::now(), processor_time());
        subject.insert(messages)?;
        spent.wall += start.elapsed();
        spent.processor += processor_time().saturating_sub(processor);
    }
    Ok(())
}

/// Time this process has had of the processor.
pub(crate) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
