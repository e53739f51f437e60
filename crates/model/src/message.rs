//! Messages: as the cloud gives them, as the store keeps them, as an app sends them.

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::{
    AppId, Body, ClientMessageId, Conversation, LocalApp, MessageUid, Millis, ObjectName, OutboxId,
    ReceivedStatus, Seq, UserId,
};

/// Who wrote the message, seen from the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// The account's user (vendor number 1).
    Sent,
    /// Somebody else (vendor number 2).
    Received,
}

/// Through which door a message came into the account (decisions.md P18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Another user wrote it.
    Remote,
    /// The account's user wrote it on another device.
    OtherDevice,
    /// An app of this daemon sent it.
    App(AppId),
}

/// What the sender asked of the delivery (`protocol/cloud-wire.md` 5.4 and 5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Kept in history.
    pub persisted: bool,
    /// Raises the unread count.
    pub counted: bool,
    /// Mentions somebody.
    pub mention: bool,
    /// Must not notify.
    pub silent: bool,
    /// May carry key-value data that changes later.
    pub expandable: bool,
    /// Only for those online now; never stored.
    pub transient: bool,
}

impl Flags {
    /// Whether the message is shown later too: in histories, searches and lists. Others are for
    /// whoever follows what comes: signals such as receipts and commands (behaviour.md 13.2). What is
    /// counted is kept.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        self.persisted || self.counted
    }
}

/// A message as a driver hands it over, before it has a local position. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// The server's id. The cloud always gives one to a stored message; without it the message
    /// cannot be told from its repetition.
    pub uid: Option<MessageUid>,
    /// Where it belongs.
    pub conversation: Conversation,
    /// Who wrote it, seen from the account.
    pub direction: Direction,
    /// Who wrote it.
    pub sender: UserId,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body.
    pub body: Body,
    /// The server's time of it.
    pub sent_at: Millis,
    /// What the sender asked of the delivery.
    pub flags: Flags,
    /// The number the sending device gave it; ties the cloud's copy of a message to our outbox.
    pub wire_ref: Option<u64>,
    /// Key-value data as JSON text, if it came with any.
    pub expansion: Option<String>,
    /// It was sent before this connection was made.
    pub offline: bool,
    /// Another device of the user had it before.
    pub retrieved: bool,
}

/// A message as the store keeps it and apps see it. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the account's local order.
    pub seq: Seq,
    /// The server's id.
    pub uid: Option<MessageUid>,
    /// Where it belongs.
    pub conversation: Conversation,
    /// Who wrote it, seen from the account.
    pub direction: Direction,
    /// Through which door it came.
    pub origin: Origin,
    /// Who wrote it.
    pub sender: UserId,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body.
    pub body: Body,
    /// The server's time of it.
    pub sent_at: Millis,
    /// This machine's time when it was stored.
    pub received_at: Millis,
    /// What the sender asked of the delivery.
    pub flags: Flags,
    /// The app's own id of it, if an app of this daemon sent it.
    pub client_id: Option<ClientMessageId>,
    /// Key-value data as JSON text, if it came with any.
    pub expansion: Option<String>,
    /// It was sent before the connection that brought it was made.
    pub offline: bool,
    /// What the user did with it, as the apps say.
    pub received: ReceivedStatus,
    /// What an app keeps with it on this machine, at most [`MAX_LOCAL_EXTRA_BYTES`] long.
    ///
    /// [`MAX_LOCAL_EXTRA_BYTES`]: crate::MAX_LOCAL_EXTRA_BYTES
    pub local_extra: Option<String>,
}

/// What an app may ask of one send. `Debug` shows no content.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendOptions {
    /// Raise no notification at the receivers.
    pub silent: bool,
    /// Text a push shows; `None` lets the cloud choose.
    pub push_content: Option<String>,
    /// Data a push carries; opaque.
    pub push_data: Option<String>,
    /// When it is sent again. Default [`Resend::Safe`].
    pub resend: Resend,
    /// The members of the group it is for, at most [`MAX_DIRECTED`]; empty for all of them. Only
    /// groups have members to choose from.
    pub directed: Vec<UserId>,
    /// It may carry key-value data that changes later.
    pub expandable: bool,
    /// The data it carries from the start, as [`Expansion`](crate::Expansion) writes it; makes it
    /// expandable.
    pub expansion: Option<String>,
}

impl SendOptions {
    /// Bytes of their texts.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let Self {
            silent: _,
            push_content,
            push_data,
            resend: _,
            directed,
            expandable: _,
            expansion,
        } = self;
        let texts = [push_content, push_data, expansion].into_iter().flatten();
        let texts: usize = texts.map(String::len).sum();
        let members: usize = directed.iter().map(|user| user.as_str().len()).sum();
        texts + members
    }
}

/// Messages of an account without a final state; one more is refused with `LOCAL_QUOTA` (90004)
/// before it is accepted. Hours of writing by every app of a device.
pub const MAX_OPEN_MESSAGES: usize = 10_000;

/// Bytes of the texts of those messages together; beyond that, refused alike. They are in memory
/// as long as they are open, so this is what a daemon may need for them (failures.md, invariant 9).
pub const MAX_OPEN_BYTES: usize = 64 * 1024 * 1024;

/// Most members a message of a group may be directed to (ours: what one packet holds easily; the
/// vendor names no number).
pub const MAX_DIRECTED: usize = 300;

