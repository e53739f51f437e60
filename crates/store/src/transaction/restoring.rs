//! Messages that cannot be read and come again (F-D07).

use imlink_model::{Message, MessageUid, Seq};

use super::Transaction;
use super::timeline::Standing;
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::{Edited, Gap, key};

impl Transaction<'_> {
    /// What a message is to be taken for whose uid is known, though what is stored under it cannot be
    /// read.
    pub(super) fn standing_of_damaged(&self, uid: &MessageUid) -> Result<Standing, EngineError> {
        let Some(seq) = self.draft.sound_row::<Seq>(&key::uid(uid))? else {
            // It may be sound, and where it is nobody knows: better once than twice.
            return Ok(Standing::Known);
        };
        let key = key::message(seq);
        if self.draft.is_withheld(&key) {
            return Ok(Standing::Known);
        }
        Ok(match self.draft.value(&key)? {
            Some(_) => Standing::Damaged(seq),
            // Its block misses it, so a gap is told in its place.
            None => Standing::New,
        })
    }

    /// Puts a message in its place again, or what a recall leaves that came meanwhile. It was
    /// counted when it came first.
    pub(super) fn restore(&mut self, message: Message) -> Result<Edited, EngineError> {
        let (seq, conversation) = (message.seq, &message.conversation);
        self.draft.replace_message(&message)?;
        let entry = key::timeline(conversation, seq);
        self.draft.put_mark(entry, &key::hint(&message.object_name));
        self.state.indexed.add(&message);
        self.forget_gap(seq)?;
        self.restored.push(seq);
        tracing::info!(%seq, "A damaged message came again");

        let recall = match &message.uid {
            Some(uid) => self.take_recall(conversation, uid)?,
            None => None,
        };
        match recall {
            Some(recall) => self.recall(recall),
            None => Ok(Edited::Restored(message)),
        }
    }

    fn forget_gap(&mut self, seq: Seq) -> Result<(), EngineError> {
        let key = key::gap(seq);
        let gap: Option<Gap> = self.draft.sound_row(&key)?;
        if gap == Some(Gap::damaged(seq)) {
            self.draft.remove(&key)?;
        }
        Ok(())
    }
}
