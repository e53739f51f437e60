//! What waits to be written to one app: shared bytes behind a bound.
//!
//! The Hub fills it, the writer of the Peer drains it in as few writes as it can. An app that does not
//! read fills it up and is detached; it can hold nothing else hostage (F-I02).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use imlink_ipc_proto::limits;
use tokio::sync::Notify;

/// Above this the daemon reads no more requests from the app, so that answers nobody reads do
/// not pile up (F-I04).
const HIGH_WATER: usize = limits::OUTBOX_BYTES / 4;

/// The queue of one app; clones are the same queue.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
    drained: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    chunks: VecDeque<Bytes>,
    bytes: usize,
    /// Requests without an answer yet.
    unanswered: usize,
    closed: bool,
}

/// The app does not read what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Outbox {
    /// Queues one frame, given in parts that are written one after the other.
    ///
    /// # Errors
    /// [`Full`] if the bound is reached; nothing of the frame is queued then. Frames for a closed
    /// outbox are dropped.
    pub fn push(&self, parts: impl IntoIterator<Item = Bytes>) -> Result<(), Full> {
        let mut queue = self.lock();
        if queue.closed {
            return Ok(());
        }
        if queue.bytes > limits::OUTBOX_BYTES {
            return Err(Full);
        }
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            queue.bytes += part.len();
            queue.chunks.push_back(part);
        }
        drop(queue);
        self.0.filled.notify_one();
        Ok(())
    }

    /// Throws away what waits, so that only `last` is written behind what is being written, and
    /// the writer ends.
    pub fn abandon(&self, last: Bytes) {
        let mut queue = self.lock();
        let dropped: usize = queue.chunks.drain(..).map(|chunk| chunk.len()).sum();
        queue.bytes = queue.bytes - dropped + last.len();
        queue.chunks.push_back(last);
        queue.closed = true;
        drop(queue);
        self.0.filled.notify_one();
    }

    /// Lets the writer finish what is queued and then end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.0.filled.notify_one();
    }

    /// Everything that waits; `None` once it is closed and empty.
    pub async fn take(&self) -> Option<Vec<Bytes>> {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut queue = self.lock();
                if !queue.chunks.is_empty() {
                    return Some(queue.chunks.drain(..).collect());
                }
                if queue.closed {
                    return None;
                }
            }
            filled.await;
        }
    }

    /// That many bytes are written.
    pub fn written(&self, bytes: usize) {
        let mut queue = self.lock();
        queue.bytes -= bytes;
        drop(queue);
        self.0.drained.notify_one();
    }

    /// The app asked something; an answer will be queued.
    pub fn asked(&self) {
        self.lock().unanswered += 1;
    }

    /// An answer is about to be queued.
    pub fn answered(&self) {
        let mut queue = self.lock();
        queue.unanswered = queue.unanswered.saturating_sub(1);
        drop(queue);
        self.0.drained.notify_one();
    }

    /// Waits until the app has read enough, and has got enough answers, to be read from again.
    pub async fn ready_for_requests(&self) {
        loop {
            let drained = self.0.drained.notified();
            if self.takes_requests() {
                return;
            }
            drained.await;
        }
    }

    fn takes_requests(&self) -> bool {
        let queue = self.lock();
        let keeps_up = queue.bytes <= HIGH_WATER && queue.unanswered < limits::PENDING_REQUESTS;
        keeps_up || queue.closed
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic ends the process; a poisoned lock is never met in the daemon.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-I02
    #[test]
    fn an_app_that_does_not_read_is_refused_at_the_bound() {
        let outbox = Outbox::default();
        let chunk = Bytes::from(vec![0; 1024 * 1024]);

        let accepted = (0..100)
            .take_while(|_| outbox.push([chunk.clone()]).is_ok())
            .count();

        assert_eq!(accepted, limits::OUTBOX_BYTES / chunk.len() + 1);
    }

    #[tokio::test]
    async fn what_was_queued_before_the_close_is_still_taken() {
        let outbox = Outbox::default();
        outbox
            .push([
                Bytes::from_static(b"a"),
                Bytes::new(),
                Bytes::from_static(b"b"),
            ])
            .unwrap();
        outbox.close();

        assert_eq!(outbox.take().await.unwrap().concat(), b"ab");
        assert_eq!(outbox.take().await, None);
    }
}
