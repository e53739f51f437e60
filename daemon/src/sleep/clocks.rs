//! Two clocks, one of which stands still while the machine sleeps.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What is too short to have cost a link anything (ours). Sleeps below it add up.
const NOTHING: Duration = Duration::from_secs(1);

/// What the clocks said, as good as at once.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// Since boot, sleep included.
    pub since_boot: Duration,
    /// Without sleep; read after the other one.
    pub awake: Duration,
}

impl Clocks {
    /// What they say now.
    pub fn now() -> Self {
        let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
        let since_boot = read(ClockId::Boottime);
        let awake = read(ClockId::Monotonic);
        Self { since_boot, awake }
    }

    /// How long the machine has slept since it was started; never more than that. A process that is
    /// held up between the two readings sees less, which the next comparison makes good.
    fn slept(self) -> Duration {
        self.since_boot.saturating_sub(self.awake)
    }
}

/// Remembers how long the machine had slept.
#[derive(Debug)]
pub struct Sleeper {
    slept: Duration,
}

impl Sleeper {
    /// Whatever was slept before is not news.
    pub fn awake(clocks: Clocks) -> Self {
        Self {
            slept: clocks.slept(),
        }
    }

    /// How long the machine slept since this last said something, if that is worth a word.
    pub fn compare(&mut self, clocks: Clocks) -> Option<Duration> {
        let slept = clocks.slept();
        let since = slept
            .checked_sub(self.slept)
            .filter(|since| *since >= NOTHING)?;
        self.slept = slept;
        Some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A machine that runs and sleeps.
    struct Machine(Clocks);

    impl Machine {
        fn booted() -> Self {
            let awake = 1_000 * SECOND;
            Self(Clocks {
                since_boot: awake + 30 * SECOND,
                awake,
            })
        }

        fn runs(&mut self, time: Duration) -> Clocks {
            self.0.awake += time;
            self.sleeps(time)
        }

        fn sleeps(&mut self, time: Duration) -> Clocks {
            self.0.since_boot += time;
            self.0
        }
    }

    // F-S22; decisions.md P5
    #[test]
    fn a_sleep_is_told_once_with_its_length() {
        let mut machine = Machine::booted();
        let mut sleeper = Sleeper::awake(machine.0);

        assert_eq!(sleeper.compare(machine.runs(3600 * SECOND)), None);
        let woken = machine.sleeps(600 * SECOND);
        assert_eq!(sleeper.compare(woken), Some(600 * SECOND));
        assert_eq!(sleeper.compare(machine.runs(SECOND)), None);
    }

    // F-S22
    #[test]
    fn naps_add_up() {
        let mut machine = Machine::booted();
        let mut sleeper = Sleeper::awake(machine.0);

        assert_eq!(sleeper.compare(machine.sleeps(SECOND * 6 / 10)), None);
        let second = sleeper.compare(machine.sleeps(SECOND * 6 / 10));

        assert_eq!(second, Some(SECOND * 12 / 10));
    }

    #[test]
    fn a_process_that_is_held_up_between_the_clocks_did_not_sleep() {
        let mut machine = Machine::booted();
        let mut sleeper = Sleeper::awake(machine.0);
        let mut held_up = machine.runs(SECOND);
        held_up.awake += 600 * SECOND;

        assert_eq!(sleeper.compare(held_up), None);
        assert_eq!(sleeper.compare(machine.runs(600 * SECOND)), None);
        let woken = machine.sleeps(5 * SECOND);
        assert_eq!(sleeper.compare(woken), Some(5 * SECOND));
    }

    #[test]
    fn this_machine_is_awake() {
        let mut sleeper = Sleeper::awake(Clocks::now());

        assert_eq!(sleeper.compare(Clocks::now()), None);
    }
}
