//! Short texts by which programs introduce themselves.

use std::fmt;

/// A short printable text: the name of a client library or the version of a daemon.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Label(Box<str>);

/// Why a text is not a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// It has more than [`Label::MAX_BYTES`].
    #[error("has {bytes} bytes, at most {} are allowed", Label::MAX_BYTES)]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It could move the cursor of a terminal (failures.md K09).
    #[error("contains control characters")]
    Control,
}

impl Label {
    /// Longest label, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 255;

    /// Takes a text as a label; it may be empty.
    ///
    /// # Errors
    /// [`LabelError`] if it is too long or contains control characters.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        if text.len() > Self::MAX_BYTES {
            return Err(LabelError::TooLong { bytes: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(LabelError::Control);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_printable() {
        assert_eq!(
            Label::new("imlink-python 0.1").unwrap().as_str(),
            "imlink-python 0.1"
        );
        assert_eq!(
            Label::new(&"x".repeat(256)),
            Err(LabelError::TooLong { bytes: 256 })
        );
        assert_eq!(Label::new("\u{1b}[2J"), Err(LabelError::Control));
    }
}
