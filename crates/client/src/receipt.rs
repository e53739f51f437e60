//! What an app holds for a message it sent.

use std::sync::Arc;

use imlink_model::{ClientMessageId, Code, MessageUid, Millis, OutboxId};
use tokio::sync::watch;

use crate::attachment::{Dropped, ReceiptKey};
use crate::line::{Command, Line};
use crate::{Error, SendState};

/// The daemon's word that a message is durable and will be sent.
///
/// Dropping it changes nothing for the message.
#[derive(Debug)]
pub struct SendReceipt {
    id: OutboxId,
    new: bool,
    client_id: ClientMessageId,
    fate: Fate,
}

/// The place where the fate of one message is kept up to date.
#[derive(Debug)]
pub(crate) struct Fate {
    key: ReceiptKey,
    state: watch::Receiver<Option<SendState>>,
    line: Arc<Line>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The cloud has it.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        at: Millis,
    },
    /// It was not delivered, or the app gave it up in doubt (90023).
    Failed {
        /// Why. 405 or 407 if the receiver does not take messages from this user; 20106, 22408 or
        /// 23408 if the user is muted in private conversations, the group or the chatroom; 22406 if
        /// the user is not in the group and 23406 if not in the chatroom; 20113 or 21501 if the
        /// content is refused; 30002 if the link went and the message was to be tried once; and
        /// whatever else the cloud says (behaviour.md 12.2).
        code: Code,
    },
    /// The link went before the answer came, and nobody can say yet (30003). imlink looks for it in
    /// what the cloud shows, so it may still turn out to have been sent. It is never sent a second
    /// time but by [`Resend::Always`](crate::Resend::Always) or
    /// [`Client::resend`](crate::Client::resend).
    InDoubt,
}

impl SendReceipt {
    pub(crate) fn new(id: OutboxId, new: bool, client_id: ClientMessageId, fate: Fate) -> Self {
        Self {
            id,
            new,
            client_id,
            fate,
        }
    }

    /// The row of the message in the account's outbox.
    #[must_use]
    pub fn id(&self) -> OutboxId {
        self.id
    }

    /// The app's own id of the message.
    #[must_use]
    pub fn client_id(&self) -> &ClientMessageId {
        &self.client_id
    }

    /// False if the same message had been accepted before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// Waits until something became of the message, over any number of restarts of the daemon and
    /// for as long as the link is away.
    ///
    /// [`Outcome::InDoubt`] is not the last word: a later call gives what is known by then.
    ///
    /// # Errors
    /// 34400 if the client is dropped while this waits.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub async fn outcome(&self) -> Result<Outcome, Error> {
        let mut state = self.fate.state.clone();
        loop {
            let known = state.borrow_and_update().as_ref().and_then(outcome_of);
            if let Some(outcome) = known {
                return Ok(outcome);
            }
            state
                .changed()
                .await
                .map_err(|_| Error::plain(Code::ENGINE_DROPPED))?;
        }
    }
}

impl Fate {
    /// A new place, which the driver knows of from now on.
    pub(crate) fn new(line: Arc<Line>) -> Self {
        let key = ReceiptKey(line.next_key());
        let (sender, state) = watch::channel(None);
        line.tell(Command::Fate(key, sender));
        Self { key, state, line }
    }

    pub(crate) fn key(&self) -> ReceiptKey {
        self.key
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        self.line.tell(Command::Dropped(Dropped::Receipt(self.key)));
    }
}

fn outcome_of(state: &SendState) -> Option<Outcome> {
    match state {
        SendState::Queued | SendState::Sending => None,
        SendState::Sent { uid, at } => Some(Outcome::Sent {
            uid: uid.clone(),
            at: *at,
        }),
        SendState::Failed { code } => Some(Outcome::Failed { code: *code }),
        SendState::InDoubt => Some(Outcome::InDoubt),
    }
}
