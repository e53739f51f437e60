//! Places.

use std::fmt;

use super::fields::Fields;
use super::{Attributes, ContentError};

/// A place (`RC:LBSMsg`). `Debug` does not show where.
#[derive(Clone, PartialEq)]
pub struct Location {
    latitude: f64,
    longitude: f64,
    /// What the place is called (`poi`).
    pub name: String,
    /// A small JPEG of the map in Base64, without a prefix (`content`).
    pub thumbnail: Option<String>,
    /// What every content may carry.
    pub attributes: Attributes,
}

const DEGREES: &str = "a number of degrees";

impl Location {
    /// Its object name.
    pub const OBJECT_NAME: &str = "RC:LBSMsg";

    /// A place in degrees north and degrees east. Which datum they are in is between the apps.
    ///
    /// # Errors
    /// [`ContentError::Wrong`] for what is no number.
    pub fn new(
        latitude: f64,
        longitude: f64,
        name: impl Into<String>,
    ) -> Result<Self, ContentError> {
        for (field, degrees) in [("latitude", latitude), ("longitude", longitude)] {
            if !degrees.is_finite() {
                return Err(ContentError::Wrong {
                    field: field.into(),
                    expected: DEGREES,
                });
            }
        }
        Ok(Self {
            latitude,
            longitude,
            name: name.into(),
            thumbnail: None,
            attributes: Attributes::default(),
        })
    }

    /// Degrees north (`latitude`).
    #[must_use]
    pub const fn latitude(&self) -> f64 {
        self.latitude
    }

    /// Degrees east (`longitude`).
    #[must_use]
    pub const fn longitude(&self) -> f64 {
        self.longitude
    }

    /// With a small JPEG of the map in Base64.
    #[must_use]
    pub fn with_thumbnail(mut self, base64: impl Into<String>) -> Self {
        self.thumbnail = Some(base64.into());
        self
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            latitude: fields.number("latitude", DEGREES, |degrees: &f64| degrees.is_finite())?,
            longitude: fields.number("longitude", DEGREES, |degrees: &f64| degrees.is_finite())?,
            name: fields.text("poi")?,
            thumbnail: fields.optional_text("content")?,
            attributes: Attributes::read(fields)?,
        })
    }

    pub(super) fn write(&self) -> String {
        let mut writing = self.attributes.write();
        writing.put("latitude", &self.latitude);
        writing.put("longitude", &self.longitude);
        writing.put("poi", &self.name);
        writing.put_some("content", self.thumbnail.as_ref());
        writing.finish()
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Location")
            .field("thumbnail", &self.thumbnail.as_ref().map(String::len))
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}
