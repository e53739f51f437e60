//! The model's messages as the cloud's, byte for byte as the SDK writes a plain text
//! (`protocol/cloud-wire.md` 5.4).

use imlink_model::{Code, ConversationKind, OutgoingMessage};
use imlink_wire::flags::{Class, config, session};
use imlink_wire::proto::{UpStreamMessage, encode_body};
use imlink_wire::{ClientPacket, QoS, topic};

/// The topic a message goes under.
///
/// # Errors
/// The code an app gets for a message that cannot be sent at all: 20109 for system conversations,
/// which only the app's server writes to; 33003 for a kind of conversation without a topic; 99999
/// for status messages, which nobody acknowledges and which therefore have no place in an outbox.
pub(crate) fn route(message: &OutgoingMessage) -> Result<&'static str, Code> {
    if Class::of(message.object_name.as_str()) == Class::Status {
        return Err(Code::NOT_SUPPORTED_YET);
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
    let class = Class::of(message.object_name.as_str());
    let silent = if message.options.silent {
        session::SILENT
    } else {
        0
    };
    let body = UpStreamMessage {
        session_id: class.session_bits() | silent,
        classname: message.object_name.as_str().to_owned(),
        content: message.body.as_str().to_owned(),
        push_text: message.options.push_content.clone(),
        app_data: message.options.push_data.clone(),
        config_flag: Some(config::DEFAULT),
        client_unique_id: i64::try_from(message.wire_ref).ok(),
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use imlink_model::{
        AppId, Body, ClientMessageId, Conversation, Millis, ObjectName, OutboxId, SendOptions,
        TargetId, UserId,
    };

    use super::*;

    fn hello(wire_ref: u64) -> OutgoingMessage {
        OutgoingMessage {
            id: OutboxId(1),
            app: AppId::new("notes").unwrap(),
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
    fn push_texts_and_silence_have_the_bits_of_the_sdk() {
        // protocol/vectors.json, v034: push text "pc" and data "pd"; v035: 32 is silent.
        let options = SendOptions {
            silent: true,
            push_content: Some("pc".to_owned()),
            push_data: Some("pd".to_owned()),
        };

        let body = hex(&body_of(&OutgoingMessage {
            options,
            ..hello(1)
        }));

        assert!(body.starts_with("0823"));
        assert!(body.contains("220270632a0270644802"));
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

    #[test]
    fn a_status_message_is_refused() {
        let typing = OutgoingMessage {
            object_name: ObjectName::new("RC:TypSts").unwrap(),
            ..hello(1)
        };

        assert_eq!(route(&typing).unwrap_err().number(), 99_999);
    }
}
