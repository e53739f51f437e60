//! What waits to be written to one app: shared bytes behind a bound.
//!
//! The Hub fills it, the Peer drains it in as few writes as it can. An app that does not read fills
//! it up and is detached; it can hold nothing else hostage (F-I02). All together have a bound too: when it
//! is reached, whoever holds more than an equal share is the one that does not read (F-A14).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use imlink_ipc_proto::limits;

/// Above this the daemon reads no more requests from the app, so that answers nobody reads do
/// not pile up (F-I04).
const HIGH_WATER: usize = limits::OUTBOX_BYTES / 4;

/// Bytes that wait for all apps together before shares are looked at. Sixteenth part of what the
/// units allow the daemon, so that this bites first.
const ALL_BYTES: usize = 64 * 1024 * 1024;

/// The queue of one app; clones are the same queue. One task at most waits for it.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Mutex<Queue>>);

/// All queues of a daemon; clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Outboxes(Arc<Total>);

#[derive(Debug, Default)]
struct Total {
    queues: AtomicUsize,
    bytes: AtomicUsize,
}

#[derive(Debug)]
struct Queue {
    total: Outboxes,
    chunks: Vec<Bytes>,
    bytes: usize,
    /// Requests without an answer yet.
    unanswered: usize,
    closed: bool,
    /// Whom to wake when anything changes.
    waiting: Option<Waker>,
}

/// The app does not read what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Outboxes {
    /// A queue for one more app.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        self.0.queues.fetch_add(1, Ordering::Relaxed);
        Outbox(Arc::new(Mutex::new(Queue {
            total: self.clone(),
            chunks: Vec::new(),
            bytes: 0,
            unanswered: 0,
            closed: false,
            waiting: None,
        })))
    }

    /// Whether everything together is too much, and that queue has more of it than others may.
    fn is_too_much(&self, bytes: usize) -> bool {
        let Total { queues, bytes: all } = &*self.0;
        all.load(Ordering::Relaxed) > ALL_BYTES
            && bytes > ALL_BYTES / queues.load(Ordering::Relaxed).max(1)
    }
}

impl Outbox {
    /// Queues one frame, given in parts that are written one after the other.
    ///
    /// # Errors
    /// [`Full`] if the bound is reached; nothing of the frame is queued then. Frames for a closed
    /// outbox are dropped.
    pub fn push(&self, parts: impl IntoIterator<Item = Bytes>) -> Result<(), Full> {
        self.change(|queue| {
            if queue.closed {
                return Ok(());
            }
            if queue.bytes > limits::OUTBOX_BYTES || queue.total.is_too_much(queue.bytes) {
                return Err(Full);
            }
            for part in parts.into_iter().filter(|part| !part.is_empty()) {
                queue.add(part);
            }
            Ok(())
        })
    }

    /// Throws away what waits, so that only `last` is written behind what is being written, and
    /// the writer ends.
    pub fn abandon(&self, last: Bytes) {
        self.change(|queue| {
            let dropped: usize = queue.chunks.drain(..).map(|chunk| chunk.len()).sum();
            queue.remove(dropped);
            queue.add(last);
            queue.closed = true;
        });
    }

    /// Lets the writer finish what is queued and then end.
    pub fn close(&self) {
        self.change(|queue| queue.closed = true);
    }

    /// Everything that waits; `None` once it is closed and empty.
    pub fn poll_take(&self, task: &mut Context<'_>) -> Poll<Option<Vec<Bytes>>> {
        let mut queue = self.lock();
        if !queue.chunks.is_empty() {
            // The next ones get a new list: an app that hears nothing keeps none.
            return Poll::Ready(Some(std::mem::take(&mut queue.chunks)));
        }
        if queue.closed {
            return Poll::Ready(None);
        }
        queue.wait(task)
    }

    /// That many bytes are written.
    pub fn written(&self, bytes: usize) {
        self.lock().remove(bytes);
    }

    /// The app asked something; an answer will be queued.
    pub fn asked(&self) {
        self.lock().unanswered += 1;
    }

    /// An answer is about to be queued.
    pub fn answered(&self) {
        self.change(|queue| queue.unanswered = queue.unanswered.saturating_sub(1));
    }

