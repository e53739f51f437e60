//! What became of messages after they were accepted.
//!
//! Mailboxes and histories share a message and never change it; what they show of it is the message
//! and its changes.

use std::collections::BTreeMap;

use imlink_model::Millis;
use imlink_wire::{flags, proto::DownStreamMessage, uid::MessageUid};
use serde::{Deserialize, Serialize};

use crate::cloud::message::Message;

/// Changes of messages by uid.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::cloud) struct Changes {
    messages: BTreeMap<String, Change>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Change {
    edit: Option<Edit>,
    /// All of it, what the message was sent with included.
    expansion: Option<Expansion>,
}

/// The last edit of a message.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::cloud) struct Edit {
    pub(in crate::cloud) content: String,
    pub(in crate::cloud) time: Millis,
}

/// Names and values attached to a message, each with the time it was set.
pub(in crate::cloud) type Expansion = BTreeMap<String, Expanded>;

/// One value, as `extraContent` has it (protocol/cloud-wire.md 5.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cloud) struct Expanded {
    #[serde(rename = "v")]
    pub(in crate::cloud) value: String,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cloud) time: Option<i64>,
}

impl Changes {
    /// Gives a message another content.
    pub(in crate::cloud) fn edit(&mut self, message: &Message, content: String, time: Millis) {
        self.of(message).edit = Some(Edit { content, time });
    }

    /// The last edit of a message.
    pub(in crate::cloud) fn edited(&self, uid: &str) -> Option<&Edit> {
        self.messages.get(uid)?.edit.as_ref()
    }

    /// Attaches values to a message and takes others off.
    pub(in crate::cloud) fn expand(
        &mut self,
        message: &Message,
        put: impl IntoIterator<Item = (String, String)>,
        delete: &[String],
        time: Millis,
    ) {
        let mut expansion = self.expansion(message);
        for (name, value) in put {
            let time = Some(time.0);
            expansion.insert(name, Expanded { value, time });
        }
        expansion.retain(|name, _| !delete.contains(name));
        self.of(message).expansion = Some(expansion);
    }

    /// What is attached to a message.
    pub(in crate::cloud) fn expansion(&self, message: &Message) -> Expansion {
        let change = self.messages.get(&message.uid);
        match change.and_then(|change| change.expansion.as_ref()) {
            Some(expansion) => expansion.clone(),
            None => sent_with(message),
        }
    }

    /// Shows a message as it is by now.
    pub(in crate::cloud) fn apply(&self, down: &mut DownStreamMessage) {
        let uid = down.msg_id.as_deref().unwrap_or_default();
        let Some(change) = self.messages.get(uid) else {
            return;
        };
        if let Some(Edit { content, time }) = &change.edit {
            let status = down.ext_status.unwrap_or_default();
            down.ext_status = Some(status | flags::ext_status::MODIFIED);
            down.convert_ext = Some(format!(r#"{{"modify":{{"time":{}}}}}"#, time.0));
            content.clone_into(&mut down.content);
        }
        if let Some(expansion) = &change.expansion {
            let text = serde_json::to_string(expansion).expect("names are strings");
            down.extra_content = Some(text);
        }
    }

    /// Forgets the changes of messages older than a time; uids sort by it.
    pub(in crate::cloud) fn prune(&mut self, oldest: Millis) {
        let oldest = u64::try_from(oldest.0).unwrap_or_default();
        let oldest = MessageUid::new(oldest, 0, 0, "").to_string();
        // Splitting walks the map; mostly nothing is that old.
        let first = self.messages.first_key_value();
        if first.is_some_and(|(uid, _)| *uid < oldest) {
            self.messages = self.messages.split_off(&oldest);
        }
    }

    fn of(&mut self, message: &Message) -> &mut Change {
        self.messages.entry(message.uid.clone()).or_default()
    }
}

/// What a message was sent with; nothing if that cannot be read.
fn sent_with(message: &Message) -> Expansion {
    let text = message.draft.body.extra_content.as_deref();
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}
