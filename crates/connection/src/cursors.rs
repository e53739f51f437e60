//! How far an account has been read.
//!
//! ```text
//! byte   0         1 .. 8    9 .. 16   17 .. 24    25 .. 32
//!        version   inbox     sendbox   broadcast   whole until    integers big endian
//! ```
//!
//! Version 1 ended before the last one.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use imlink_model::Millis;
use imlink_model::uplink::Cursor;

const VERSION: u8 = 2;
const LENGTH: usize = 33;

/// Version and length before [`Cursors::whole_until`] was kept.
const FIRST_VERSION: (u8, usize) = (1, 25);

/// The three cursors of `pullMsg`, server times in ms (`protocol/cloud-wire.md` 5.2), and what they
/// do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursors {
    /// Messages received up to here.
    pub(crate) inbox: i64,
    /// The user's own messages up to here.
    pub(crate) sendbox: i64,
    /// Broadcasts up to here; starts at 1.
    pub(crate) broadcast: i64,
    /// Server time up to which nothing is missing but what apps were told of, if nothing came since;
    /// 0 if that is not known.
    whole_until: i64,
}

impl Default for Cursors {
    fn default() -> Self {
        Self {
            inbox: 0,
            sendbox: 0,
            broadcast: 1,
            whole_until: 0,
        }
    }
}

impl Cursors {
    /// What an answer to a pull says.
    pub(crate) fn of_page(inbox: i64, sendbox: i64, broadcast: i64) -> Self {
        Self {
            inbox,
            sendbox,
            broadcast,
            whole_until: 0,
        }
    }

    /// The same once everything that the cloud had at this server time is stored.
    pub(crate) fn whole_at(self, time: Millis) -> Self {
        Self {
            whole_until: self.whole_until.max(time.0),
            ..self
        }
    }

    /// The server time up to which nothing is missing; `None` if that is not known.
    pub(crate) fn whole_until(self) -> Option<Millis> {
        // Pages come in the order of their time: what was stored last is as good.
        (self.whole_until > 0).then(|| Millis(self.whole_until.max(self.inbox)))
    }

    /// How long before a server time it was noted that the account is whole; `None` if it never was.
    pub(crate) fn noted_before(self, time: Millis) -> Option<Duration> {
        let since = time.0.saturating_sub(self.whole_until);
        (self.whole_until > 0).then(|| Duration::from_millis(u64::try_from(since).unwrap_or(0)))
    }

    /// Whether both stand at the same place in the cloud.
    pub(crate) fn is_at(self, other: Self) -> bool {
        self.whole_at(Millis(other.whole_until)) == other.whole_at(Millis(self.whole_until))
    }

    /// Reads what the store kept; anything unreadable means reading the account from its start,
    /// which costs time and loses nothing.
    pub(crate) fn decode(cursor: &Cursor) -> Self {
        let mut bytes = cursor.0.clone();
        let form = bytes.first().map(|version| (*version, bytes.len()));
        if form != Some(FIRST_VERSION) && form != Some((VERSION, LENGTH)) {
            return Self::default();
        }
        bytes.advance(1);
        let cursors = Self {
            inbox: bytes.get_i64(),
            sendbox: bytes.get_i64(),
            broadcast: bytes.get_i64(),
            whole_until: bytes.try_get_i64().unwrap_or(0),
        };
        let Self {
            inbox,
            sendbox,
            broadcast,
            whole_until,
        } = cursors;
        let plausible = [inbox, sendbox, broadcast, whole_until]
            .iter()
            .all(|time| *time >= 0);
        if plausible { cursors } else { Self::default() }
    }

    pub(crate) fn encode(self) -> Cursor {
        let mut bytes = BytesMut::with_capacity(LENGTH);
        bytes.put_u8(VERSION);
        bytes.put_i64(self.inbox);
        bytes.put_i64(self.sendbox);
        bytes.put_i64(self.broadcast);
        bytes.put_i64(self.whole_until);
        Cursor(Bytes::from(bytes))
    }

    /// The higher of each: a cursor the server lowers would bring everything since again.
    pub(crate) fn raised_by(self, other: Self) -> Self {
        Self {
            inbox: self.inbox.max(other.inbox),
            sendbox: self.sendbox.max(other.sendbox),
            broadcast: self.broadcast.max(other.broadcast),
            whole_until: self.whole_until.max(other.whole_until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_store() {
        let cursors =
            Cursors::of_page(1_795_231_818_752, 7, i64::MAX).whole_at(Millis(1_795_231_900_000));

        assert_eq!(Cursors::decode(&cursors.encode()), cursors);
        assert_eq!(cursors.encode().0[..3], [2, 0, 0]);
        assert_eq!(cursors.encode().0.len(), 33);
    }

    #[test]
    fn a_cursor_of_the_first_version_does_not_know_since_when_it_is_whole() {
        let written = Cursors::of_page(5, 6, 7).whole_at(Millis(8)).encode().0;
        let first = [&[1], &written[1..25]].concat();

        let read = Cursors::decode(&Cursor(first.into()));

        assert_eq!(read, Cursors::of_page(5, 6, 7));
        assert_eq!(read.whole_until(), None);
    }

    #[test]
    fn an_unreadable_cursor_starts_from_zero() {
        let good = Cursors::of_page(5, 5, 5).encode().0;
        let newer = [&[3], &good[1..]].concat();
        let negative = Cursors::of_page(-1, 5, 5).encode().0;

        for garbage in [Bytes::new(), good.slice(..24), newer.into(), negative] {
            assert_eq!(Cursors::decode(&Cursor(garbage)), Cursors::default());
        }
    }

    #[test]
    fn a_lower_cursor_is_not_adopted() {
        let held = Cursors::of_page(5, 5, 5);
        let told = Cursors::of_page(4, 6, 1);

        assert_eq!(held.raised_by(told), Cursors::of_page(5, 6, 5));
    }

    #[test]
    fn an_account_is_whole_up_to_its_last_message_at_least() {
        let whole = Cursors::of_page(5_000, 0, 1).whole_at(Millis(3_000));

        assert_eq!(whole.whole_until(), Some(Millis(5_000)));
        let later = whole.whole_at(Millis(7_000));
        assert_eq!(later.whole_until(), Some(Millis(7_000)));
        assert!(later.is_at(whole) && !later.is_at(Cursors::default()));
    }
}
