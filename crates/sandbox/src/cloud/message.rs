//! One message, from sender to target.

use std::fmt;

use imlink_model::{Class, Direction, Millis, UserId};
use imlink_wire::{
    flags,
    proto::{DownStreamMessage, UpStreamMessage},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Target, saved::body};

/// `DownStreamMessage.direction` of a message its reader sent.
const DIRECTION_SENT: i32 = 1;
/// `DownStreamMessage.direction` of any other message. The web SDK looks for 1 alone, the desktop SDK
/// takes all but 0 for the user's own.
const DIRECTION_RECEIVED: i32 = 0;

/// A message that has not been accepted yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Who sends.
    pub from: UserId,
    /// Where it goes.
    pub to: Target,
    /// Flags and content as they travel.
    #[serde(with = "body")]
    pub body: UpStreamMessage,
}

impl Draft {
    /// A message as an app server sends it: flags by the class of the object name.
    #[must_use]
    pub fn new(from: UserId, to: impl Into<Target>, object_name: &str, content: &str) -> Self {
        let class = Class::of(object_name);
        let body = UpStreamMessage {
            session_id: flags::session::kept(class.is_stored(), class.is_counted()),
            classname: object_name.to_owned(),
            content: content.to_owned(),
            ..UpStreamMessage::default()
        };
        let to = to.into();
        Self { from, to, body }
    }

    /// Whether it belongs to a conversation as a user has it, whichever side sends.
    pub(super) fn is_in_conversation(&self, user: &UserId, with: &Target) -> bool {
        let answers = match (&self.to, with) {
            (Target::User(receiver), Target::User(peer)) => receiver == user && self.from == *peer,
            _ => false,
        };
        let says = match &self.to {
            Target::User(_) => self.from == *user && self.to == *with,
            Target::Group(_) | Target::Chatroom(_) | Target::System(_) => self.to == *with,
        };
        says || answers
    }
}

/// An accepted message; shared by the mailboxes it is in.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) uid: String,
    pub(super) time: Millis,
    pub(super) draft: Draft,
}

impl Message {
    /// As the sender's devices (`Sent`) or the receiver's (`Received`) pull it
    /// (protocol/cloud-wire.md 5.5).
    pub(super) fn down(&self, direction: Direction) -> DownStreamMessage {
        let Draft { from, to, body } = &self.draft;
        // In private the other side is named, whoever sent.
        let (peer, group) = match (to, direction) {
            (Target::User(to), Direction::Sent) => (to, ""),
            (Target::User(_) | Target::System(_), _) => (from, ""),
            (Target::Group(id) | Target::Chatroom(id), _) => (from, id.as_str()),
        };
        let direction = match direction {
            Direction::Sent => DIRECTION_SENT,
            Direction::Received => DIRECTION_RECEIVED,
        };
        DownStreamMessage {
            from_user_id: peer.to_string(),
            r#type: i32::from(to.kind().number()),
            group_id: Some(group.to_owned()),
            to_user_ids: body.to_user_ids.clone(),
            classname: body.classname.clone(),
            content: body.content.clone(),
            data_time: self.time.0,
            status: flags::status::of_session(body.session_id),
            msg_id: Some(self.uid.clone()),
            direction: Some(direction),
            client_unique_id: body.client_unique_id,
            extra_content: body.extra_content.clone(),
            push_content: body.push_text.clone(),
            config_flag: body.config_flag,
            push_ext: body.push_ext.clone(),
            bus_channel: body.bus_channel.clone(),
            option_bits: body.option_bits,
            ext_msg_data: body.ext_msg_data,
            metadata: body.metadata.clone(),
            ref_data: body.ref_data.clone(),
            ..DownStreamMessage::default()
        }
    }
}

/// A message in a user's mailbox, for whoever judges what became of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoredMessage {
    /// The server's id of it.
    pub uid: String,
    /// Sent time, also its cursor.
    #[schemars(with = "i64")]
    pub time: Millis,
    /// Who sent it.
    #[schemars(with = "String")]
    pub from: UserId,
    /// Where it went.
    pub to: Target,
    /// From the mailbox owner's point of view.
    #[schemars(with = "String")]
    pub direction: Direction,
    /// For example `RC:TxtMsg`.
    pub object_name: String,
    /// As sent, usually JSON.
    pub content: String,
    /// The sender's own id of it, `None` from an app server.
    pub client_unique_id: Option<i64>,
}

impl StoredMessage {
    pub(super) fn new(message: &Message, direction: Direction) -> Self {
        let Draft { from, to, body } = &message.draft;
        Self {
            uid: message.uid.clone(),
            time: message.time,
            from: from.clone(),
            to: to.clone(),
            direction,
            object_name: body.classname.clone(),
            content: body.content.clone(),
            client_unique_id: body.client_unique_id,
        }
    }
}

impl fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredMessage")
            .field("uid", &self.uid)
            .field("time", &self.time)
            .field("from", &self.from)
            .field("to", &self.to)
            .field("direction", &self.direction)
            .field("object_name", &self.object_name)
            .field("content", &format_args!("<{} bytes>", self.content.len()))
            .field("client_unique_id", &self.client_unique_id)
            .finish()
    }
}
