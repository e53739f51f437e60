//! Lets something happen so often at once, and steadily from then on.

use std::time::{Duration, Instant};

/// What an app asks of a link and nobody acknowledges has no other bound: without this one app could
/// fill the link for all.
#[derive(Debug)]
pub(crate) struct Allowance {
    every: Duration,
    /// How far ahead of the steady pace it may run.
    ahead: Duration,
    /// When the steady pace has caught up with what happened.
    caught_up: Option<Instant>,
}

impl Allowance {
    /// `burst` times at once, then once in `every`.
    pub(crate) fn new(burst: u32, every: Duration) -> Self {
        Self {
            every,
            ahead: every * burst.saturating_sub(1),
            caught_up: None,
        }
    }

    /// Takes one; false if there is none left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let caught_up = self.caught_up.map_or(now, |until| until.max(now));
        if caught_up > now + self.ahead {
            return false;
        }
        self.caught_up = Some(caught_up + self.every);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_steady_pace() {
        let start = crate::testing::start();
        let every = Duration::from_millis(50);
        let mut allowance = Allowance::new(4, every);
        let mut passed = |now| (0..100).filter(|_| allowance.take(now)).count();

        assert_eq!(passed(start), 4);
        assert_eq!(passed(start + every / 2), 0);
        assert_eq!(passed(start + every), 1);
        assert_eq!(passed(start + every * 3), 2);
        assert_eq!(passed(start + every * 100), 4, "what is not used is lost");
    }
}
