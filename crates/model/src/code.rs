//! The one table of codes: what each number means and what to do about it.
//!
//! Numbers below 90001 are the vendor's, as behaviour.md 12 collects them; from 90001 on they are
//! imlink's own (decisions.md P26). A number never changes its meaning.
//!
//! Every code in the table is also a constant of [`Code`], so that no other file spells a number.

mod connection;
mod info;
mod local;
mod sending;
mod storage;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use info::{Area, CodeInfo, Retry};
pub use table::CODES;

/// The outcome of a call, or the reason behind a status, as a number.
///
/// Open: the cloud may send a number nobody documented, and it is passed on as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(i32);

impl Code {
    /// The code with this number, known or not.
    #[must_use]
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number itself.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// What the table says of this code, `None` if it is not in there.
    #[must_use]
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES
            .binary_search_by_key(&self.0, |info| info.number)
            .ok()
            .and_then(|index| CODES.get(index))
    }

    /// The documented name, for example `RC_CONN_TOKEN_INCORRECT`; `UNKNOWN_CODE` if none is.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().map_or("UNKNOWN_CODE", |info| info.name)
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn cause(self) -> &'static str {
        self.info()
            .map_or("The cloud gave a code that imlink does not know.", |info| {
                info.cause
            })
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn cure(self) -> &'static str {
        self.info().map_or(
            "Look the number up in the cloud's own list of codes.",
            |info| info.cure,
        )
    }

    /// imlink tries again by itself, or the same call can succeed later as it is.
    ///
    /// False for a code outside the table, and for every terminal code: those take an explicit
    /// connect, even where the same token will do. Not the rule for resending a queued message,
    /// which also asks whether its bytes were written (decisions.md P17).
    #[must_use]
    pub fn is_retryable(self) -> bool {
        self.info().is_some_and(|info| {
            !info.terminal
                && match info.retry {
                    Retry::Automatic | Retry::ByApp => true,
                    Retry::Never | Retry::NotApplicable => false,
                }
        })
    }

    /// Reconnecting stops until an app calls connect again (behaviour.md 3.2, decisions.md P11).
    ///
    /// False for a code outside the table: an unknown refusal is retried, slowly.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.info().is_some_and(|info| info.terminal)
    }

    /// The call did what it was asked to do.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == Self::SUCCESS.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
