//! An end for flushes that would wait for ever.
//!
//! The engine writes full buffers on threads of its own. If such a write fails, the error is noted,
//! but of the two places that do so one wakes nobody who waits for the buffer already (0.34.7,
//! `exit_reservation`). Whoever flushes after that is refused, and wakes all. So while a flush takes
//! long, another one is begun beside it now and then: on a slow disk it waits too, and after a failed
//! write both end with the error (F-D03, F-D20).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a flush may take before there is one beside it; then twice that, and so on. On a disk
/// that is well it takes milliseconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// Watches over flushes, one at a time, on a thread that sleeps while there is none.
pub(super) struct Rouser {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    flushes: Mutex<Flushes>,
    changed: Condvar,
}

#[derive(Default)]
struct Flushes {
    /// How many were begun.
    begun: u64,
    /// The last of them has not ended.
    running: bool,
    /// The thread looks again by itself: nobody has to tell it of a flush.
    awake: bool,
    /// There will be no more.
    closed: bool,
}

impl Rouser {
    /// Calls `rouse`, on a thread of its own, while a flush takes long. Without threads nothing is
    /// roused.
    pub(super) fn new(rouse: impl Fn() + Clone + Send + 'static) -> Self {
        let shared = Arc::<Shared>::default();
        let watched = Arc::clone(&shared);
        let thread = in_a_thread(move || {
            watched.watch(|| {
                // One that waits is let go with the flush it waits beside.
                drop(in_a_thread(rouse.clone()));
            });
        });
        Self { shared, thread }
    }

    /// Makes a flush under watch.
    pub(super) fn during<T>(&self, flush: impl FnOnce() -> T) -> T {
        self.shared.begin();
        let flushed = flush();
        self.shared.lock().running = false;
        flushed
    }
}

impl Drop for Rouser {
    /// What is roused holds on to the engine's lock.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn begin(&self) {
        let mut flushes = self.lock();
        flushes.begun += 1;
        flushes.running = true;
        if !flushes.awake {
            self.changed.notify_one();
        }
    }

    fn watch(&self, rouse: impl Fn()) {
        let mut flushes = self.lock();
        let mut patience = PATIENCE;
        while !flushes.closed {
            flushes.awake = flushes.running;
            if !flushes.running {
                let woken = self.changed.wait(flushes);
                flushes = woken.unwrap_or_else(PoisonError::into_inner);
                patience = PATIENCE;
                continue;
            }
            let seen = flushes.begun;
            let waited = self.changed.wait_timeout(flushes, patience);
            flushes = waited.unwrap_or_else(PoisonError::into_inner).0;
            if flushes.running && flushes.begun == seen {
                rouse();
                patience *= 2;
            } else {
                patience = PATIENCE;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Flushes> {
        self.flushes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` if the system has no thread for it.
fn in_a_thread(work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    let thread = thread::Builder::new().name("store-rouse".to_owned());
    thread.spawn(work).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    // F-D03
    #[test]
    fn a_flush_that_nobody_would_wake_is_woken_each_time() {
        let (sender, woken) = mpsc::channel();
        let rouser = Rouser::new(move || sender.send(()).unwrap_or_default());

        for _ in 0..2 {
            let ended = rouser.during(|| woken.recv_timeout(Duration::from_secs(60)));

            assert_eq!(ended, Ok(()));
        }
    }

    #[test]
    fn nothing_is_roused_beside_flushes_that_end() {
        let (sender, woken) = mpsc::channel();
        let rouser = Rouser::new(move || sender.send(()).unwrap_or_default());

        for _ in 0..1_000 {
            rouser.during(|| {});
        }
        drop(rouser);

        assert_eq!(woken.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }
}
