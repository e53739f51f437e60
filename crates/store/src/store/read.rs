//! Reading: pages bounded by a number of rows and by bytes. Damaged rows are left out.

use imlink_model::{
    AppId, ClientMessageId, Conversation, Message, MessageUid, OutboxId, OutgoingMessage, Seq,
};

use super::Store;
use crate::database::Lookup;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::row::SubscriptionRow;
use crate::transaction::{outbox_state, summary_of};
use crate::{ConversationSummary, OutboxState, ReadError, SubscriptionKey};

/// Messages of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub more: bool,
}

impl Store {
    /// The messages after a position, oldest first.
    ///
    /// At most `limit` of them, and as many as have bodies (with their expansions) of `max_bytes`
    /// together, but never none for being too long.
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
            let (key, _) = pair?;
            let found = key::tail(&key).map_or(expected, Seq);
            if found > expected {
                // Deleted, or lost.
                self.chain.check(&self.database, expected, found)?;
            }
            expected = Seq(found.0.saturating_add(1));
            if let Some(message) = self.database.sound_row(&key)?
                && !page.take(message)
            {
                break;
            }
        }
        Ok(page.messages)
    }

    /// The messages of a conversation before a position, or the newest ones, newest first.
    ///
    /// `limit` and `max_bytes` as for [`messages_after`](Self::messages_after).
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn history(
        &self,
        conversation: &Conversation,
        before: Option<Seq>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Page, ReadError> {
        let mut page = Cut::new(limit, max_bytes);
        let end = key::timeline(conversation, before.unwrap_or(Seq(u64::MAX)));
        let range = key::timeline(conversation, Seq(0))..end;
        for pair in self.database.scan(&range, Order::Backward) {
            let (key, _) = pair?;
            if page.is_full() {
                return Ok(Page {
                    messages: page.messages,
                    more: true,
                });
            }
            let Some(message) = self.message_at(&key, conversation)? else {
                continue;
            };
            if !page.take(message) {
                return Ok(Page {
                    messages: page.messages,
                    more: true,
                });
            }
        }
        Ok(Page {
            messages: page.messages,
            more: false,
        })
    }

    /// The message the cloud knows by that id.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn message_by_uid(&self, uid: &MessageUid) -> Result<Option<Message>, ReadError> {
        let Some(seq) = self.database.row(&key::uid(uid))? else {
            return Ok(None);
        };
        self.database.row(&key::message(seq))
    }

    /// At most `limit` conversations, the one with the newest message first.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn conversations(&self, limit: usize) -> Result<Vec<ConversationSummary>, ReadError> {
        let mut found = Vec::new();
        for pair in self
            .database
            .scan(&key::all(Kind::Recency), Order::Backward)
        {
            if found.len() >= limit {
                break;
            }
            let (key, _) = pair?;
            let Some(conversation) = self.conversation_at(&key)? else {
                continue;
            };
            found.push(summary_of(&self.database, &conversation)?);
        }
        Ok(found)
    }

    /// The message an app submitted under that id, and where it stands. `None` if it was never
    /// accepted, or so long ago that its row is gone.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn outgoing(
        &self,
        app: &AppId,
        client_id: &ClientMessageId,
    ) -> Result<Option<(OutgoingMessage, OutboxState)>, ReadError> {
        let Some(id) = self
            .database
            .row::<OutboxId>(&key::client_id(app, client_id))?
        else {
            return Ok(None);
        };
        let Some(outgoing) = self.database.row(&key::outbox(Kind::Outgoing, id))? else {
            return Ok(None);
        };
        let Some(state) = outbox_state(&self.database, id)? else {
            return Ok(None);
        };
        Ok(Some((outgoing, state)))
    }

    /// The position a subscription has acknowledged, `None` if there is no such subscription.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn subscription(&self, subscription: &SubscriptionKey) -> Result<Option<Seq>, ReadError> {
        let row: Option<SubscriptionRow> = self.database.row(&key::subscription(subscription))?;
        Ok(row.map(|row| row.acknowledged))
    }

    /// Every subscription with the position it has acknowledged.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn subscriptions(&self) -> Result<Vec<(SubscriptionKey, Seq)>, ReadError> {
        let mut found = Vec::new();
        for pair in self
            .database
            .scan(&key::all(Kind::Subscription), Order::Forward)
        {
            let (key, _) = pair?;
            if let Some(row) = self.database.sound_row::<SubscriptionRow>(&key)? {
                found.push((row.subscription, row.acknowledged));
            }
        }
        Ok(found)
    }

    /// The message an entry of a timeline stands for.
    fn message_at(
        &self,
        timeline: &[u8],
        conversation: &Conversation,
    ) -> Result<Option<Message>, EngineError> {
        let Some(seq) = key::tail(timeline).map(Seq) else {
            return Ok(None);
        };
        let key = key::message(seq);
        let message: Option<Message> = self.database.sound_row(&key)?;
        if message.is_none() && self.database.value(&key)?.is_none() {
            self.chain.check(&self.database, seq, seq)?;
        }
        Ok(message.filter(|message| message.conversation == *conversation))
    }

    /// The conversation an entry of the list stands for; its last message knows it too.
    fn conversation_at(&self, recency: &[u8]) -> Result<Option<Conversation>, EngineError> {
        if let Some(conversation) = self.database.sound_row(recency)? {
            return Ok(Some(conversation));
        }
        let Some(seq) = key::tail(recency).map(Seq) else {
            return Ok(None);
        };
        let message: Option<Message> = self.database.sound_row(&key::message(seq))?;
        Ok(message.map(|message| message.conversation))
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
        let expansion = message.expansion.as_ref().map_or(0, String::len);
        let bytes = message.body.as_str().len().saturating_add(expansion);
        if bytes > self.bytes_left && !self.messages.is_empty() {
            return false;
        }
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.messages.push(message);
        true
    }
}
