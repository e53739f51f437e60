//! The model's messages as the cloud's, byte for byte as the SDK writes a plain text
//! (`protocol/cloud-wire.md` 5.4).

use imlink_model::{Class, Code, ConversationKind, OutgoingMessage, SendOptions};
use imlink_wire::flags::{config, session};
use imlink_wire::proto::{UpStreamMessage, encode_body};
use imlink_wire::{ClientPacket, QoS, topic};

/// The topic a message goes under.
///
/// # Errors
/// The code an app gets for a message that cannot be sent at all: 20109 for system conversations,
/// which only the app's server writes to; 33003 for a kind of conversation without a topic; 30017
/// for status messages, which nobody acknowledges and which therefore have no place in an outbox.
pub(crate) fn route(message: &OutgoingMessage) -> Result<&'static str, Code> {
    if Class::of(message.object_name.as_str()) == Class::Status {
        return Err(Code::MESSAGE_NOT_SUPPORT_SENDING);
    }
    let kind = message.conversation.kind;
    if kind == ConversationKind::System {
        return Err(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE);
    }
    let (stored, _) = topic::of_conversation(kind.number().into());
    stored.ok_or(Code::BIZ_ERROR_INVALID_PARAMETER)
}

/// The packet that sends a message under its topic.
pub(crate) fn publish(topic: &str, message: &OutgoingMessage, message_id: u16) -> ClientPacket {
    let SendOptions {
        silent: _,
        push_content,
        push_data,
        resend: _,
        directed,
        expandable: _,
        expansion,
    } = &message.options;
    let body = UpStreamMessage {
        session_id: session_bits(message),
        classname: message.object_name.as_str().to_owned(),
        content: message.body.as_str().to_owned(),
        push_text: push_content.clone(),
        app_data: push_data.clone(),
        to_user_ids: directed.iter().map(ToString::to_string).collect(),
        config_flag: Some(config::DEFAULT),
        client_unique_id: i64::try_from(message.wire_ref).ok(),
        extra_content: expansion.clone(),
        bus_channel: message
            .conversation
            .channel
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        option_bits: Some(0),
        ..UpStreamMessage::default()
    };
    ClientPacket::Publish {
        qos: QoS::AtLeastOnce,
        topic: topic.to_owned(),
        target: message.conversation.target.as_str().to_owned(),
        message_id,
        body: encode_body(&body),
    }
}

