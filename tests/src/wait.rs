//! Waiting for conditions, never for time.

use std::time::{Duration, Instant};

/// How long anything may take that should happen at once. Generous: machines are shared.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Between two looks at a condition that tells nobody when it changes.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// Waits until `look` finds something.
///
/// # Panics
/// After [`DEADLINE`], with what was awaited.
pub fn eventually<T>(awaited: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < DEADLINE,
            "not within {DEADLINE:?}: {awaited}"
        );
        std::thread::sleep(PAUSE);
    }
}

/// Waits for a future.
///
/// # Panics
/// After [`DEADLINE`], with what was awaited.
pub async fn within<T>(awaited: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(found) => found,
        Err(_) => panic!("not within {DEADLINE:?}: {awaited}"),
    }
}

/// Waits until `look` finds something, and lets the other tasks of this thread run meanwhile.
///
/// # Panics
/// After [`DEADLINE`], with what was awaited.
pub async fn soon<T>(awaited: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    within(awaited, found).await
}
