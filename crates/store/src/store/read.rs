//! Reading: pages bounded by a number of rows and by bytes. Damaged rows are left out, and those of
//! messages told of as gaps.

mod conversations;
mod export;
mod history;
mod outbox;
mod search;

use imlink_model::{Message, MessageUid, Seq};

use super::Store;
use crate::ReadError;
use crate::database::Lookup;
use crate::engine::Order;
use crate::key::{self, Kind};

pub use conversations::{ConversationEntry, ConversationPage, ConversationPlace, Unread};
pub use export::Exported;
pub use history::{HistoryQuery, Page, Side};
pub use outbox::OutboxPage;
pub use search::{SearchPage, SearchQuery};

impl Store {
    /// The messages after a position, oldest first.
    ///
    /// At most `limit` of them, and as many as have bodies (with their expansions) of `max_bytes`
    /// together, but never none for being too long. What cannot be read of them is among the
    /// [`gaps`](Self::gaps) from then on.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn messages_after(
        &self,
        seq: Seq,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Vec<Message>, ReadError> {
        let mut page = Cut::new(limit, max_bytes);
        if seq >= self.last_seq() {
            return Ok(page.messages);
        }
        let range = key::message(seq.next())..key::all(Kind::Message).end;
        let mut expected = seq.next();
        for pair in self.database.scan(&range, Order::Forward) {
            if page.is_full() {
                break;
            }
            let (key, head) = pair?;
            let found = key::tail(&key).map_or(expected, Seq);
            if found > expected {
                // Deleted, or lost.
                self.chain.check(&self.database, expected, found)?;
            }
            expected = Seq(found.0.saturating_add(1));
            let Some(message) = self.database.sound_row_of(&key, &head)? else {
                continue;
            };
            if !page.take(message) {
                break;
            }
        }
        Ok(page.messages)
    }

    /// The message at a position.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn message(&self, seq: Seq) -> Result<Option<Message>, ReadError> {
        self.database.row(&key::message(seq))
    }

    /// The message the cloud knows by that id.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn message_by_uid(&self, uid: &MessageUid) -> Result<Option<Message>, ReadError> {
        match self.database.row(&key::uid(uid))? {
            None | Some(Seq(0)) => Ok(None),
            Some(seq) => self.database.row(&key::message(seq)),
        }
    }
}

/// Messages gathered until one of two bounds is met.
struct Cut {
    messages: Vec<Message>,
    limit: usize,
    bytes_left: usize,
}

impl Cut {
    fn new(limit: usize, max_bytes: usize) -> Self {
        Self {
            messages: Vec::new(),
            limit,
            bytes_left: max_bytes,
        }
    }

    fn is_full(&self) -> bool {
        self.messages.len() >= self.limit
    }

    /// Takes the message if it fits or is the first; says whether it did.
    fn take(&mut self, message: Message) -> bool {
        let bytes = bytes_of(&message);
        if bytes > self.bytes_left && !self.messages.is_empty() {
            return false;
        }
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.messages.push(message);
        true
    }
}

/// What a message counts against the bound of a page.
fn bytes_of(message: &Message) -> usize {
    let expansion = message.expansion.as_ref().map_or(0, String::len);
    message.body.as_str().len().saturating_add(expansion)
}
