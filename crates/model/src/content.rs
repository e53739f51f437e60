//! What messages say, by type: reading a body, and making one.
//!
//! Types that have no struct here pass through whole, and so does every field of a body that has no
//! name here. The names of the fields are those of the vendor's MIT-licensed web SDK, version 5.38
//! (`@rongcloud/engine`, declarations of message contents). imlink uploads no media: pictures,
//! files and sounds are where the app put them, and a message says where.

mod attributes;
mod error;
mod fields;
mod file;
mod image;
mod location;
mod mentions;
mod text;
mod voice;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Body, Message, ObjectName, RESERVED_PREFIX};

pub use attributes::{Attributes, Profile};
pub use error::ContentError;
pub use fields::OtherFields;
pub use file::File;
pub use image::Image;
pub use location::Location;
pub use mentions::{Mentioned, Mentions};
pub use text::Text;
pub use voice::{Sound, Voice};

use fields::Fields;

/// What a message says. `Debug` shows no texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A text (`RC:TxtMsg`).
    Text(Text),
    /// A picture (`RC:ImgMsg`).
    Image(Image),
    /// A file (`RC:FileMsg`).
    File(File),
    /// Something said (`RC:VcMsg`, `RC:HQVCMsg`).
    Voice(Voice),
    /// A place (`RC:LBSMsg`).
    Location(Location),
    /// Anything else, whole: the vendor's other types, and those of apps.
    Other(ObjectName, Body),
}

impl Content {
    /// Reads the body of a message of that type.
    ///
    /// # Errors
    /// [`ContentError`] if it is one of the types above and its body is not as that type has it.
    pub fn parse(object_name: &ObjectName, body: &Body) -> Result<Self, ContentError> {
        let fields = || Fields::of(body.as_str());
        Ok(match object_name.as_str() {
            Text::OBJECT_NAME => Self::Text(Text::read(fields()?)?),
            Image::OBJECT_NAME => Self::Image(Image::read(fields()?)?),
            File::OBJECT_NAME => Self::File(File::read(fields()?)?),
            Voice::OBJECT_NAME_INSIDE => Self::Voice(Voice::read_inside(fields()?)?),
            Voice::OBJECT_NAME_BESIDE => Self::Voice(Voice::read_beside(fields()?)?),
            Location::OBJECT_NAME => Self::Location(Location::read(fields()?)?),
            _ => Self::Other(object_name.clone(), body.clone()),
        })
    }

    /// Content of a type of the app's own, as JSON. It is stored and counted like a text
    /// ([`Class::of`](crate::Class::of)).
    ///
    /// # Errors
    /// [`ContentError::Reserved`] if the name begins with `RC:`, [`ContentError::Unlike`] if the
    /// value has no form in JSON.
    pub fn custom(object_name: ObjectName, value: &impl Serialize) -> Result<Self, ContentError> {
        if object_name.as_str().starts_with(RESERVED_PREFIX) {
            return Err(ContentError::Reserved);
        }
        let body = serde_json::to_string(value).map_err(|error| unlike(&error))?;
        Ok(Self::Other(object_name, Body::new(body)))
    }

    /// Reads the body as a type of the app's own.
    ///
    /// # Errors
    /// [`ContentError::Unlike`] if it is another one.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ContentError> {
        serde_json::from_str(self.to_body().as_str()).map_err(|error| unlike(&error))
    }

    /// Its object name.
    #[must_use]
    pub fn object_name(&self) -> ObjectName {
        let name = match self {
            Self::Text(_) => Text::OBJECT_NAME,
            Self::Image(_) => Image::OBJECT_NAME,
            Self::File(_) => File::OBJECT_NAME,
            Self::Voice(voice) => voice.object_name(),
            Self::Location(_) => Location::OBJECT_NAME,
            Self::Other(name, _) => return name.clone(),
        };
        ObjectName::new(name).expect("the vendor's names are object names")
    }

    /// The body as it travels.
    #[must_use]
    pub fn to_body(&self) -> Body {
        Body::new(match self {
            Self::Text(text) => text.write(),
            Self::Image(image) => image.write(),
            Self::File(file) => file.write(),
            Self::Voice(voice) => voice.write(),
            Self::Location(location) => location.write(),
            Self::Other(_, body) => return body.clone(),
        })
    }

    /// What it carries beside its own fields; `None` if its type is not known here.
    #[must_use]
    pub fn attributes(&self) -> Option<&Attributes> {
        match self {
            Self::Text(text) => Some(&text.attributes),
            Self::Image(image) => Some(&image.attributes),
            Self::File(file) => Some(&file.attributes),
            Self::Voice(voice) => Some(&voice.attributes),
            Self::Location(location) => Some(&location.attributes),
            Self::Other(..) => None,
        }
    }
}

impl Message {
    /// What it says, by its type.
    ///
    /// # Errors
    /// As [`Content::parse`]; the body is there all the same.
    pub fn content(&self) -> Result<Content, ContentError> {
        Content::parse(&self.object_name, &self.body)
    }
}

/// Serde's own words may repeat what stands in the body.
fn unlike(error: &serde_json::Error) -> ContentError {
    ContentError::Unlike {
        line: error.line(),
        column: error.column(),
    }
}

macro_rules! contents {
    ($($name:ident)+) => {$(
        impl $name {
            /// Speaks to somebody.
            #[must_use]
            pub fn mentioning(mut self, mentions: Mentions) -> Self {
                self.attributes.mentions = Some(mentions);
                self
            }

            /// With anything the app wants.
            #[must_use]
            pub fn with_extra(mut self, extra: impl Into<String>) -> Self {
                self.attributes.extra = Some(extra.into());
                self
            }

            /// Says who the sender is.
            #[must_use]
            pub fn with_user(mut self, user: Profile) -> Self {
                self.attributes.user = Some(user);
                self
            }
        }

        impl From<$name> for Content {
            fn from(content: $name) -> Self {
                Self::$name(content)
            }
        }
    )+};
}

contents! { Text Image File Voice Location }
