//! The table a person reads: all of them, ratios, and the budget of docs/measured.md where there is
//! one.

use std::fmt;

use crate::fill::Filled;
use crate::probe::Probed;

/// Everything measured for one number of messages.
pub(crate) struct Table {
    pub(crate) messages: u64,
    /// Of ours, of SQLite, and of SQLite without an index for searches.
    pub(crate) measured: Vec<(Filled, Probed)>,
}

/// One line.
struct Line {
    what: &'static str,
    values: Vec<f64>,
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
    fn lines(&self) -> Vec<Line> {
        let filled = |what, of: fn(&Filled) -> f64, budget| Line {
            what,
            values: self.measured.iter().map(|(filled, _)| of(filled)).collect(),
            budget,
        };
        let probed = |what, of: fn(&Probed) -> f64, budget| Line {
            what,
            values: self.measured.iter().map(|(_, probed)| of(probed)).collect(),
            budget,
        };
        let open = if self.messages <= REOPENED {
            Budget::Below(300.0)
        } else {
            Budget::None
        };
        vec![
            filled(
                "durable groups of 100, messages/s",
                |filled| filled.grouped,
                Budget::AtLeast(1.1),
            ),
            filled(
                "processor time in groups, us/message",
                |filled| filled.processor,
                Budget::None,
            ),
            filled(
                "durable singles, messages/s",
                |filled| filled.single,
                Budget::AtLeast(0.45),
            ),
            filled("bytes a message", |filled| filled.bytes, Budget::None),
            probed("open, ms", |probed| probed.open, open),
            probed(
                "processor time of opening, ms",
                |probed| probed.open_processor,
                Budget::None,
            ),
            probed(
                "memory when open, MB",
                |probed| probed.resident,
                Budget::None,
            ),
            probed(
                "memory after reading, MB",
                |probed| probed.resident_at_end,
                Budget::None,
            ),
            probed(
                "first page of 20, ms",
                |probed| probed.first_page,
                Budget::None,
            ),
            probed(
                "page of 20, median, ms",
                |probed| probed.page,
                Budget::AtMost(1.5),
            ),
            probed(
                "search, frequent word, ms",
                |probed| probed.frequent,
                Budget::None,
            ),
            probed("search, rare word, ms", |probed| probed.rare, Budget::None),
        ]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} messages of 300 bytes", self.messages)?;
        writeln!(
            f,
            "{:<38}{:>11}{:>11}{:>8}{:>11}{:>8}  budget",
            "", "imlink", "SQLite", "ratio", "no search", "ratio"
        )?;
        self.lines().iter().try_for_each(|line| line.fmt(f))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [ours, theirs, bare] = self.values[..] else {
            return Err(fmt::Error);
        };
        let ratio = ours / theirs;
        let word = |kept: bool| if kept { "kept" } else { "MISSED" };
        let budget = match self.budget {
            Budget::AtLeast(least) => format!("at least {least}: {}", word(ratio >= least)),
            Budget::AtMost(most) => format!("at most {most}: {}", word(ratio <= most)),
            Budget::Below(limit) => format!("below {limit}: {}", word(ours < limit)),
            Budget::None => String::new(),
        };
        let line = format!(
            "{:<38}{ours:>11.2}{theirs:>11.2}{ratio:>8.2}{bare:>11.2}{:>8.2}  {budget}",
            self.what,
            ours / bare
        );
        writeln!(f, "{}", line.trim_end())
    }
}
