//! Plain text.

use std::fmt;

use super::fields::Fields;
use super::{Attributes, ContentError};

/// A text that somebody wrote (`RC:TxtMsg`). `Debug` does not show it.
#[derive(Clone, Default, PartialEq)]
pub struct Text {
    /// The text (`content`).
    pub text: String,
    /// What every content may carry.
    pub attributes: Attributes,
}

impl Text {
    /// Its object name.
    pub const OBJECT_NAME: &str = "RC:TxtMsg";

    /// A text and nothing else.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            attributes: Attributes::default(),
        }
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            text: fields.text("content")?,
            attributes: Attributes::read(fields)?,
        })
    }

    pub(super) fn write(&self) -> String {
        let mut writing = self.attributes.write();
        writing.put("content", &self.text);
        writing.finish()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("bytes", &self.text.len())
            .field("attributes", &self.attributes)
            .finish()
    }
}
