//! How fast messages may go out.
//!
//! There is no limit until the cloud refuses one with "too fast" (20604) or another code that
//! asks to wait (decisions.md P16). A refusal doubles the spacing, each acceptance takes a sixteenth
//! off, so that the pace hovers about what the cloud takes; once it is far above that, it is free
//! again.

use std::time::{Duration, Instant};

use crate::Timings;

/// An acceptance takes this part of the spacing off. Small enough that a cloud that takes five a
/// second (behaviour.md 13.3) refuses one of a dozen, and not every other one.
const EASING: u32 = 16;

/// Below this part of the first spacing there is none any more: 64 a second, which a cloud that
/// wants less has refused on the way there.
const FREE: u32 = 16;

/// The spacing of sends.
#[derive(Debug)]
pub(crate) struct Pacer {
    slow: Option<Slow>,
    first: Duration,
    slowest: Duration,
}

#[derive(Debug)]
struct Slow {
    spacing: Duration,
    since: Instant,
    next: Instant,
}

impl Pacer {
    pub(crate) fn new(timings: &Timings) -> Self {
        Self {
            slow: None,
            first: timings.pace,
            slowest: timings.pace_slowest,
        }
    }

    /// When the next message may go, `None` for at once.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.slow.as_ref().map(|slow| slow.next)
    }

    pub(crate) fn allows(&self, now: Instant) -> bool {
        self.next().is_none_or(|next| next <= now)
    }

    /// One message went.
    pub(crate) fn on_sent(&mut self, now: Instant) {
        if let Some(slow) = &mut self.slow {
            slow.next = now + slow.spacing;
        }
    }

    /// One that was sent at `sent_at` was refused for now. Those that were under way already when
    /// the pace was last lowered say nothing new.
    pub(crate) fn on_refused(&mut self, sent_at: Instant, now: Instant) {
        let spacing = match &self.slow {
            None => self.first,
            Some(slow) if sent_at <= slow.since => return,
            Some(slow) => (slow.spacing * 2).min(self.slowest),
        };
        self.slow = Some(Slow {
            spacing,
            since: now,
            next: now + spacing,
        });
    }

    /// One was accepted.
    pub(crate) fn on_accepted(&mut self) {
        let Some(slow) = &mut self.slow else { return };
        slow.spacing -= slow.spacing / EASING;
        if slow.spacing < self.first / FREE {
            self.slow = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn start() -> (Pacer, Instant) {
        (Pacer::new(&Timings::default()), crate::testing::start())
    }

    // F-S44
    #[test]
    fn each_refusal_doubles_the_spacing_up_to_the_slowest() {
        let (mut pacer, mut t) = start();
        assert!(pacer.allows(t));

        for spacing in [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000] {
            pacer.on_refused(t, t);
            assert_eq!(pacer.next(), Some(t + spacing * MS));
            t += spacing * MS;
            assert!(pacer.allows(t));
            pacer.on_sent(t);
        }
    }

    #[test]
    fn a_burst_of_refusals_counts_once() {
        let (mut pacer, t) = start();

        for answer in 1..=64 {
            pacer.on_refused(t, t + answer * MS);
        }

        assert_eq!(pacer.next(), Some(t + 251 * MS));
    }

    #[test]
    fn acceptances_lead_back_to_full_speed_step_by_step() {
        let (mut pacer, mut t) = start();
        pacer.on_refused(t, t);
        let mut accepted = 0;

        while let Some(next) = pacer.next() {
            let spacing = next - t;
            t = next;
            pacer.on_accepted();
            pacer.on_sent(t);
            accepted += 1;
            assert!(pacer.next().is_none_or(|next| next - t < spacing));
        }

        assert_eq!(accepted, 43);
        assert!(pacer.allows(t));
    }
}
