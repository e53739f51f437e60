//! Messages that are taken back, also before they come.

use imlink_model::{Conversation, Message, MessageUid, Millis, Recall, Seq, Trace};

use super::Transaction;
use super::deletion::DELETED;
use super::timeline::Unreadable;
use crate::Edited;
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::key::{self, Kind};
use crate::notice::{is_notice, recalled};

impl Transaction<'_> {
    /// Takes a message back, now or when it comes.
    pub(super) fn recall(&mut self, recall: Recall) -> Result<Edited, EngineError> {
        let message = match self.stored_under(&recall.uid)? {
            Some(Ok(message)) => message,
            Some(Err(Unreadable::Deleted)) => return Ok(Edited::Unchanged),
            // One that cannot be read may come again.
            None | Some(Err(Unreadable::Damaged)) => {
                let key = key::recall(&recall.conversation, &recall.uid);
                if self.draft.value(&key)?.is_none() {
                    self.draft.put(&key, &recall);
                    self.state.recalls += 1;
                }
                return Ok(Edited::Unchanged);
            }
        };
        if message.conversation != recall.conversation {
            tracing::warn!(uid = %recall.uid, "A recall names a message of another conversation");
            return Ok(Edited::Unchanged);
        }
        match recall.trace {
            Trace::Nothing => self.delete(vec![message.seq]),
            // Nobody sees where it was.
            Trace::Notice if !message.flags.is_kept() => self.delete(vec![message.seq]),
            Trace::Notice if is_notice(&message) => Ok(Edited::Unchanged),
            Trace::Notice => self.put_notice(message, &recall).map(Edited::Recalled),
        }
    }

    /// Gives a message from outside the next place, as it is or as what a recall that came before
    /// it leaves; `None` if that is nothing.
    pub(super) fn enter(
        &mut self,
        message: impl FnOnce(Seq, Millis) -> Message,
    ) -> Result<Option<Message>, EngineError> {
        let seq = Seq(self.state.head.seq).next();
        let message = message(seq, self.now);
        let recall = match &message.uid {
            Some(uid) => self.take_recall(&message.conversation, uid)?,
            None => None,
        };
        let message = match recall {
            None => message,
            Some(recall) => match recall.trace {
                Trace::Notice if message.flags.is_kept() => recalled(message, &recall),
                Trace::Notice | Trace::Nothing => {
                    self.draft.put(&key::uid(&recall.uid), &DELETED);
                    return Ok(None);
                }
            },
        };
        self.append(|_, _| message).map(Some)
    }

    /// Messages of a conversation that is forgotten stay taken back, without a word of whose they
    /// were.
    pub(super) fn forget_recalls(
        &mut self,
        conversation: &Conversation,
    ) -> Result<(), EngineError> {
        let keys: Vec<_> = self
            .draft
            .keys_back(&key::recalls(conversation))
            .collect::<Result<_, _>>()?;
        for key in keys {
            if let Some(recall) = self.draft.sound_row::<Recall>(&key)?
                && self.stored_under(&recall.uid)?.is_none()
            {
                self.draft.put(&key::uid(&recall.uid), &DELETED);
            }
            self.end_wait(&key)?;
        }
        Ok(())
    }

    /// Lets go of the oldest recalls beyond the limit, and before them of those that cannot be read.
    pub(super) fn retire_recalls(&mut self) -> Result<(), EngineError> {
        let surplus = self.state.recalls.saturating_sub(self.limits.recalls);
        if surplus == 0 {
            return Ok(());
        }
        let mut waiting = Vec::with_capacity(self.state.recalls);
        for key in self.draft.keys_back(&key::all(Kind::Recall)) {
            let key = key?;
            let recall: Option<Recall> = self.draft.sound_row(&key)?;
            waiting.push((recall.map(|recall| recall.at), key));
        }
        waiting.sort_unstable();
        for (_, key) in waiting.into_iter().take(surplus) {
            self.end_wait(&key)?;
        }
        tracing::debug!(surplus, "The oldest recalls wait no more");
        Ok(())
    }

    fn put_notice(&mut self, message: Message, recall: &Recall) -> Result<Message, EngineError> {
        let before = self.summary(&message.conversation)?;
        let mut after = before.clone();
        after.uncount(&message, self.user);
        self.put_summary(&before, &after);

        let notice = recalled(message, recall);
        self.draft.replace_message(&notice)?;
        let key = key::timeline(&notice.conversation, notice.seq);
        self.draft.put_mark(key, &key::hint(&notice.object_name));
        Ok(notice)
    }

    /// The recall that waits for a message, which it does no more.
    pub(super) fn take_recall(
        &mut self,
        conversation: &Conversation,
        uid: &MessageUid,
    ) -> Result<Option<Recall>, EngineError> {
        let key = key::recall(conversation, uid);
        let recall = self.draft.sound_row(&key)?;
        if recall.is_some() {
            self.end_wait(&key)?;
        }
        Ok(recall)
    }

    fn end_wait(&mut self, key: &[u8]) -> Result<(), EngineError> {
        self.state.recalls = self.state.recalls.saturating_sub(1);
        self.draft.remove(key)
    }
}
