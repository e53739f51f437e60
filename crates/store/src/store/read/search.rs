//! Searching for a keyword, in one conversation or in all.

use std::ops::{ControlFlow, RangeInclusive};

use imlink_model::{Conversation, Message, Seq};

use super::{Cut, Store};
use crate::ReadError;
use crate::content;
use crate::database::Lookup;
use crate::engine::Order;
use crate::key::{self, Kind};
use crate::row::SignatureRow;
use crate::search::Telling;

/// Messages read by one search at most; what is left is for the next page. Reading so many takes
/// some tenths of a second.
const READ_AT_MOST: usize = 50_000;

/// A conversation of so few messages is read through, without a look at the signatures.
const FEW: u32 = 2_000;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct SearchQuery<'a> {
    /// A part of the text of a message, in capital or small letters. Empty finds nothing.
    pub keyword: &'a str,
    /// In which conversation; `None` is in all of them.
    pub conversation: Option<&'a Conversation>,
    /// Before which position; `None` begins with the newest message.
    pub before: Option<Seq>,
    /// How many messages at most.
    pub limit: usize,
    /// How many bytes of bodies and expansions together at most; a single message may have more.
    pub max_bytes: usize,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPage {
    /// Newest first. May be empty although there are more pages.
    pub messages: Vec<Message>,
    /// Before which position to go on; `None` if everything was searched.
    pub next: Option<Seq>,
}

impl Store {
    /// The messages whose words contain a keyword, newest first.
    ///
    /// The words are those of the built-in types that people write, and of a custom type the texts
    /// under `title`, `content` and `name`.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn search(&self, query: &SearchQuery<'_>) -> Result<SearchPage, ReadError> {
        let keyword = content::fold(query.keyword);
        let end = query.before.unwrap_or(Seq(u64::MAX));
        let mut hunt = Hunt {
            store: self,
            conversation: query.conversation,
            found: Cut::new(query.limit, query.max_bytes),
            left: READ_AT_MOST,
            keyword,
        };
        let next = match hunt.run(end)? {
            ControlFlow::Break(next) => Some(next),
            ControlFlow::Continue(()) => None,
        };
        Ok(SearchPage {
            messages: hunt.found.messages,
            next,
        })
    }
}

/// A search on its way down.
struct Hunt<'a> {
    store: &'a Store,
    keyword: String,
    conversation: Option<&'a Conversation>,
    found: Cut,
    left: usize,
}

/// Whether to go on, or from where the next page does.
type Going = ControlFlow<Seq>;

impl Hunt<'_> {
    fn run(&mut self, end: Seq) -> Result<Going, ReadError> {
        let last = end.0.min(self.store.last_seq().0.saturating_add(1));
        let Some(last) = last.checked_sub(1) else {
            return Ok(Going::Continue(()));
        };
        if self.keyword.is_empty() {
            return Ok(Going::Continue(()));
        }
        if self.is_in_few()? {
            return self.through(Seq(0)..=Seq(last));
        }
        let behind = self.store.state.indexed.last;
        if last > behind.0
            && let Going::Break(next) = self.through(behind.next()..=Seq(last))?
        {
            return Ok(Going::Break(next));
        }
        self.through_signatures(Seq(last.min(behind.0)))
    }

    /// Reads the stretches up to a position that may have the keyword.
    fn through_signatures(&mut self, mut last: Seq) -> Result<Going, ReadError> {
        let telling = Telling::of(&self.keyword);
        let database = &self.store.database;
        let range = key::all(Kind::Signature).start..key::signature(last.next());
        for pair in database.scan(&range, Order::Backward) {
            let (key, value) = pair?;
            let Some(first) = key::tail(&key).map(Seq) else {
                continue;
            };
            // One that cannot be read says nothing, so its messages are read.
            let row: Option<SignatureRow> = database.sound_row_of(&key, &value)?;
            let may_have = row.is_none_or(|row| row.signature.may_have(&telling));
            if may_have && let Going::Break(next) = self.through(first..=last)? {
                return Ok(Going::Break(next));
            }
            last = Seq(first.0.saturating_sub(1));
        }
        Ok(Going::Continue(()))
    }

    /// Reads a stretch, newest first.
    fn through(&mut self, stretch: RangeInclusive<Seq>) -> Result<Going, ReadError> {
        let first = *stretch.start();
        let end = Seq(stretch.end().0.saturating_add(1));
        let range = match self.conversation {
            Some(conversation) => {
                key::timeline(conversation, first)..key::timeline(conversation, end)
            }
            None => key::message(first)..key::message(end),
        };
        let database = &self.store.database;
        for pair in database.scan(&range, Order::Backward) {
            let (key, value) = pair?;
            let Some(seq) = key::tail(&key).map(Seq) else {
                continue;
            };
            if self.found.is_full() || self.left == 0 {
                return Ok(Going::Break(Seq(seq.0.saturating_add(1))));
            }
            self.left -= 1;
            let message: Option<Message> = match self.conversation {
                Some(_) => database.sound_row(&key::message(seq))?,
                None => database.sound_row_of(&key, &value)?,
            };
            if let Some(message) = message
                && message.flags.is_kept()
                && content::words(&message).contains(&self.keyword)
                && !self.found.take(message)
            {
                return Ok(Going::Break(Seq(seq.0.saturating_add(1))));
            }
        }
        Ok(Going::Continue(()))
    }

    fn is_in_few(&self) -> Result<bool, ReadError> {
        let Some(conversation) = self.conversation else {
            return Ok(false);
        };
        let entry = self.store.conversation(conversation)?;
        Ok(entry.is_none_or(|entry| entry.summary.total <= FEW))
    }
}
