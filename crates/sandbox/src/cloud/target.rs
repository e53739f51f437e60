//! Where a message goes.

use std::fmt;

use imlink_model::{ConversationKind, TargetId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is to have a message, and in what kind of conversation (behaviour.md 13.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Target {
    /// One user, in private.
    User(#[schemars(with = "String")] UserId),
    /// The members of a group.
    Group(#[schemars(with = "String")] TargetId),
    /// Whoever is in a chatroom.
    Chatroom(#[schemars(with = "String")] TargetId),
    /// One user, in the name of the app.
    System(#[schemars(with = "String")] UserId),
}

impl Target {
    /// Where a client says a message is, by the number of the kind and an id; `None` if clients
    /// send nothing there.
    pub(super) fn of(kind: i32, id: &str) -> Option<Self> {
        match ConversationKind::from_number(kind)? {
            ConversationKind::Private => UserId::new(id).map(Self::User).ok(),
            ConversationKind::Group => TargetId::new(id).map(Self::Group).ok(),
            ConversationKind::Chatroom => TargetId::new(id).map(Self::Chatroom).ok(),
            ConversationKind::Discussion
            | ConversationKind::CustomerService
            | ConversationKind::System
            | ConversationKind::AppPublicService
            | ConversationKind::PublicService
            | ConversationKind::UltraGroup
            | ConversationKind::Encrypted
            | ConversationKind::RtcRoom => None,
        }
    }

    /// The kind of conversation.
    #[must_use]
    pub const fn kind(&self) -> ConversationKind {
        match self {
            Self::User(_) => ConversationKind::Private,
            Self::Group(_) => ConversationKind::Group,
            Self::Chatroom(_) => ConversationKind::Chatroom,
            Self::System(_) => ConversationKind::System,
        }
    }

    /// The id of the user, group or room.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(user) | Self::System(user) => user.as_str(),
            Self::Group(id) | Self::Chatroom(id) => id.as_str(),
        }
    }
}

impl From<UserId> for Target {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.id())
    }
}
