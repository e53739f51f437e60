//! What an archive says of a message and of a conversation.

use imlink::{
    AppId, Body, ChannelId, ClientMessageId, Conversation, ConversationKind, ConversationSummary,
    Direction, Flags, Message, MessageUid, Millis, ObjectName, Origin, ReceivedStatus, Seq,
    TargetId, UserId,
};
use serde::{Deserialize, Serialize};

/// A message; times are milliseconds since 1970. `Debug` shows no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// Its place in the local order of the account it is from.
    seq: u64,
    /// The server's id.
    uid: Option<MessageUid>,
    #[serde(with = "kind")]
    kind: ConversationKind,
    target: TargetId,
    channel: Option<ChannelId>,
    direction: DirectionName,
    origin: OriginName,
    sender: UserId,
    object_name: ObjectName,
    body: Body,
    sent_at: i64,
    received_at: i64,
    flags: Flags,
    client_id: Option<ClientMessageId>,
    /// Key-value data as JSON text.
    expansion: Option<Body>,
    offline: bool,
    /// What the user did with it, in the vendor's bits.
    #[serde(default)]
    received: ReceivedStatus,
    /// What an app keeps with it on its machine.
    #[serde(default)]
    local_extra: Option<Body>,
}

/// A conversation, besides its messages. `Debug` does not show the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRecord {
    #[serde(with = "kind")]
    kind: ConversationKind,
    target: TargetId,
    channel: Option<ChannelId>,
    /// Up to which server's time it is read.
    read_up_to: Option<i64>,
    /// What the user has begun to write.
    draft: Option<Body>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DirectionName {
    Sent,
    Received,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OriginName {
    Remote,
    OtherDevice,
    App(AppId),
}

impl ConversationRecord {
    /// Which conversation it is about.
    pub fn conversation(&self) -> Conversation {
        Conversation {
            kind: self.kind,
            target: self.target.clone(),
            channel: self.channel.clone(),
        }
    }

    /// Up to which server's time it is read.
    pub fn read_up_to(&self) -> Option<Millis> {
        self.read_up_to.map(Millis)
    }

    /// What the user has begun to write.
    pub fn draft(&self) -> Option<&str> {
        self.draft.as_ref().map(Body::as_str)
    }
}

impl From<ConversationSummary> for ConversationRecord {
    fn from(summary: ConversationSummary) -> Self {
        let Conversation {
            kind,
            target,
            channel,
        } = summary.conversation;
        Self {
            kind,
            target,
            channel,
            read_up_to: summary.read_up_to.map(|at| at.0),
            draft: summary.draft.map(Body::new),
        }
    }
}

impl From<Message> for MessageRecord {
    fn from(message: Message) -> Self {
        let Message {
            seq,
            uid,
            conversation:
                Conversation {
                    kind,
                    target,
                    channel,
                },
            direction,
            origin,
            sender,
            object_name,
            body,
            sent_at,
            received_at,
            flags,
            client_id,
            expansion,
            offline,
            received,
            local_extra,
        } = message;
        Self {
            seq: seq.0,
            uid,
            kind,
            target,
            channel,
            direction: match direction {
                Direction::Sent => DirectionName::Sent,
                Direction::Received => DirectionName::Received,
            },
            origin: match origin {
                Origin::Remote => OriginName::Remote,
                Origin::OtherDevice => OriginName::OtherDevice,
                Origin::App(app) => OriginName::App(app),
            },
            sender,
            object_name,
            body,
            sent_at: sent_at.0,
            received_at: received_at.0,
            flags,
            client_id,
            expansion: expansion.map(Body::new),
            offline,
            received,
            local_extra: local_extra.map(Body::new),
        }
    }
}

impl From<MessageRecord> for Message {
    fn from(record: MessageRecord) -> Self {
        let MessageRecord {
            seq,
            uid,
            kind,
            target,
            channel,
            direction,
            origin,
            sender,
            object_name,
            body,
            sent_at,
            received_at,
            flags,
            client_id,
            expansion,
            offline,
            received,
            local_extra,
        } = record;
        Self {
            seq: Seq(seq),
            uid,
            conversation: Conversation {
                kind,
                target,
                channel,
            },
            direction: match direction {
                DirectionName::Sent => Direction::Sent,
                DirectionName::Received => Direction::Received,
            },
            origin: match origin {
                OriginName::Remote => Origin::Remote,
                OriginName::OtherDevice => Origin::OtherDevice,
                OriginName::App(app) => Origin::App(app),
            },
            sender,
            object_name,
            body,
            sent_at: Millis(sent_at),
            received_at: Millis(received_at),
            flags,
            client_id,
            expansion: expansion.map(|text| text.as_str().to_owned()),
            offline,
            received,
            local_extra: local_extra.map(|text| text.as_str().to_owned()),
        }
    }
}

/// Kinds by the words that commands show.
mod kind {
    use imlink::ConversationKind;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(kind: &ConversationKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ConversationKind, D::Error> {
        let name = String::deserialize(from)?;
        ConversationKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| D::Error::custom("no such kind of conversation"))
    }
}
