//! What the Hub asks of a link that is up, each with a number that comes back with its answer.

use crate::{Body, Conversation, IncomingMessage, MessageUid, Millis, ObjectName, TargetId};

/// Names one thing that was asked of a driver, until it is answered. The Hub never uses a number
/// twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// Something for those who are online now. Nobody keeps it and nobody acknowledges it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// To whom.
    pub conversation: Conversation,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body.
    pub body: Body,
}

/// A message of the cloud's, as far as taking it back needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recallable {
    /// Its id.
    pub uid: MessageUid,
    /// Where it is.
    pub conversation: Conversation,
    /// When it was sent, by the server's time.
    pub sent_at: Millis,
}

/// What becomes of entering a chatroom that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfAbsent {
    /// It is made.
    Create,
    /// Nobody enters: 23410.
    Refuse,
}

/// What a driver has to say to something that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The signal was handed to the link.
    Signalled,
    /// The message is taken back, at the server's time of this.
    Recalled {
        /// The time.
        at: Millis,
    },
    /// The user is in the chatroom.
    Entered {
        /// What was said last, oldest first: as many as were asked for at most, and nothing that
        /// comes as [`Event::Transient`](super::Event::Transient) too.
        recent: Vec<IncomingMessage>,
    },
}

/// What became of the user's stay in a chatroom that somebody had entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomNews {
    /// Which room.
    pub room: TargetId,
    /// What happened.
    pub change: RoomChange,
}

/// How a stay in a chatroom goes on, or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomChange {
    /// The user is in it again after a break of the link. What was said meanwhile may be missing.
    Rejoined,
    /// The user is out; nothing is tried until the room is entered again.
    Left {
        /// Why.
        code: crate::Code,
    },
}
