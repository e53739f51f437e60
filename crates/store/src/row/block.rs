//! What is known of a block of messages, and of positions that have none.

use imlink_model::{Millis, Seq};
use serde::{Deserialize, Serialize};

use super::{Row, read, write};
use crate::{Gap, GapCause};

/// Which rows a block of positions has: how many, and a sum over all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    /// Messages of the block.
    pub(crate) count: u32,
    /// Sum of their fingerprints, wrapping.
    pub(crate) sum: u64,
}

impl Row for Block {
    fn encode(&self) -> Vec<u8> {
        write(self)
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read(form, payload)
    }
}

#[derive(Serialize, Deserialize)]
struct GapRow {
    first: u64,
    last: u64,
    lost: Option<u64>,
    cause: CauseRow,
}

#[derive(Serialize, Deserialize)]
enum CauseRow {
    RolledBack,
    Damaged,
    Expired { from: i64, until: i64 },
}

impl Row for Gap {
    fn encode(&self) -> Vec<u8> {
        write(&GapRow {
            first: self.first.0,
            last: self.last.0,
            lost: self.lost,
            cause: match self.cause {
                GapCause::RolledBack => CauseRow::RolledBack,
                GapCause::Damaged => CauseRow::Damaged,
                GapCause::Expired { from, until } => CauseRow::Expired {
                    from: from.0,
                    until: until.0,
                },
            },
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: GapRow = read(form, payload)?;
        Some(Self {
            first: Seq(row.first),
            last: Seq(row.last),
            lost: row.lost,
            cause: match row.cause {
                CauseRow::RolledBack => GapCause::RolledBack,
                CauseRow::Damaged => GapCause::Damaged,
                CauseRow::Expired { from, until } => GapCause::Expired {
                    from: Millis(from),
                    until: Millis(until),
                },
            },
        })
    }
}
