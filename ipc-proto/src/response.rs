//! What the daemon answers.

use imlink_model::{Generation, OutboxId, Seq, UserId};
use serde::{Deserialize, Serialize};

use crate::limits::{FINDINGS, PAGE_ENTRIES, SET_ASIDE};
use crate::{
    ConversationSummary, Finding, Message, OutboxEntry, Proxy, SendState, StatusReport, list, wide,
};

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
    /// To every request that has nothing else to tell.
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
    /// To `Outbox`.
    Outbox {
        /// Oldest first.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        entries: Vec<OutboxEntry>,
        /// There are newer ones.
        more: bool,
    },
    /// To `Subscribe`.
    Subscribed {
        /// The daemon's number for it, good for this connection.
        subscription: u32,
        /// Deliveries begin with the message after this place.
        #[serde(with = "wide")]
        after: Seq,
        /// To which rows places belong; a place of another generation says nothing about these.
        #[serde(with = "wide")]
        generation: Generation,
    },
    /// To `History` and `Timeline`.
    Page {
        /// Nearest to the point first. May be fewer than asked for even if there are more, because
        /// a page is also cut by bytes.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        messages: Vec<Message>,
        /// There are more in that direction.
        more: bool,
    },
    /// To `Message`.
    Message {
        /// The message; `None` if it is not stored.
        message: Option<Message>,
    },
    /// To `Search`.
    Found {
        /// Newest first. May be empty although there are more, because a search is cut by what it
        /// has read.
        #[serde(serialize_with = "list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, ENTRIES>")]
        messages: Vec<Message>,
        /// Before which place to go on; `None` if everything was searched.
        #[serde(default, with = "wide::option")]
        next: Option<Seq>,
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
    /// To `Conversation`.
    Conversation {
        /// The conversation; `None` if nothing is stored of it.
        conversation: Option<Box<ConversationSummary>>,
    },
    /// To `Unread`.
    Unread {
        /// Received messages that count as unread.
        #[serde(with = "wide")]
        messages: u64,
        /// Those of them that mention the user.
        #[serde(with = "wide")]
        mentions: u64,
    },
    /// To `Insert`.
    Stored {
        /// The place of the message.
        #[serde(with = "wide")]
        seq: Seq,
    },
    /// To `Import`.
    Imported {
        /// How many of the messages were new.
        new: u16,
    },
    /// To `Status`.
    Status(StatusReport),
    /// To `Ping`.
    Pong {},
    /// To `Proxy`.
    Proxy {
        /// Without its password; `None` if there is none.
        proxy: Option<Proxy>,
        /// An app set it; else it is the configuration's.
        by_app: bool,
    },
    /// To `Diagnose`.
    Diagnosis {
        /// In the order of [`Check`](crate::Check), at most [`FINDINGS`].
        #[serde(serialize_with = "list::serialize::<_, _, FINDINGS>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, FINDINGS>")]
        findings: Vec<Finding>,
    },
    /// To `Forget`.
    Forgotten {
        /// Directories of older rows of the account that were set aside: the conversation may be in
        /// those still. At most [`SET_ASIDE`]; only `Purge` removes them.
        #[serde(serialize_with = "list::serialize::<_, _, SET_ASIDE>")]
        #[serde(deserialize_with = "list::deserialize::<_, _, SET_ASIDE>")]
        set_aside: Vec<String>,
    },
}
