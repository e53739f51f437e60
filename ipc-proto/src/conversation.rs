//! Conversations as they travel.

use imlink_model::{self as model, ChannelId, ConversationKind, Millis, ObjectName, Seq, TargetId};
use serde::{Deserialize, Serialize};

use crate::limits::{FILTERED_CONVERSATIONS, FILTERED_NAMES};
use crate::{Message, PrivateText, list, wide};

/// One conversation of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The vendor's number of its kind: 1 private, 3 group, 4 chatroom, 6 system and so on
    /// (behaviour.md 13.1). Any number decodes, so that a kind unknown here costs one message and
    /// not the connection.
    pub kind: u8,
    /// The other user, the group or the room.
    pub target: TargetId,
    /// The channel inside an ultra group; `None` elsewhere.
    pub channel: Option<ChannelId>,
}

/// The vendor has no conversation kind with this number, or a newer one than this build knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no conversation kind has the number {0}")]
pub struct UnknownKind(pub u8);

impl From<model::Conversation> for Conversation {
    fn from(conversation: model::Conversation) -> Self {
        let model::Conversation {
            kind,
            target,
            channel,
        } = conversation;
        Self {
            kind: kind.number(),
            target,
            channel,
        }
    }
}

impl TryFrom<Conversation> for model::Conversation {
    type Error = UnknownKind;

    fn try_from(conversation: Conversation) -> Result<Self, UnknownKind> {
        let Conversation {
            kind,
            target,
            channel,
        } = conversation;
        let kind = ConversationKind::from_number(kind.into()).ok_or(UnknownKind(kind))?;
        Ok(Self {
            kind,
            target,
            channel,
        })
    }
}

/// One line of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: Conversation,
    /// Where it stands in the list, for [`Place`].
    #[serde(with = "wide")]
    pub position: Seq,
    /// Its last message; `None` if it has none, or in an answer that would be too long.
    pub last: Option<Message>,
    /// Place of its last message in the account's local order; 0 if it has none.
    #[serde(with = "wide")]
    pub last_seq: Seq,
    /// The server's time of its last message.
    pub last_at: Millis,
    /// Up to which server's time it is read; `None` if it never was.
    pub read_up_to: Option<Millis>,
    /// Received messages counted as unread.
    pub unread: u32,
    /// Those of them that mention the user.
    pub mentions: u32,
    /// Messages stored.
    pub total: u32,
    /// What the user has begun to write.
    pub draft: Option<PrivateText>,
}

/// A place in the list of conversations: that of a [`ConversationSummary`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its position.
    #[serde(with = "wide")]
    pub position: Seq,
    /// The conversation.
    pub conversation: Conversation,
}

/// A side of a point in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The newest messages, newest first.
    #[default]
    Newest,
    /// Those before a place, newest first.
    Before {
        /// The place.
        #[serde(with = "wide")]
        seq: Seq,
    },
    /// Those after a place, oldest first.
    After {
        /// The place.
        #[serde(with = "wide")]
        seq: Seq,
    },
}

/// Which messages a subscription wants. Empty lists want everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Of these conversations, at most [`FILTERED_CONVERSATIONS`].
    #[serde(serialize_with = "list::serialize::<_, _, FILTERED_CONVERSATIONS>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, FILTERED_CONVERSATIONS>")]
    pub conversations: Vec<Conversation>,
    /// Of these types, at most [`FILTERED_NAMES`].
    #[serde(serialize_with = "list::serialize::<_, _, FILTERED_NAMES>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, FILTERED_NAMES>")]
    pub object_names: Vec<ObjectName>,
}
