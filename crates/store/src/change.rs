//! What can be asked of a store, and what came of it.

use imlink_model::uplink::{Record, SendOutcome};
use imlink_model::{ClientMessageId, Code, LocalApp, Message, OutgoingMessage, Seq};

use crate::{Edited, OutboxState, Start, Submission, SubscriptionKey};

/// One change of an account's rows. A change of the same batch that comes later sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What a driver needs durable before it goes on.
    Record(Record),
    /// An app sends a message. The same app and client id again are the same row, whatever else
    /// differs.
    Submit(Submission),
    /// An app takes a message back that was not handed to the link, or gives up one in doubt: it has
    /// failed with `LOCAL_WITHDRAWN`. Refused with `LOCAL_TOO_LATE` if it is on its way or has ended
    /// otherwise, and with `LOCAL_NO_MESSAGE` if there is none.
    Withdraw {
        /// The app.
        app: LocalApp,
        /// Its own id of the message.
        client_id: ClientMessageId,
    },
    /// An app has a message in doubt sent once more. Refused as `Withdraw` is, also where it waits.
    Resend {
        /// The app.
        app: LocalApp,
        /// Its own id of the message.
        client_id: ClientMessageId,
    },
    /// An app subscribes, or comes back to a subscription.
    Subscribe {
        /// Which one.
        subscription: SubscriptionKey,
        /// Where a subscription begins that did not exist; ignored for one that does.
        start: Start,
    },
    /// An app has everything up to a position. Does nothing if it had acknowledged more.
    Acknowledge {
        /// Which subscription.
        subscription: SubscriptionKey,
        /// The last message it has.
        seq: Seq,
    },
    /// An app gives a subscription up. Does nothing if there is none.
    Unsubscribe(SubscriptionKey),
}

/// What became of one [`Change`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each change of a batch, for as long as it takes to tell"
)]
pub enum Applied {
    /// Messages arrived.
    Stored {
        /// The new ones in local order. Those that were stored before are not in here, nor those
        /// that were recalled without a trace; one recalled with a notice is that notice.
        new: Vec<Message>,
        /// What else changed of messages that were stored before: by recalls, or because one that
        /// was damaged came again.
        changed: Vec<Edited>,
    },
    /// A position stands for messages that may have been missed.
    GapNoted {
        /// The last position given.
        last: Seq,
    },
    /// Noted, with nothing to tell anybody: a row is being sent, or was settled or withdrawn
    /// already.
    Recorded,
    /// The fate of an outgoing message changed.
    Settled {
        /// The message.
        outgoing: OutgoingMessage,
        /// What became of it.
        outcome: SendOutcome,
        /// Its place among the messages, if it got one by this change. `None` if the cloud's copy
        /// of it was there first: that one keeps its place and learns which app sent it.
        message: Option<Message>,
    },
    /// An outgoing message is in the outbox.
    Accepted {
        /// The row as it was accepted first.
        outgoing: OutgoingMessage,
        /// Where it stands.
        state: OutboxState,
        /// This change made the row.
        new: bool,
    },
    /// The subscription exists.
    Subscribed {
        /// The last position it has acknowledged; what follows is still to be delivered.
        after: Seq,
    },
    /// The position is kept.
    Acknowledged,
    /// The subscription is gone.
    Unsubscribed,
    /// Nothing was changed; the other changes of the batch stand.
    Refused {
        /// Why.
        code: Code,
    },
}
