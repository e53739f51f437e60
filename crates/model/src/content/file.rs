//! Files.

use std::fmt;

use super::fields::Fields;
use super::{Attributes, ContentError};

/// A file (`RC:FileMsg`). `Debug` shows neither its name nor where it is.
///
/// imlink uploads nothing: the app puts the file where the receivers can get it, and says where.
#[derive(Clone, Default, PartialEq)]
pub struct File {
    /// Where the file is (`fileUrl`).
    pub url: String,
    /// Its name (`name`).
    pub name: String,
    /// Its length in bytes (`size`). Read from a number or from digits in quotes.
    pub size: u64,
    /// What kind of file it is, mostly the end of its name (`type`).
    pub kind: Option<String>,
    /// What every content may carry.
    pub attributes: Attributes,
}

impl File {
    /// Its object name.
    pub const OBJECT_NAME: &str = "RC:FileMsg";

    /// A file of that name and length in bytes that is there. Its kind is the end of the name, if
    /// that has one.
    #[must_use]
    pub fn new(url: impl Into<String>, name: impl Into<String>, size: u64) -> Self {
        let name = name.into();
        let kind = name
            .rsplit_once('.')
            .map(|(_, end)| end)
            .filter(|end| !end.is_empty());
        Self {
            url: url.into(),
            kind: kind.map(Into::into),
            name,
            size,
            attributes: Attributes::default(),
        }
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            url: fields.text("fileUrl")?,
            name: fields.text("name")?,
            size: fields.number("size", "a number of bytes", |_| true)?,
            kind: fields.optional_text("type")?,
            attributes: Attributes::read(fields)?,
        })
    }

    pub(super) fn write(&self) -> String {
        let mut writing = self.attributes.write();
        writing.put("fileUrl", &self.url);
        writing.put("name", &self.name);
        writing.put("size", &self.size);
        writing.put_some("type", self.kind.as_ref());
        writing.finish()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("size", &self.size)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}
