//! Signatures for those who search, written with the message that completes a stretch.

use imlink_model::{Message, Seq};

use super::{State, Transaction};
use crate::content;
use crate::database::{Database, Lookup};
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::row::SignatureRow;
use crate::search::{Grams, Signature};

/// Messages of a stretch at most. Those behind the last stretch are read by every search.
const MESSAGES: u64 = 1024;

/// Characters of a stretch after which it ends, so that its filter is not longer than a row.
const CHARACTERS: u64 = 6_000;

/// How far messages are in signatures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Indexed {
    /// The last position of the last stretch.
    pub(crate) last: Seq,
    /// Characters of the messages behind it, as far as they are known.
    characters: u64,
}

impl Indexed {
    /// Finds the last stretch. One that cannot be read is made again.
    pub(crate) fn restore(database: &Database) -> Result<Self, EngineError> {
        let newest = database
            .scan(&key::all(Kind::Signature), Order::Backward)
            .next()
            .transpose()?;
        let Some((key, _)) = newest else {
            return Ok(Self::default());
        };
        let first = key::tail(&key).unwrap_or(1);
        let row: Option<SignatureRow> = database.sound_row(&key)?;
        Ok(Self {
            last: row.map_or(Seq(first.saturating_sub(1)), |row| row.last),
            characters: 0,
        })
    }
}

impl Transaction<'_> {
    /// Takes in a message that was just put.
    pub(super) fn index(&mut self, message: &Message) -> Result<(), EngineError> {
        let State { head, indexed, .. } = &mut self.state;
        let characters = content::words(message).chars().count() as u64;
        indexed.characters = indexed.characters.saturating_add(characters);
        let is_complete =
            indexed.characters >= CHARACTERS || head.seq.saturating_sub(indexed.last.0) >= MESSAGES;
        if is_complete {
            self.complete(message.seq)?;
        }
        Ok(())
    }

    /// Ends the stretch at a position.
    fn complete(&mut self, last: Seq) -> Result<(), EngineError> {
        let first = Seq(self.state.indexed.last.0.saturating_add(1));
        let mut texts = Vec::new();
        for seq in first.0..=last.0 {
            let message: Option<Message> = self.draft.sound_row(&key::message(Seq(seq)))?;
            texts.extend(message.as_ref().map(content::words));
        }
        let signature = Signature::of(&Grams::of(texts));
        let row = SignatureRow { last, signature };
        self.draft.put(&key::signature(first), &row);
        self.state.indexed = Indexed {
            last,
            characters: 0,
        };
        Ok(())
    }
}
