//! Positions whose messages are gone, though nobody deleted them.

use imlink_model::{Millis, Seq};

/// A stretch of positions of which something is missing. Told to every subscription that comes
/// past it (F-D08: never silently).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first position of the stretch.
    pub first: Seq,
    /// The last position of it.
    pub last: Seq,
    /// How many messages of it are missing; `None` if that is not known.
    pub lost: Option<u64>,
    /// Why.
    pub cause: GapCause,
}

impl Gap {
    /// One message that is there and cannot be read.
    pub(crate) fn damaged(seq: Seq) -> Self {
        Self {
            first: seq,
            last: seq,
            lost: Some(1),
            cause: GapCause::Damaged,
        }
    }
}

/// Why messages are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The rows are those of an earlier time: what was stored since is gone with its cursor, so the
    /// cloud gives it again, in new positions.
    RolledBack,
    /// Rows were lost, replaced by older ones, or cannot be read.
    Damaged,
    /// The account was away for longer than the cloud keeps messages (behaviour.md 13.5). Nobody
    /// knows whether there were any; the gap has a position of its own, before those that came
    /// afterwards.
    Expired {
        /// The server time up to which nothing is missing.
        from: Millis,
        /// The server time from which on nothing is.
        until: Millis,
    },
}
