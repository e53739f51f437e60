//! Conversations as they travel.

use imlink_model::{self as model, ChannelId, ConversationKind, Millis, Seq, TargetId};
use serde::{Deserialize, Serialize};

use crate::wide;

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
    /// Place of its newest message in the account's local order.
    #[serde(with = "wide")]
    pub last_seq: Seq,
    /// The server's time of its newest message.
    pub last_at: Millis,
    /// Messages counted as unread.
    pub unread: u32,
    /// Messages stored.
    pub total: u32,
}
