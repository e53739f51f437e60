//! Ids as newtypes: a user is not a target, and neither is a bare string.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RESERVED_PREFIX;

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has no characters.
    #[error("{kind} is empty")]
    Empty {
        /// Which id was wanted.
        kind: &'static str,
    },
    /// The text is longer than the id may be.
    #[error("{kind} has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// Which id was wanted.
        kind: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The longest length in bytes that is accepted.
        limit: usize,
    },
    /// The text has a character that the id may not have.
    #[error("{kind} may not contain {found:?}")]
    Character {
        /// Which id was wanted.
        kind: &'static str,
        /// The first offending character.
        found: char,
    },
    /// An object name of an app's own begins as the vendor's do.
    #[error("an object name of an app's own may not begin with {RESERVED_PREFIX}")]
    Reserved,
}

fn check(
    kind: &'static str,
    text: &str,
    limit: usize,
    allowed: fn(char) -> bool,
) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    if text.len() > limit {
        return Err(IdError::TooLong {
            kind,
            bytes: text.len(),
            limit,
        });
    }
    match text.chars().find(|c| !allowed(*c)) {
        Some(found) => Err(IdError::Character { kind, found }),
        None => Ok(()),
    }
}

fn printable(c: char) -> bool {
    !c.is_control()
}

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $limit:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Longest accepted length, in bytes of UTF-8.
            pub const MAX_BYTES: usize = $limit;

            /// Takes a text as an id of this kind.
            ///
            /// # Errors
            /// [`IdError`] if the text is empty, too long or has a character that is not allowed.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check($kind, &text, $limit, $allowed)?;
                Ok(Self(text.into_boxed_str()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
    };
}

text_id! {
    /// The key of one app at the vendor; development and production have one each (S4-30).
    AppKey, "app key", 64, plain
}
text_id! {
    /// A user of the cloud: 1 to 64 bytes (behaviour.md 13.9).
    UserId, "user id", 64, printable
}
text_id! {
    /// The other end of a conversation: a user, a group or a room (1 to 64 bytes).
    TargetId, "target id", 64, printable
}
text_id! {
    /// A channel inside a conversation: 1 to 20 bytes (behaviour.md 13.9).
    ChannelId, "channel id", 20, printable
}
text_id! {
    /// The name a local app gives itself, for example `org.example.notes`.
    AppId, "app id", 64, plain
}
text_id! {
    /// The name of one durable subscription of an app.
    SubscriptionName, "subscription name", 64, plain
}
text_id! {
    /// The server's id of a message, unique per app key.
    MessageUid, "message uid", 64, plain
}
text_id! {
    /// The id an app chooses for a message it sends: submitting it again is the same message.
    ClientMessageId, "client message id", 64, printable
}
text_id! {
    /// The type of a message, for example `RC:TxtMsg`: 1 to 32 characters (behaviour.md 13.1).
    ObjectName, "object name", 32, printable
}

impl ObjectName {
    /// The plain text message, `RC:TxtMsg`.
    #[must_use]
    pub fn text() -> Self {
        Self("RC:TxtMsg".into())
    }

    /// What stands in the place of a recalled message, `RC:RcNtf` (behaviour.md 13.7).
    #[must_use]
    pub fn recall_notice() -> Self {
        Self("RC:RcNtf".into())
    }

    /// The type of messages of an app's own, for example `app:card`.
    ///
    /// # Errors
    /// [`IdError`] if it is no object name, or begins with `RC:` as the vendor's do (behaviour.md
    /// 13.1).
    pub fn custom(name: impl Into<String>) -> Result<Self, IdError> {
        let name = Self::new(name)?;
        if name.as_str().starts_with(RESERVED_PREFIX) {
            return Err(IdError::Reserved);
        }
        Ok(name)
    }
}

impl From<UserId> for TargetId {
    /// The private conversation with a user is targeted at that user.
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// Position of a message in an account's local order, from 1 on. A position is used once; what
    /// is deleted leaves a hole.
    ///
    /// Zero is the position before the first message.
    Seq
}
number_id! {
    /// One accepted outgoing message of an account, from 1 on.
    OutboxId
}

number_id! {
    /// The rows that positions belong to: drawn at random when rows begin, and again whenever they
    /// turn out to be those of an earlier time. A position of another generation says nothing.
    Generation
}

impl Seq {
    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_refuses_the_empty_the_long_and_the_unprintable() {
        assert_eq!(UserId::new(""), Err(IdError::Empty { kind: "user id" }));
        assert_eq!(
            UserId::new("x".repeat(65)),
            Err(IdError::TooLong {
                kind: "user id",
                bytes: 65,
                limit: 64
            })
        );
        assert_eq!(
            UserId::new("a\u{1b}b"),
            Err(IdError::Character {
                kind: "user id",
                found: '\u{1b}'
            })
        );
        assert_eq!(UserId::new("李雷").unwrap().as_str(), "李雷");
    }

    #[test]
    fn an_app_names_itself_in_plain_characters() {
        assert!(AppId::new("org.example.notes-2").is_ok());
        assert_eq!(
            AppId::new("a b"),
            Err(IdError::Character {
                kind: "app id",
                found: ' '
            })
        );
    }
}
