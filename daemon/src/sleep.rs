//! Notices that the machine slept.
//!
//! The monotonic clock, which every deadline of a link goes by, stands still meanwhile; the clock
//! since boot goes on. So their distance grows by what was slept, whatever it was that put the
//! machine to sleep, and needs no right and no bus to be seen. Two timers of the kernel say when to
//! compare: a deadline on the clock since boot, which is past after a sleep that was longer, and one
//! on the wall clock that is never due but given up by the kernel whenever that clock jumps, as it
//! does with every waking. Where there is a system bus, logind tells too.

mod clocks;
#[cfg(feature = "logind")]
mod logind;
mod timers;

use std::io;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use imlink_model::uplink::Hint;
use tracing::{info, warn};

pub use self::clocks::Clocks;

use self::clocks::Sleeper;
use self::timers::{PERIOD, Timers};
use crate::surroundings::Change;

/// How a sleep is noticed by the clock. The default is this machine's clocks, compared 64 s after a
/// sleep at the latest.
#[derive(Clone, Copy, Debug)]
pub struct SleepWatch {
    /// Reads the clocks.
    pub clocks: fn() -> Clocks,
    /// How long after a comparison the next one follows, counted with sleep.
    pub period: Duration,
}

impl Default for SleepWatch {
    fn default() -> Self {
        Self {
            clocks: Clocks::now,
            period: PERIOD,
        }
    }
}

/// A hint for each time the machine wakes.
pub fn wakings(by: SleepWatch) -> impl Stream<Item = Change> {
    let by_clock = stream::unfold(None, move |watch| async move {
        let mut watch = match watch {
            Some(watch) => watch,
            None => match Watch::open(by) {
                Ok(watch) => watch,
                Err(error) => {
                    warn!(%error, "A sleep of this machine is not noticed by the clock");
                    std::future::pending().await
                }
            },
        };
        match watch.next().await {
            Ok(change) => Some((change, Some(watch))),
            Err(error) => {
                warn!(%error, "A sleep of this machine is not noticed by the clock any more");
                std::future::pending().await
            }
        }
    });
    #[cfg(feature = "logind")]
    let by_clock = stream::select(by_clock, logind::wakings());
    by_clock
}

struct Watch {
    timers: Timers,
    sleeper: Sleeper,
    clocks: fn() -> Clocks,
}

impl Watch {
    fn open(by: SleepWatch) -> io::Result<Self> {
        Ok(Self {
            timers: Timers::start(by.period)?,
            sleeper: Sleeper::awake((by.clocks)()),
            clocks: by.clocks,
        })
    }

    /// The next waking.
    async fn next(&mut self) -> io::Result<Change> {
        loop {
            self.timers.wait().await?;
            if let Some(slept) = self.sleeper.compare((self.clocks)()) {
                info!(?slept, "This machine slept");
                return Ok(Change::Hint(Hint::Resumed));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// What this thread's machine has slept more than the real one.
        static SLEPT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    fn clocks() -> Clocks {
        let now = Clocks::now();
        let since_boot = now.since_boot + SLEPT.get();
        Clocks { since_boot, ..now }
    }

    // F-S22; decisions.md P5
    #[tokio::test]
    async fn a_sleep_is_noticed_by_the_clocks_alone() {
        let period = Duration::from_millis(20);
        let mut watch = Watch::open(SleepWatch { clocks, period }).unwrap();
        let awake = tokio::time::timeout(5 * period, watch.next()).await;
        assert!(awake.is_err(), "{awake:?} without a sleep");

        SLEPT.set(Duration::from_secs(600));

        let told = tokio::time::timeout(Duration::from_secs(20), watch.next()).await;
        let told = told.expect("the sleep is noticed").unwrap();
        assert_eq!(told, Change::Hint(Hint::Resumed));
        let again = tokio::time::timeout(5 * period, watch.next()).await;
        assert!(again.is_err(), "{again:?} of one sleep");
    }
}
