//! Tests that need more than Rust: they run when it is there, and say so when it is not.

use std::io::Write;

/// The environment variable that turns every skip into a failure; CI sets it.
pub const REQUIRE_ALL: &str = "IMLINK_REQUIRE_ALL";

/// What a test needs and this machine does not have, in one sentence.
#[derive(Clone, Debug)]
pub struct Missing(pub String);

/// The thing a test needs, or `None` after a line that says why the test is skipped.
///
/// # Panics
/// If it is missing where everything is required (see [`REQUIRE_ALL`]).
pub fn require<T>(test: &str, found: Result<T, Missing>) -> Option<T> {
    match found {
        Ok(thing) => Some(thing),
        Err(Missing(reason)) => {
            assert!(
                std::env::var_os(REQUIRE_ALL).is_none(),
                "{test} may not be skipped here: {reason}"
            );
            // Not println!: libtest swallows that of a test that passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
            None
        }
    }
}
