//! What a client tells its app without being asked.

use std::time::Duration;

use imlink_ipc_proto::{AnomalyReport, ChatroomChange, GapCause, Work};
use imlink_model::{
    ClientMessageId, Code, ConnectionStatus, Message, MessageUid, Millis, OutboxId, Seq,
    SubscriptionName, TargetId,
};
use tokio::sync::broadcast;

use crate::ConversationSummary;

/// Something that happened. Events come in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The connection status of this app changed.
    Status(StatusChange),
    /// The account's store is open: history and conversations can be read from here on, before
    /// and without any network (behaviour.md 7).
    DatabaseOpened {
        /// 0, or why it could not be opened; or why it was closed again, if it turned out to be
        /// damaged when it was read.
        code: Code,
    },
    /// Whether the open store can be written changed. Reads work in either case.
    DatabaseWritable {
        /// 0 if it can be written again; 90006 for a full disk, 90020 for a read-only one.
        code: Code,
    },
    /// What became of a message that this app sent, from this process or another.
    SendResult {
        /// Its row in the outbox.
        id: OutboxId,
        /// The app's own id of it.
        client_id: ClientMessageId,
        /// Where it stands; not always final.
        state: SendState,
    },
    /// A message for those who listen now: it is in no history and no subscription.
    Transient(Box<Message>),
    /// This app is in a chatroom no more, or again after a break of the link.
    Chatroom {
        /// Which room.
        room: TargetId,
        /// What happened.
        change: ChatroomChange,
    },
    /// Everything that waited in the cloud when the account came online is stored. Comes once behind
    /// every connect that succeeds, and once for every time the link comes back.
    Synchronized,
    /// Another message stands in the place of a stored one, for it was recalled; or another app of
    /// the account noted something of it ([`Annotation`](crate::Annotation)). Subscriptions do not
    /// bring it again.
    Changed(Box<Message>),
    /// Stored messages were deleted on this machine, by another app of the account.
    Deleted(Vec<Seq>),
    /// What is read, counted or begun to write in a conversation changed, by another app of the
    /// account.
    Conversation(Box<ConversationSummary>),
    /// A subscription goes on behind messages that are gone, though nobody deleted them.
    Gap(Gap),
    /// Something more was come upon in the account's rows that should not be; all of it since they
    /// were opened.
    Anomalies(AnomalyReport),
    /// Long work on the account's rows goes on.
    Progress {
        /// Which work.
        work: Work,
        /// Rows done.
        done: u64,
        /// Rows there are; an estimate where counting takes as long as the work.
        total: u64,
    },
    /// The client is attached to a daemon.
    Attached {
        /// The number the daemon drew when it started; another one means another run.
        instance: u64,
        /// The client was attached before: init, connect and subscriptions have been repeated.
        reattached: bool,
    },
    /// The client lost its daemon; calls under way have ended with the same code.
    Detached {
        /// -2 if the daemon went away; its own code if it refused this client.
        code: Code,
        /// What happened, for a developer.
        reason: String,
    },
    /// The daemon is about to end this attachment.
    GoingAway {
        /// Why, for example 90014 (it stops) or 90003 (this app reads too slowly).
        code: Code,
        /// The same in words.
        message: String,
    },
    /// This stream was read too slowly, and its oldest events are lost.
    Lagged {
        /// How many.
        missed: u64,
    },
}

/// A stretch of an account's messages of which something is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The durable subscription that came past it; `None` for one without a name.
    pub subscription: Option<SubscriptionName>,
    /// The first place of the stretch.
    pub first: Seq,
    /// The last place of it.
    pub last: Seq,
    /// How many messages of it are missing; `None` if that is not known.
    pub lost: Option<u64>,
    /// Why.
    pub cause: GapCause,
}

/// One change of the connection status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// The new status.
    pub status: ConnectionStatus,
    /// Why; always there for [`ConnectionStatus::Suspend`].
    pub code: Option<Code>,
    /// Time until the next attempt, if one is due.
    pub retry_in: Option<Duration>,
}

/// Where an accepted message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendState {
    /// It waits for the link.
    Queued,
    /// It is on its way.
    Sending,
    /// The cloud has it. Final.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        at: Millis,
    },
    /// It was not delivered, or the app gave it up in doubt (90023). Final.
    Failed {
        /// Why.
        code: Code,
    },
    /// The link went before the answer came; nobody can say yet (30003). It becomes
    /// [`Sent`](Self::Sent) if the cloud shows it.
    InDoubt,
}

impl SendState {
    /// The vendor's number of it (behaviour.md 13.1, "sentStatus"): 10 sending, 20 failed, 30 sent.
    ///
    /// What waits and what is in doubt is 10, as the vendor's kits show a message that is not
    /// settled. A message of a timeline has no state of its own: it was sent or received, that is 30.
    /// The numbers from 40 on are what receivers did, which is not known here.
    #[must_use]
    pub const fn sent_status(&self) -> i32 {
        match self {
            Self::Queued | Self::Sending | Self::InDoubt => 10,
            Self::Failed { .. } => 20,
            Self::Sent { .. } => 30,
        }
    }
}

impl From<imlink_ipc_proto::SendState> for SendState {
    fn from(state: imlink_ipc_proto::SendState) -> Self {
        use imlink_ipc_proto::SendState as Theirs;

        match state {
            Theirs::Queued => Self::Queued,
            Theirs::Sending => Self::Sending,
            Theirs::Sent { uid, sent_at } => Self::Sent { uid, at: sent_at },
            Theirs::Failed { code } => Self::Failed { code },
            Theirs::InDoubt => Self::InDoubt,
        }
    }
}

impl From<imlink_ipc_proto::SendResult> for SendState {
    fn from(result: imlink_ipc_proto::SendResult) -> Self {
        use imlink_ipc_proto::SendResult as Theirs;

        match result {
            Theirs::Sent { uid, sent_at } => Self::Sent { uid, at: sent_at },
            Theirs::Failed { code } => Self::Failed { code },
            Theirs::InDoubt => Self::InDoubt,
            Theirs::Queued => Self::Queued,
        }
    }
}

/// One reader of a client's events, from the moment it was made.
///
/// Every reader gets every event. A reader that falls 1024 events behind loses the oldest and is
/// told so by [`Event::Lagged`].
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

/// Events kept for a reader that is behind.
pub(crate) const KEPT: usize = 1024;

impl Events {
    pub(crate) fn new(receiver: broadcast::Receiver<Event>) -> Self {
        Self(receiver)
    }

    /// Waits for the next event; `None` once the client is gone.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Event::Lagged { missed }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_state_has_the_vendors_number() {
        let sent = SendState::Sent {
            uid: MessageUid::new("U-1").unwrap(),
            at: Millis(1),
        };
        let failed = SendState::Failed {
            code: Code::RC_MSG_CONTENT_EXCEED_LIMIT,
        };
        let states = [
            SendState::Queued,
            SendState::Sending,
            SendState::InDoubt,
            failed,
            sent,
        ];

        assert_eq!(
            states.map(|state| state.sent_status()),
            [10, 10, 10, 20, 30]
        );
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_is_told_how_much_it_missed() {
        let (sender, receiver) = broadcast::channel(KEPT);
        let mut events = Events::new(receiver);
        for _ in 0..KEPT + 3 {
            sender.send(Event::Synchronized).unwrap();
        }
        drop(sender);

        assert_eq!(events.next().await, Some(Event::Lagged { missed: 3 }));
        for _ in 0..KEPT {
            assert_eq!(events.next().await, Some(Event::Synchronized));
        }
        assert_eq!(events.next().await, None);
    }
}
