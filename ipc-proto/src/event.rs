//! What the daemon tells without being asked.

use imlink_model::{ClientMessageId, Code, Millis, OutboxId, Seq, TargetId};
use serde::{Deserialize, Serialize};

use crate::limits::PAGE_ENTRIES;
use crate::{AnomalyReport, ConversationSummary, Message, SendResult, wide};

/// Most entries of a list, where the language wants an index.
const ENTRIES: usize = PAGE_ENTRIES as usize;

/// Something an app did not ask for at this moment. Variants are only appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The connection status of this app's account changed (decisions.md P24).
    Status {
        /// Android's number (behaviour.md 2.1).
        status: i32,
        /// Why; always there for SUSPEND (13).
        code: Option<Code>,
        /// Milliseconds until the next attempt, if one is due.
        retry_in_ms: Option<u64>,
    },
    /// The account's store is open: local reads work from here on.
    DatabaseOpened {
        /// 0, or why it could not be opened; or why it was closed again, if it turned out to be
        /// damaged when it was read.
        code: Code,
    },
    /// Whether the open store can be written changed. Reads work in either case; what the cloud
    /// has waits there, and what an app sends is refused with this code.
    DatabaseWritable {
        /// 0 if it can be written again; `LOCAL_STORE_FULL` or `LOCAL_STORE_READ_ONLY` if not.
        code: Code,
    },
    /// What became of a message that this app sent.
    SendResult {
        /// Its row in the outbox.
        #[serde(with = "wide")]
        id: OutboxId,
        /// The app's own id of it.
        client_id: ClientMessageId,
        /// Its fate, which is not always final.
        result: SendResult,
    },
    /// A message for those who listen now. It is never stored, and never repeated.
    Transient {
        /// The message; its `seq` is 0.
        message: Message,
    },
    /// This app is in a chatroom no more, or again after a break of the link.
    Chatroom {
        /// Which room.
        room: TargetId,
        /// What happened.
        change: ChatroomChange,
    },
    /// Everything that waited in the cloud when the account came online is stored. Comes once behind
    /// every connect that succeeds, and once for every time the link comes back.
    Synchronized {},
    /// Another message stands in the place of a stored one, for it was recalled; or an app noted
    /// something of it. Its place has been delivered to subscriptions before, and is not delivered
    /// again.
    Changed {
        /// What stands there now.
        message: Message,
    },
    /// Stored messages were deleted on this machine.
    Deleted {
        /// Their places, at most [`PAGE_ENTRIES`]; more come in further events.
        #[serde(serialize_with = "wide::list::serialize::<_, _, ENTRIES>")]
        #[serde(deserialize_with = "wide::list::deserialize::<_, _, ENTRIES>")]
        seqs: Vec<Seq>,
    },
    /// What is read, counted or begun to write in a conversation changed, by an app.
    Conversation {
        /// As it is now, without its last message.
        conversation: Box<ConversationSummary>,
    },
    /// A subscription goes on behind messages that are gone, though nobody deleted them.
    Gap {
        /// The daemon's number of the subscription.
        subscription: u32,
        /// The first place of the stretch.
        #[serde(with = "wide")]
        first: Seq,
        /// The last place of it.
        #[serde(with = "wide")]
        last: Seq,
        /// How many messages of it are missing; `None` if that is not known.
        #[serde(default, with = "wide::option")]
        lost: Option<u64>,
        /// Why.
        cause: GapCause,
    },
    /// Long work on this app's account goes on.
    Progress {
        /// Which work.
        work: Work,
        /// Rows done.
        #[serde(with = "wide")]
        done: u64,
        /// Rows there are; an estimate where counting takes as long as the work.
        #[serde(with = "wide")]
        total: u64,
    },
    /// The daemon closes this connection after this frame.
    GoingAway {
        /// Why.
        code: Code,
        /// The same in words.
        message: String,
    },
    /// Something more was come upon in the account's rows that should not be; also told behind
    /// `DatabaseOpened` if there was something before.
    Anomalies {
        /// All that was come upon.
        found: AnomalyReport,
    },
}

/// Work that may take longer than a person likes to wait without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Rows of an earlier version are taken over.
    Migrating,
    /// Rows are checked after the daemon did not end in order.
    Recovering,
    /// A conversation is deleted.
    Forgetting,
    /// Rows are written anew, so that nothing is left of what was deleted.
    Compacting,
    /// An app stores the messages of an export: told to every app of the account.
    Importing,
    /// An app reads all messages, page by page: told to that app, in places.
    Exporting,
}

/// What became of an app's stay in a chatroom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatroomChange {
    /// The link broke, and the daemon entered the room again. What was said meanwhile may be
    /// missing.
    Rejoined,
    /// The user is out: the room is gone (23410), the user was removed (23409), or entering again
    /// was refused. Nothing is tried until the app enters again.
    Left {
        /// Why.
        code: Code,
    },
}

/// Why messages are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GapCause {
    /// The rows are those of an earlier time. The cloud gives again what it keeps, in new places.
    RolledBack,
    /// Rows were damaged.
    Damaged,
    /// The cloud no longer had them: the account was away for longer than it keeps messages.
    Expired {
        /// The cloud's time up to which nothing is missing.
        from: Millis,
        /// The cloud's time from which on nothing is.
        until: Millis,
    },
}
