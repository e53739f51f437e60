//! Spoken words.

use std::fmt;

use super::fields::Fields;
use super::{Attributes, ContentError};

/// Something said: inside the message (`RC:VcMsg`), or beside it (`RC:HQVCMsg`). `Debug` does not
/// show it.
///
/// imlink uploads nothing: the app puts the sound where the receivers can get it, and says where.
#[derive(Clone, PartialEq)]
pub struct Voice {
    /// The sound.
    pub sound: Sound,
    /// How long it is, in seconds (`duration`); the vendor allows 60. Read from a number or from
    /// digits in quotes.
    pub seconds: u32,
    /// What every content may carry.
    pub attributes: Attributes,
}

/// Where the sound of a [`Voice`] is.
#[derive(Clone, PartialEq, Eq)]
pub enum Sound {
    /// In the message itself, as AMR in Base64 (`content` of `RC:VcMsg`).
    Inside(String),
    /// There, as AAC (`remoteUrl` of `RC:HQVCMsg`).
    Beside(String),
}

impl Voice {
    /// Its object name when the sound is inside.
    pub const OBJECT_NAME_INSIDE: &str = "RC:VcMsg";
    /// Its object name when the sound is beside it.
    pub const OBJECT_NAME_BESIDE: &str = "RC:HQVCMsg";

    /// A sound of so many seconds that is there.
    #[must_use]
    pub fn new(url: impl Into<String>, seconds: u32) -> Self {
        Self {
            sound: Sound::Beside(url.into()),
            seconds,
            attributes: Attributes::default(),
        }
    }

    /// A sound of so many seconds, as AMR in Base64: for receivers with old SDKs.
    #[must_use]
    pub fn inside(base64: impl Into<String>, seconds: u32) -> Self {
        Self {
            sound: Sound::Inside(base64.into()),
            seconds,
            attributes: Attributes::default(),
        }
    }

    /// Its object name.
    #[must_use]
    pub const fn object_name(&self) -> &'static str {
        match self.sound {
            Sound::Inside(_) => Self::OBJECT_NAME_INSIDE,
            Sound::Beside(_) => Self::OBJECT_NAME_BESIDE,
        }
    }

    pub(super) fn read_inside(mut fields: Fields) -> Result<Self, ContentError> {
        let sound = Sound::Inside(fields.text("content")?);
        Self::read(sound, fields)
    }

    pub(super) fn read_beside(mut fields: Fields) -> Result<Self, ContentError> {
        let sound = Sound::Beside(fields.text("remoteUrl")?);
        Self::read(sound, fields)
    }

    fn read(sound: Sound, mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            sound,
            seconds: fields.number("duration", "a number of whole seconds", |_| true)?,
            attributes: Attributes::read(fields)?,
        })
    }

    pub(super) fn write(&self) -> String {
        let mut writing = self.attributes.write();
        match &self.sound {
            Sound::Inside(base64) => writing.put("content", base64),
            Sound::Beside(url) => writing.put("remoteUrl", url),
        }
        writing.put("duration", &self.seconds);
        writing.finish()
    }
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Voice")
            .field("sound", &self.sound)
            .field("seconds", &self.seconds)
            .field("attributes", &self.attributes)
            .finish()
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inside(base64) => write!(f, "Inside({} bytes)", base64.len()),
            Self::Beside(_) => f.write_str("Beside(..)"),
        }
    }
}
