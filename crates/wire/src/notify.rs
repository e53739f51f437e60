//! Notifications: what the server says has changed (protocol/cloud-wire.md 5.3).

use bytes::Bytes;

use crate::{
    proto::{BodyError, NotifyMsg, decode_body},
    topic,
};

/// One `s_ntf` or `s_cmd`. Times are versions of the newest item, ms since the epoch; 0 if unsaid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// New messages: `pullMsg`.
    Messages {
        /// Time of the newest one.
        time: i64,
    },
    /// New messages in a chatroom: `chrmPull` if joined.
    ChatroomMessages {
        /// Which room.
        chatroom: String,
        /// Time of the newest one.
        time: i64,
    },
    /// Changed entries of a chatroom: `pullKV` if joined.
    ChatroomEntries {
        /// Which room.
        chatroom: String,
        /// Version of the newest entry.
        time: i64,
    },
    /// A chatroom is gone.
    ChatroomDestroyed {
        /// Which room.
        chatroom: String,
        /// Why, a number handed on.
        reason: i32,
    },
    /// Anything that is answered by one pull of the user's own data.
    Changed {
        /// What to pull.
        what: Change,
        /// Its newest version.
        time: i64,
    },
    /// A kind that came after this list was made: acknowledged, otherwise ignored.
    Unknown {
        /// Its number.
        kind: i32,
    },
}

/// What a [`Notification::Changed`] says has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Attributes of conversations: `pullSeAtts`.
    ConversationStates,
    /// Ultra group messages: `pullUgMsg`.
    UltraGroupMessages,
    /// Changes of ultra group messages: `qryMsgChange`.
    UltraGroupChanges,
    /// Status of subscribed users: `pullSubData`.
    SubscribedStatus,
    /// The subscriptions themselves: `pullUserSub`.
    Subscriptions,
    /// The own profile: `pullOwnProfile`.
    OwnProfile,
    /// The event log: `pullEventChange`.
    Events,
    /// Edited messages: `pullModifyMsg`.
    ModifiedMessages,
    /// Unread counts: `pullSe`.
    Unread,
}

impl Change {
    /// The topic of the pull that fetches it.
    #[must_use]
    pub const fn pull(self) -> &'static str {
        match self {
            Self::ConversationStates => topic::PULL_CONVERSATION_STATES,
            Self::UltraGroupMessages => "pullUgMsg",
            Self::UltraGroupChanges => "qryMsgChange",
            Self::SubscribedStatus => "pullSubData",
            Self::Subscriptions => "pullUserSub",
            Self::OwnProfile => "pullOwnProfile",
            Self::Events => topic::PULL_EVENTS,
            Self::ModifiedMessages => topic::PULL_MODIFIED,
            Self::Unread => topic::PULL_UNREAD,
        }
    }

    const fn from_kind(kind: i32) -> Option<Self> {
        Some(match kind {
            3 => Self::ConversationStates,
            6 => Self::UltraGroupMessages,
            7 => Self::UltraGroupChanges,
            8 => Self::SubscribedStatus,
            9 => Self::Subscriptions,
            10 => Self::OwnProfile,
            11 => Self::Events,
            12 => Self::ModifiedMessages,
            13 => Self::Unread,
            _ => return None,
        })
    }

    const fn kind(self) -> i32 {
        match self {
            Self::ConversationStates => 3,
            Self::UltraGroupMessages => 6,
            Self::UltraGroupChanges => 7,
            Self::SubscribedStatus => 8,
            Self::Subscriptions => 9,
            Self::OwnProfile => 10,
            Self::Events => 11,
            Self::ModifiedMessages => 12,
            Self::Unread => 13,
        }
    }
}

