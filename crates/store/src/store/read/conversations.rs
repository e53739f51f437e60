//! The list of conversations, and what is unread in them.

use std::ops::Bound;

use imlink_model::{Body, Conversation, Message, Seq};

use super::{Store, bytes_of};
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::key;
use crate::transaction::summary_of;
use crate::{ConversationSummary, ReadError};

/// A part of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationPage {
    /// The one with the newest message first.
    pub entries: Vec<ConversationEntry>,
    /// There are older ones.
    pub more: bool,
}

/// What a list shows of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationEntry {
    /// Its counts and times.
    pub summary: ConversationSummary,
    /// What the user has begun to write in it.
    pub draft: Option<Body>,
    /// Its last message, if it has one that can be read.
    pub last: Option<Message>,
}

/// A place in the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConversationPlace {
    /// The position the conversation has in it.
    pub position: Seq,
    /// The conversation.
    pub conversation: Conversation,
}

/// What is unread in all conversations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Messages.
    pub messages: u64,
    /// Those of them that mention the user.
    pub mentions: u64,
}

impl Store {
    /// At most `limit` summaries, that of the conversation with the newest message first.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn conversations(&self, limit: usize) -> Result<Vec<ConversationSummary>, ReadError> {
        self.listing.read(&self.database, &self.user, |places| {
            places
                .iter()
                .rev()
                .take(limit)
                .map(|place| Ok(self.summary(&place.conversation)?))
                .collect()
        })
    }

    /// The conversations behind a place of the list, or the first ones.
    ///
    /// At most `limit` of them, and as many as have drafts and last messages of `max_bytes`
    /// together, but never none for being too long. A conversation that moves up between two pages
    /// is missing from the second.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn conversation_page(
        &self,
        behind: Option<&ConversationPlace>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<ConversationPage, ReadError> {
        self.listing.read(&self.database, &self.user, |places| {
            let behind = behind.map_or(Bound::Unbounded, Bound::Excluded);
            let mut page = ConversationPage {
                entries: Vec::new(),
                more: false,
            };
            let mut bytes_left = max_bytes;
            for place in places.range((Bound::Unbounded, behind)).rev() {
                if page.entries.len() >= limit {
                    page.more = true;
                    break;
                }
                let entry = self.entry(&place.conversation)?;
                let bytes = entry.bytes();
                if bytes > bytes_left && !page.entries.is_empty() {
                    page.more = true;
                    break;
                }
                bytes_left = bytes_left.saturating_sub(bytes);
                page.entries.push(entry);
            }
            Ok(page)
        })
    }

    /// One conversation as the list shows it, `None` if it is not in there.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn conversation(
        &self,
        conversation: &Conversation,
    ) -> Result<Option<ConversationEntry>, ReadError> {
        if self.database.value(&key::summary(conversation))?.is_none() {
            return Ok(None);
        }
        self.entry(conversation).map(Some)
    }

    /// What is unread in all conversations together.
    #[must_use]
    pub fn unread(&self) -> Unread {
        Unread {
            messages: self.state.head.unread,
            mentions: self.state.head.mentions,
        }
    }

    fn summary(&self, conversation: &Conversation) -> Result<ConversationSummary, EngineError> {
        summary_of(&self.database, conversation, &self.user)
    }

    fn entry(&self, conversation: &Conversation) -> Result<ConversationEntry, ReadError> {
        let summary = self.summary(conversation)?;
        Ok(ConversationEntry {
            draft: self.database.sound_row(&key::draft(conversation))?,
            last: self.database.sound_row(&key::message(summary.last_seq))?,
            summary,
        })
    }
}

impl ConversationEntry {
    /// Where it is in the list.
    #[must_use]
    pub fn place(&self) -> ConversationPlace {
        self.summary.place()
    }

    fn bytes(&self) -> usize {
        let draft = self.draft.as_ref().map_or(0, |draft| draft.as_str().len());
        self.last.as_ref().map_or(0, bytes_of).saturating_add(draft)
    }
}
