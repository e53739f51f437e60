//! What a user can pull: messages received and messages sent, each in order of time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use imlink_model::{Direction, Millis};
use imlink_wire::uid::MessageUid;
use serde::{Deserialize, Serialize};

use super::{
    message::{Message, StoredMessage},
    saved::each,
};

/// Two boxes with a cursor each; times are strictly increasing over both.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Mailbox<M = Arc<Message>> {
    received: BTreeMap<Millis, Entry<M>>,
    sent: BTreeMap<Millis, Entry<M>>,
    newest: Millis,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Entry<M = Arc<Message>> {
    pub(super) message: M,
    pub(super) direction: Direction,
    /// How often a pull shows it: once, unless a fault repeats it.
    pub(super) copies: u8,
}

/// One answer to a pull.
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// The cursor of received messages after this page.
    pub(super) received: Millis,
    pub(super) finished: bool,
}

impl Mailbox {
    /// The earliest time a next message may have.
    pub(super) fn next_time(&self, now: Millis) -> Millis {
        now.max(Millis(self.newest.0 + 1))
    }

    /// Stores a message. Its time must be at least [`next_time`](Self::next_time), or the same
    /// message goes into the other box (someone wrote to himself).
    pub(super) fn put(&mut self, message: Arc<Message>, direction: Direction, copies: u8) {
        self.newest = self.newest.max(message.time);
        let time = message.time;
        self.of(direction).insert(
            time,
            Entry {
                message,
                direction,
                copies,
            },
        );
    }

    /// The messages after two cursors in order of time, so that either cursor is a whole answer
    /// for its box: nothing at or below it is missing.
    pub(super) fn page(&self, received: Millis, sent: Option<Millis>, limit: usize) -> Page {
        let mut incoming = self
            .received
            .range(after(received))
            .map(|(_, entry)| entry)
            .peekable();
        let mut outgoing = sent
            .map(|sent| self.sent.range(after(sent)).map(|(_, entry)| entry))
            .into_iter()
            .flatten()
            .peekable();
        let mut page = Page {
            entries: Vec::new(),
            received,
            finished: false,
        };
        while page.entries.len() < limit.max(1) {
            let next = match (incoming.peek(), outgoing.peek()) {
                (None, None) => break,
                (Some(_), None) => incoming.next(),
                (None, Some(_)) => outgoing.next(),
                (Some(one), Some(other)) if one.message.time < other.message.time => {
                    incoming.next()
                }
                (Some(_), Some(_)) => outgoing.next(),
            };
            let Some(entry) = next else { break };
            if entry.direction == Direction::Received {
                page.received = entry.message.time;
            }
            page.entries.push(entry.clone());
        }
        page.finished = incoming.peek().is_none() && outgoing.peek().is_none();
        page
    }

    /// A message by its uid, which tells when it was sent.
    pub(super) fn find(&self, uid: &str) -> Option<&Arc<Message>> {
        let time = i64::try_from(MessageUid::parse(uid)?.time()).ok()?;
        [&self.received, &self.sent]
            .into_iter()
            .filter_map(|messages| messages.get(&Millis(time)))
            .map(|entry| &entry.message)
            .find(|message| message.uid == uid)
    }

    /// Forgets what is older than the retention.
    pub(super) fn prune(&mut self, now: Millis, retention: Duration) {
        let oldest = now.before(retention);
        for messages in [&mut self.received, &mut self.sent] {
            // Splitting walks the map; mostly nothing is that old.
            if messages
                .first_key_value()
                .is_some_and(|(time, _)| *time < oldest)
            {
                *messages = messages.split_off(&oldest);
            }
        }
    }

    /// Everything, in order of time.
    pub(super) fn stored(&self) -> Vec<StoredMessage> {
        let entries = self.received.values().chain(self.sent.values());
        let mut stored: Vec<_> = entries
            .map(|entry| StoredMessage::new(&entry.message, entry.direction))
            .collect();
        stored.sort_by_key(|message| message.time);
        stored
    }

    fn of(&mut self, direction: Direction) -> &mut BTreeMap<Millis, Entry> {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }
}

impl<M> Mailbox<M> {
    /// Names its messages in another way.
    pub(super) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Mailbox<N>, E> {
        let Self {
            received,
            sent,
            newest,
        } = self;
        Ok(Mailbox {
            received: each(received, |entry| entry.rename(name))?,
            sent: each(sent, |entry| entry.rename(name))?,
            newest,
        })
    }
}

impl<M> Entry<M> {
    fn rename<N, E>(self, name: &mut impl FnMut(M) -> Result<N, E>) -> Result<Entry<N>, E> {
        let Self {
            message,
            direction,
            copies,
        } = self;
        Ok(Entry {
            message: name(message)?,
            direction,
            copies,
        })
    }
}

impl<M> Default for Mailbox<M> {
    fn default() -> Self {
        Self {
            received: BTreeMap::new(),
            sent: BTreeMap::new(),
            newest: Millis::default(),
        }
    }
}

fn after(cursor: Millis) -> (std::ops::Bound<Millis>, std::ops::Bound<Millis>) {
    (
        std::ops::Bound::Excluded(cursor),
        std::ops::Bound::Unbounded,
    )
}
