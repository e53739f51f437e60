//! The messages of one conversation.

use imlink_model::{Conversation, Message, ObjectName, Seq};

use super::{Cut, Store};
use crate::ReadError;
use crate::database::Lookup;
use crate::engine::{EngineError, Order};
use crate::key;

/// Messages of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub more: bool,
}

/// Which messages of a conversation are wanted.
#[derive(Clone, Copy, Debug)]
pub struct HistoryQuery<'a> {
    /// Which conversation.
    pub conversation: &'a Conversation,
    /// On which side of which point.
    pub side: Side,
    /// The types wanted; none are all of them.
    pub object_names: &'a [ObjectName],
    /// How many at most.
    pub limit: usize,
    /// How many bytes of bodies and expansions together at most; a single message may have more.
    pub max_bytes: usize,
}

/// A side of a point in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The newest messages, newest first.
    Newest,
    /// Those before a position, newest first.
    Before(Seq),
    /// Those after a position, oldest first.
    After(Seq),
}

impl Store {
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
        self.history_page(&HistoryQuery {
            conversation,
            side: before.map_or(Side::Newest, Side::Before),
            object_names: &[],
            limit,
            max_bytes,
        })
    }

    /// The messages of a conversation on one side of a point, the nearest first.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn history_page(&self, query: &HistoryQuery<'_>) -> Result<Page, ReadError> {
        let timeline = |seq| key::timeline(query.conversation, seq);
        let (range, order) = match query.side {
            Side::Newest => (timeline(Seq(0))..timeline(Seq(u64::MAX)), Order::Backward),
            Side::Before(end) => (timeline(Seq(0))..timeline(end), Order::Backward),
            Side::After(point) => {
                let first = Seq(point.0.saturating_add(1));
                (timeline(first)..timeline(Seq(u64::MAX)), Order::Forward)
            }
        };
        let hints: Vec<_> = query.object_names.iter().map(key::hint).collect();
        let mut page = Cut::new(query.limit, query.max_bytes);
        let mut more = false;
        for pair in self.database.scan(&range, order) {
            let (key, hint) = pair?;
            if !hints.is_empty() && !hints.iter().any(|wanted| *wanted == *hint) {
                continue;
            }
            let Some(message) = self.message_at(&key, query.conversation)? else {
                continue;
            };
            if !hints.is_empty() && !query.object_names.contains(&message.object_name) {
                continue;
            }
            if page.is_full() || !page.take(message) {
                more = true;
                break;
            }
        }
        Ok(Page {
            messages: page.messages,
            more,
        })
    }

    /// The message an entry of a timeline stands for, if it is shown.
    pub(super) fn message_at(
        &self,
        timeline: &[u8],
        conversation: &Conversation,
    ) -> Result<Option<Message>, EngineError> {
        let Some(seq) = key::tail(timeline).map(Seq) else {
            return Ok(None);
        };
        let key = key::message(seq);
        let message: Option<Message> = self.database.sound_row(&key)?;
        // A row that is damaged is known to be; one that is gone may be missed by nobody yet.
        if message.is_none() && self.database.value(&key)?.is_none() {
            self.chain.check(&self.database, seq, seq)?;
        }
        Ok(message
            .filter(|message| message.conversation == *conversation && message.flags.is_kept()))
    }
}
