//! Recalls: commands that name a message (`protocol/cloud-wire.md` 5.7).

use imlink_model::uplink::Recallable;
use imlink_model::{ChannelId, IncomingMessage, MessageUid, Recall, Trace};
use imlink_wire::flags::{config, session};
use imlink_wire::proto::UpStreamMessage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of a message that takes another one back.
const COMMAND: &str = "RC:RcCmd";

/// What of the command's body says which message, and how.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    #[serde(rename = "messageUId", alias = "messageUID")]
    message_uid: String,
    #[serde(default)]
    is_delete: Value,
    #[serde(default)]
    is_admin: Value,
}

/// The body as the SDK writes it, in its order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    conversation_type: u8,
    target_id: &'a str,
    #[serde(rename = "messageUId")]
    message_uid: &'a str,
    sent_time: i64,
    channel_id: &'a str,
    is_delete: bool,
    is_admin: bool,
}

/// The message that takes another one back, byte for byte as the SDK writes it.
pub(crate) fn command(message: &Recallable, trace: Trace) -> UpStreamMessage {
    let Recallable {
        uid,
        conversation,
        sent_at,
    } = message;
    let channel = conversation.channel.as_ref().map(ChannelId::as_str);
    let content = serde_json::to_string(&Content {
        conversation_type: conversation.kind.number(),
        target_id: conversation.target.as_str(),
        message_uid: uid.as_str(),
        sent_time: sent_at.0,
        channel_id: channel.unwrap_or_default(),
        is_delete: trace == Trace::Nothing,
        is_admin: false,
    });
    UpStreamMessage {
        session_id: session::PERSISTED,
        classname: COMMAND.to_owned(),
        content: content.expect("texts, numbers and booleans"),
        config_flag: Some(config::DEFAULT),
        option_bits: Some(0),
        ..UpStreamMessage::default()
    }
}

/// Whether a message takes another one back instead of saying something.
pub(crate) fn is_recall(message: &IncomingMessage) -> bool {
    message.object_name.as_str() == COMMAND
}

/// What a command takes back: a message of the conversation it came in. `None` if it names none.
pub(crate) fn read(command: IncomingMessage) -> Option<Recall> {
    let body: Command = serde_json::from_str(command.body.as_str()).ok()?;
    Some(Recall {
        uid: MessageUid::new(body.message_uid).ok()?,
        conversation: command.conversation,
        by: command.sender,
        at: command.sent_at,
        by_admin: is_set(&body.is_admin),
        trace: if is_set(&body.is_delete) {
            Trace::Nothing
        } else {
            Trace::Notice
        },
    })
}

/// Clients write a boolean, app servers a number.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_i64().is_some_and(|number| number != 0),
        Value::String(text) => text == "1" || text == "true",
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use imlink_model::{
        Body, Conversation, Direction, Flags, MessageUid, Millis, ObjectName, UserId,
    };

    use imlink_wire::proto::encode_body;

    use super::*;

    fn heard(body: &str) -> IncomingMessage {
        let bob = UserId::new("bob").unwrap();
        IncomingMessage {
            uid: Some(MessageUid::new("the-command").unwrap()),
            conversation: Conversation::private(bob.clone()),
            direction: Direction::Received,
            sender: bob,
            object_name: ObjectName::new(COMMAND).unwrap(),
            body: Body::new(body),
            sent_at: Millis(7_000),
            flags: Flags::default(),
            wire_ref: None,
            expansion: None,
            offline: false,
            retrieved: false,
        }
    }

    // cloud-wire.md 5.7; the body is that of protocol/vectors.json, v033
    #[test]
    fn a_command_of_the_sdk_names_its_message() {
        let body = r#"{"conversationType":1,"targetId":"alice","messageUId":"F3ZJ-MUJP-J246-4ZFP",
            "sentTime":1795231819862,"channelId":"","isDelete":false,"isAdmin":false}"#;

        let recall = read(heard(body)).unwrap();

        assert_eq!(recall.uid.as_str(), "F3ZJ-MUJP-J246-4ZFP");
        assert_eq!(recall.conversation.to_string(), "private:bob");
        assert_eq!((recall.by.as_str(), recall.at), ("bob", Millis(7_000)));
        assert_eq!((recall.trace, recall.by_admin), (Trace::Notice, false));
    }

    #[test]
    fn a_recall_has_the_bytes_of_the_sdk() {
        // protocol/vectors.json, v033.
        let captured = "0801120852433a5263436d641a93017b22636f6e766572736174696f6e54797065223a312c\
                        227461726765744964223a22626f62222c226d657373616765554964223a2246335a4a2d4d\
                        554a502d4a3234362d345a4650222c2273656e7454696d65223a31373935323331383139383\
                        6322c226368616e6e656c4964223a22222c22697344656c657465223a66616c73652c226973\
                        41646d696e223a66616c73657d4802b00100";
        let message = Recallable {
            uid: MessageUid::new("F3ZJ-MUJP-J246-4ZFP").unwrap(),
            conversation: Conversation::private(UserId::new("bob").unwrap()),
            sent_at: Millis(1_795_231_819_862),
        };

        let bytes = encode_body(&command(&message, Trace::Notice));

        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, captured);
    }

    #[test]
    fn an_app_server_may_write_numbers() {
        let body = r#"{"messageUId":"u","isDelete":1,"isAdmin":"1"}"#;

        let recall = read(heard(body)).unwrap();

        assert_eq!((recall.trace, recall.by_admin), (Trace::Nothing, true));
    }

    #[test]
    fn a_command_that_names_no_message_takes_nothing_back() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"messageUId":""}"#,
            r#"{"messageUId":7}"#,
        ] {
            assert_eq!(read(heard(body)), None, "{body}");
        }
    }
}
