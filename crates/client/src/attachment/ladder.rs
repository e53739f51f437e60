//! How long to wait before the next attempt to attach (decisions.md P13).

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// The first step.
const FIRST: Duration = Duration::from_millis(50);

/// The highest step.
pub(crate) const TOP: Duration = Duration::from_secs(2);

/// Steps that double from 50 ms to 2 s, each shortened by chance to between half and all of
/// it, so that the apps of a daemon that restarted do not all come at once (F-I34).
#[derive(Debug)]
pub(super) struct Ladder {
    step: Duration,
    rng: SmallRng,
}

impl Ladder {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            step: FIRST,
            rng: SmallRng::seed_from_u64(seed),
        }
    }

    /// The wait before the next attempt; the one after will be longer.
    pub(super) fn climb(&mut self) -> Duration {
        let step = self.step;
        self.step = (step * 2).min(TOP);
        step.mul_f64(self.rng.random_range(0.5..=1.0))
    }

    /// Goes to the highest step at once: trying sooner will not help.
    pub(super) fn jump_to_top(&mut self) {
        self.step = TOP;
    }

    /// Back to the first step.
    pub(super) fn reset(&mut self) {
        self.step = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // decisions.md P13
    #[test]
    fn steps_double_to_two_seconds_and_lose_at_most_half() {
        for seed in 0..50 {
            let mut ladder = Ladder::new(seed);
            for step in [50, 100, 200, 400, 800, 1600, 2000, 2000] {
                let step = Duration::from_millis(step);
                let wait = ladder.climb();
                assert!((step / 2..=step).contains(&wait), "{wait:?} for {step:?}");
            }
        }
    }

    // F-I34
    #[test]
    fn two_apps_do_not_keep_step() {
        let (mut one, mut other) = (Ladder::new(1), Ladder::new(2));

        assert_ne!(one.climb(), other.climb());
    }

    #[test]
    fn the_same_seed_gives_the_same_waits() {
        let (mut one, mut other) = (Ladder::new(7), Ladder::new(7));

        for _ in 0..10 {
            assert_eq!(one.climb(), other.climb());
        }
    }
}
