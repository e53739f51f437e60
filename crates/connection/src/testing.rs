//! The start of virtual time in unit tests.

use std::time::Instant;

/// An arbitrary instant; nothing else asks the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to get a first instant"
)]
pub(crate) fn start() -> Instant {
    Instant::now()
}
