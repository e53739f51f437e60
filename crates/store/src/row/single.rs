//! Rows that are one number, one text, or there once.

use bytes::Bytes;
use imlink_model::uplink::Cursor;
use imlink_model::{Body, Generation, OutboxId, Seq, UserId};
use serde::{Deserialize, Serialize};

use super::{Row, read, read_form, write};

/// How far the account's own numbers have gone, and how much there is. Kept apart from the rows
/// they number, so that a number is not given twice when the newest row goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Position of the last message.
    pub(crate) seq: u64,
    /// Id of the last outgoing message.
    pub(crate) outbox: u64,
    /// Number of the last commit.
    pub(crate) commit: u64,
    /// Outgoing messages without a final state.
    pub(crate) open: u64,
    /// Unread messages of all conversations.
    pub(crate) unread: u64,
    /// Those of them that mention the user.
    pub(crate) mentions: u64,
    /// Up to which position messages have their entries in timelines on the disk.
    pub(crate) listed: u64,
}

/// Form 1 was of stores of format 1; it had the first two numbers.
impl Row for Head {
    const FORM: u8 = 2;

    fn encode(&self) -> Vec<u8> {
        write(self)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        if form == 1 {
            let (seq, outbox) = read(form, payload)?;
            return Some(Self {
                seq,
                outbox,
                ..Self::default()
            });
        }
        read_form(Self::FORM, form, payload)
    }
}

/// The rows were begun anew, and with those before them durable subscriptions are gone: a name that
/// is not known may be one that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Anew {
    /// The last position given before.
    pub(crate) last: u64,
    /// This machine's time in milliseconds when the first of them was asked for; zero before.
    pub(crate) noticed: i64,
}

impl Anew {
    pub(crate) fn after(last: Seq) -> Self {
        Self {
            last: last.0,
            noticed: 0,
        }
    }
}

impl Row for Anew {
    fn encode(&self) -> Vec<u8> {
        write(self)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read(form, payload)
    }
}

/// A text of the user's own, such as a draft.
impl Row for Body {
    fn encode(&self) -> Vec<u8> {
        self.as_str().into()
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?;
        (form == Self::FORM).then(|| Self::new(text))
    }
}

impl Row for Seq {
    fn encode(&self) -> Vec<u8> {
        write(&self.0)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read(form, payload).map(Self)
    }
}

impl Row for Generation {
    fn encode(&self) -> Vec<u8> {
        write(&self.0)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read(form, payload).map(Self)
    }
}

impl Row for OutboxId {
    fn encode(&self) -> Vec<u8> {
        write(&self.0)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read(form, payload).map(Self)
    }
}

impl Row for Cursor {
    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        (form == Self::FORM).then(|| Self(Bytes::copy_from_slice(payload)))
    }
}

impl Row for UserId {
    fn encode(&self) -> Vec<u8> {
        self.as_str().into()
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?;
        (form == Self::FORM).then(|| Self::new(text).ok()).flatten()
    }
}
