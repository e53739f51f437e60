//! Where a message belongs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ChannelId, TargetId, UserId};

/// The kind of a conversation, with the vendor's numbers (behaviour.md 13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ConversationKind {
    /// Two users.
    Private = 1,
    /// Retired by the vendor; still readable.
    Discussion = 2,
    /// A group with members.
    Group = 3,
    /// A room of those who are online.
    Chatroom = 4,
    /// Customer service.
    CustomerService = 5,
    /// Messages of the app itself.
    System = 6,
    /// Public service of the app.
    AppPublicService = 7,
    /// Public service.
    PublicService = 8,
    /// Ultra group (Nexconn: community channel).
    UltraGroup = 10,
    /// Encrypted conversation of private clouds.
    Encrypted = 11,
    /// Room of a real-time call.
    RtcRoom = 12,
}

impl ConversationKind {
    /// Every kind, in the order of its number.
    pub const ALL: [Self; 11] = [
        Self::Private,
        Self::Discussion,
        Self::Group,
        Self::Chatroom,
        Self::CustomerService,
        Self::System,
        Self::AppPublicService,
        Self::PublicService,
        Self::UltraGroup,
        Self::Encrypted,
        Self::RtcRoom,
    ];

    /// The vendor's number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with that number, if the vendor has one.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| i32::from(kind.number()) == number)
    }

    /// The word used in commands and output, for example `private`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Discussion => "discussion",
            Self::Group => "group",
            Self::Chatroom => "chatroom",
            Self::CustomerService => "customer-service",
            Self::System => "system",
            Self::AppPublicService => "app-public-service",
            Self::PublicService => "public-service",
            Self::UltraGroup => "ultra-group",
            Self::Encrypted => "encrypted",
            Self::RtcRoom => "rtc-room",
        }
    }
}

impl fmt::Display for ConversationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One conversation of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Conversation {
    /// What kind it is.
    pub kind: ConversationKind,
    /// The other user, the group or the room.
    pub target: TargetId,
    /// The channel inside an ultra group; `None` elsewhere.
    pub channel: Option<ChannelId>,
}

impl Conversation {
    /// The conversation with one user.
    #[must_use]
    pub fn private(user: UserId) -> Self {
        Self {
            kind: ConversationKind::Private,
            target: user.into(),
            channel: None,
        }
    }

    /// The conversation of a group.
    #[must_use]
    pub fn group(group: TargetId) -> Self {
        Self {
            kind: ConversationKind::Group,
            target: group,
            channel: None,
        }
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)?;
        match &self.channel {
            Some(channel) => write!(f, "/{channel}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number_and_no_other_is() {
        for kind in ConversationKind::ALL {
            assert_eq!(
                ConversationKind::from_number(kind.number().into()),
                Some(kind)
            );
        }
        for number in [-1, 0, 9, 13, 257] {
            assert_eq!(ConversationKind::from_number(number), None);
        }
    }
}
