//! How far an account has been read.
//!
//! ```text
//! byte   0         1 .. 8    9 .. 16   17 .. 24
//!        version   inbox     sendbox   broadcast      integers big endian
//! ```

use bytes::{Buf, BufMut, Bytes, BytesMut};
use imlink_model::uplink::Cursor;

const VERSION: u8 = 1;
const LENGTH: usize = 25;

/// The three cursors of `pullMsg`, server times in ms (`protocol/cloud-wire.md` 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursors {
    /// Messages received up to here.
    pub(crate) inbox: i64,
    /// The user's own messages up to here.
    pub(crate) sendbox: i64,
    /// Broadcasts up to here; starts at 1.
    pub(crate) broadcast: i64,
}

impl Default for Cursors {
    fn default() -> Self {
        Self {
            inbox: 0,
            sendbox: 0,
            broadcast: 1,
        }
    }
}

impl Cursors {
    /// Reads what the store kept; anything unreadable means reading the account from its start,
    /// which costs time and loses nothing.
    pub(crate) fn decode(cursor: &Cursor) -> Self {
        let mut bytes = cursor.0.clone();
        if bytes.len() != LENGTH || bytes.get_u8() != VERSION {
            return Self::default();
        }
        let cursors = Self {
            inbox: bytes.get_i64(),
            sendbox: bytes.get_i64(),
            broadcast: bytes.get_i64(),
        };
        let plausible = cursors.inbox >= 0 && cursors.sendbox >= 0 && cursors.broadcast >= 0;
        if plausible { cursors } else { Self::default() }
    }

    pub(crate) fn encode(self) -> Cursor {
        let mut bytes = BytesMut::with_capacity(LENGTH);
        bytes.put_u8(VERSION);
        bytes.put_i64(self.inbox);
        bytes.put_i64(self.sendbox);
        bytes.put_i64(self.broadcast);
        Cursor(Bytes::from(bytes))
    }

    /// The higher of each: a cursor the server lowers would bring everything since again.
    pub(crate) fn raised_by(self, other: Self) -> Self {
        Self {
            inbox: self.inbox.max(other.inbox),
            sendbox: self.sendbox.max(other.sendbox),
            broadcast: self.broadcast.max(other.broadcast),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_store() {
        let cursors = Cursors {
            inbox: 1_795_231_818_752,
            sendbox: 7,
            broadcast: i64::MAX,
        };

        assert_eq!(Cursors::decode(&cursors.encode()), cursors);
        assert_eq!(cursors.encode().0[..3], [1, 0, 0]);
        assert_eq!(cursors.encode().0.len(), 25);
    }

    #[test]
    fn an_unreadable_cursor_starts_from_zero() {
        let good = Cursors {
            inbox: 5,
            sendbox: 5,
            broadcast: 5,
        }
        .encode()
        .0;
        let newer = [&[2], &good[1..]].concat();
        let negative = Cursors {
            inbox: -1,
            sendbox: 5,
            broadcast: 5,
        }
        .encode()
        .0;

        for garbage in [Bytes::new(), good.slice(..24), newer.into(), negative] {
            assert_eq!(Cursors::decode(&Cursor(garbage)), Cursors::default());
        }
    }

    #[test]
    fn a_lower_cursor_is_not_adopted() {
        let held = Cursors {
            inbox: 5,
            sendbox: 5,
            broadcast: 5,
        };
        let told = Cursors {
            inbox: 4,
            sendbox: 6,
            broadcast: 1,
        };

        assert_eq!(
            held.raised_by(told),
            Cursors {
                inbox: 5,
                sendbox: 6,
                broadcast: 5
            }
        );
    }
}
