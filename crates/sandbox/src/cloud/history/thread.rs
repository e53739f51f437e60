//! One conversation as one user has it: its messages, and how far he has read.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
    sync::Arc,
    time::Duration,
};

use imlink_model::{Direction, Millis};
use imlink_wire::{flags, uid::MessageUid};
use serde::{Deserialize, Serialize};

use crate::cloud::{message::Message, saved::each};

/// Messages by time, and what the conversation list says of them.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::cloud) struct Thread<M = Arc<Message>> {
    messages: BTreeMap<Millis, Kept<M>>,
    /// Received messages up to here are read.
    pub(in crate::cloud) read: Millis,
    /// When the unread count last changed: the version of it.
    pub(in crate::cloud) counted: Millis,
    /// Its place in the conversation list, the time of the newest message; `None` if it is not there.
    pub(in crate::cloud) listed: Option<Millis>,
}

/// A message in a thread.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::cloud) struct Kept<M = Arc<Message>> {
    pub(in crate::cloud) message: M,
    /// From the point of view of the thread's owner.
    pub(in crate::cloud) direction: Direction,
}

/// Which way a history is read from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryOrder {
    /// Older messages, the newest of them first.
    Older,
    /// Newer messages, the oldest of them first.
    Newer,
}

/// One answer to a history query.
pub(in crate::cloud) struct HistoryPage {
    pub(in crate::cloud) messages: Vec<Kept>,
    /// Whether there is more that way.
    pub(in crate::cloud) more: bool,
}

impl Thread {
    /// Adds a message, which may be the second of a note to oneself; the thread has it once.
    pub(in crate::cloud) fn put(&mut self, message: Arc<Message>, direction: Direction) {
        let time = message.time;
        if direction == Direction::Received && counts(&message) {
            self.counted = self.counted.max(time);
        }
        self.listed = Some(time);
        self.messages.insert(time, Kept { message, direction });
    }

    /// Messages on one side of a time, which is not part of it.
    pub(in crate::cloud) fn page(
        &self,
        time: Millis,
        order: HistoryOrder,
        count: usize,
    ) -> HistoryPage {
        let (messages, more) = match order {
            HistoryOrder::Older => first(self.messages.range(..time).rev(), count),
            HistoryOrder::Newer => first(self.messages.range((Excluded(time), Unbounded)), count),
        };
        HistoryPage { messages, more }
    }

    /// The message of a uid.
    pub(in crate::cloud) fn find(&self, uid: &str) -> Option<&Kept> {
        self.messages.get(&time_of(uid)?).filter(is(uid))
    }

    /// Takes a message out.
    pub(in crate::cloud) fn remove(&mut self, uid: &str) -> Option<Kept> {
        let time = time_of(uid)?;
        self.messages.get(&time).filter(is(uid))?;
        self.messages.remove(&time)
    }

    /// Takes out every message up to a time, the time included.
    pub(in crate::cloud) fn clean(&mut self, up_to: Millis) {
        self.messages = self.messages.split_off(&Millis(up_to.0.saturating_add(1)));
    }

    /// Forgets what is older than the retention.
    pub(in crate::cloud) fn prune(&mut self, now: Millis, retention: Duration) {
        let oldest = now.before(retention);
        let first = self.messages.first_key_value();
        if first.is_some_and(|(time, _)| *time < oldest) {
            self.messages = self.messages.split_off(&oldest);
        }
    }

    /// The message that the conversation list shows.
    pub(in crate::cloud) fn latest(&self) -> Option<&Kept> {
        let shown = |kept: &&Kept| {
            let options = kept.message.draft.body.option_bits.unwrap_or_default();
            options & flags::option::KEEP_LAST_MESSAGE == 0
        };
        self.messages.values().rev().find(shown)
    }

    /// The time of the newest message.
    pub(in crate::cloud) fn newest(&self) -> Millis {
        let newest = self.messages.last_key_value();
        newest.map_or_else(Millis::default, |(time, _)| *time)
    }

    /// Received messages that count and have not been read, oldest first.
    pub(in crate::cloud) fn unread(&self) -> impl Iterator<Item = &Message> {
        self.messages
            .range((Excluded(self.read), Unbounded))
            .map(|(_, kept)| kept)
            .filter(|kept| kept.direction == Direction::Received && counts(&kept.message))
            .map(|kept| &*kept.message)
    }

    /// Notes that everything up to a time has been read. False if that was known.
    pub(in crate::cloud) fn read_up_to(&mut self, time: Millis, version: Millis) -> bool {
        if time <= self.read {
            return false;
        }
        self.read = time;
        self.counted = version;
        true
    }

    /// Takes the conversation off the list, as read, until its next message.
    pub(in crate::cloud) fn unlist(&mut self, now: Millis) {
        self.listed = None;
        self.read_up_to(self.newest(), now);
    }
}

impl<M> Thread<M> {
    /// Names its messages in another way.
    pub(in crate::cloud) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Thread<N>, E> {
        let Self {
            messages,
            read,
            counted,
            listed,
        } = self;
        Ok(Thread {
            messages: each(messages, |kept| kept.rename(name))?,
            read,
            counted,
            listed,
        })
    }
}

impl<M> Kept<M> {
    /// Names its message in another way.
    pub(in crate::cloud) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Kept<N>, E> {
        let Self { message, direction } = self;
        Ok(Kept {
            message: name(message)?,
            direction,
        })
    }
}

impl<M> Default for Thread<M> {
    fn default() -> Self {
        Self {
            messages: BTreeMap::new(),
            read: Millis::default(),
            counted: Millis::default(),
            listed: None,
        }
    }
}

fn first<'t>(
    messages: impl Iterator<Item = (&'t Millis, &'t Kept)>,
    count: usize,
) -> (Vec<Kept>, bool) {
    let mut messages = messages.map(|(_, kept)| kept);
    let page = messages.by_ref().take(count).cloned().collect();
    (page, messages.next().is_some())
}

fn counts(message: &Message) -> bool {
    message.draft.body.session_id & flags::session::COUNTED != 0
}

/// A uid begins with the time of its message (protocol/cloud-wire.md 6).
fn time_of(uid: &str) -> Option<Millis> {
    let time = MessageUid::parse(uid)?.time();
    i64::try_from(time).ok().map(Millis)
}

fn is<'u>(uid: &'u str) -> impl Fn(&&Kept) -> bool + 'u {
    move |kept| kept.message.uid == uid
}
