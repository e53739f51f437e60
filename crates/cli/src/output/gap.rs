//! A stretch of messages of which something is missing, as programs are told of it.

use imlink::{Gap, GapCause};
use serde::Serialize;

/// What is missing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GapFields {
    /// The first place of the stretch.
    pub first: u64,
    /// The last place of it.
    pub last: u64,
    /// How many messages of it are missing; `null` if nobody knows.
    pub lost: Option<u64>,
    /// `rolled-back`, `damaged` or `expired`.
    pub cause: &'static str,
    /// Between which times of the cloud, in milliseconds since 1970; of what is expired only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl From<&Gap> for GapFields {
    fn from(gap: &Gap) -> Self {
        let (cause, between) = match gap.cause {
            GapCause::RolledBack => ("rolled-back", None),
            GapCause::Damaged => ("damaged", None),
            GapCause::Expired { from, until } => ("expired", Some((from.0, until.0))),
        };
        let (from, until) = between.unzip();
        Self {
            first: gap.first.0,
            last: gap.last.0,
            lost: gap.lost,
            cause,
            from,
            until,
        }
    }
}
