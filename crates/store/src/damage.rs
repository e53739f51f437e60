//! Messages that are there and cannot be read. Each is kept as a gap of its own, and the account is
//! read again for it once: what the cloud still has of them comes back into its place (F-D07).

use imlink_model::Seq;

use crate::Gap;
use crate::database::Lookup;
use crate::draft::Draft;
use crate::engine::EngineError;
use crate::key::{self, Kind};

impl Draft<'_> {
    /// Keeps a gap for each message that turned out to be damaged, and that the account is to be read
    /// again if there is one that had none. Says so.
    pub(crate) fn keep_damage(&mut self) -> Result<bool, EngineError> {
        let mut newest: Option<Seq> = None;
        for seq in self.database().damaged_messages() {
            // What is left out on purpose is sound, and would be left out again.
            let gap = key::gap(seq);
            if !self.is_withheld(&key::message(seq)) && self.value(&gap)?.is_none() {
                self.put(&gap, &Gap::damaged(seq));
                newest = newest.max(Some(seq));
            }
        }
        let Some(newest) = newest else {
            return Ok(false);
        };
        tracing::warn!("Messages are damaged: the account is read again as far as the cloud goes");
        self.put(&key::single(Kind::Again), &newest);
        Ok(true)
    }

    /// Has the account read from its beginning if that is due, for damage that is found now or was
    /// while the rows were in use: then nothing said how far the last run had come with it.
    pub(crate) fn begin_again(&mut self) -> Result<(), EngineError> {
        self.keep_damage()?;
        let due = key::single(Kind::Again);
        if self.value(&due)?.is_some() {
            self.remove(&due)?;
            self.remove(&key::single(Kind::Cursor))?;
        }
        Ok(())
    }
}
