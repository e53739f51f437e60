//! The cloud's messages as the model's (`protocol/cloud-wire.md` 5.5).

use imlink_model::{
    Body, ChannelId, Class, Conversation, ConversationKind, Direction, Flags, IdError,
    IncomingMessage, MessageUid, Millis, ObjectName, TargetId, UserId,
};
use imlink_wire::flags::{ext_status, status};
use imlink_wire::proto::DownStreamMessage;

/// Value of `direction` for what the user sent.
const SENT: i32 = 1;

/// Why a message cannot be represented. It is skipped, its neighbours are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unrepresentable {
    #[error("conversation type {0} is unknown")]
    Kind(i32),
    #[error(transparent)]
    Id(#[from] IdError),
    #[error("a stored message without uid cannot be told from its repetition")]
    NoUid,
}

/// Who reads, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) user: &'a UserId,
    /// The server's time at CONNACK; `None` if it did not say.
    pub(crate) connected_at: Option<Millis>,
}

impl Reader<'_> {
    /// A message out of a page: it will be stored, so it must have a uid.
    pub(crate) fn stored(
        self,
        message: DownStreamMessage,
    ) -> Result<IncomingMessage, Unrepresentable> {
        let message = self.any(message)?;
        if message.uid.is_none() {
            return Err(Unrepresentable::NoUid);
        }
        Ok(message)
    }

    /// A message pushed as it is.
    pub(crate) fn any(
        self,
        message: DownStreamMessage,
    ) -> Result<IncomingMessage, Unrepresentable> {
        let flags = Flags {
            transient: is_transient(&message),
            ..flags(&message.classname, message.status)
        };
        let retrieved = message.status & status::RETRIEVED != 0;
        let kind = ConversationKind::from_number(message.r#type)
            .ok_or(Unrepresentable::Kind(message.r#type))?;
        let direction = if message.direction == Some(SENT) {
            Direction::Sent
        } else {
            Direction::Received
        };
        let from = UserId::new(message.from_user_id)?;
        let target = match message.group_id.filter(|group| !group.is_empty()) {
            Some(group) if has_members(kind) => TargetId::new(group)?,
            _ => from.clone().into(),
        };
        // In a private conversation `from` is the other party, whoever wrote.
        let sender = match direction {
            Direction::Sent => self.user.clone(),
            Direction::Received => from,
        };
        let channel = match message.bus_channel.filter(|channel| !channel.is_empty()) {
            Some(channel) if kind == ConversationKind::UltraGroup => Some(ChannelId::new(channel)?),
            _ => None,
        };
        let uid = message
            .msg_id
            .filter(|uid| !uid.is_empty())
            .map(MessageUid::new)
            .transpose()?;
        let sent_at = Millis(message.data_time);
        Ok(IncomingMessage {
            uid,
            conversation: Conversation {
                kind,
                target,
                channel,
            },
            direction,
            sender,
            object_name: ObjectName::new(message.classname)?,
            body: Body::new(message.content),
            sent_at,
            flags,
            wire_ref: message
                .client_unique_id
                .and_then(|id| u64::try_from(id).ok()),
            expansion: message
                .extra_content
                .filter(|expansion| !expansion.is_empty()),
            offline: self
                .connected_at
                .is_some_and(|connected_at| sent_at < connected_at),
            retrieved,
        })
    }
}

/// Delivered directly and never pulled: status messages, by mark or by class, and what is said in
/// rooms (`protocol/cloud-wire.md` 5.3).
pub(crate) fn is_direct(message: &DownStreamMessage) -> bool {
    let in_room = matches!(
        ConversationKind::from_number(message.r#type),
        Some(ConversationKind::Chatroom | ConversationKind::RtcRoom)
    );
    is_transient(message) || in_room
}

fn is_transient(message: &DownStreamMessage) -> bool {
    message.ext_status.unwrap_or_default() & ext_status::STATUS_MESSAGE != 0
        || Class::of(&message.classname) == Class::Status
}

/// What the status bits say; but whether a type the vendor has a class for is kept and counted, its
/// class says, as with the vendor's own clients (`protocol/cloud-wire.md` 5.5). So one count stands
/// on every device of a user. The bits have the word for all other types, which those clients would
/// be told of by the app that made them up.
pub(crate) fn flags(object_name: &str, bits: i64) -> Flags {
    let has = |bit| bits & bit != 0;
    let class = Class::of_vendor(object_name);
    Flags {
        persisted: class.map_or(has(status::PERSISTED), Class::is_stored),
        counted: class.map_or(has(status::COUNTED), Class::is_counted),
        mention: has(status::MENTION),
        silent: has(status::SILENT),
        expandable: has(status::EXPANDABLE),
        transient: false,
    }
}

/// Whether the conversation is that of a group or room and not that of the other user.
fn has_members(kind: ConversationKind) -> bool {
    match kind {
        ConversationKind::Discussion
        | ConversationKind::Group
        | ConversationKind::Chatroom
        | ConversationKind::UltraGroup
        | ConversationKind::RtcRoom => true,
        ConversationKind::Private
        | ConversationKind::CustomerService
        | ConversationKind::System
        | ConversationKind::AppPublicService
        | ConversationKind::PublicService
        | ConversationKind::Encrypted => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(from: &str) -> DownStreamMessage {
        DownStreamMessage {
            from_user_id: from.to_owned(),
            r#type: 1,
            classname: "RC:TxtMsg".to_owned(),
            content: "{\"content\":\"hello\"}".to_owned(),
            data_time: 1_795_231_766_100,
            status: 48,
            msg_id: Some("F3ZJ-JTTB-J246-4ZFP".to_owned()),
            direction: Some(2),
            client_unique_id: Some(2_217_949_877_240_018),
            ..DownStreamMessage::default()
        }
    }

    fn poke() -> DownStreamMessage {
        DownStreamMessage {
            classname: "app:Poke".to_owned(),
            content: "not even JSON".to_owned(),
            ..text("bob")
        }
    }

    fn read(message: DownStreamMessage) -> Result<IncomingMessage, Unrepresentable> {
        let user = UserId::new("alice").unwrap();
        Reader {
            user: &user,
            connected_at: Some(Millis(1_795_231_766_000)),
        }
        .stored(message)
    }

    #[test]
    fn a_private_message_belongs_to_the_other_party_in_both_directions() {
        let received = read(text("bob")).unwrap();
        let sent = read(DownStreamMessage {
            direction: Some(1),
            ..text("bob")
        })
        .unwrap();

        assert_eq!(received.conversation.to_string(), "private:bob");
        assert_eq!(received.sender.as_str(), "bob");
        assert_eq!(received.direction, Direction::Received);
        assert_eq!(sent.conversation.to_string(), "private:bob");
        assert_eq!(sent.sender.as_str(), "alice");
        assert_eq!(sent.direction, Direction::Sent);
        assert_eq!(sent.wire_ref, Some(2_217_949_877_240_018));
    }

    #[test]
    fn a_group_message_belongs_to_the_group() {
        let group = DownStreamMessage {
            r#type: 3,
            group_id: Some("g1".to_owned()),
            bus_channel: Some("ignored outside ultra groups".to_owned()),
            ..text("bob")
        };

        let message = read(group).unwrap();

        assert_eq!(message.conversation.to_string(), "group:g1");
        assert_eq!(message.sender.as_str(), "bob");
    }

    #[test]
    fn an_ultra_group_message_names_its_channel() {
        let ultra = DownStreamMessage {
            r#type: 10,
            group_id: Some("u1".to_owned()),
            bus_channel: Some("general".to_owned()),
            ..text("bob")
        };

        assert_eq!(
            read(ultra).unwrap().conversation.to_string(),
            "ultra-group:u1/general"
        );
    }

    #[test]
    fn flags_come_from_the_status_bits() {
        let all = read(DownStreamMessage {
            status: 2 | 64 | 512 | 1024,
            ..poke()
        });
        let marked = read(DownStreamMessage {
            ext_status: Some(64),
            ..text("bob")
        });
        let typing = DownStreamMessage {
            classname: "RC:TypSts".to_owned(),
            ..text("bob")
        };

        let expected = Flags {
            mention: true,
            silent: true,
            expandable: true,
            ..Flags::default()
        };
        assert_eq!(all.unwrap().flags, expected);
        assert!(marked.unwrap().flags.transient);
        assert!(is_direct(&typing));
        assert!(!is_direct(&text("bob")));
    }

    // behaviour.md 13.2
    #[test]
    fn a_type_of_the_vendors_is_kept_and_counted_by_its_class_whatever_the_bits_say() {
        let read_as = |name: &str, status| {
            let message = DownStreamMessage {
                classname: name.to_owned(),
                status,
                ..text("bob")
            };
            let Flags {
                persisted, counted, ..
            } = read(message).unwrap().flags;
            (persisted, counted)
        };

        for bits in [0, 16, 32, 16 | 32] {
            assert_eq!(read_as("RC:TxtMsg", bits), (true, true));
            assert_eq!(read_as("RC:InfoNtf", bits), (true, false));
            assert_eq!(read_as("RC:ReadNtf", bits), (false, false));
        }
        for newer in ["app:Poke", "RC:Brand"] {
            assert_eq!(read_as(newer, 0), (false, false));
            assert_eq!(read_as(newer, 16), (true, false));
            assert_eq!(read_as(newer, 16 | 32), (true, true));
        }
    }

    #[test]
    fn what_was_sent_before_the_connection_is_offline() {
        let early = DownStreamMessage {
            data_time: 1_795_231_765_999,
            ..text("bob")
        };

        assert!(read(early).unwrap().offline);
        assert!(!read(text("bob")).unwrap().offline);
    }

    // F-S12
    #[test]
    fn an_unknown_object_name_passes_whole() {
        let message = read(poke()).unwrap();

        assert_eq!(message.object_name.as_str(), "app:Poke");
        assert_eq!(message.body.as_str(), "not even JSON");
    }

    #[test]
    fn what_cannot_be_represented_says_why() {
        let no_uid = DownStreamMessage {
            msg_id: Some(String::new()),
            ..text("bob")
        };
        let bad_kind = DownStreamMessage {
            r#type: 9,
            ..text("bob")
        };
        let no_sender = text("");
        let long_name = DownStreamMessage {
            classname: "x".repeat(33),
            ..text("bob")
        };

        assert_eq!(read(no_uid), Err(Unrepresentable::NoUid));
        assert_eq!(read(bad_kind), Err(Unrepresentable::Kind(9)));
        assert!(matches!(
            read(no_sender),
            Err(Unrepresentable::Id(IdError::Empty { .. }))
        ));
        assert!(matches!(
            read(long_name),
            Err(Unrepresentable::Id(IdError::TooLong { .. }))
        ));
    }
}
