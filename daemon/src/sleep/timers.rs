//! The two timers that say when the machine may have slept.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How long after a sleep the kernel's clocks are compared at the latest, counted from before it,
/// where it does not say that the wall clock jumped. As long as the slowest step of a link's ladder
/// (decisions.md P4).
pub const PERIOD: Duration = Duration::from_secs(64);

/// A time that does not come: in the year 2262 the kernel's own clock ends.
const NEVER: Timespec = Timespec {
    tv_sec: i64::MAX / 1_000_000_000,
    tv_nsec: 0,
};

const NO_INTERVAL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// Both of them.
pub struct Timers {
    deadline: AsyncFd<OwnedFd>,
    jump: AsyncFd<OwnedFd>,
    period: Duration,
}

impl Timers {
    /// Starts them, with this deadline.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(period: Duration) -> io::Result<Self> {
        let timers = Self {
            deadline: timer(TimerfdClockId::Boottime)?,
            jump: timer(TimerfdClockId::Realtime)?,
            period,
        };
        timers.arm_deadline()?;
        timers.arm_jump()?;
        Ok(timers)
    }

    /// Waits until the machine may have slept.
    ///
    /// # Errors
    /// What the system says; it is not to be called again.
    ///
    /// # Cancel safety
    /// Safe: a timer that was read and not armed anew is the last thing that happens.
    pub async fn wait(&self) -> io::Result<()> {
        tokio::select! {
            read = self.deadline.async_io(Interest::READABLE, read) => {
                read?;
                self.arm_deadline()
            }
            read = self.jump.async_io(Interest::READABLE, read) => {
                read?;
                self.arm_jump()
            }
        }
    }

    fn arm_deadline(&self) -> io::Result<()> {
        let when = Timespec::try_from(self.period).map_err(io::Error::other)?;
        arm(&self.deadline, TimerfdTimerFlags::empty(), when)
    }

    fn arm_jump(&self) -> io::Result<()> {
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        arm(&self.jump, flags, NEVER)
    }
}

fn timer(clock: TimerfdClockId) -> io::Result<AsyncFd<OwnedFd>> {
    let timer = timerfd_create(clock, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
    #[expect(
        deprecated,
        reason = "its replacement is unsafe, for types that change their descriptor; this one does not"
    )]
    let timer = AsyncFd::new(timer)?;
    Ok(timer)
}

fn arm(timer: &AsyncFd<OwnedFd>, flags: TimerfdTimerFlags, when: Timespec) -> io::Result<()> {
    let once = Itimerspec {
        it_interval: NO_INTERVAL,
        it_value: when,
    };
    armed(timerfd_settime(timer, flags, &once).map(drop))
}

/// The kernel arms a timer also where it says that the clock jumped since the timer was looked at
/// last (`timerfd_create(2)`, `ECANCELED`). That jump is looked at anyway, after the one before it.
fn armed(set: Result<(), rustix::io::Errno>) -> io::Result<()> {
    match set {
        Ok(()) | Err(rustix::io::Errno::CANCELED) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes what a timer has to say: that it is due, or given up because its clock jumped.
fn read(timer: &OwnedFd) -> io::Result<()> {
    match rustix::io::read(timer, &mut [0; 8]) {
        Ok(_) | Err(rustix::io::Errno::CANCELED) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-S21: two jumps of the wall clock, close together
    #[test]
    fn a_clock_that_jumps_while_its_timer_is_set_leaves_it_set() {
        use rustix::io::Errno;

        assert!(armed(Ok(())).is_ok());
        assert!(armed(Err(Errno::CANCELED)).is_ok());
        assert!(armed(Err(Errno::INVAL)).is_err());
    }

    // decisions.md P5
    #[tokio::test]
    async fn the_deadline_comes_again_and_again_and_nothing_before_it() {
        let timers = Timers::start(Duration::from_millis(20)).unwrap();

        for _ in 0..3 {
            let before = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
            let waited = tokio::time::timeout(Duration::from_secs(20), timers.wait());
            waited.await.expect("the deadline").unwrap();
            let after = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
            assert!(Duration::try_from(after - before).unwrap() >= Duration::from_millis(10));
        }
    }
}
