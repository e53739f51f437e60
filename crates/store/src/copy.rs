//! Rows written anew in a fresh directory: as they are, or taken over from an earlier format.

mod from_format_1;

use crate::database::Database;
use crate::engine::{Batch, EngineError, Order};
use crate::key::{self, Kind};
use crate::progress::{Progress, Report, Work};

pub(crate) use from_format_1::from_format_1;

/// Bytes of a batch: large enough for syncing to be cheap, small enough for memory.
const BATCH_BYTES: usize = 512 * 1024;

/// Its own, that of its uid and its entry in a timeline; the others are few.
const ROWS_OF_A_MESSAGE: u64 = 3;

/// Copies every row as it is, damaged ones too. What was deleted or replaced stays behind.
pub(crate) fn as_they_are(
    old: &Database,
    new: &Database,
    report: Report<'_>,
) -> Result<(), EngineError> {
    let mut pairs = Pairs::new(new);
    let expected = old.last(Kind::Message)?.saturating_mul(ROWS_OF_A_MESSAGE);
    for (pair, done) in old.scan(&everything(), Order::Forward).zip(1..) {
        let (key, value) = pair?;
        if pairs.put(key, value)? {
            report(Progress {
                work: Work::Compaction,
                done,
                total: expected.max(done),
            });
        }
    }
    pairs.flush()
}

/// Every key there can be.
pub(crate) fn everything() -> std::ops::Range<Vec<u8>> {
    Vec::new()..vec![0xff; key::MAX_BYTES]
}

/// Pairs on their way into a database.
struct Pairs<'a> {
    database: &'a Database,
    batch: Batch,
    bytes: usize,
}

impl<'a> Pairs<'a> {
    fn new(database: &'a Database) -> Self {
        Self {
            database,
            batch: Batch::new(),
            bytes: 0,
        }
    }

    /// Takes a pair; says whether a batch went.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<bool, EngineError> {
        self.bytes += key.len() + value.len();
        self.batch.insert(key, Some(value));
        if self.bytes < BATCH_BYTES {
            return Ok(false);
        }
        self.flush()?;
        Ok(true)
    }

    fn flush(&mut self) -> Result<(), EngineError> {
        self.bytes = 0;
        self.database.apply(&std::mem::take(&mut self.batch))
    }
}
