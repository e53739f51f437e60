//! What was measured, side by side with the budget.

use std::fmt;

use super::{Cost, Options};

/// Resident memory of an idle daemon with its store open, in KB (B3).
const MEMORY: u64 = 12 * 1024;

/// Wake-ups a second of the same (B3).
const WAKEUPS: f64 = 8.0;

/// KB of each further idle app (B3).
const APP: f64 = 4.0;

/// Four states of a daemon.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub(super) options: Options,
    pub(super) alone: Cost,
    pub(super) connected: Cost,
    pub(super) with_apps: Cost,
    pub(super) with_tokens: Cost,
}

impl Report {
    /// KB of memory for each app between two states.
    fn each(&self, before: &Cost, after: &Cost) -> f64 {
        let more = after.own.saturating_sub(before.own);
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
        let tokens = format!("and {apps} with a token each");
        writeln!(f, "{}", state(tokens, &self.with_tokens))?;
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
        let app = self.each(&self.connected, &self.with_apps);
        writeln!(
            f,
            "  {APP} KB a further app: {app:.1}, {}",
            word(app <= APP)
        )?;
        let token = self.each(&self.with_apps, &self.with_tokens);
        write!(f, "  without a budget: one with a new token: {token:.1} KB")
    }
}
