//! Rows written anew, so that what was deleted leaves no byte behind.

use imlink_model::{Conversation, Millis, Seq};

use super::Store;
use super::files::Home;
use crate::engine::Order;
use crate::key;
use crate::progress::{Progress, Work};
use crate::{Edit, Edited, ForgetError, OpenError, ReadError};

impl Store {
    /// Deletes a conversation with its draft, and every byte of it from the files. `report` hears
    /// how far that is. Messages that wait to be sent or are in doubt stay. Does nothing if there is
    /// no such conversation.
    ///
    /// # Errors
    /// [`ForgetError`]; what is deleted stays deleted, and the same call finishes the work, in this
    /// process or in another.
    pub fn forget(
        &mut self,
        conversation: &Conversation,
        now: Millis,
        report: &mut dyn FnMut(Progress),
    ) -> Result<(), ForgetError> {
        let entry = self.conversation(conversation)?;
        let is_unknown = entry.is_none() && !self.has_entries_of(conversation)?;
        if is_unknown && !self.owes_rewrite() && !self.keeps_settled_of(conversation)? {
            return Ok(());
        }
        if let Some(home) = &self.kept.home {
            home.owe_rewrite()?;
        }
        let total = entry.map_or(0, |entry| entry.summary.total.into());
        let mut done = 0;
        loop {
            let edited = self.edit(vec![Edit::Forget(conversation.clone())], now)?;
            let [Edited::Forgotten { messages, more }] = edited[..] else {
                break;
            };
            done += messages as u64;
            report(Progress {
                work: Work::Forgetting,
                done,
                total,
            });
            if !more {
                break;
            }
        }
        Ok(self.compact(report)?)
    }

    /// Something came in that conversation, though it may be in no list.
    fn has_entries_of(&self, conversation: &Conversation) -> Result<bool, ReadError> {
        let timeline = key::timeline_before(conversation, Seq(u64::MAX));
        let mut entries = self.database.scan(&timeline, Order::Forward);
        Ok(entries.next().transpose()?.is_some())
    }

    /// A conversation was deleted, and its bytes are still in the files.
    fn owes_rewrite(&self) -> bool {
        self.kept.home.as_ref().is_some_and(Home::owes_rewrite)
    }

    /// Writes every row anew: what was deleted or replaced leaves no byte behind, and the files are
    /// as small as they can be. `report` hears how far it is; it takes seconds for every 100,000
    /// messages. A copy that is interrupted changes nothing.
    ///
    /// # Errors
    /// [`OpenError`]; the rows are as they were.
    pub fn compact(&mut self, report: &mut dyn FnMut(Progress)) -> Result<(), OpenError> {
        let Some(home) = &mut self.kept.home else {
            return Ok(());
        };
        let needed = home.bytes()?;
        if let Some(space) = &self.kept.space {
            space.require(needed)?;
        }
        let rewritten = home.rewrite(&self.database, report)?;
        self.database = match &self.kept.run {
            Some(run) => rewritten.served(run),
            None => rewritten,
        };
        home.settle()
    }

    /// Bytes of the rows on the disk, deleted and replaced ones included.
    ///
    /// # Errors
    /// [`OpenError::Io`] if the system does not say.
    pub fn bytes_on_disk(&self) -> Result<u64, OpenError> {
        self.kept.home.as_ref().map_or(Ok(0), Home::bytes)
    }
}
