//! What the user did with a message that came.

use serde::{Deserialize, Serialize};

/// Longest local extra of a message, in bytes.
pub const MAX_LOCAL_EXTRA_BYTES: usize = 16 * 1024;

/// Longest local extra and key-value data of a message together, in bytes: so much fits beside the
/// largest body wherever the message goes on this machine.
pub const MAX_BESIDE_BODY_BYTES: usize = 40 * 1024;

/// What was done with a message, in the vendor's bits (behaviour.md 13.1). It stays on this
/// machine.
///
/// Bits without a name here are kept as they are. [`RETRIEVED`](Self::RETRIEVED) comes from the
/// cloud, the others are the apps' to set. Which messages are *unread* does not depend on them: that
/// follows from the time up to which the conversation is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceivedStatus(u8);

impl ReceivedStatus {
    /// Nothing was done with it.
    pub const NONE: Self = Self(0);
    /// It was looked at.
    pub const READ: Self = Self(1);
    /// Its voice was listened to.
    pub const LISTENED: Self = Self(2);
    /// Its media is on this machine.
    pub const DOWNLOADED: Self = Self(4);
    /// Another device of the user had it before; no second notification is due.
    pub const RETRIEVED: Self = Self(8);

    /// Takes the vendor's number.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The vendor's number.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of these bits are set.
    #[must_use]
    pub const fn contains(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// With these bits set.
    #[must_use]
    pub const fn with(self, bits: Self) -> Self {
        Self(self.0 | bits.0)
    }

    /// Without these bits.
    #[must_use]
    pub const fn without(self, bits: Self) -> Self {
        Self(self.0 & !bits.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_set_and_taken_away_and_unknown_ones_stay() {
        let newer = ReceivedStatus::from_bits(0b0101_0000);

        let status = newer
            .with(ReceivedStatus::READ)
            .with(ReceivedStatus::LISTENED)
            .without(ReceivedStatus::READ);

        assert_eq!(status.bits(), 0b0101_0010);
        assert!(status.contains(newer));
        assert!(!status.contains(ReceivedStatus::READ));
    }
}