    /// Ready while the app has read enough, and has got enough answers, to be read from. Never
    /// again once the outbox is closed: nobody would answer.
    pub fn poll_ready_for_requests(&self, task: &mut Context<'_>) -> Poll<()> {
        let mut queue = self.lock();
        let keeps_up = queue.bytes <= HIGH_WATER && queue.unanswered < limits::PENDING_REQUESTS;
        if keeps_up && !queue.closed {
            return Poll::Ready(());
        }
        queue.wait(task)
    }

    /// Changes the queue, and wakes who waits for that.
    fn change<T>(&self, change: impl FnOnce(&mut Queue) -> T) -> T {
        let mut queue = self.lock();
        let result = change(&mut queue);
        let waiting = queue.waiting.take();
        drop(queue);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
        result
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic ends the process; a poisoned lock is never met in the daemon.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn add(&mut self, chunk: Bytes) {
        self.bytes += chunk.len();
        let Total { bytes, .. } = &*self.total.0;
        bytes.fetch_add(chunk.len(), Ordering::Relaxed);
        self.chunks.push(chunk);
    }

    fn remove(&mut self, written: usize) {
        self.bytes -= written;
        let Total { bytes, .. } = &*self.total.0;
        bytes.fetch_sub(written, Ordering::Relaxed);
    }

    fn wait<T>(&mut self, task: &Context<'_>) -> Poll<T> {
        self.waiting = Some(task.waker().clone());
        Poll::Pending
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let Total { queues, bytes } = &*self.total.0;
        queues.fetch_sub(1, Ordering::Relaxed);
        bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::task::Wake;

    use super::*;

    // F-I02
    #[test]
    fn an_app_that_does_not_read_is_refused_at_the_bound() {
        let outbox = Outboxes::default().outbox();
        let chunk = Bytes::from(vec![0; 1024 * 1024]);

        let accepted = (0..100)
            .take_while(|_| outbox.push([chunk.clone()]).is_ok())
            .count();

        assert_eq!(accepted, limits::OUTBOX_BYTES / chunk.len() + 1);
    }

    // F-A14
    #[test]
    fn of_a_thousand_apps_the_one_that_holds_more_than_its_share_is_refused() {
        let outboxes = Outboxes::default();
        let share = Bytes::from(vec![0; ALL_BYTES / 1000]);
        let modest: Vec<Outbox> = (0..999).map(|_| outboxes.outbox()).collect();
        let greedy = outboxes.outbox();
        for outbox in &modest {
            outbox.push([share.clone()]).unwrap();
        }
        let pushed = (0..100).take_while(|_| greedy.push([share.clone()]).is_ok());
        assert!(
            (2..=3).contains(&pushed.count()),
            "its share and what overflows"
        );

        for outbox in &modest {
            outbox.push([share.slice(..1)]).unwrap();
        }
        assert_eq!(modest[7].push([share.clone()]), Err(Full));

        drop(modest);

        greedy.push([share.clone()]).unwrap();
    }

    #[test]
    fn what_was_queued_before_the_close_is_still_taken() {
        let outbox = Outboxes::default().outbox();
        let parts = [&b"a"[..], b"", b"b"].map(Bytes::from_static);
        outbox.push(parts).unwrap();
        outbox.close();
        outbox.push([Bytes::from_static(b"c")]).unwrap();

        let mut task = Context::from_waker(Waker::noop());
        let Poll::Ready(Some(taken)) = outbox.poll_take(&mut task) else {
            panic!("there is something");
        };
        assert_eq!(taken.concat(), b"ab");
        assert_eq!(outbox.poll_take(&mut task), Poll::Ready(None));
        assert!(outbox.poll_ready_for_requests(&mut task).is_pending());
    }

    // F-I04
    #[test]
    fn whoever_asks_too_much_is_read_from_again_after_an_answer() {
        let outbox = Outboxes::default().outbox();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut task = Context::from_waker(&waker);
        for _ in 0..limits::PENDING_REQUESTS {
            assert!(outbox.poll_ready_for_requests(&mut task).is_ready());
            outbox.asked();
        }
        assert!(outbox.poll_ready_for_requests(&mut task).is_pending());
        assert!(!woken.0.load(Ordering::Relaxed));

        outbox.answered();

        assert!(woken.0.load(Ordering::Relaxed));
        assert!(outbox.poll_ready_for_requests(&mut task).is_ready());
    }

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
