//! The body of a message.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Largest body, in bytes of its JSON text (behaviour.md 13.9); a longer one is refused with
/// 30016 before it is accepted.
pub const MAX_BODY_BYTES: usize = 128 * 1024;

/// The body of a message: JSON text for built-in types, anything for custom ones. Shared, and
/// never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(Arc<str>);

impl Body {
    /// Takes the text as it travels.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text as it travels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K10
    #[test]
    fn debug_shows_the_length_of_a_body_only() {
        assert_eq!(format!("{:?}", Body::new("canary")), "Body(6 bytes)");
    }
}
