//! What an app asks of the daemon.

use imlink_model::{
    self as model, AppKey, Body, ClientMessageId, ObjectName, Seq, SubscriptionName, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{Conversation, SecretText, SendOptions, wide};

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
        /// A client that was attached before repeats its own connect: it takes up where it was
        /// and is never answered with 34001.
        replay: bool,
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
    /// Asks for the messages of the account. Answer: `Subscribed`, before the first
    /// [`Delivery`](crate::Delivery).
    Subscribe {
        /// Name of a durable subscription, whose place the daemon keeps; `None` for one that
        /// starts now and ends with the connection.
        name: Option<SubscriptionName>,
        /// Where a durable subscription begins if it is new; else without meaning.
        start: Start,
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
    /// Asks for stored messages of a conversation, newest first. Answer: `Page`.
    History {
        /// Which one.
        conversation: Conversation,
        /// Only messages before this place; `None` for the newest.
        #[serde(default, with = "wide::option")]
        before: Option<Seq>,
        /// Most messages wanted, 1 to [`PAGE_ENTRIES`](crate::limits::PAGE_ENTRIES).
        limit: u16,
    },
    /// Asks for the conversations, newest first. Answer: `Conversations`.
    Conversations {
        /// Most conversations wanted, 1 to [`PAGE_ENTRIES`](crate::limits::PAGE_ENTRIES).
        limit: u16,
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
