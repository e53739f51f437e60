//! Whether every message that was stored is still there, as it was written last.
//!
//! A row has a checksum, but a row that is gone has none, and an older one under the same key is
//! sound in itself. So positions are cut into blocks of [`LENGTH`], and of each block a row far
//! away from its messages says how many it has and what the sum of their fingerprints is. It is
//! written in the same batch as the messages, so a difference is damage, never a crash (F-D08).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use imlink_model::{Message, Seq};

use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::row::{Block, Row};
use crate::{Gap, GapCause, record};

/// Positions of a block. Checking one reads them all, so it is a page of history long.
const LENGTH: u64 = 256;

/// Blocks checked at every opening: damage of a log is at its end.
const CHECKED_AT_OPENING: u64 = 2;

impl Draft<'_> {
    /// Puts a message in a position that had none.
    pub(crate) fn append_message(&mut self, message: &Message) -> Result<(), EngineError> {
        self.enter(message, None)
    }

    /// Puts a message in the place of what was there.
    pub(crate) fn replace_message(&mut self, message: &Message) -> Result<(), EngineError> {
        let key = key::message(message.seq);
        let before = self.value(&key)?;
        self.enter(message, before.as_deref().and_then(record::fingerprint))
    }

    /// Removes the message of a position. Does nothing if there is none.
    pub(crate) fn remove_message(&mut self, seq: Seq) -> Result<(), EngineError> {
        let key = key::message(seq);
        let Some(before) = self.value(&key)? else {
            return Ok(());
        };
        self.account(seq, record::fingerprint(&before), None)?;
        self.remove(&key)
    }

    fn enter(&mut self, message: &Message, before: Option<u64>) -> Result<(), EngineError> {
        let key = key::message(message.seq);
        let values = record::seal(&key, Message::FORM, &message.encode());
        let after = values
            .first()
            .and_then(|(_, head)| record::fingerprint(head));
        self.account(message.seq, before, after)?;
        if before.is_some() {
            self.remove(&key)?;
        }
        self.put_values(values);
        Ok(())
    }

    /// Notes in the block of a position which row goes and which one comes. Called before the
    /// message itself is touched: a block that cannot be read is counted from the rows below.
    fn account(
        &mut self,
        seq: Seq,
        before: Option<u64>,
        after: Option<u64>,
    ) -> Result<(), EngineError> {
        let number = block_of(seq);
        let key = key::block(number);
        let mut block = match self.sound_row(&key)? {
            Some(block) => block,
            None if self.value(&key)?.is_none() => Block::default(),
            None => count(self.database(), number)?,
        };
        if let Some(before) = before {
            block.count = block.count.saturating_sub(1);
            block.sum = block.sum.wrapping_sub(before);
        }
        if let Some(after) = after {
            block.count = block.count.saturating_add(1);
            block.sum = block.sum.wrapping_add(after);
        }
        self.put(&key, &block);
        Ok(())
    }
}

/// What was found out about blocks since the rows were opened.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    checked: Mutex<BTreeMap<u64, Option<Gap>>>,
    /// How many of the blocks miss something.
    missing: AtomicUsize,
}

impl Chain {
    /// Checks the blocks of the newest messages, all behind a position; what is wrong with them is noted in the draft and
    /// then taken as it is, so that it is reported once.
    pub(crate) fn check_end(
        after: Seq,
        last: Seq,
        draft: &mut Draft<'_>,
    ) -> Result<Vec<Gap>, EngineError> {
        let end = block_of(last);
        let first = end.saturating_sub(CHECKED_AT_OPENING - 1);
        let mut gaps = Vec::new();
        for number in first.min(block_of(after.next()))..=end {
            if let Some(gap) = damage(draft.database(), number)? {
                settle(number, &gap, draft)?;
                gaps.push(gap);
            }
        }
        Ok(gaps)
    }

    /// How many messages there are, by what the blocks say.
    pub(crate) fn count_all(database: &Database) -> Result<u64, EngineError> {
        database
            .scan(&key::all(Kind::Block), Order::Forward)
            .try_fold(0, |messages, pair| {
                let (key, head) = pair?;
                let block: Option<Block> = database.sound_row_of(&key, &head)?;
                Ok(messages + block.map_or(0, |block| u64::from(block.count)))
            })
    }

    /// Checks the blocks that know of positions from `first` to `last`, unless they were checked
    /// before.
    pub(crate) fn check(
        &self,
        database: &Database,
        first: Seq,
        last: Seq,
    ) -> Result<(), EngineError> {
        let range = key::block(block_of(first))..key::block(block_of(last).saturating_add(1));
        for pair in database.scan(&range, Order::Forward) {
            let (key, _) = pair?;
            if let Some(number) = key::tail(&key) {
                self.check_block(database, number)?;
            }
        }
        Ok(())
    }

    fn check_block(&self, database: &Database, number: u64) -> Result<(), EngineError> {
        if self.lock().contains_key(&number) {
            return Ok(());
        }
        let gap = damage(database, number)?;
        if let Some(gap) = &gap {
            tracing::warn!(first = %gap.first, last = %gap.last, "Messages are lost");
            self.missing.fetch_add(1, Ordering::Relaxed);
        }
        self.lock().insert(number, gap);
        Ok(())
    }

    /// How many of the blocks checked so far miss something.
    pub(crate) fn missing(&self) -> usize {
        self.missing.load(Ordering::Relaxed)
    }

    /// What is missing of the blocks checked so far.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.lock().values().flatten().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Option<Gap>>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a damaged block as it is from here on, and keeps the gap.
fn settle(number: u64, gap: &Gap, draft: &mut Draft<'_>) -> Result<(), EngineError> {
    draft.put(&key::gap(gap.first), gap);
    let block = count(draft.database(), number)?;
    draft.put(&key::block(number), &block);
    Ok(())
}

/// What is wrong with a block, `None` if it is as it was written.
fn damage(database: &Database, number: u64) -> Result<Option<Gap>, EngineError> {
    let key = key::block(number);
    let found = count(database, number)?;
    let written: Option<Block> = database.sound_row(&key)?;
    let lost = match written {
        Some(written) if written == found => return Ok(None),
        None if database.value(&key)?.is_none() && found == Block::default() => return Ok(None),
        Some(written) => match written.count.saturating_sub(found.count) {
            // As many as there should be, but not those: which one is the wrong one is not known.
            0 => None,
            lost => Some(lost.into()),
        },
        None => None,
    };
    let (first, last) = bounds(number);
    Ok(Some(Gap {
        first,
        last,
        lost,
        cause: GapCause::Damaged,
    }))
}

/// What a block has.
fn count(database: &Database, number: u64) -> Result<Block, EngineError> {
    let (first, last) = bounds(number);
    let range = key::message(first)..key::message(last.next());
    let mut block = Block::default();
    for pair in database.scan(&range, Order::Forward) {
        let (_, head) = pair?;
        block.count = block.count.saturating_add(1);
        let fingerprint = record::fingerprint(&head).unwrap_or_default();
        block.sum = block.sum.wrapping_add(fingerprint);
    }
    Ok(block)
}

fn block_of(seq: Seq) -> u64 {
    seq.0 / LENGTH
}

/// First and last position of a block.
fn bounds(number: u64) -> (Seq, Seq) {
    let first = number.saturating_mul(LENGTH);
    (Seq(first), Seq(first.saturating_add(LENGTH - 1)))
}
