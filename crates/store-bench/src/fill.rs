//! Filling both, and the time it takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::rows::Rows;
use crate::subject::Subject;

/// Messages of a durable group (docs/measured.md, "Store").
const GROUP: usize = 100;

/// Groups one fills before it is the other's turn.
const TURN: u64 = 10;

/// Single inserts each, in turns of ten.
const SINGLES: u64 = 500;

/// What filling took.
pub(crate) struct Filled {
    /// Messages a second in groups, ours and theirs.
    pub(crate) grouped: [f64; 2],
    /// Microseconds of processor time for each message in groups, ours and theirs.
    pub(crate) processor: [f64; 2],
    /// Messages a second one by one, ours and theirs.
    pub(crate) single: [f64; 2],
    /// Bytes of the files for each message, ours and theirs.
    pub(crate) bytes: [f64; 2],
}

/// Fills two subjects in turns, so that both meet the same disk.
pub(crate) fn both<A: Subject, B: Subject>(
    ours: &Path,
    theirs: &Path,
    messages: u64,
) -> Result<Filled> {
    let mut both = Both {
        ours: (A::open(ours)?, Rows::new()),
        theirs: (B::open(theirs)?, Rows::new()),
    };
    let Spent {
        rate: grouped,
        processor,
    } = both.insert(messages, GROUP)?;
    let bytes = [A::bytes(ours)?, B::bytes(theirs)?].map(|bytes| bytes as f64 / messages as f64);
    let single = both.insert(SINGLES, 1)?.rate;
    Ok(Filled {
        grouped,
        processor,
        single,
        bytes,
    })
}

struct Both<A, B> {
    ours: (A, Rows),
    theirs: (B, Rows),
}

/// What inserting took, ours and theirs.
struct Spent {
    /// Messages a second.
    rate: [f64; 2],
    /// Microseconds of processor time for each message.
    processor: [f64; 2],
}

impl<A: Subject, B: Subject> Both<A, B> {
    /// Stores so many messages in each.
    fn insert(&mut self, messages: u64, group: usize) -> Result<Spent> {
        let mut spent = [Times::default(); 2];
        let turns = messages.div_ceil(group as u64).div_ceil(TURN);
        for _ in 0..turns {
            turn(&mut self.ours, group, &mut spent[0])?;
            turn(&mut self.theirs, group, &mut spent[1])?;
        }
        let stored = (turns * TURN * group as u64) as f64;
        Ok(Spent {
            rate: spent.map(|times| stored / times.wall.as_secs_f64()),
            processor: spent.map(|times| times.processor.as_secs_f64() * 1e6 / stored),
        })
    }
}

/// Time by the clock and time of the processor, all threads together.
#[derive(Clone, Copy, Default)]
struct Times {
    wall: Duration,
    processor: Duration,
}

fn turn<S: Subject>(
    (subject, rows): &mut (S, Rows),
    group: usize,
    spent: &mut Times,
) -> Result<()> {
    for _ in 0..TURN {
        let messages = rows.take(group);
        let (start, processor) = (Instant::now(), processor_time());
        subject.insert(&messages)?;
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
