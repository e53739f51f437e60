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

use futures_util::stream::{self, Stream};
use imlink_model::uplink::Hint;
use tracing::{info, warn};

use self::clocks::{Clocks, Sleeper};
use self::timers::Timers;
use crate::surroundings::Change;

/// A hint for each time the machine wakes.
pub fn wakings() -> impl Stream<Item = Change> {
    let by_clock = stream::unfold(None, |watch| async {
        let mut watch = match watch {
            Some(watch) => watch,
            None => match Watch::open() {
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
}

impl Watch {
    fn open() -> io::Result<Self> {
        Ok(Self {
            timers: Timers::start()?,
            sleeper: Sleeper::awake(Clocks::now()),
        })
    }

    /// The next waking.
    async fn next(&mut self) -> io::Result<Change> {
        loop {
            self.timers.wait().await?;
            if let Some(slept) = self.sleeper.compare(Clocks::now()) {
                info!(?slept, "This machine slept");
                return Ok(Change::Hint(Hint::Resumed));
            }
        }
    }
}
