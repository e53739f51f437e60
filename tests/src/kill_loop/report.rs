//! How a run went, for people and for scripts.

use std::fmt;

use super::Tally;

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What repeats its choices.
    pub seed: u64,
    /// Trials that were made; fewer than asked for if it stopped at the first violation.
    pub trials: u32,
    /// Kills, those during recovery included.
    pub kills: u32,
    /// Kills of a daemon that had not let anybody in yet.
    pub kills_in_recovery: u32,
    /// What happened.
    pub tally: Tally,
}

impl Report {
    /// A run that has just begun.
    pub(super) fn of(seed: u64) -> Self {
        Self {
            seed,
            trials: 0,
            kills: 0,
            kills_in_recovery: 0,
            tally: Tally::default(),
        }
    }

    /// Takes in what a season came to.
    pub(super) fn add(&mut self, season: &Self) {
        self.trials += season.trials;
        self.kills += season.kills;
        self.kills_in_recovery += season.kills_in_recovery;
        self.tally = self.tally.and(season.tally);
    }

    /// Whether nothing was lost, doubled, unable to start or stuck.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let Tally {
            acknowledged: _,
            lost,
            doubled,
            failed_starts,
            stalls,
        } = self.tally;
        lost + doubled + failed_starts + stalls == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            trials,
            kills,
            kills_in_recovery,
            tally,
        } = self;
        write!(
            f,
            "seed {seed}, {trials} trials, {kills} kills ({kills_in_recovery} during recovery), \
             {} acknowledged: {} lost, {} doubled, {} failed starts",
            tally.acknowledged, tally.lost, tally.doubled, tally.failed_starts
        )?;
        match tally.stalls {
            0 => Ok(()),
            stalls => write!(f, ", {stalls} stalls"),
        }
    }
}
