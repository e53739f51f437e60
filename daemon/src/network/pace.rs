//! When to look after a change was noticed.

use std::time::{Duration, Instant};

/// From a notice to the look: an address, its route and the routes of its neighbours come within
/// milliseconds of each other (ours).
const SETTLE: Duration = Duration::from_millis(100);

/// Between two looks at least, however much changes. A link takes hints at most once a second
/// (decisions.md P4, F-S24), and puts off those that come sooner.
const SPACING: Duration = Duration::from_millis(1_100);

/// From a look that failed to the next one; doubles with each, as far as the slowest step of a
/// link's ladder (decisions.md P4).
const AGAIN: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(64);

/// Turns any number of notices into few looks.
#[derive(Debug)]
pub struct Pace {
    due: Option<Instant>,
    looked: Option<Instant>,
    again: Duration,
}

impl Pace {
    /// With a first look that is due now.
    pub const fn start(now: Instant) -> Self {
        Self {
            due: Some(now),
            looked: None,
            again: AGAIN,
        }
    }

    /// When to look; `None` until something is noticed.
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something changed; says when to look.
    pub fn noticed(&mut self, now: Instant) -> Instant {
        let settled = now + SETTLE;
        let earliest = self.looked.map_or(settled, |looked| looked + SPACING);
        *self.due.get_or_insert(settled.max(earliest))
    }

    /// A look was taken.
    pub fn looked(&mut self, now: Instant) {
        self.due = None;
        self.looked = Some(now);
        self.again = AGAIN;
    }

    /// A look was tried, and nothing was seen: what has happened may never be told again.
    pub fn failed(&mut self, now: Instant) {
        self.looked = Some(now);
        self.due = Some(now + self.again);
        self.again = (self.again * 2).min(SLOWEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn quiet() -> (Pace, Instant) {
        let now = Instant::now();
        let mut pace = Pace::start(now);
        pace.looked(now);
        (pace, now)
    }

    // F-S25
    #[test]
    fn a_burst_is_one_look_a_moment_later() {
        let (mut pace, start) = quiet();
        let burst = start + Duration::from_secs(60);

        for after in 0..50 {
            assert_eq!(pace.noticed(burst + after * MS), burst + SETTLE);
        }

        pace.looked(burst + SETTLE);
        assert_eq!(pace.due(), None);
    }

    // F-S24
    #[test]
    fn ten_flaps_a_second_are_less_than_one_look_a_second() {
        let (mut pace, start) = quiet();
        let mut looks = Vec::new();

        for flap in 1..=600 {
            let now = start + flap * 100 * MS;
            while let Some(due) = pace.due().filter(|due| *due <= now) {
                looks.push(due);
                pace.looked(due);
            }
            pace.noticed(now);
        }

        assert!((50..60).contains(&looks.len()), "{} looks", looks.len());
        assert!(looks.windows(2).all(|pair| pair[1] - pair[0] >= SPACING));
    }

    // F-S25
    #[test]
    fn a_look_that_fails_is_taken_again_ever_more_slowly_until_one_succeeds() {
        let (mut pace, mut now) = quiet();
        let mut waits = Vec::new();
        for _ in 0..8 {
            pace.failed(now);
            let due = pace.due().unwrap();
            waits.push((due - now).as_secs());
            now = due;
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 64, 64]);

        pace.looked(now);
        assert_eq!(pace.due(), None);
        pace.failed(now);
        assert_eq!(pace.due(), Some(now + AGAIN));
    }

    #[test]
    fn the_first_look_is_at_once() {
        let (_, now) = quiet();

        assert_eq!(Pace::start(now).due(), Some(now));
    }
}
