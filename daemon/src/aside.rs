//! Work that may hang, on threads that nobody waits for.
//!
//! Databases of names and groups may be on machines that do not answer, and the C library asks them
//! for as long as it is told to. A runtime that ends waits for the work it was given; a process does
//! not wait for these (F-I29).

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// Does something on a thread of that name, of 15 letters at most.
///
/// # Errors
/// If the system gives no thread.
///
/// # Cancel safety
/// What was begun goes on; its result is lost.
pub async fn aside<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (answer, answered) = oneshot::channel();
    thread::Builder::new().name(name.into()).spawn(move || {
        // Who gave up does not listen any more.
        let _ = answer.send(work());
    })?;
    answered.await.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    // F-I29
    #[test]
    fn nobody_waits_for_work_that_hangs() {
        let (release, hang) = mpsc::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();

        let work = runtime.spawn(aside("hangs", move || hang.recv()));
        let other = runtime.block_on(aside("works", || 7)).unwrap();
        drop(runtime);

        assert_eq!(other, 7);
        drop((work, release));
    }
}