fn session_bits(message: &OutgoingMessage) -> i32 {
    let options = &message.options;
    let marks = [
        (message.mentions_somebody(), session::MENTION),
        (options.silent, session::SILENT),
        (
            options.expandable || options.expansion.is_some(),
            session::EXPANDABLE,
        ),
    ];
    let marks = marks.into_iter().filter(|(is_set, _)| *is_set);
    let class = Class::of(message.object_name.as_str());
    let kept = session::kept(class.is_stored(), class.is_counted());
    marks.fold(kept, |bits, (_, bit)| bits | bit)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use imlink_model::{
        AppId, Body, ClientMessageId, Conversation, Millis, ObjectName, OutboxId, TargetId, UserId,
    };
    use imlink_wire::proto::decode_body;

    use super::*;

    fn hello(wire_ref: u64) -> OutgoingMessage {
        OutgoingMessage {
            id: OutboxId(1),
            app: AppId::new("notes").unwrap().into(),
            client_id: ClientMessageId::new("1").unwrap(),
            wire_ref,
            conversation: Conversation::private(UserId::new("bob").unwrap()),
            object_name: ObjectName::text(),
            body: Body::new("{\"content\":\"hello\"}"),
            accepted_at: Millis(0),
            options: SendOptions::default(),
        }
    }

    fn body_of(message: &OutgoingMessage) -> Bytes {
        let ClientPacket::Publish { body, .. } = publish(route(message).unwrap(), message, 1)
        else {
            panic!("a message is sent by PUBLISH");
        };
        body
    }

    fn of_kind(kind: ConversationKind) -> OutgoingMessage {
        let target = TargetId::new("t").unwrap();
        OutgoingMessage {
            conversation: Conversation {
                kind,
                target,
                channel: None,
            },
            ..hello(1)
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_plain_text_has_the_bytes_of_the_sdk() {
        // protocol/vectors.json, v031.
        let captured = "0803120952433a5478744d73671a137b22636f6e74656e74223a2268656c6c6f227d480250\
                        d281c094eba6f803b00100";

        assert_eq!(hex(&body_of(&hello(2_217_949_877_240_018))), captured);
    }

    #[test]
    fn a_mention_and_push_texts_have_the_bytes_of_the_sdk() {
        // protocol/vectors.json, v034.
        let captured = "0807120952433a5478744d73671a427b22636f6e74656e74223a2240626f62222c226d656e7469\
                        6f6e6564496e666f223a7b2274797065223a322c227573657249644c697374223a5b22626f6222\
                        5d7d7d220270632a027064480250c780e0a5d5a7f803b00100";
        let mention = r#"{"content":"@bob","mentionedInfo":{"type":2,"userIdList":["bob"]}}"#;
        let options = SendOptions {
            push_content: Some("pc".to_owned()),
            push_data: Some("pd".to_owned()),
            ..SendOptions::default()
        };

        let body = body_of(&OutgoingMessage {
            body: Body::new(mention),
            options,
            ..hello(2_217_978_367_574_087)
        });

        assert_eq!(hex(&body), captured);
    }

    #[test]
    fn a_silent_message_for_one_member_has_the_bytes_of_the_sdk() {
        // protocol/vectors.json, v035.
        let captured = "0823120952433a5478744d73671a167b22636f6e74656e74223a226f6e6c7920626f62227d3203\
                        626f624802509c83e0a8d5a7f803b00100";
        let options = SendOptions {
            silent: true,
            directed: vec![UserId::new("bob").unwrap()],
            ..SendOptions::default()
        };

        let body = body_of(&OutgoingMessage {
            body: Body::new(r#"{"content":"only bob"}"#),
            options,
            ..hello(2_217_978_373_865_884)
        });

        assert_eq!(hex(&body), captured);
    }

    #[test]
    fn an_expansion_has_the_bytes_of_the_sdk() {
        // protocol/vectors.json, v036.
        let captured = "0843120952433a5478744d73671a117b22636f6e74656e74223a22657870227d480250bc85c0a9\
                        d5a7f8035a117b226b31223a7b2276223a227631227d7db00100";
        let with = |expandable: bool, expansion: Option<&str>| {
            let options = SendOptions {
                expandable,
                expansion: expansion.map(ToOwned::to_owned),
                ..SendOptions::default()
            };
            hex(&body_of(&OutgoingMessage {
                body: Body::new(r#"{"content":"exp"}"#),
                options,
                ..hello(2_217_978_375_439_036)
            }))
        };

        assert_eq!(with(true, Some(r#"{"k1":{"v":"v1"}}"#)), captured);
        assert_eq!(with(false, Some(r#"{"k1":{"v":"v1"}}"#)), captured);
        assert!(with(true, None).starts_with("0843"));
    }

    #[test]
    fn each_kind_has_its_topic_or_a_code() {
        let topics = ConversationKind::ALL.map(|kind| match route(&of_kind(kind)) {
            Ok(topic) => topic.to_owned(),
            Err(code) => code.to_string(),
        });

        assert_eq!(
            topics,
            [
                "ppMsgP", "33003", "pgMsgP", "chatMsg", "pcMsgP", "20109", "33003", "33003",
                "ugMsg", "33003", "prMsgS",
            ]
        );
    }

    // behaviour.md 13.2
    #[test]
    fn what_is_kept_and_counted_follows_from_the_object_name() {
        let session_id = |name: &str| {
            let message = OutgoingMessage {
                object_name: ObjectName::new(name).unwrap(),
                ..hello(1)
            };
            let body = decode_body::<UpStreamMessage>(body_of(&message)).unwrap();
            body.session_id
        };

        assert_eq!(session_id("RC:HQVCMsg"), 3);
        assert_eq!(session_id("RC:InfoNtf"), 1);
        assert_eq!(session_id("RC:CmdMsg"), 0);
        assert_eq!(session_id("app:card"), 3);
    }

    #[test]
    fn a_status_message_is_refused() {
        let typing = OutgoingMessage {
            object_name: ObjectName::new("RC:TypSts").unwrap(),
            ..hello(1)
        };

        assert_eq!(route(&typing).unwrap_err().number(), 30_017);
    }
}
