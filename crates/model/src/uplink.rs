//! What the Hub and a driver of an account's link say to each other.
//!
//! The vendor's driver (navigation, packets, pull loop) is one of them; a driver towards a
//! standard broker would take the same [`Command`]s, ask for the same [`Record`]s to be made
//! durable, and report the same [`Event`]s (decisions.md P22).

mod live;
mod report;

use std::time::Duration;

use bytes::Bytes;

pub use live::{Answer, AskId, IfAbsent, Recallable, RoomChange, RoomNews, Signal};
pub use report::LinkReport;

use crate::{
    Code, ConnectionStatus, IncomingMessage, MessageUid, Millis, OutboxId, OutgoingMessage, Recall,
    TargetId, Token, Trace, UserId,
};

/// Asked of a driver.
#[derive(Clone, Debug)]
pub enum Command {
    /// Bring the account online and keep it there.
    ///
    /// While it is online or trying, the token is kept for the next attempt and nothing else
    /// happens.
    Connect {
        /// Whose account it is.
        token: Token,
    },
    /// The same for an account that an earlier run had connected: what ends a first connect because
    /// the way to the cloud is broken is tried again (decisions.md P2).
    Resume {
        /// Whose account it is.
        token: Token,
    },
    /// Leave, and stay away until the next `Connect`. Does nothing if already away.
    Disconnect {
        /// Whether the cloud may push to this device afterwards.
        push: PushAfterLeaving,
    },
    /// What the store knows of the account: needed once before anything is pulled or sent.
    Restore(Restored),
    /// The rows are closed, and others may take their place: what was restored is forgotten, and
    /// nothing is pulled or sent before the next `Restore`. Ends the link like `Disconnect`.
    Unload,
    /// Send this message; it is durable already. Its fate comes back as a
    /// [`Record::Outcome`].
    Send(OutgoingMessage),
    /// The row has ended by the app's wish: it is not sent and not looked for any more. Does nothing
    /// if there is none.
    Withdraw(OutboxId),
    /// The row is durably queued again by the app's wish, though its fate is unknown. Does nothing
    /// unless it is in doubt.
    Resend(OutboxId),
    /// Say something to those who are online now. Answered with [`Answer::Signalled`] as soon as it
    /// is handed to the link; 30001 without one. How many there are is the Hub's to bound: nobody
    /// acknowledges them, and only it knows whose they are.
    Signal {
        /// The number of the answer.
        ask: AskId,
        /// What.
        signal: Signal,
    },
    /// Take a message back at everybody who got it. Answered with [`Answer::Recalled`], with the
    /// cloud's refusal, with 30001 without a link, and with 30003 if nobody can say.
    Recall {
        /// The number of the answer.
        ask: AskId,
        /// Which message.
        message: Recallable,
        /// What it leaves behind.
        trace: Trace,
    },
    /// Enter a chatroom, and stay in it over breaks of the link until `LeaveRoom` or
    /// [`RoomChange::Left`]. Answered with [`Answer::Entered`], also if the user is in it already.
    EnterRoom {
        /// The number of the answer.
        ask: AskId,
        /// Which room.
        room: TargetId,
        /// What to do if there is none.
        if_absent: IfAbsent,
        /// How many of its last messages come with the answer.
        recent: u16,
    },
    /// Leave a chatroom; not answered. Does nothing if the user is not in it.
    LeaveRoom {
        /// Which room.
        room: TargetId,
    },
    /// The machine has a network, or lost it.
    Network(Network),
    /// Stored messages turned out to be damaged: the account is read from its beginning once more, for
    /// what the cloud still has of them. The store knows the rest (F-D07).
    ReadAgain,
    /// The store takes records again after it refused them: what could not be stored is tried at
    /// once.
    Writable,
    /// A reason to look at the link at once: probe it if it is up, restart the ladder if not.
    Hint(Hint),
    /// The way to the cloud is another one, because its proxy is: what is up or under way goes the
    /// old one, and is given up for an attempt at once. What the cloud had not answered is left as
    /// when a link breaks.
    WayChanged,
}

impl Command {
    /// Whether a token comes with it, with which a driver that has ended goes on.
    #[must_use]
    pub fn brings_token(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Resume { .. })
    }
}