impl Notification {
    /// Reads the body of a PUBLISH; `None` if the topic is neither `s_ntf` nor `s_cmd`.
    ///
    /// # Errors
    /// A body that is not a `NotifyMsg`.
    pub fn read(topic: &str, body: Bytes) -> Result<Option<Self>, BodyError> {
        let is_command = match topic {
            topic::NOTIFICATION => false,
            topic::COMMAND => true,
            _ => return Ok(None),
        };
        let message: NotifyMsg = decode_body(body)?;
        let kind = message.r#type;
        let time = message.time.unwrap_or_default();
        let chatroom = message.chrm_id.unwrap_or_default();
        let reason = message.destroy_type.unwrap_or_default();
        Ok(Some(match (is_command, kind) {
            (false, 1) => Self::Messages { time },
            (false, 2) => Self::ChatroomMessages { chatroom, time },
            (false, _) => Self::Unknown { kind },
            (true, 2) => Self::ChatroomEntries { chatroom, time },
            (true, 4) => Self::ChatroomDestroyed { chatroom, reason },
            (true, _) => match Change::from_kind(kind) {
                Some(what) => Self::Changed { what, time },
                None => Self::Unknown { kind },
            },
        }))
    }

    /// The topic and body a server sends for it; `None` for [`Notification::Unknown`].
    #[must_use]
    pub fn write(&self) -> Option<(&'static str, NotifyMsg)> {
        let blank = NotifyMsg::default();
        Some(match self {
            Self::Messages { time } => (
                topic::NOTIFICATION,
                NotifyMsg {
                    r#type: 1,
                    time: Some(*time),
                    ..blank
                },
            ),
            Self::ChatroomMessages { chatroom, time } => {
                (topic::NOTIFICATION, room_notice(2, chatroom, *time))
            }
            Self::ChatroomEntries { chatroom, time } => {
                (topic::COMMAND, room_notice(2, chatroom, *time))
            }
            Self::ChatroomDestroyed { chatroom, reason } => (
                topic::COMMAND,
                NotifyMsg {
                    r#type: 4,
                    chrm_id: Some(chatroom.clone()),
                    destroy_type: Some(*reason),
                    ..blank
                },
            ),
            Self::Changed { what, time } => (
                topic::COMMAND,
                NotifyMsg {
                    r#type: what.kind(),
                    time: Some(*time),
                    ..blank
                },
            ),
            Self::Unknown { .. } => return None,
        })
    }
}

fn room_notice(kind: i32, chatroom: &str, time: i64) -> NotifyMsg {
    NotifyMsg {
        r#type: kind,
        time: Some(time),
        chrm_id: Some(chatroom.to_owned()),
        destroy_type: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::encode_body;

    #[test]
    fn every_kind_of_both_topics_survives_the_wire() {
        for topic in [topic::NOTIFICATION, topic::COMMAND] {
            for kind in 0..=20 {
                let sent = NotifyMsg {
                    r#type: kind,
                    time: Some(7),
                    chrm_id: Some("room".into()),
                    destroy_type: Some(1),
                };
                let read = Notification::read(topic, encode_body(&sent))
                    .unwrap()
                    .unwrap();
                let Some((written_topic, body)) = read.write() else {
                    assert_eq!(read, Notification::Unknown { kind });
                    continue;
                };

                assert_eq!((written_topic, body.r#type), (topic, kind));
                assert_eq!(
                    Notification::read(topic, encode_body(&body)).unwrap(),
                    Some(read)
                );
            }
        }
    }

    #[test]
    fn the_same_number_means_different_things_in_the_two_topics() {
        let body = encode_body(&room_notice(2, "room", 5));

        assert!(matches!(
            Notification::read(topic::NOTIFICATION, body.clone()),
            Ok(Some(Notification::ChatroomMessages { .. }))
        ));
        assert!(matches!(
            Notification::read(topic::COMMAND, body),
            Ok(Some(Notification::ChatroomEntries { .. }))
        ));
    }

    #[test]
    fn other_topics_are_left_alone_whatever_their_body() {
        assert_eq!(
            Notification::read("someNewTopic", Bytes::from_static(&[0])),
            Ok(None)
        );
    }

    #[test]
    fn a_body_without_its_type_is_an_error() {
        assert_eq!(
            Notification::read(topic::NOTIFICATION, Bytes::new()),
            Err(BodyError::Missing {
                message: "NotifyMsg",
                field: "type"
            })
        );
    }
}
