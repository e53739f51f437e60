//! When to look after a change was noticed.

use std::time::{Duration, Instant};

/// From a notice to the look: an address, its route and the routes of its neighbours come within
/// milliseconds of each other (ours).
const SETTLE: Duration = Duration::from_millis(100);

/// Between two looks at least, however much changes. A link takes hints at most once a second
/// (decisions.md P4, F-S24), and one that comes a moment too early is lost on it.
const SPACING: Duration = Duration::from_millis(1_100);

/// Turns any number of notices into few looks.
#[derive(Debug)]
pub struct Pace {
    due: Option<Instant>,
    looked: Option<Instant>,
}

impl Pace {
    /// With a first look that is due now.
    pub const fn start(now: Instant) -> Self {
        Self {
            due: Some(now),
            looked: None,
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

    #[test]
    fn the_first_look_is_at_once() {
        let (_, now) = quiet();

        assert_eq!(Pace::start(now).due(), Some(now));
    }
}
