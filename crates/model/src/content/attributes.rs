//! What every type of content may carry beside its own fields.

use std::fmt;

use super::fields::{Fields, OtherFields, Writing};
use super::{ContentError, Mentions};

/// What every type of content may carry beside its own fields. `Debug` shows no texts.
#[derive(Clone, Default, PartialEq)]
pub struct Attributes {
    /// Whom the message speaks to (`mentionedInfo`).
    pub mentions: Option<Mentions>,
    /// Anything the app wants (`extra`); it travels, unlike
    /// [`Message::local_extra`](crate::Message::local_extra).
    pub extra: Option<String>,
    /// Who the sender is, for receivers that know the id only (`user`).
    pub user: Option<Profile>,
    /// Every other field of the body.
    pub other: OtherFields,
}

/// A user as the sender of a message describes himself. The cloud checks nothing of it.
#[derive(Clone, Default, PartialEq)]
pub struct Profile {
    /// The user's id.
    pub id: Option<String>,
    /// The name to show.
    pub name: Option<String>,
    /// Where a picture is.
    pub portrait: Option<String>,
    /// The name the user has for those who gave him one.
    pub alias: Option<String>,
    /// Anything the app wants.
    pub extra: Option<String>,
    /// Every other field.
    pub other: OtherFields,
}

impl Attributes {
    /// Takes what is left of a body.
    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            mentions: fields
                .object("mentionedInfo")?
                .map(Mentions::read)
                .transpose()?,
            extra: fields.optional_text("extra")?,
            user: fields.object("user")?.map(Profile::read).transpose()?,
            other: fields.rest(),
        })
    }

    /// Begins a body with it. The fields of the content come after, so that no other field can
    /// take their place.
    pub(super) fn write(&self) -> Writing {
        let Self {
            mentions,
            extra,
            user,
            other,
        } = self;
        let mut writing = Writing::with(other);
        if let Some(mentions) = mentions {
            writing.put_object("mentionedInfo", mentions.write());
        }
        writing.put_some("extra", extra.as_ref());
        if let Some(user) = user {
            writing.put_object("user", user.write());
        }
        writing
    }
}

impl Profile {
    fn read(mut fields: Fields) -> Result<Self, ContentError> {
        Ok(Self {
            id: fields.optional_text("id")?,
            name: fields.optional_text("name")?,
            portrait: fields.optional_text("portrait")?,
            alias: fields.optional_text("alias")?,
            extra: fields.optional_text("extra")?,
            other: fields.rest(),
        })
    }

    fn write(&self) -> Writing {
        let Self {
            id,
            name,
            portrait,
            alias,
            extra,
            other,
        } = self;
        let mut writing = Writing::with(other);
        for (field, text) in [
            ("id", id),
            ("name", name),
            ("portrait", portrait),
            ("alias", alias),
            ("extra", extra),
        ] {
            writing.put_some(field, text.as_ref());
        }
        writing
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attributes")
            .field("mentions", &self.mentions)
            .field("extra", &self.extra.as_ref().map(String::len))
            .field("user", &self.user)
            .field("other", &self.other)
            .finish()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").finish_non_exhaustive()
    }
}
