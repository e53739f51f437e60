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
    let grouped = both.insert(messages, GROUP)?;
    let bytes = [A::bytes(ours)?, B::bytes(theirs)?].map(|bytes| bytes as f64 / messages as f64);
    let single = both.insert(SINGLES, 1)?;
    Ok(Filled {
        grouped,
        single,
        bytes,
    })
}

struct Both<A, B> {
    ours: (A, Rows),
    theirs: (B, Rows),
}

impl<A: Subject, B: Subject> Both<A, B> {
    /// Stores so many messages in each; says how many a second.
    fn insert(&mut self, messages: u64, group: usize) -> Result<[f64; 2]> {
        let mut spent = [Duration::ZERO; 2];
        let groups = messages.div_ceil(group as u64);
        for _ in 0..groups.div_ceil(TURN) {
            spent[0] += turn(&mut self.ours, group)?;
            spent[1] += turn(&mut self.theirs, group)?;
        }
        let stored = (groups.div_ceil(TURN) * TURN * group as u64) as f64;
        Ok(spent.map(|time| stored / time.as_secs_f64()))
    }
}

fn turn<S: Subject>((subject, rows): &mut (S, Rows), group: usize) -> Result<Duration> {
    let mut spent = Duration::ZERO;
    for _ in 0..TURN {
        let messages = rows.take(group);
        let start = Instant::now();
        subject.insert(&messages)?;
        spent += start.elapsed();
    }
    Ok(spent)
}
