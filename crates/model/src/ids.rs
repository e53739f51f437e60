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
    #[error("{kind} has {length} {unit}, at most {limit} are allowed")]
    TooLong {
        /// Which id was wanted.
        kind: &'static str,
        /// Its length.
        length: usize,
        /// The longest length that is accepted.
        limit: usize,
        /// What both are counted in.
        unit: IdUnit,
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

/// What the length of an id is counted in (behaviour.md 13.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Characters of Unicode.
    Characters,
}

impl IdUnit {
    fn count(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Characters => text.chars().count(),
        }
    }

    /// So many of them have at most so many bytes; of no id more than a byte can count, for keys of
    /// rows say lengths in one.
    const fn bytes(self, limit: usize) -> usize {
        match self {
            Self::Bytes => limit,
            Self::Characters if limit * 4 < 255 => limit * 4,
            Self::Characters => 255,
        }
    }
}

impl fmt::Display for IdUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Characters => "characters",
        })
    }
}

fn check(
    kind: &'static str,
    text: &str,
    limit: usize,
    unit: IdUnit,
    allowed: fn(char) -> bool,
) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    for (limit, unit) in [(limit, unit), (unit.bytes(limit), IdUnit::Bytes)] {
        let length = unit.count(text);
        if length > limit {
            return Err(IdError::TooLong {
                kind,
                length,
                limit,
                unit,
            });
        }
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
    ($(#[$doc:meta])* $name:ident, $kind:literal, $limit:literal $unit:ident, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Longest accepted length, in its unit.
            pub const MAX_LENGTH: usize = $limit;

            /// Longest accepted length, in bytes of UTF-8.
            pub const MAX_BYTES: usize = IdUnit::$unit.bytes($limit);

            /// Takes a text as an id of this kind.
            ///
            /// # Errors
            /// [`IdError`] if the text is empty, too long or has a character that is not allowed.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check($kind, &text, $limit, IdUnit::$unit, $allowed)?;
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
    AppKey, "app key", 64 Bytes, plain
}
text_id! {
    /// A user of the cloud: 1 to 64 bytes (behaviour.md 13.9).
    UserId, "user id", 64 Bytes, printable
}
text_id! {
    /// The other end of a conversation: a user, a group or a room; 1 to 64 characters, and 255 bytes
    /// at most (behaviour.md 13.9).
    TargetId, "target id", 64 Characters, printable
}
text_id! {
    /// A channel inside a conversation: 1 to 20 characters (behaviour.md 13.9).
    ChannelId, "channel id", 20 Characters, printable
}
text_id! {
    /// The name a local app gives itself, for example `org.example.notes`.
    AppId, "app id", 64 Bytes, plain
}
text_id! {
    /// The name of one durable subscription of an app.
    SubscriptionName, "subscription name", 64 Bytes, plain
}
text_id! {
    /// The server's id of a message, unique per app key.
    MessageUid, "message uid", 64 Bytes, plain
}
text_id! {
    /// The id an app chooses for a message it sends: submitting it again is the same message.
    ClientMessageId, "client message id", 64 Bytes, printable
}
text_id! {
    /// The type of a message, for example `RC:TxtMsg`: 1 to 32 characters (behaviour.md 13.1).
    ObjectName, "object name", 32 Characters, printable
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
                length: 65,
                limit: 64,
                unit: IdUnit::Bytes,
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

    // behaviour.md 13.9
    #[test]
    fn what_is_counted_in_characters_has_as_many_in_any_script() {
        let too_long = |length, limit, unit| IdError::TooLong {
            kind: "target id",
            length,
            limit,
            unit,
        };

        assert!(TargetId::new("聊".repeat(64)).is_ok());
        assert_eq!(
            TargetId::new("聊".repeat(65)),
            Err(too_long(65, 64, IdUnit::Characters))
        );
        // 256 bytes.
        assert_eq!(
            TargetId::new("🦀".repeat(64)),
            Err(too_long(256, 255, IdUnit::Bytes))
        );
        assert!(ObjectName::new("应用".repeat(16)).is_ok());
        assert!(ObjectName::new("应用".repeat(17)).is_err());
        assert!(ChannelId::new("🦀".repeat(20)).is_ok());
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