/// When a message that was tried is tried again without being asked (decisions.md P17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resend {
    /// When it is proven that it was not delivered: it was never handed to the link, or the cloud
    /// refused it for now. One whose fate is unknown is looked for and otherwise stays in doubt.
    #[default]
    Safe,
    /// Also when its fate is unknown and the cloud does not show it: the receivers may get it
    /// twice, but not never.
    Always,
    /// Never: it is tried once. If the link goes before it was handed over it has failed (30002),
    /// if the cloud refuses it for now it has failed with that code, and otherwise it is in doubt.
    Never,
}

/// A message on its way out: durable in the outbox before anyone is told it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Its row in the outbox.
    pub id: OutboxId,
    /// The app that sent it.
    pub app: LocalApp,
    /// The app's own id of it.
    pub client_id: ClientMessageId,
    /// The number under which the cloud sees it (51 bits at most, `protocol/cloud-wire.md` 5.4).
    pub wire_ref: u64,
    /// Where it goes.
    pub conversation: Conversation,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body, at most [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES).
    pub body: Body,
    /// This machine's time when it was accepted.
    pub accepted_at: Millis,
    /// What the app asked of it.
    pub options: SendOptions,
}

impl OutgoingMessage {
    /// Bytes of its texts: nearly all that it takes in memory.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.body.as_str().len() + self.options.text_bytes()
    }

    /// Its body says whom it mentions, as bodies of the built-in types do (behaviour.md 13.1).
    #[must_use]
    pub fn mentions_somebody(&self) -> bool {
        /// Whatever stands there; `null` is nobody.
        #[derive(Deserialize)]
        struct Mention {
            #[serde(rename = "mentionedInfo")]
            mentioned: Option<IgnoredAny>,
        }

        // Most messages mention nobody, and looking for the word is cheaper than reading JSON.
        let text = self.body.as_str();
        text.contains("mentionedInfo")
            && text.trim_start().starts_with('{')
            && serde_json::from_str::<Mention>(text).is_ok_and(|found| found.mentioned.is_some())
    }
}

impl fmt::Debug for IncomingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingMessage")
            .field("uid", &self.uid)
            .field("conversation", &self.conversation)
            .field("direction", &self.direction)
            .field("sender", &self.sender)
            .field("object_name", &self.object_name)
            .field("body", &self.body)
            .field("sent_at", &self.sent_at)
            .field("flags", &self.flags)
            .field("wire_ref", &self.wire_ref)
            .field("expansion", &Hidden(&self.expansion))
            .field("offline", &self.offline)
            .field("retrieved", &self.retrieved)
            .finish()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("seq", &self.seq)
            .field("uid", &self.uid)
            .field("conversation", &self.conversation)
            .field("direction", &self.direction)
            .field("origin", &self.origin)
            .field("sender", &self.sender)
            .field("object_name", &self.object_name)
            .field("body", &self.body)
            .field("sent_at", &self.sent_at)
            .field("received_at", &self.received_at)
            .field("flags", &self.flags)
            .field("client_id", &self.client_id)
            .field("expansion", &Hidden(&self.expansion))
            .field("offline", &self.offline)
            .field("received", &self.received)
            .field("local_extra", &Hidden(&self.local_extra))
            .finish()
    }
}

impl fmt::Debug for SendOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendOptions")
            .field("silent", &self.silent)
            .field("push_content", &Hidden(&self.push_content))
            .field("push_data", &Hidden(&self.push_data))
            .field("resend", &self.resend)
            .field("directed", &self.directed.len())
            .field("expandable", &self.expandable)
            .field("expansion", &Hidden(&self.expansion))
            .finish()
    }
}

/// Text of users, of which only the length may be shown.
struct Hidden<'a>(&'a Option<String>);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, "{} bytes", text.len()),
            None => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K10
    #[test]
    fn debug_shows_no_content() {
        let canary = || Some("canary".to_owned());
        let options = SendOptions {
            silent: true,
            push_content: canary(),
            push_data: canary(),
            expansion: canary(),
            ..SendOptions::default()
        };
        let user = UserId::new("bob").unwrap();
        let incoming = IncomingMessage {
            uid: None,
            conversation: Conversation::private(user.clone()),
            direction: Direction::Received,
            sender: user,
            object_name: ObjectName::text(),
            body: Body::new("canary"),
            sent_at: Millis(1),
            flags: Flags::default(),
            wire_ref: None,
            expansion: canary(),
            offline: false,
            retrieved: false,
        };

        let shown = format!("{options:?} {incoming:?}");

        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("6 bytes"), "{shown}");
    }

    #[test]
    fn a_message_mentions_somebody_if_its_body_says_whom() {
        let mentions = |body: &str| {
            let message = OutgoingMessage {
                id: OutboxId(1),
                app: AppId::new("notes").unwrap().into(),
                client_id: ClientMessageId::new("1").unwrap(),
                wire_ref: 1,
                conversation: Conversation::private(UserId::new("bob").unwrap()),
                object_name: ObjectName::text(),
                body: Body::new(body),
                accepted_at: Millis(0),
                options: SendOptions::default(),
            };
            message.mentions_somebody()
        };

        assert!(mentions(
            r#"{"content":"@bob","mentionedInfo":{"type":2,"userIdList":["bob"]}}"#
        ));
        assert!(mentions(r#" {"mentionedInfo":{"type":1}}"#));
        for body in [
            r#"{"content":"mentionedInfo"}"#,
            r#"{"mentionedInfo":null}"#,
            r#"{"quoted":{"mentionedInfo":{"type":1}}}"#,
            r#"[{"mentionedInfo":1}]"#,
            r#"{"mentionedInfo":"#,
            "mentionedInfo",
        ] {
            assert!(!mentions(body), "{body}");
        }
    }
}
