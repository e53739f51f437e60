//! Entries of timelines that are not on the disk yet.
//!
//! Every message has an entry in the timeline of its conversation, and a batch of messages may be
//! of as many conversations: writing each entry with its message costs the engine more than the
//! message does. But entries follow from messages. So those of the newest messages are in memory
//! only, and are written many at a time; the head row says up to which position that was done, and
//! what is behind it is read from the messages when a store is opened.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use imlink_model::Message;

use crate::draft::Draft;
use crate::engine::{Batch, EngineError, Order, Pair, Scan};
use crate::key::{self, Kind};
use crate::row::Head;

/// Messages whose entries are written together. An opening reads as many. Few in tests, so that
/// they come past it often.
const MESSAGES: u64 = if cfg!(test) { 16 } else { 2048 };

/// The entries in memory.
#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

/// What a batch means for them, once it is on the disk.
#[derive(Debug)]
pub(crate) enum Deferral {
    /// They change like this.
    Change(Batch),
    /// They are on the disk.
    Written,
}

impl Pending {
    /// Takes in a message that is on the disk.
    pub(crate) fn add(&self, message: &Message) {
        let key = key::timeline(&message.conversation, message.seq);
        let hint = key::hint(&message.object_name);
        self.lock().insert(key, hint.to_vec());
    }

    /// Takes in what a batch brought.
    pub(crate) fn settle(&self, deferral: Deferral) {
        let mut entries = self.lock();
        match deferral {
            Deferral::Change(changes) => {
                for (key, hint) in changes {
                    match hint {
                        Some(hint) => entries.insert(key, hint),
                        None => entries.remove(&key),
                    };
                }
            }
            Deferral::Written => entries.clear(),
        }
    }

    /// The pairs of a range, these among those on the disk.
    pub(crate) fn among<'a>(
        &self,
        stored: Scan<'a>,
        range: &Range<Vec<u8>>,
        order: Order,
    ) -> Scan<'a> {
        let entries = self.within(range, order);
        if entries.is_empty() {
            return stored;
        }
        Box::new(Merged {
            stored: stored.peekable(),
            entries: entries.into_iter().peekable(),
            order,
        })
    }

    fn within(&self, range: &Range<Vec<u8>>, order: Order) -> Vec<Pair> {
        if range.is_empty() {
            return Vec::new();
        }
        let entries = self.lock();
        let pairs = entries.range(range.clone());
        let pairs = pairs.map(|(key, hint)| (key.clone(), hint.clone()));
        match order {
            Order::Forward => pairs.collect(),
            Order::Backward => pairs.rev().collect(),
        }
    }

    fn all(&self) -> Batch {
        let entries = self.lock();
        let writes = entries.iter();
        writes
            .map(|(key, hint)| (key.clone(), Some(hint.clone())))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft<'_> {
    /// Takes the new entries out of the writes; or, once there are many, puts all of them in, and
    /// notes that.
    pub(crate) fn defer_entries(&mut self, head: &mut Head) -> Deferral {
        if head.seq.saturating_sub(head.listed) < MESSAGES {
            return Deferral::Change(self.take_entries_behind(head.listed));
        }
        for (key, hint) in self.database().pending().all() {
            self.put_if_untouched(key, hint);
        }
        head.listed = head.seq;
        Deferral::Written
    }

    /// An entry that goes is removed from the disk too: it may be there, if the head row is older
    /// than the others.
    fn take_entries_behind(&mut self, listed: u64) -> Batch {
        let mut entries = Batch::new();
        self.writes_mut().retain(|key, hint| {
            let is_behind = Kind::Timeline.is_of(key) && key::tail(key) > Some(listed);
            if !is_behind {
                return true;
            }
            entries.insert(key.clone(), hint.take());
            entries.get(key).is_some_and(Option::is_none)
        });
        entries
    }
}

/// Entries in memory among pairs on the disk. Where both have a key, the disk's is older.
struct Merged<'a> {
    stored: Peekable<Scan<'a>>,
    entries: Peekable<std::vec::IntoIter<Pair>>,
    order: Order,
}

impl Iterator for Merged<'_> {
    type Item = Result<Pair, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some((entry, _)) = self.entries.peek() else {
            return self.stored.next();
        };
        let order = match self.stored.peek() {
            Some(Ok((stored, _))) => match self.order {
                Order::Forward => stored.cmp(entry),
                Order::Backward => entry.cmp(stored),
            },
            Some(Err(_)) => Ordering::Less,
            None => Ordering::Greater,
        };
        match order {
            Ordering::Less => return self.stored.next(),
            Ordering::Equal => drop(self.stored.next()),
            Ordering::Greater => {}
        }
        self.entries.next().map(Ok)
    }
}
