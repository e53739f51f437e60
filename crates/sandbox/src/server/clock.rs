//! The sandbox's wall clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use imlink_model::Millis;

/// The system's clock, put forward by hand; it never goes back.
#[derive(Default)]
pub(super) struct Clock {
    ahead: Duration,
    last: Millis,
}

impl Clock {
    pub(super) fn now(&mut self) -> Millis {
        let system = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = i64::try_from((system + self.ahead).as_millis()).unwrap_or(i64::MAX);
        self.last = self.last.max(Millis(now));
        self.last
    }

    /// How far it was put forward.
    pub(super) fn ahead(&self) -> Duration {
        self.ahead
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }
}
