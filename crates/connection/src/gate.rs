//! Lets something happen at most once in a while.

use std::time::{Duration, Instant};

/// Keeps a flapping network from causing an attempt per flap (F-S24).
#[derive(Debug)]
pub(crate) struct Gate {
    every: Duration,
    passed: Option<Instant>,
}

impl Gate {
    /// A gate that opens at once, then again `every` so often.
    pub(crate) fn new(every: Duration) -> Self {
        Self {
            every,
            passed: None,
        }
    }

    /// Passes, whether or not the gate is open; the next one finds it closed.
    pub(crate) fn pass_anyway(&mut self, now: Instant) {
        self.passed = Some(now);
    }

    /// Passes, or tells when the gate opens.
    pub(crate) fn pass(&mut self, now: Instant) -> Result<(), Instant> {
        match self.passed.map(|passed| passed + self.every) {
            Some(opens) if now < opens => Err(opens),
            Some(_) | None => {
                self.passed = Some(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-S24
    #[test]
    fn ten_flaps_a_second_pass_once_a_second() {
        let start = crate::testing::start();
        let mut gate = Gate::new(Duration::from_secs(1));

        let passed = (0..600)
            .filter(|flap| {
                gate.pass(start + Duration::from_millis(100) * *flap)
                    .is_ok()
            })
            .count();

        assert_eq!(passed, 60);
        assert_eq!(
            gate.pass(start + Duration::from_secs(59)),
            Err(start + Duration::from_secs(60))
        );
    }
}
