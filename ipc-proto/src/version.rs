//! The ladder of protocol versions.

use std::fmt;

/// One rung of the ladder. A rung is added whenever a frame may carry something that older
/// clients or daemons do not know; a released rung never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Protocol {
    /// The first: everything in this crate.
    V1 = 1,
}

impl Protocol {
    /// Every rung, lowest first.
    pub const ALL: [Self; 1] = [Self::V1];

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The rung with that number, if this build knows it.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.number() == number)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// The versions one side speaks, both ends included.
///
/// Raw numbers, because the other side may speak versions this build has never heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolRange {
    /// The oldest version it speaks.
    pub lowest: u16,
    /// The newest version it speaks.
    pub highest: u16,
}

impl ProtocolRange {
    /// What this build speaks.
    pub const SUPPORTED: Self = Self {
        lowest: Protocol::V1.number(),
        highest: Protocol::V1.number(),
    };

    /// The newest version both sides speak; `None` if there is none, or a range is upside down.
    #[must_use]
    pub fn newest_common(self, other: Self) -> Option<u16> {
        if self.lowest > self.highest || other.lowest > other.highest {
            return None;
        }
        let newest = self.highest.min(other.highest);
        (newest >= self.lowest.max(other.lowest)).then_some(newest)
    }
}

impl fmt::Display for ProtocolRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.lowest, self.highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_supported_range_is_the_whole_ladder() {
        let numbers: Vec<u16> = Protocol::ALL.iter().map(|rung| rung.number()).collect();
        let range = ProtocolRange::SUPPORTED;

        assert_eq!(numbers, (range.lowest..=range.highest).collect::<Vec<_>>());
        assert_eq!(Protocol::from_number(0), None);
        assert_eq!(Protocol::from_number(range.highest + 1), None);
    }

    // F-I15
    #[test]
    fn the_newest_version_both_sides_speak_is_chosen() {
        let range = |lowest, highest| ProtocolRange { lowest, highest };
        let table = [
            (range(1, 1), range(1, 1), Some(1)),
            (range(1, 3), range(2, 5), Some(3)),
            (range(2, 5), range(1, 3), Some(3)),
            (range(1, 9), range(4, 4), Some(4)),
            (range(1, 2), range(3, 4), None),
            (range(3, 4), range(1, 2), None),
            (range(0, 0), range(1, 1), None),
            (range(3, 1), range(1, 3), None),
            (range(1, 3), range(3, 1), None),
            (range(0, u16::MAX), range(1, 1), Some(1)),
        ];

        for (ours, theirs, expected) in table {
            assert_eq!(ours.newest_common(theirs), expected, "{ours} and {theirs}");
        }
    }
}
