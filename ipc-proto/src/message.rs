//! A message as apps see it.

use imlink_model::{
    self as model, AppId, Body, ClientMessageId, MessageUid, Millis, ObjectName, ReceivedStatus,
    Seq, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{Conversation, PrivateText, UnknownKind, wide};

/// A message of an account's timeline, or a transient one outside of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its place in the account's local order, from 1 on; 0 for a transient message, which has
    /// none.
    #[serde(with = "wide")]
    pub seq: Seq,
    /// The server's id; `None` only for a transient message.
    pub uid: Option<MessageUid>,
    /// Where it belongs.
    pub conversation: Conversation,
    /// Who wrote it, seen from the account.
    pub direction: Direction,
    /// Through which door it came into the account.
    pub origin: Origin,
    /// Who wrote it.
    pub sender: UserId,
    /// Its type, for example `RC:TxtMsg`.
    pub object_name: ObjectName,
    /// Its body: JSON text for built-in types, anything for custom ones.
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
    pub expansion: Option<PrivateText>,
    /// It was sent before the connection that brought it was made.
    pub offline: bool,
    /// What the user did with it, as the apps say, in the vendor's bits (behaviour.md 13.1): 1
    /// read, 2 listened to, 4 downloaded, 8 taken by another device before. Others are kept.
    #[serde(default)]
    pub received: u8,
    /// What an app keeps with it on this machine, at most
    /// [`MAX_LOCAL_EXTRA`](crate::limits::MAX_LOCAL_EXTRA).
    #[serde(default)]
    pub local_extra: Option<PrivateText>,
}

/// Who wrote a message, seen from the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The account's user.
    Sent,
    /// Somebody else.
    Received,
}

/// Through which door a message came into the account (decisions.md P18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Another user wrote it.
    Remote,
    /// The account's user wrote it on another device.
    OtherDevice,
    /// This app of the daemon sent it.
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

impl Message {
    /// A message for those who listen now, with the time it arrived here.
    #[must_use]
    pub fn transient(message: model::IncomingMessage, received_at: Millis) -> Self {
        let model::IncomingMessage {
            uid,
            conversation,
            direction,
            sender,
            object_name,
            body,
            sent_at,
            flags,
            wire_ref: _,
            expansion,
            offline,
            retrieved,
        } = message;
        let origin = match direction {
            model::Direction::Sent => Origin::OtherDevice,
            model::Direction::Received => Origin::Remote,
        };
        Self {
            seq: Seq(0),
            uid,
            conversation: conversation.into(),
            direction: direction.into(),
            origin,
            sender,
            object_name,
            body,
            sent_at,
            received_at,
            flags: flags.into(),
            client_id: None,
            expansion: expansion.map(PrivateText::from),
            offline,
            received: if retrieved {
                ReceivedStatus::RETRIEVED.bits()
            } else {
                ReceivedStatus::NONE.bits()
            },
            local_extra: None,
        }
    }
}

impl From<model::Message> for Message {
    fn from(message: model::Message) -> Self {
        let model::Message {
            seq,
            uid,
            conversation,
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
            seq,
            uid,
            conversation: conversation.into(),
            direction: direction.into(),
            origin: origin.into(),
            sender,
            object_name,
            body,
            sent_at,
            received_at,
            flags: flags.into(),
            client_id,
            expansion: expansion.map(PrivateText::from),
            offline,
            received: received.bits(),
            local_extra: local_extra.map(PrivateText::from),
        }
    }
}

impl TryFrom<Message> for model::Message {
    type Error = UnknownKind;

    fn try_from(message: Message) -> Result<Self, UnknownKind> {
        let Message {
            seq,
            uid,
            conversation,
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
        Ok(Self {
            seq,
            uid,
            conversation: conversation.try_into()?,
            direction: direction.into(),
            origin: origin.into(),
            sender,
            object_name,
            body,
            sent_at,
            received_at,
            flags: flags.into(),
            client_id,
            expansion: expansion.map(String::from),
            offline,
            received: ReceivedStatus::from_bits(received),
            local_extra: local_extra.map(String::from),
        })
    }
}

impl From<model::Direction> for Direction {
    fn from(direction: model::Direction) -> Self {
        match direction {
            model::Direction::Sent => Self::Sent,
            model::Direction::Received => Self::Received,
        }
    }
}

impl From<Direction> for model::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Sent => Self::Sent,
            Direction::Received => Self::Received,
        }
    }
}

impl From<model::Origin> for Origin {
    fn from(origin: model::Origin) -> Self {
        match origin {
            model::Origin::Remote => Self::Remote,
            model::Origin::OtherDevice => Self::OtherDevice,
            model::Origin::App(app) => Self::App(app),
        }
    }
}

impl From<Origin> for model::Origin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Remote => Self::Remote,
            Origin::OtherDevice => Self::OtherDevice,
            Origin::App(app) => Self::App(app),
        }
    }
}

impl From<model::Flags> for Flags {
    fn from(flags: model::Flags) -> Self {
        let model::Flags {
            persisted,
            counted,
            mention,
            silent,
            expandable,
            transient,
        } = flags;
        Self {
            persisted,
            counted,
            mention,
            silent,
            expandable,
            transient,
        }
    }
}

impl From<Flags> for model::Flags {
    fn from(flags: Flags) -> Self {
        let Flags {
            persisted,
            counted,
            mention,
            silent,
            expandable,
            transient,
        } = flags;
        Self {
            persisted,
            counted,
            mention,
            silent,
            expandable,
            transient,
        }
    }
}
