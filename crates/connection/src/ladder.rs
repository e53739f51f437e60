//! The waits between attempts.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;

/// Steps from this one on are shortened at random, so that a fleet does not come back in step.
const JITTERED_FROM: Duration = Duration::from_secs(1);

/// Where the machine stands on the ladder of decisions.md P4.
#[derive(Debug)]
pub(crate) struct Ladder {
    steps: Vec<Duration>,
    next: usize,
}

impl Ladder {
    /// A ladder at its first step. Without steps there is no wait at all.
    pub(crate) fn new(steps: Vec<Duration>) -> Self {
        Self { steps, next: 0 }
    }

    /// Back to the first step.
    pub(crate) fn restart(&mut self) {
        self.next = 0;
    }

    /// The wait before the next attempt; the last step repeats.
    pub(crate) fn climb(&mut self, random: &mut StdRng) -> Duration {
        let last = self.steps.len().saturating_sub(1);
        let step = self
            .steps
            .get(self.next.min(last))
            .copied()
            .unwrap_or_default();
        self.next = self.next.saturating_add(1).min(last);
        if step < JITTERED_FROM {
            step
        } else {
            step.mul_f64(random.random_range(0.5..=1.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::Timings;

    fn waits(ladder: &mut Ladder, random: &mut StdRng, count: usize) -> Vec<Duration> {
        (0..count).map(|_| ladder.climb(random)).collect()
    }

    // P4
    #[test]
    fn steps_below_a_second_are_exact_and_the_others_half_to_whole() {
        for seed in 0..200 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut ladder = Ladder::new(Timings::default().ladder);

            let waits = waits(&mut ladder, &mut random, 14);

            assert_eq!(waits[..3], [50, 250, 500].map(Duration::from_millis));
            let seconds = [1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64].map(Duration::from_secs);
            for (wait, step) in waits[3..].iter().zip(seconds) {
                assert!(*wait >= step / 2 && *wait <= step, "{wait:?} for {step:?}");
            }
        }
    }

    #[test]
    fn random_waits_use_the_whole_range() {
        let mut random = StdRng::seed_from_u64(1);
        let mut ladder = Ladder::new(vec![Duration::from_secs(64)]);

        let waits = waits(&mut ladder, &mut random, 1_000);

        assert!(waits.iter().any(|wait| *wait < Duration::from_secs(34)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_secs(62)));
    }

    #[test]
    fn a_restart_leads_back_to_the_first_step() {
        let mut random = StdRng::seed_from_u64(1);
        let mut ladder = Ladder::new(Timings::default().ladder);
        waits(&mut ladder, &mut random, 20);

        ladder.restart();

        assert_eq!(ladder.climb(&mut random), Duration::from_millis(50));
    }

    #[test]
    fn a_ladder_without_steps_never_waits() {
        assert_eq!(
            Ladder::new(Vec::new()).climb(&mut StdRng::seed_from_u64(1)),
            Duration::ZERO
        );
    }
}
