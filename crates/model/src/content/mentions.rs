//! Whom a message speaks to.

use std::fmt;

use super::ContentError;
use super::fields::{Fields, OtherFields, Writing};
use crate::UserId;

/// Whom a message of a group speaks to (`mentionedInfo`, behaviour.md 13.1). `Debug` shows no text.
#[derive(Clone, PartialEq)]
pub struct Mentions {
    /// Whom.
    pub whom: Mentioned,
    /// The words of the push that they get (`mentionedContent`).
    pub push: Option<String>,
    /// Every other field.
    pub other: OtherFields,
}

/// Whom a message speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mentioned {
    /// Everybody (vendor number 1).
    All,
    /// These users (vendor number 2).
    Users(Vec<UserId>),
}

const ALL: u8 = 1;
const USERS: u8 = 2;

impl Mentions {
    /// Everybody.
    #[must_use]
    pub fn all() -> Self {
        Self::of(Mentioned::All)
    }

    /// Some users.
    #[must_use]
    pub fn users(users: impl IntoIterator<Item = UserId>) -> Self {
        Self::of(Mentioned::Users(users.into_iter().collect()))
    }

    /// Whether the message speaks to that user, by name or to everybody. The unread mentions of a
    /// conversation are those for which it does.
    #[must_use]
    pub fn concern(&self, user: &UserId) -> bool {
        match &self.whom {
            Mentioned::All => true,
            Mentioned::Users(users) => users.contains(user),
        }
    }

    fn of(whom: Mentioned) -> Self {
        Self {
            whom,
            push: None,
            other: OtherFields::default(),
        }
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, ContentError> {
        let known = |kind: &u8| matches!(*kind, ALL | USERS);
        let whom = match fields.number("type", "1 for all or 2 for users", known)? {
            USERS => {
                let users = fields.texts("userIdList")?.into_iter().map(UserId::new);
                let users: Result<_, _> = users.collect();
                Mentioned::Users(users.map_err(|_| fields.wrong("userIdList", "user ids"))?)
            }
            _ => Mentioned::All,
        };
        Ok(Self {
            whom,
            push: fields.optional_text("mentionedContent")?,
            other: fields.rest(),
        })
    }

    pub(super) fn write(&self) -> Writing {
        let Self { whom, push, other } = self;
        let mut writing = Writing::with(other);
        match whom {
            Mentioned::All => writing.put("type", &ALL),
            Mentioned::Users(users) => {
                writing.put("type", &USERS);
                writing.put("userIdList", users);
            }
        }
        writing.put_some("mentionedContent", push.as_ref());
        writing
    }
}

impl fmt::Debug for Mentions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mentions")
            .field("whom", &self.whom)
            .field("push", &self.push.as_ref().map(String::len))
            .field("other", &self.other)
            .finish()
    }
}
