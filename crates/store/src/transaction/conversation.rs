//! The state of conversations: what is read, what is begun, and the counts over all of them.

use imlink_model::{Body, Code, Conversation, MAX_BODY_BYTES, Message, Millis, Seq};

use super::{Transaction, summary_of};
use crate::content::mentions;
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::listing::Move;
use crate::{ConversationSummary, Edited, key};

impl Transaction<'_> {
    /// Reads a conversation up to a time. Which messages are unread follows from the time, so a
    /// count is never lower than what is there.
    pub(super) fn mark_read(
        &mut self,
        conversation: &Conversation,
        up_to: Millis,
    ) -> Result<Edited, EngineError> {
        let before = self.summary(conversation)?;
        let up_to = up_to.min(before.newest_at);
        if before.total == 0 || before.read_up_to >= Some(up_to) {
            return Ok(Edited::Unchanged);
        }
        let mut after = ConversationSummary {
            read_up_to: Some(up_to),
            unread: 0,
            mentions: 0,
            ..before.clone()
        };
        for message in self.unread(&before)? {
            if after.has_unread(&message) {
                after.unread = after.unread.saturating_add(1);
                if mentions(&message, self.user) {
                    after.mentions = after.mentions.saturating_add(1);
                }
            }
        }
        self.put_summary(&before, &after);
        Ok(Edited::Conversation {
            summary: after,
            draft: self.draft.sound_row(&key::draft(conversation))?,
        })
    }

    /// Keeps a draft. A conversation that did not exist comes to be, at the top of the list.
    pub(super) fn set_draft(
        &mut self,
        conversation: Conversation,
        text: Option<Body>,
    ) -> Result<Edited, EngineError> {
        let text = text.filter(|text| !text.as_str().is_empty());
        let length = text.as_ref().map_or(0, |text| text.as_str().len());
        if length > MAX_BODY_BYTES {
            return Ok(Edited::refused(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        }
        let key = key::draft(&conversation);
        if self.draft.sound_row::<Body>(&key)? == text {
            return Ok(Edited::Unchanged);
        }
        match &text {
            Some(text) => self.draft.replace(&key, text)?,
            None => self.draft.remove(&key)?,
        }
        let before = self.summary(&conversation)?;
        let mut after = before.clone();
        if self.draft.value(&key::summary(&conversation))?.is_none() {
            after.position = Seq(self.state.head.seq);
        }
        self.put_summary(&before, &after);
        Ok(Edited::Conversation {
            summary: after,
            draft: text,
        })
    }

    pub(super) fn summary(
        &self,
        conversation: &Conversation,
    ) -> Result<ConversationSummary, EngineError> {
        summary_of(&self.draft, conversation, self.user)
    }

    /// Puts a summary in the place of an earlier one, and what it adds to the counts of the account.
    pub(super) fn put_summary(
        &mut self,
        before: &ConversationSummary,
        after: &ConversationSummary,
    ) {
        self.draft.put(&key::summary(&after.conversation), after);
        self.count(before, after);
        self.moves.push(Move {
            from: Some(before.place()),
            to: Some(after.place()),
        });
    }

    /// Removes a summary.
    pub(super) fn remove_summary(
        &mut self,
        before: &ConversationSummary,
    ) -> Result<(), EngineError> {
        let conversation = &before.conversation;
        self.draft.remove(&key::summary(conversation))?;
        self.count(before, &ConversationSummary::empty(conversation.clone()));
        self.moves.push(Move {
            from: Some(before.place()),
            to: None,
        });
        Ok(())
    }

    fn count(&mut self, before: &ConversationSummary, after: &ConversationSummary) {
        let head = &mut self.state.head;
        let change = |total: u64, before: u32, after: u32| {
            total
                .saturating_add(after.into())
                .saturating_sub(before.into())
        };
        head.unread = change(head.unread, before.unread, after.unread);
        head.mentions = change(head.mentions, before.mentions, after.mentions);
    }

    /// The unread messages of a conversation, newest first: as far back as there are any.
    fn unread(&self, summary: &ConversationSummary) -> Result<Vec<Message>, EngineError> {
        let mut found = Vec::new();
        let timeline = key::timeline_before(&summary.conversation, Seq(u64::MAX));
        for key in self.draft.keys_back(&timeline) {
            if found.len() >= summary.unread as usize {
                break;
            }
            let key = key?;
            let Some(seq) = key::tail(&key).map(Seq) else {
                continue;
            };
            let message: Option<Message> = self.draft.sound_row(&key::message(seq))?;
            found.extend(message.filter(|message| summary.has_unread(message)));
        }
        Ok(found)
    }
}
