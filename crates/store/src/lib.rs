//! The local store: the rows of an account, and which token belongs to which account.
//!
//! A synchronous library; the daemon runs it on a thread of its own. [`Store::commit`] is the one
//! way to change rows: it takes many [`Change`]s, makes one atomic batch of them and returns when
//! the batch is on the disk. What is acknowledged to anybody, the cloud or an app, was committed
//! before (failures.md, rule 2).
//!
//! ```text
//! <state>/token-key            key of the token hash, 0600
//! <state>/accounts/index/      token hash -> user
//! <state>/accounts/<hash>.*/   what was set aside of it, or is being removed
//! <state>/accounts/<hash>/     one account
//!     lock                     held while the store is open
//!     version                  format of the rows and where they are, readable without the engine
//!     witness                  numbers of the last commit
//!     reserve                  room to open with when the disk is full
//!     opening, failed          traces of starts that did not end well
//!     deadly                   messages that were in hand when a process died
//!     weight                   how much of the files are rows, as it was found out last
//!     rows/                    the engine's files; rows-1 and so on once they were written anew
//! <state>/witnesses/<hash>     its numbers once more, where a copy put back does not reach them
//! ```
//!
//! The engine is named in one file; everything else speaks to a trait of three operations.

mod accounts;
mod aside;
mod chain;
mod change;
mod content;
mod conversation;
mod copy;
mod damage;
mod database;
mod deadly;
mod directory;
mod draft;
mod edit;
mod engine;
mod error;
mod gap;
mod key;
mod listing;
mod notice;
mod opening;
mod outbox;
mod pending;
mod progress;
mod read_only;
mod record;
mod row;
mod salvage;
mod search;
mod space;
mod store;
mod subscription;
mod transaction;
mod version;
mod witness;

pub use accounts::Accounts;
pub use change::{Applied, Change};
pub use conversation::ConversationSummary;
pub use deadly::in_hand;
pub use edit::{Edit, Edited, Insertion};
pub use engine::EngineError;
pub use error::{CommitError, ForgetError, OpenError, PurgeError, ReadError};
pub use gap::{Gap, GapCause};
pub use outbox::{OutboxState, Submission};
pub use progress::{Progress, Work};
pub use read_only::{ReadOnlyCopy, is_read_only};
pub use salvage::Salvaged;
pub use space::Writable;
pub use store::{
    Anomalies, ConversationEntry, ConversationPage, ConversationPlace, Exported, HistoryQuery,
    Limits, Opening, OutboxPage, Page, RolledBack, SearchPage, SearchQuery, Side, Store, Unread,
};
pub use subscription::{Start, SubscriptionKey};
