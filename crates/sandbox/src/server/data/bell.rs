//! What wakes the keeper.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Rung when something has changed, and for the last time at the end.
#[derive(Default)]
pub(in crate::server) struct Bell {
    rung: Mutex<Rung>,
    heard: Condvar,
}

#[derive(Default)]
struct Rung {
    changed: bool,
    ended: bool,
}

/// Why a wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Something may have changed.
    Change,
    /// Nothing will change any more.
    End,
}

impl Bell {
    /// Says that something has changed.
    pub(in crate::server) fn ring(&self) {
        let mut rung = self.lock();
        // Most changes come while the keeper rests: waking it would be for nothing.
        if !std::mem::replace(&mut rung.changed, true) {
            self.heard.notify_all();
        }
    }

    /// Says that nothing will change any more.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.heard.notify_all();
    }

    /// Waits for a change since the last wait, or for the end.
    pub(super) fn wait(&self) -> Call {
        let waiting = |rung: &mut Rung| !rung.changed && !rung.ended;
        let rung = self.heard.wait_while(self.lock(), waiting);
        let mut rung = rung.unwrap_or_else(PoisonError::into_inner);
        rung.changed = false;
        if rung.ended { Call::End } else { Call::Change }
    }

    /// Lets time pass, whatever changes; the end cuts it short.
    pub(super) fn rest(&self, time: Duration) {
        let resting = |rung: &mut Rung| !rung.ended;
        // Poisoned or not, there is nothing to read.
        let _ = self.heard.wait_timeout_while(self.lock(), time, resting);
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_before_a_wait_are_heard_once() {
        let bell = Bell::default();
        bell.ring();
        bell.ring();

        assert_eq!(bell.wait(), Call::Change);
        assert!(!bell.lock().changed);
    }

    #[test]
    fn the_end_is_heard_by_who_waits_and_by_who_rests() {
        let bell = Bell::default();

        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| bell.wait());
            let resting = scope.spawn(|| bell.rest(Duration::MAX));
            bell.end();
            assert_eq!(waiting.join().unwrap(), Call::End);
            resting.join().unwrap();
        });
    }

    #[test]
    fn a_change_does_not_wake_who_rests() {
        let bell = Bell::default();
        bell.ring();

        let began = std::time::Instant::now();
        bell.rest(Duration::from_millis(20));

        assert!(began.elapsed() >= Duration::from_millis(20));
        assert_eq!(bell.wait(), Call::Change, "nor is it lost");
    }
}
