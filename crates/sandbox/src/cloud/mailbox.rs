//! What a user can pull: messages received and messages sent, each in order of time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use imlink_model::{Direction, Millis};
use imlink_wire::uid::MessageUid;

use super::message::{Message, StoredMessage};

/// Two boxes with a cursor each; times are strictly increasing over both.
#[derive(Default)]
pub(super) struct Mailbox {
    received: BTreeMap<Millis, Entry>,
    sent: BTreeMap<Millis, Entry>,
    newest: Millis,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) message: Arc<Message>,
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

fn after(cursor: Millis) -> (std::ops::Bound<Millis>, std::ops::Bound<Millis>) {
    (
        std::ops::Bound::Excluded(cursor),
        std::ops::Bound::Unbounded,
    )
}