/// What the store knows of an account when its driver starts.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Whose rows these are.
    pub user: UserId,
    /// How far the account had been read.
    pub cursor: Cursor,
    /// Messages that were never handed to a link, oldest first.
    pub queued: Vec<OutgoingMessage>,
    /// Messages whose fate is unknown since the last run or link.
    pub in_doubt: Vec<OutgoingMessage>,
}

/// Whether the cloud may push to this device after it left (behaviour.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushAfterLeaving {
    /// `disconnect`: keep pushing.
    Keep,
    /// `logout`: stop pushing.
    Stop,
}

/// Whether there is any network to connect through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// There is a route to somewhere.
    Available,
    /// There is none.
    Unavailable,
}

/// Why the link deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Addresses or routes changed.
    NetworkChanged,
    /// The machine woke from sleep.
    Resumed,
    /// An app came to the foreground.
    Foreground,
}

/// How far an account has been read, in the driver's own encoding. The store keeps it with the
/// rows it vouches for; empty at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub Bytes);

/// A fact that must be durable before the driver goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Messages that arrived, and the cursor that is true once they are stored.
    ///
    /// Messages the store has already (by uid) are dropped there, silently.
    Incoming {
        /// In the order of the cloud.
        messages: Vec<IncomingMessage>,
        /// Messages that were taken back, among these, stored before, or still to come.
        recalls: Vec<Recall>,
        /// Further ones of which the driver can make nothing.
        unreadable: u32,
        /// How far the account is read once these are stored.
        cursor: Cursor,
    },
    /// The account was away for longer than the cloud keeps messages: between what is stored and
    /// what comes from here on there may have been more, of the time between these two of the cloud.
    Expired {
        /// Nothing is missing up to here.
        from: Millis,
        /// The cloud has everything from here on.
        until: Millis,
        /// How far the account is read, that included.
        cursor: Cursor,
    },
    /// From now on the fate of this row depends on the cloud. Refused with
    /// [`LOCAL_TOO_LATE`](Code::LOCAL_TOO_LATE) if the row has ended, because it was withdrawn: the
    /// driver lets go of it.
    Sending {
        /// The row.
        id: OutboxId,
    },
    /// What became of a row.
    Outcome {
        /// The row.
        id: OutboxId,
        /// Its fate.
        outcome: SendOutcome,
    },
}

/// What became of a message that was handed to the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The cloud has it.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        at: Millis,
    },
    /// It was not delivered, or the app gave it up.
    Failed {
        /// Why.
        code: Code,
    },
    /// Nobody can say (30003): the link went before the answer came.
    InDoubt,
    /// It was not delivered and waits again, in its old place.
    Queued,
}

/// Told by a driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The link's status changed, to one of its
    /// [followers](ConnectionStatus::followers): never the same twice in a row.
    Status {
        /// What it is.
        status: ConnectionStatus,
        /// Why; always there for [`ConnectionStatus::Suspend`].
        cause: Option<Code>,
        /// When the next attempt is due, if one is.
        retry_in: Option<Duration>,
    },
    /// The token belongs to this user. Comes before anything else of the account, and asks for
    /// [`Command::Restore`] unless that user's rows were given already.
    Identified {
        /// The user.
        user: UserId,
        /// What the word is worth.
        by: IdentifiedBy,
    },
    /// The account is online.
    Online,
    /// The attempt ended for good; nothing follows until the next [`Command::Connect`].
    Stopped {
        /// Why.
        code: Code,
        /// A sentence for a person where more is known than the code's own cause.
        because: Option<&'static str>,
    },
    /// A message for those who listen now; it is never stored. One of a chatroom is for those who
    /// entered it.
    Transient(IncomingMessage),
    /// Something that was asked is done, or cannot be. Comes once for each.
    Answered {
        /// The number it was asked under.
        ask: AskId,
        /// What came of it.
        result: Result<Answer, Code>,
    },
    /// The user is in a chatroom again, or no more.
    Room(RoomNews),
    /// Everything that waited in the cloud when the account came online is stored.
    Synchronized,
}

/// Who named the user of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifiedBy {
    /// The directory that lists the gateways; no link is open yet.
    Directory,
    /// The gateway itself: the last word.
    Gateway,
}
