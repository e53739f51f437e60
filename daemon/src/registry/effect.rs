//! What the registry wants done.

use std::sync::Arc;

use imlink_ipc_proto::{Event, Outcome, PrivateText};
use imlink_model::uplink::Command;
use imlink_model::{
    AppKey, ClientMessageId, Conversation, LocalApp, Message, MessageUid, ObjectName, OutboxId,
    Seq, Token, Trace, UserId,
};
use imlink_store::{Change, ConversationPlace, Edit, Side};

use super::{AccountId, PeerId, SubscriptionId, Unreadable, WayRequest};

/// One thing to do. Effects are performed in order.
#[derive(Debug)]
pub enum Effect {
    /// Answer a request.
    Answer {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
        /// The answer.
        outcome: Outcome,
    },
    /// Tell an app something.
    Event {
        /// Which app.
        peer: PeerId,
        /// What.
        event: Event,
    },
    /// Hand a stored message to a subscription.
    Deliver {
        /// Whose subscription.
        peer: PeerId,
        /// Which.
        subscription: SubscriptionId,
        /// How many stored messages are known to wait behind this one.
        left: u32,
        /// The message; shared with the other subscriptions it goes to.
        message: Arc<Message>,
    },
    /// Start the driver of an account.
    StartUpstream {
        /// The account.
        account: AccountId,
        /// Its app.
        app_key: AppKey,
        /// Whether to open no link if the directory names no user: while another account of the
        /// app is live, it might be the same user (decisions.md P8).
        refuse_unnamed: bool,
    },
    /// Tell the driver of an account something.
    Uplink {
        /// The account.
        account: AccountId,
        /// What.
        command: Command,
    },
    /// Stop the driver of an account; it is closed without a word to the cloud.
    StopUpstream {
        /// The account.
        account: AccountId,
    },
    /// Open the rows of an account; comes back as `store_opened`.
    OpenStore {
        /// The account.
        account: AccountId,
        /// Its app.
        app_key: AppKey,
        /// Its user.
        user: UserId,
        /// What becomes of rows that cannot be opened.
        unreadable: Unreadable,
    },
    /// Remove everything that is kept of a user; comes back as `purged`.
    Purge {
        /// The app.
        app_key: AppKey,
        /// The user.
        user: UserId,
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
    },
    /// Nothing of this account is needed any more.
    CloseStore {
        /// The account.
        account: AccountId,
    },
    /// Make a change durable; comes back as `committed`.
    Commit {
        /// The account.
        account: AccountId,
        /// The change.
        change: Change,
        /// What to do with the result.
        then: Then,
    },
    /// Edit rows; comes back as `edited`.
    Edit {
        /// The account.
        account: AccountId,
        /// The edits, for one batch.
        edits: Vec<Edit>,
        /// What to do with the result.
        then: Then,
    },
    /// Delete a conversation and every byte of it; comes back as `forgotten`.
    ForgetConversation {
        /// The account.
        account: AccountId,
        /// The conversation.
        conversation: Conversation,
        /// What to do with the result.
        then: Then,
    },
    /// Read rows; comes back as `read`.
    Read {
        /// The account.
        account: AccountId,
        /// What to read.
        read: Read,
        /// What to do with the result.
        then: Then,
    },
    /// Remember whose token this is, by its hash.
    Remember {
        /// The app it belongs to.
        app_key: AppKey,
        /// The token.
        token: Token,
        /// Its user.
        user: UserId,
    },
    /// Keep a token that works, for a daemon that starts alone; comes back as `token_kept`.
    Keep {
        /// The account.
        account: AccountId,
        /// The app it belongs to.
        app_key: AppKey,
        /// Its user.
        user: UserId,
        /// The token.
        token: Token,
    },
    /// Keep the token of this user no longer; whose it was stays known.
    Discard {
        /// The app.
        app_key: AppKey,
        /// The user.
        user: UserId,
    },
    /// Use a kept token no longer of which nobody knows whose it was.
    Disuse {
        /// The app it belongs to.
        app_key: AppKey,
        /// The token.
        token: Token,
    },
    /// Forget every token of this user, kept or not.
    Forget {
        /// The app.
        app_key: AppKey,
        /// The user.
        user: UserId,
    },
    /// See to something about the way to the cloud.
    Way {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
        /// What.
        what: WayRequest,
    },
    /// Ask the drivers how they are and answer with the whole report.
    Report {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
    },
}

/// What is to be read from a store.
#[derive(Debug)]
pub enum Read {
    /// Messages behind a position, for a subscription.
    After {
        /// The position.
        seq: Seq,
        /// At most that many.
        limit: usize,
        /// At most that many bytes of bodies, but one message at least.
        bytes: usize,
    },
    /// Messages of a conversation, those nearest to a point first.
    History {
        /// Which.
        conversation: Conversation,
        /// On which side of which point.
        side: Side,
        /// Of these types; none are all.
        object_names: Vec<ObjectName>,
        /// At most that many.
        limit: usize,
    },
    /// Messages of all conversations, oldest first.
    Timeline {
        /// Only those behind this position.
        after: Seq,
        /// At most that many.
        limit: usize,
    },
    /// The message in a position.
    Place(Seq),
    /// The message the cloud knows by that id.
    Uid(MessageUid),
    /// Messages with a keyword, newest first.
    Search {
        /// The keyword.
        keyword: PrivateText,
        /// In which conversation; `None` is in all of them.
        conversation: Option<Conversation>,
        /// Only those before this position.
        before: Option<Seq>,
        /// At most that many.
        limit: usize,
    },
    /// Conversations, the one with the newest message first.
    Conversations {
        /// Only those behind this place of the list.
        behind: Option<ConversationPlace>,
        /// At most that many.
        limit: usize,
    },
    /// One conversation.
    Conversation(Conversation),
    /// What is unread in all conversations together.
    Unread,
    /// Messages of an app that are not sent, oldest first.
    Outbox {
        /// The app.
        app: LocalApp,
        /// Only those behind this row.
        behind: Option<OutboxId>,
        /// At most that many.
        limit: usize,
    },
    /// What became of a message an app sent.
    Outgoing {
        /// The app.
        app: LocalApp,
        /// Its id of the message.
        client_id: ClientMessageId,
    },
}

/// Who waits for the result of a store operation.
#[derive(Clone, Debug)]
pub enum Then {
    /// An app, for the answer to a request.
    Answer {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
    },
    /// An app that takes a message back: first it is looked for, and once the cloud took it back it
    /// is taken back here.
    Recall {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
        /// What is left of the message.
        trace: Trace,
    },
    /// An app that imports messages.
    Import {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
        /// How many messages of the export are stored then.
        done: u64,
        /// How many it has; 0 if that is not known.
        total: u64,
    },
    /// An app that asked for a durable subscription.
    Subscribe {
        /// Who asked.
        peer: PeerId,
        /// The id it gave the request.
        request: u64,
        /// The subscription it will be.
        subscription: SubscriptionId,
    },
    /// A subscription that has fallen behind the newest message.
    Deliver {
        /// Which.
        subscription: SubscriptionId,
    },
}
