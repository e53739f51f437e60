//! The one place that reads the wall clock: for showing and for the cloud, never for order.

use std::time::{SystemTime, UNIX_EPOCH};

use imlink_model::Millis;

/// Now. A clock before 1970 counts as 1970.
#[must_use]
pub fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
