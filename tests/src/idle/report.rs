//! What was measured, side by side with the budget.

use std::fmt;

use super::{Cost, Options};

/// Resident memory of an idle daemon with its store open, in KB (B3).
const MEMORY: u64 = 12 * 1024;

/// Wake-ups a second of the same (B3).
const WAKEUPS: f64 = 8.0;

/// KB of each further idle app (B3).
const APP: f64 = 4.0;

/// Four kinds of idling.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub(super) options: Options,
    pub(super) alone: Cost,
    pub(super) connected: Cost,
    pub(super) with_apps: Cost,
    pub(super) with_as_many_again: Cost,
}

impl Report {
    /// KB of memory for each further app.
    fn app(&self) -> f64 {
        let more = self
            .with_as_many_again
            .own
            .saturating_sub(self.with_apps.own);
        more as f64 / f64::from(self.options.apps.max(1))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options {
            window,
            messages,
            apps,
        } = self.options;
        writeln!(
            f,
            "{:<40}{:>8}{:>8}{:>9}{:>12}",
            "", "RSS, KB", "own, KB", "threads", "wake-ups/s"
        )?;
        let state = |what: String, cost: &Cost| {
            format!(
                "{what:<40}{:>8}{:>8}{:>9}{:>12.1}",
                cost.resident, cost.own, cost.threads, cost.wakeups
            )
        };
        writeln!(f, "{}", state("alone".into(), &self.alone))?;
        let stored = format!("connected, {messages} messages stored");
        writeln!(f, "{}", state(stored, &self.connected))?;
        let attached = format!("and {apps} further apps connected");
        writeln!(f, "{}", state(attached, &self.with_apps))?;
        let again = format!("and {apps} more of them");
        writeln!(f, "{}", state(again, &self.with_as_many_again))?;
        writeln!(f, "over {} s each; budgets:", window.as_secs())?;
        let word = |kept: bool| if kept { "kept" } else { "MISSED" };
        let Cost {
            resident, wakeups, ..
        } = self.connected;
        writeln!(f, "  RSS below {MEMORY} KB: {}", word(resident < MEMORY))?;
        writeln!(
            f,
            "  at most {WAKEUPS} wake-ups/s: {}",
            word(wakeups <= WAKEUPS)
        )?;
        let app = self.app();
        write!(
            f,
            "  {APP} KB a further app: {app:.1}, {}",
            word(app <= APP)
        )
    }
}
