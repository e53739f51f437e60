//! What was said in a room, for those who pull it.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use imlink_model::{Direction, Millis, UserId};
use serde::{Deserialize, Serialize};

use crate::cloud::{message::Message, saved::each};

/// The most messages a room keeps; the oldest go first.
const MAX_MESSAGES: usize = 10_000;

/// Who said something, for what his own devices see of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cloud) enum Speaker {
    /// A client: it has shown the message itself, the user's others have had an echo.
    Client,
    /// An app server, and the user's devices are to have it too.
    ServerIncluded,
    /// An app server in the name of a user who is not to see it.
    ServerExcluded,
}

/// Messages in order of time, strictly increasing.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Log<M = Arc<Message>> {
    said: BTreeMap<Millis, Said<M>>,
    /// No later message has this time or an earlier one: it was handed out as a cursor.
    newest: Millis,
}

#[derive(Clone, Serialize, Deserialize)]
struct Said<M = Arc<Message>> {
    message: M,
    speaker: Speaker,
}

/// One answer to a pull.
pub(super) struct Page {
    pub(super) messages: Vec<(Arc<Message>, Direction)>,
    pub(super) cursor: Millis,
}

impl Log {
    pub(super) fn new(now: Millis) -> Self {
        Self {
            said: BTreeMap::new(),
            newest: now,
        }
    }

    /// The earliest time a next message may have.
    pub(super) fn next_time(&self, now: Millis) -> Millis {
        now.max(Millis(self.newest.0.saturating_add(1)))
    }

    /// Keeps a message whose time is at least [`next_time`](Self::next_time).
    pub(super) fn add(&mut self, message: Arc<Message>, speaker: Speaker) {
        self.newest = self.newest.max(message.time);
        self.said.insert(message.time, Said { message, speaker });
        if self.said.len() > MAX_MESSAGES {
            self.said.pop_first();
        }
    }

    /// The last messages, for a user who comes in; his own among them are marked.
    pub(super) fn last(&self, user: &UserId, count: usize) -> Page {
        let known = |said: &&Said| {
            said.message.draft.from != *user || said.speaker != Speaker::ServerExcluded
        };
        let mut messages: Vec<_> = self
            .said
            .values()
            .rev()
            .filter(known)
            .take(count)
            .map(|said| said.seen_by(user))
            .collect();
        messages.reverse();
        Page {
            messages,
            cursor: self.newest,
        }
    }

    /// The messages after a cursor. What a user's own clients said is left out, for a client that
    /// pulls does not look who said a thing (protocol/cloud-wire.md 5.9).
    pub(super) fn since(&self, user: &UserId, cursor: Millis) -> Page {
        let news = |said: &&Said| {
            said.message.draft.from != *user || said.speaker == Speaker::ServerIncluded
        };
        let messages = self
            .said
            .range((Bound::Excluded(cursor), Bound::Unbounded))
            .map(|(_, said)| said)
            .filter(news)
            .map(|said| said.seen_by(user))
            .collect();
        Page {
            messages,
            cursor: self.newest.max(cursor),
        }
    }

    /// Every message, oldest first.
    pub(super) fn messages(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.said.values().map(|said| &said.message)
    }
}

impl Said {
    fn seen_by(&self, user: &UserId) -> (Arc<Message>, Direction) {
        let own = self.message.draft.from == *user;
        let direction = if own {
            Direction::Sent
        } else {
            Direction::Received
        };
        (self.message.clone(), direction)
    }
}

impl<M> Log<M> {
    /// Names its messages in another way.
    pub(super) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Log<N>, E> {
        let Self { said, newest } = self;
        Ok(Log {
            said: each(said, |said| said.rename(name))?,
            newest,
        })
    }
}

impl<M> Said<M> {
    fn rename<N, E>(self, name: &mut impl FnMut(M) -> Result<N, E>) -> Result<Said<N>, E> {
        let Self { message, speaker } = self;
        Ok(Said {
            message: name(message)?,
            speaker,
        })
    }
}
