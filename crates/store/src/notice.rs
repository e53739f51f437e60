//! The notice in the place of a recalled message.

use imlink_model::{Body, Message, ObjectName, Recall};
use serde::Serialize;

/// The fields that the vendor's own clients give an `RC:RcNtf`; the words that were recalled are in
/// none of them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notice<'a> {
    operator_id: &'a str,
    /// When the message was sent, in ms.
    recall_time: i64,
    original_object_name: &'a str,
    /// When it was recalled, in ms.
    recall_action_time: i64,
    admin: bool,
    delete: bool,
}

/// What a message is once it was recalled: in its place, with its time, without its words.
pub(crate) fn recalled(message: Message, recall: &Recall) -> Message {
    let body = serde_json::to_string(&Notice {
        operator_id: recall.by.as_str(),
        recall_time: message.sent_at.0,
        original_object_name: message.object_name.as_str(),
        recall_action_time: recall.at.0,
        admin: recall.by_admin,
        delete: false,
    });
    let mut notice = message;
    notice.object_name = ObjectName::recall_notice();
    notice.body = Body::new(body.expect("texts, numbers and booleans"));
    notice.expansion = None;
    // An app may have noted what the message said.
    notice.local_extra = None;
    notice.flags.persisted = true;
    notice.flags.counted = false;
    notice.flags.mention = false;
    notice
}

/// Whether a message is what was left of one.
pub(crate) fn is_notice(message: &Message) -> bool {
    message.object_name == ObjectName::recall_notice()
}
