//! The table a person reads: both, their ratio, and the budget of docs/measured.md where there is
//! one.

use std::fmt;

use crate::fill::Filled;
use crate::probe::Probed;

/// Everything measured for one number of messages.
pub(crate) struct Table {
    pub(crate) messages: u64,
    pub(crate) filled: Filled,
    /// Ours and theirs.
    pub(crate) probed: [Probed; 2],
}

/// One line.
struct Line {
    what: &'static str,
    values: [f64; 2],
    budget: Budget,
}

/// What a line is held against.
enum Budget {
    /// The ratio is at least that.
    AtLeast(f64),
    /// The ratio is at most that.
    AtMost(f64),
    /// Ours is below that.
    Below(f64),
    None,
}

/// Messages up to which an opening has a budget in milliseconds (B4).
const REOPENED: u64 = 100_000;

impl Table {
    fn lines(&self) -> [Line; 11] {
        let [ours, theirs] = self.probed;
        let line = |what, values, budget| Line {
            what,
            values,
            budget,
        };
        let open = if self.messages <= REOPENED {
            Budget::Below(300.0)
        } else {
            Budget::None
        };
        let filled = &self.filled;
        let both = |of: fn(&Probed) -> f64| [of(&ours), of(&theirs)];
        [
            line(
                "durable groups of 100, messages/s",
                filled.grouped,
                Budget::AtLeast(1.1),
            ),
            line(
                "processor time in groups, us/message",
                filled.processor,
                Budget::None,
            ),
            line(
                "durable singles, messages/s",
                filled.single,
                Budget::AtLeast(0.45),
            ),
            line("bytes a message", filled.bytes, Budget::None),
            line("open, ms", both(|probed| probed.open), open),
            line(
                "processor time of opening, ms",
                both(|probed| probed.open_processor),
                Budget::None,
            ),
            line(
                "memory when open, MB",
                both(|probed| probed.resident),
                Budget::None,
            ),
            line(
                "first page of 20, ms",
                both(|probed| probed.first_page),
                Budget::None,
            ),
            line(
                "page of 20, median, ms",
                both(|probed| probed.page),
                Budget::AtMost(1.5),
            ),
            line(
                "search, frequent word, ms",
                both(|probed| probed.frequent),
                Budget::None,
            ),
            line(
                "search, rare word, ms",
                both(|probed| probed.rare),
                Budget::None,
            ),
        ]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} messages of 300 bytes", self.messages)?;
        writeln!(
            f,
            "{:<38}{:>12}{:>12}{:>9}  budget",
            "", "imlink", "SQLite", "ratio"
        )?;
        self.lines().iter().try_for_each(|line| line.fmt(f))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [ours, theirs] = self.values;
        let ratio = ours / theirs;
        let word = |kept: bool| if kept { "kept" } else { "MISSED" };
        let budget = match self.budget {
            Budget::AtLeast(least) => format!("at least {least}: {}", word(ratio >= least)),
            Budget::AtMost(most) => format!("at most {most}: {}", word(ratio <= most)),
            Budget::Below(limit) => format!("below {limit}: {}", word(ours < limit)),
            Budget::None => String::new(),
        };
        let line = format!(
            "{:<38}{ours:>12.2}{theirs:>12.2}{ratio:>9.2}  {budget}",
            self.what
        );
        writeln!(f, "{}", line.trim_end())
    }
}
