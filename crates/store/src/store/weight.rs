//! Room that deleted messages still take, given back when a store is opened (F-D14).
//!
//! The engine uses room again within its files and never makes them shorter, and it moves its rows
//! about less than they change. What rows would take if they were written anew is only known by
//! reading all of them, which takes as long as a copy and leaves the process with ten times the memory.
//! So a few messages are looked at first, and where files are not long for those, nothing more is
//! done. What was found out by reading is noted, with the number of positions that had no message,
//! and found out again once the files have outgrown it or many messages are gone since.

use imlink_model::Seq;

use super::Store;
use super::files::Home;
use crate::chain::Chain;
use crate::copy::everything;
use crate::engine::{EngineError, Order};
use crate::key;
use crate::opening::Attempt;
use crate::progress::Report;
use crate::{OpenError, directory};

/// Files below this length stay as they are: nobody misses the room, and a store that is begun takes
/// a few segments of the engine.
const WORTH_IT: u64 = 8 * 1024 * 1024;

/// How many times the room may files take that they took when they were written anew.
const SLACK: u64 = 2;

/// How many times the bytes in the rows may files take: as rows come in, the engine takes twice as
/// much as they have.
const ROWS_SLACK: u64 = 3;

/// How many messages are looked at before all of them are.
const SAMPLE: u64 = 32;

/// Bytes that a message has in other rows, with a short id and in a conversation of many: what it
/// has at least.
const BESIDE: u64 = 48;

/// The file of the note.
const NOTE: &str = "weight";

/// What was found out when rows were weighed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Weight {
    /// Bytes that the rows took, or would have taken.
    live: u64,
    /// Positions without a message.
    gone: u64,
}

impl Store {
    /// Writes the rows anew if their files take much more room than they. Files that cannot be
    /// copied stay as they are.
    ///
    /// # Errors
    /// [`OpenError`] if the rows cannot be read even as far as every opening reads them.
    pub(super) fn give_room_back(
        &mut self,
        attempt: &Attempt,
        report: Report<'_>,
    ) -> Result<(), OpenError> {
        let Some(home) = &self.kept.home else {
            return Ok(());
        };
        let taken = home.bytes()?;
        if taken < WORTH_IT {
            return Ok(());
        }
        let messages = attempt.run(|| Chain::count_all(&self.database))?;
        let gone = self.last_seq().0.saturating_sub(messages);
        let is_known = Weight::read(home)?.is_some_and(|it| it.holds(taken, gone, messages));
        if is_known {
            return Ok(());
        }
        let guess = attempt.run(|| self.guess(messages))?;
        if taken <= guess.saturating_mul(ROWS_SLACK) {
            return Ok(());
        }
        let found = self.weigh(taken, gone, report);
        found.or_else(|error| {
            tracing::warn!(%error, "Room of deleted messages is not given back");
            Ok(())
        })
    }

    fn weigh(&mut self, taken: u64, gone: u64, report: Report<'_>) -> Result<(), OpenError> {
        let Some(home) = &self.kept.home else {
            return Ok(());
        };
        // First: should the engine die of a page that no opening reads, the next one does not come
        // to it.
        Weight { live: taken, gone }.write(home)?;
        let live = self.bytes_of_rows().map_err(|source| OpenError::Engine {
            directory: home.path().into(),
            source,
        })?;
        if taken > live.saturating_mul(ROWS_SLACK) {
            self.compact(report)?;
        }
        let Some(home) = &self.kept.home else {
            return Ok(());
        };
        // What a copy takes is what the rows take, with what the engine adds to them.
        let live = home.bytes()?.min(taken).max(live);
        Weight { live, gone }.write(home)
    }

    /// What is in the rows of so many messages, by a few of them: rather too little than too much.
    pub(super) fn guess(&self, messages: u64) -> Result<u64, EngineError> {
        let last = self.last_seq().0;
        let end = key::message(Seq(last.saturating_add(1)));
        let (mut looked_at, mut bytes) = (0, 0);
        for n in 0..SAMPLE.min(messages) {
            let from = key::message(Seq(last / SAMPLE * n));
            let range = from..end.clone();
            let Some(pair) = self.database.scan(&range, Order::Forward).next() else {
                break;
            };
            let (key, value) = pair?;
            looked_at += 1;
            bytes += (key.len() + value.len()) as u64;
            let parts = key::part(&key, 0)..key::part(&key, u16::MAX);
            for part in self.database.scan(&parts, Order::Forward) {
                let (key, value) = part?;
                bytes += (key.len() + value.len()) as u64;
            }
        }
        let mean = bytes.checked_div(looked_at).unwrap_or(0);
        Ok(messages.saturating_mul(mean + BESIDE))
    }

    /// What is in the rows, keys included.
    pub(super) fn bytes_of_rows(&self) -> Result<u64, EngineError> {
        self.database
            .scan(&everything(), Order::Forward)
            .try_fold(0, |bytes, pair| {
                let (key, value) = pair?;
                Ok(bytes + (key.len() + value.len()) as u64)
            })
    }
}

impl Weight {
    /// It still says enough of files of that length, with so many positions and messages.
    fn holds(self, taken: u64, gone: u64, messages: u64) -> bool {
        let gone_since = gone.saturating_sub(self.gone);
        taken <= self.live.saturating_mul(SLACK) && gone_since < messages / SLACK
    }

    fn read(home: &Home) -> Result<Option<Self>, OpenError> {
        let content = directory::read_private(&home.path().join(NOTE))?;
        Ok(content.and_then(|content| {
            let (live, gone) = std::str::from_utf8(&content).ok()?.trim().split_once(' ')?;
            Some(Self {
                live: live.parse().ok()?,
                gone: gone.parse().ok()?,
            })
        }))
    }

    fn write(self, home: &Home) -> Result<(), OpenError> {
        let content = format!("{} {}\n", self.live, self.gone);
        directory::write_private(&home.path().join(NOTE), content.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_weighed_again_once_they_have_doubled_or_many_are_gone() {
        let weight = Weight {
            live: 1_000,
            gone: 50,
        };

        assert!(weight.holds(1_000, 50, 300));
        assert!(weight.holds(2_000, 199, 300));
        assert!(!weight.holds(2_001, 50, 300));
        assert!(!weight.holds(1_000, 200, 300));
    }
}
