//! What an app asks of the daemon.

use imlink_model::{
    self as model, AppKey, Body, ClientMessageId, MessageUid, Millis, ObjectName, OutboxId, Seq,
    SubscriptionName, TargetId, UserId,
};
use serde::{Deserialize, Serialize};

#[cfg(doc)]
use crate::limits::RECENT_MESSAGES;
use crate::limits::{FILTERED_NAMES, PAGE_ENTRIES};
use crate::{
    Conversation, Direction, Filter, Message, Place, PrivateText, Proxy, SecretText, SendOptions,
    Side, list, wide,
};

/// Most entries of a list, where the language wants an index.
const ENTRIES: usize = PAGE_ENTRIES as usize;

/// One request. Every one is answered exactly once, with its [`Response`](crate::Response) named
/// below or with a [`Failure`](crate::Failure).
///
/// Variants are only appended, and a released variant never gains a field: bincode knows them by
/// their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Says which app of the vendor this is. Comes before everything but `Ping`, `Status` and
    /// `Join`. Answer: `Ready`. The same key again does nothing.
    Init {
        /// The vendor's key of the app.
        app_key: AppKey,
    },
    /// Connects the account of a token. Answer: `Connected`, once, with the final result of this
    /// app's connect.
    Connect {
        /// Whose account it is.
        token: SecretText,
        /// Seconds until this app's connect ends with 34006; `None` or 0 for no limit.
        time_limit: Option<u32>,
        /// A client that was attached before repeats its own connect: it takes up where it was,
        /// is never answered with 34001, and does not start an account that has been stopped.
        replay: bool,
        /// The connect that is repeated had succeeded: this client may send at once, and what ends
        /// a first connect only is waited for. Without meaning unless `replay` is set.
        #[serde(default)]
        was_connected: bool,
        /// Rows that cannot be opened, because they are damaged or a newer version wrote them, are
        /// set aside on the disk and the account begins anew. Without it such a connect is refused
        /// with `RC_DB_CORRUPT` or `LOCAL_STORE_NEWER`, and nothing is touched.
        #[serde(default)]
        set_aside: bool,
    },
    /// Attaches to an account that is live in this daemon, without bringing a token. Answer:
    /// `Connected`.
    Join {
        /// The vendor's key of the app; `None` if only one is live.
        app_key: Option<AppKey>,
        /// The account's user; `None` if only one is live.
        user: Option<UserId>,
    },
    /// Takes this app off its account (decisions.md P10). Answer: `Done`, also if it had none.
    Disconnect {},
    /// Ends the account's link for all apps and forgets its token; needs the admin right. Answer:
    /// `Done`.
    Logout {},
    /// Sends a message. Answer: `Accepted`, as soon as it is durable; its fate comes as
    /// [`Event::SendResult`](crate::Event::SendResult).
    Send {
        /// Where it goes.
        conversation: Conversation,
        /// Its type.
        object_name: ObjectName,
        /// Its body, at most [`MAX_BODY_BYTES`](imlink_model::MAX_BODY_BYTES); a longer one is
        /// refused with 30016.
        body: Body,
        /// The app's own id of it: the same id again is the same message.
        client_id: ClientMessageId,
        /// What else is asked.
        options: SendOptions,
    },
    /// Asks where a message of this app stands. Answer: `SendState`.
    SendState {
        /// The app's own id of it.
        client_id: ClientMessageId,
    },
    /// Asks for the messages of this app that the cloud does not have, as far as anybody knows:
    /// waiting, on their way, in doubt, or refused. Answer: `Outbox`, oldest first.
    Outbox {
        /// Only those behind this row; `None` for the first ones.
        #[serde(default, with = "wide::option")]
        behind: Option<OutboxId>,
        /// Most rows wanted, 1 to [`PAGE_ENTRIES`].
        limit: u16,
    },
    /// Takes a message of this app back that waits, or gives up on one in doubt: it ends as
    /// failed with `LOCAL_WITHDRAWN`. Answer: `Done`, also to a repetition; refused with
    /// `LOCAL_TOO_LATE` if it is on its way or has ended, and with `LOCAL_NO_MESSAGE` if this app
    /// sent none of that id.
    Withdraw {
        /// The app's own id of it.
        client_id: ClientMessageId,
    },
    /// Sends a message of this app in doubt once more, although it may be there already
    /// (decisions.md P17). Answer: `Done`; refused as `Withdraw` is.
    Resend {
        /// The app's own id of it.
        client_id: ClientMessageId,
    },
    /// Says something to those who are online now, for example that the user is typing
    /// (`RC:TypSts`). It is neither stored nor repeated, and nobody acknowledges it. Answer: `Done`
    /// once it is handed to the link; 30001 without one, 30002 without a network; 20109 or 33003 for
    /// a conversation that is neither private nor a group's; 90004 for an app that says more of them
    /// than its share (PROTOCOL.md).
    Signal {
        /// To whom.
        conversation: Conversation,
        /// Its type: a status message (behaviour.md 13.2), or a custom one that is sent as such.
        object_name: ObjectName,
        /// Its body, as for `Send`.
        body: Body,
    },
    /// Takes a stored message back at everybody who got it. Answer: `Done` once the cloud did it
    /// and a notice stands in the message's place here, also if one did before; 30001 without a
    /// link, 30002 without a network, 30003 if the cloud does not answer, 25101 for a message that
    /// is not stored or has no uid, 25107 for that of somebody else if the cloud does not let users
    /// do that.
    Recall {
        /// Which one.
        uid: MessageUid,
        /// Nothing takes the message's place, anywhere.
        delete: bool,
    },
    /// Enters a chatroom for this app: its messages come as
    /// [`Event::Transient`](crate::Event::Transient) until `LeaveChatroom`, the end of this
    /// connection, or [`Event::Chatroom`](crate::Event::Chatroom). After a break of the link the
    /// daemon enters again by itself. Answer: `Done` once the user is in it, also if another app of
    /// the account had entered; the last messages follow. 30001 without a link, 30002 without a
    /// network.
    JoinChatroom {
        /// Which room.
        room: TargetId,
        /// Make the room if there is none; else 23410.
        create: bool,
        /// How many of its last messages come first, 0 to [`RECENT_MESSAGES`].
        recent: u16,
    },
    /// Leaves a chatroom; the user is in it as long as any app of the account is. Answer: `Done`,
    /// also if this app was not in it.
    LeaveChatroom {
        /// Which room.
        room: TargetId,
    },
    /// Asks for the messages of the account. Answer: `Subscribed`, before the first
    /// [`Delivery`](crate::Delivery).
    Subscribe {
        /// Name of a durable subscription, whose place the daemon keeps; `None` for one that
        /// starts now and ends with the connection.
        name: Option<SubscriptionName>,
        /// Where a durable subscription begins if it is new; else without meaning.
        start: Start,
        /// Which messages are wanted. Not kept: each time it is the one given here.
        #[serde(default)]
        filter: Filter,
    },
    /// Says that every message up to this one has been dealt with. Answer: `Done`, for a durable
    /// subscription once that is durable. An older one than before does nothing.
    Acknowledge {
        /// The number the daemon gave the subscription.
        subscription: u32,
        /// The last message dealt with.
        #[serde(with = "wide")]
        seq: Seq,
    },
    /// Ends a subscription of this connection. Answer: `Done`; no delivery follows it.
    Unsubscribe {
        /// The number the daemon gave the subscription.
        subscription: u32,
        /// The daemon also forgets the place of a durable one.
        forget: bool,
    },
    /// Asks for stored messages of a conversation, those nearest to a point first. Answer: `Page`.
    History {
        /// Which one.
        conversation: Conversation,
        /// On which side of which point.
        #[serde(default)]
        side: Side,
        /// The types wanted; none are all of them. At most [`FILTERED_NAMES`].
        #[serde(default)]
        #[serde(serialize_with = "list::serialize::<_, _, FILTERED_NAMES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, FILTERED_NAMES>")]
        object_names: Vec<ObjectName>,
        /// Most messages wanted, 1 to [`PAGE_ENTRIES`].
        limit: u16,
    },
    /// Asks for stored messages of all conversations, oldest first: what an export reads. Answer:
    /// `Page`.
    Timeline {
        /// Only messages after this place; 0 for all.
        #[serde(with = "wide")]
        after: Seq,
        /// Most messages wanted, 1 to [`PAGE_ENTRIES`].
        limit: u16,
    },
    /// Asks for one stored message. Answer: `Message`.
    Message {
        /// Which one.
        message: MessageKey,
    },
    /// Asks for stored messages whose words contain a keyword, newest first. Answer: `Found`.
    Search {
        /// A part of the text, in capital or small letters; not empty.
        keyword: PrivateText,
        /// In which conversation; `None` is in all of them.
        conversation: Option<Conversation>,
        /// Only messages before this place; `None` begins with the newest.
        #[serde(default, with = "wide::option")]
        before: Option<Seq>,
        /// Most messages wanted, 1 to [`PAGE_ENTRIES`].
        limit: u16,
    },
    /// Asks for the conversations, the one with the newest message first. Answer:
    /// `Conversations`.
    Conversations {
        /// Only those behind this place of the list; `None` for the first ones.
        behind: Option<Place>,
        /// Most conversations wanted, 1 to [`PAGE_ENTRIES`].
        limit: u16,
    },
    /// Asks for one conversation. Answer: `Conversation`.
    Conversation {
        /// Which one.
        conversation: Conversation,
    },
    /// Asks what is unread in all conversations together. Answer: `Unread`.
    Unread {},
    /// Everything of a conversation up to a time of the cloud is read. Answer: `Done`.
    MarkRead {
        /// Which one.
        conversation: Conversation,
        /// The time of the last message that was read.
        up_to: Millis,
    },
    /// Keeps what the user has begun to write. Answer: `Done`.
    SetDraft {
        /// In which conversation.
        conversation: Conversation,
        /// The text, at most [`MAX_BODY_BYTES`](imlink_model::MAX_BODY_BYTES); `None` for nothing
        /// any more.
        text: Option<PrivateText>,
    },
    /// Puts a message among the stored ones that no cloud knows of. Answer: `Stored`. The same
    /// client id again is the same message.
    Insert {
        /// Where it belongs.
        conversation: Conversation,
        /// Who wrote it, seen from the account.
        direction: Direction,
        /// Who wrote it.
        sender: UserId,
        /// Its type.
        object_name: ObjectName,
        /// Its body, as for `Send`.
        body: Body,
        /// Its time.
        sent_at: Millis,
        /// It raises the unread count if it was received.
        counted: bool,
        /// The app's own id of it.
        client_id: ClientMessageId,
    },
    /// Deletes stored messages here; the cloud may keep them, but they are not stored again.
    /// Places without a message are passed over. Answer: `Done`.
    Delete {
        /// Their places, at most [`PAGE_ENTRIES`].
        #[serde(serialize_with = "wide::list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "wide::list::deserialize::<_, _, ENTRIES>")]
        seqs: Vec<Seq>,
    },
    /// Deletes a conversation here with its messages and its draft. Answer: `Forgotten`.
    Forget {
        /// Which one.
        conversation: Conversation,
    },
    /// Stores messages of an export, in new places and in their order; those that are known, or
    /// were deleted here, are left out. Answer: `Imported`.
    Import {
        /// The messages, at most [`PAGE_ENTRIES`]. Their places mean nothing.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        messages: Vec<Message>,
        /// How many messages of the same export came in requests before this one.
        #[serde(default, with = "wide")]
        done: u64,
        /// How many the export has, for the progress that apps are told; 0 if that is not known,
        /// then they are told nothing.
        #[serde(default, with = "wide")]
        total: u64,
    },
    /// Removes everything this machine keeps of an account, to the last byte: messages, outbox,
    /// tokens, and what was set aside. Ends its link as `Logout` does; needs the admin right.
    /// Answer: `Done`, also if there was nothing.
    Purge {
        /// The vendor's key of the app.
        app_key: AppKey,
        /// The account's user.
        user: UserId,
    },
    /// Asks how the daemon and its accounts are. Answer: `Status`.
    Status {},
    /// Gives the daemon a reason to look at the link at once. Answer: `Done`.
    Hint {
        /// Which reason.
        hint: Hint,
    },
    /// Asks for nothing. Answer: `Pong`.
    Ping {},
    /// Notes something of a stored message, for this machine and all apps of the account. Nothing
    /// but what is named changes, so that two apps do not undo what the other noted. Answer:
    /// `Done`; `RC_DB_DATA_NOT_FOUND` if there is no such message.
    Annotate {
        /// Its place.
        #[serde(with = "wide")]
        seq: Seq,
        /// Bits of [`Message::received`] that are set.
        set: u8,
        /// Bits of it that are taken away, before the others are set.
        clear: u8,
        /// Replaces the local extra, at most
        /// [`MAX_LOCAL_EXTRA`](crate::limits::MAX_LOCAL_EXTRA) long; an empty text removes it,
        /// `None` leaves it.
        extra: Option<PrivateText>,
    },
    /// Sets the proxy on the way to the cloud, for all accounts; needs the admin right. It outlives
    /// the daemon. If another one is in use by that, every link is made again at once. Answer:
    /// `Done`; 34238 for one that cannot be meant.
    SetProxy {
        /// The proxy; `None` goes back to the daemon's configuration.
        proxy: Option<Proxy>,
    },
    /// Asks for the proxy on the way to the cloud. Answer: `Proxy`.
    Proxy {},
    /// Tries to reach a host through a proxy; needs the admin right. Answer: `Done`; 34238 for a
    /// proxy that cannot be meant, 34239 for such a host, 34240 if the host is not reached.
    TestProxy {
        /// Which one; `None` is the one on the way to the cloud, and 34238 if there is none.
        proxy: Option<Proxy>,
        /// The host, as `host:port`, or a URL with `http` or `https`.
        host: String,
    },
    /// Looks at what lies between the daemon and the cloud; needs the admin right. Answer:
    /// `Diagnosis`, after 15 s at most.
    Diagnose {},
}

/// How a stored message is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageKey {
    /// By its place.
    Place {
        /// The place.
        #[serde(with = "wide")]
        seq: Seq,
    },
    /// By the cloud's id of it.
    Uid {
        /// The id.
        uid: MessageUid,
    },
}

/// Where a new durable subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// After the newest message.
    Now,
    /// With the oldest stored message.
    Beginning,
}

/// Why the link deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hint {
    /// Addresses or routes changed.
    NetworkChanged,
    /// The app came to the foreground.
    Foreground,
}

impl From<Hint> for model::uplink::Hint {
    fn from(hint: Hint) -> Self {
        match hint {
            Hint::NetworkChanged => Self::NetworkChanged,
            Hint::Foreground => Self::Foreground,
        }
    }
}
