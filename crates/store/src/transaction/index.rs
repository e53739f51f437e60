//! Signatures for those who search, written with the message that completes a stretch.

use imlink_model::{Message, Seq};

use super::{State, Transaction};
use crate::content;
use crate::database::{Database, Lookup};
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::row::SignatureRow;
use crate::search::Signature;

/// Messages of a stretch at most. Those behind the last stretch are read by every search.
const MESSAGES: u64 = 1024;

/// How far messages are in signatures.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    /// The last position of the last stretch.
    pub(crate) last: Seq,
    /// The words of the messages behind it.
    growing: Signature,
}

impl Default for Indexed {
    fn default() -> Self {
        Self {
            last: Seq(0),
            growing: Signature::new(),
        }
    }
}

impl Indexed {
    /// Finds the last stretch. One that cannot be read is made again.
    pub(crate) fn restore(database: &Database) -> Result<Self, EngineError> {
        Ok(Self {
            last: last_stretch(database)?,
            growing: Signature::new(),
        })
    }

    /// Takes in a message that is on the disk, unless a stretch has it.
    pub(crate) fn add(&mut self, message: &Message) {
        if message.seq > self.last {
            self.growing.add(&content::words(message));
        }
    }
}

impl Transaction<'_> {
    /// Takes in a message that was just put.
    pub(super) fn index(&mut self, message: &Message) {
        let State { indexed, .. } = &mut self.state;
        indexed.growing.add(&content::words(message));
        let messages = message.seq.0.saturating_sub(indexed.last.0);
        if messages >= MESSAGES || indexed.growing.is_full() {
            let row = SignatureRow {
                last: message.seq,
                signature: std::mem::replace(&mut indexed.growing, Signature::new()).shortened(),
            };
            let first = Seq(indexed.last.0.saturating_add(1));
            indexed.last = message.seq;
            self.draft.put(&key::signature(first), &row);
        }
    }
}

/// Where the last stretch ends.
fn last_stretch(database: &Database) -> Result<Seq, EngineError> {
    let newest = database
        .scan(&key::all(Kind::Signature), Order::Backward)
        .next()
        .transpose()?;
    let Some((key, _)) = newest else {
        return Ok(Seq(0));
    };
    let first = key::tail(&key).unwrap_or(1);
    let row: Option<SignatureRow> = database.sound_row(&key)?;
    Ok(row.map_or(Seq(first.saturating_sub(1)), |row| row.last))
}
