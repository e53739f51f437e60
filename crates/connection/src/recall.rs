//! Recalls: commands that name a message (`protocol/cloud-wire.md` 5.7).

use imlink_model::{IncomingMessage, MessageUid, Recall, Trace};
use serde::Deserialize;
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

    use super::*;

    fn command(body: &str) -> IncomingMessage {
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

        let recall = read(command(body)).unwrap();

        assert_eq!(recall.uid.as_str(), "F3ZJ-MUJP-J246-4ZFP");
        assert_eq!(recall.conversation.to_string(), "private:bob");
        assert_eq!((recall.by.as_str(), recall.at), ("bob", Millis(7_000)));
        assert_eq!((recall.trace, recall.by_admin), (Trace::Notice, false));
    }

    #[test]
    fn an_app_server_may_write_numbers() {
        let body = r#"{"messageUId":"u","isDelete":1,"isAdmin":"1"}"#;

        let recall = read(command(body)).unwrap();

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
            assert_eq!(read(command(body)), None, "{body}");
        }
    }
}
