//! What the daemon tells without being asked.

use imlink_model::{ClientMessageId, Code, OutboxId};
use serde::{Deserialize, Serialize};

use crate::{Message, SendResult, wide};

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
        /// 0, or why it could not be opened.
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
    /// Everything that waited in the cloud when the account came online is stored.
    Synchronized {},
    /// The daemon closes this connection after this frame.
    GoingAway {
        /// Why.
        code: Code,
        /// The same in words.
        message: String,
    },
}
