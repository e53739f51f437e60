//! What the daemon answers.

use imlink_model::{OutboxId, Seq, UserId};
use serde::{Deserialize, Serialize};

use crate::limits::PAGE_ENTRIES;
use crate::{ConversationSummary, Message, SendState, StatusReport, list, wide};

/// Most entries of a page, where the language wants an index.
const ENTRIES: usize = PAGE_ENTRIES as usize;

/// The answer to a request that did what it was asked to do. Variants are only appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// To `Init`.
    Ready {},
    /// To `Connect` and `Join`.
    Connected {
        /// The account's user.
        user: UserId,
    },
    /// To `Disconnect`, `Logout`, `Acknowledge`, `Unsubscribe` and `Hint`.
    Done {},
    /// To `Send`: the message is durable and will be sent.
    Accepted {
        /// Its row in the outbox.
        #[serde(with = "wide")]
        id: OutboxId,
        /// False if the app had submitted the same client id before.
        new: bool,
    },
    /// To `SendState`.
    SendState {
        /// Where it stands; `None` if no message of this app with that id is known.
        state: Option<SendState>,
    },
    /// To `Subscribe`.
    Subscribed {
        /// The daemon's number for it, good for this connection.
        subscription: u32,
        /// Deliveries begin with the message after this place.
        #[serde(with = "wide")]
        after: Seq,
    },
    /// To `History`.
    Page {
        /// Newest first. May be fewer than asked for even if there are more, because a page is
        /// also cut by bytes.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        messages: Vec<Message>,
        /// There are older ones.
        more: bool,
    },
    /// To `Conversations`.
    Conversations {
        /// Newest first.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        conversations: Vec<ConversationSummary>,
        /// There are older ones.
        more: bool,
    },
    /// To `Status`.
    Status(StatusReport),
    /// To `Ping`.
    Pong {},
}
