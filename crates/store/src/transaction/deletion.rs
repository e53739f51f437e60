//! Messages that go: deleted here, or with their conversation.

use std::collections::BTreeSet;

use imlink_model::{Body, Conversation, Message, OutboxId, OutgoingMessage, SendOptions, Seq};

use super::Transaction;
use crate::Edited;
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::key::{self, Kind};

/// Messages of a conversation that go in one batch.
const FORGOTTEN_AT_ONCE: usize = 500;

/// What a uid stands for whose message was deleted here, so that the cloud cannot bring it back.
pub(super) const DELETED: Seq = Seq(0);

impl Transaction<'_> {
    pub(super) fn delete(&mut self, seqs: Vec<Seq>) -> Result<Edited, EngineError> {
        let mut deleted = Vec::new();
        for seq in BTreeSet::from_iter(seqs) {
            let message: Option<Message> = self.draft.sound_row(&key::message(seq))?;
            let Some(message) = message else {
                continue;
            };
            self.delete_message(&message)?;
            deleted.push(seq);
        }
        if deleted.is_empty() {
            return Ok(Edited::Unchanged);
        }
        Ok(Edited::Deleted(deleted))
    }

    pub(super) fn forget(&mut self, conversation: &Conversation) -> Result<Edited, EngineError> {
        let timeline = key::timeline_before(conversation, Seq(u64::MAX));
        let mut keys = Vec::new();
        let mut more = false;
        for key in self.draft.keys_back(&timeline) {
            if keys.len() >= FORGOTTEN_AT_ONCE {
                more = true;
                break;
            }
            keys.push(key?);
        }
        let messages = keys.len();
        for key in keys {
            self.forget_entry(key)?;
        }
        if !more {
            let last = self.summary(conversation)?;
            self.remove_summary(&last)?;
            self.draft.remove(&key::draft(conversation))?;
            self.forget_recalls(conversation)?;
            self.blank_settled(conversation)?;
        }
        Ok(Edited::Forgotten { messages, more })
    }

    /// Empties the messages an outbox keeps of a conversation only for those who ask what became of
    /// them. Those that are still to be sent stay.
    fn blank_settled(&mut self, conversation: &Conversation) -> Result<(), EngineError> {
        for id in self.draft.database().numbers(Kind::Settled)? {
            let key = key::outbox(Kind::Outgoing, OutboxId(id));
            let row: Option<OutgoingMessage> = self.draft.sound_row(&key)?;
            if let Some(row) = row
                && has_words_of(&row, conversation)
            {
                self.draft.replace(&key, &blank(row))?;
            }
        }
        Ok(())
    }

    /// Removes what an entry of a timeline stands for, also where that cannot be read.
    fn forget_entry(&mut self, timeline: Vec<u8>) -> Result<(), EngineError> {
        let Some(seq) = key::tail(&timeline).map(Seq) else {
            self.draft.remove_mark(timeline);
            return Ok(());
        };
        match self.draft.sound_row::<Message>(&key::message(seq))? {
            Some(message) => self.delete_message(&message),
            None => {
                self.draft.remove_message(seq)?;
                self.draft.remove_mark(timeline);
                Ok(())
            }
        }
    }

    fn delete_message(&mut self, message: &Message) -> Result<(), EngineError> {
        let conversation = &message.conversation;
        self.draft.remove_message(message.seq)?;
        self.draft
            .remove_mark(key::timeline(conversation, message.seq));
        if let Some(uid) = &message.uid {
            self.draft.put(&key::uid(uid), &DELETED);
        }
        if !message.flags.is_kept() {
            return Ok(());
        }
        let before = self.summary(conversation)?;
        let mut after = before.clone();
        after.subtract(message, self.user);
        if message.seq == before.last_seq {
            let last = self.last_of(conversation)?;
            after.last_seq = last.as_ref().map_or(Seq(0), |last| last.seq);
            after.last_at = last.map_or(after.last_at, |last| last.sent_at);
        }
        self.put_summary(&before, &after);
        Ok(())
    }

    /// The last message of a conversation that can be read.
    fn last_of(&self, conversation: &Conversation) -> Result<Option<Message>, EngineError> {
        let timeline = key::timeline_before(conversation, Seq(u64::MAX));
        for key in self.draft.keys_back(&timeline) {
            let Some(seq) = key::tail(&key?).map(Seq) else {
                continue;
            };
            let message: Option<Message> = self.draft.sound_row(&key::message(seq))?;
            if let Some(message) = message.filter(|message| message.flags.is_kept()) {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }
}

/// Whether a message of an outbox says something in that conversation.
pub(crate) fn has_words_of(row: &OutgoingMessage, conversation: &Conversation) -> bool {
    row.conversation == *conversation && *row != blank(row.clone())
}

/// What is left of a message whose conversation is forgotten.
fn blank(row: OutgoingMessage) -> OutgoingMessage {
    OutgoingMessage {
        body: Body::new(""),
        options: SendOptions::default(),
        ..row
    }
}
