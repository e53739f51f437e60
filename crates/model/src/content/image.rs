//! Pictures.

use std::fmt;

use super::fields::Fields;
use super::{Attributes, ContentError};

/// A picture (`RC:ImgMsg`). `Debug` shows neither it nor where it is.
///
/// imlink uploads nothing: the app puts the picture where the receivers can get it, and says where.
#[derive(Clone, Default, PartialEq)]
pub struct Image {
    /// Where the picture is (`imageUri`).
    pub url: String,
    /// A small JPEG of it in Base64, without a prefix (`content`). The vendor asks for 80 KB at
    /// most; the whole body has [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES).
    pub thumbnail: Option<String>,
    /// What every content may carry.
    pub attributes: Attributes,
}

impl Image {
    /// Its object name.
    pub const OBJECT_NAME: &str = "RC:ImgMsg";

    /// A picture that is there.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    /// With a small JPEG in Base64.
    #[must_use]
    pub fn with_thumbnail(mut self, base64: impl Into<String>) -> Self {
        self.thumbnail = Some(base64.into());
        self
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            url: fields.text("imageUri")?,
            thumbnail: fields.optional_text("content")?,
            attributes: Attributes::read(fields)?,
        })
    }

    pub(super) fn write(&self) -> String {
        let mut writing = self.attributes.write();
        writing.put("imageUri", &self.url);
        writing.put_some("content", self.thumbnail.as_ref());
        writing.finish()
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("thumbnail", &self.thumbnail.as_ref().map(String::len))
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}
