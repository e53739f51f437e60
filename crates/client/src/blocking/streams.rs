//! What a blocking client gives out.

use imlink_model::{ClientMessageId, OutboxId, Seq};

use super::runtime::Runtime;
use crate::{Acknowledgement, Delivery, Error, Event, Outcome};

/// The blocking form of [`crate::Events`].
#[derive(Debug)]
pub struct Events {
    pub(super) events: crate::Events,
    pub(super) runtime: Runtime,
}

/// The blocking form of [`crate::Subscription`].
#[derive(Debug)]
pub struct Subscription {
    pub(super) subscription: crate::Subscription,
    pub(super) runtime: Runtime,
}

/// The blocking form of [`crate::SendReceipt`].
#[derive(Debug)]
pub struct SendReceipt {
    pub(super) receipt: crate::SendReceipt,
    pub(super) runtime: Runtime,
}

impl Iterator for Events {
    type Item = Event;

    /// Waits for the next event; `None` once the client is gone, or inside an async runtime.
    fn next(&mut self) -> Option<Event> {
        self.runtime.wait(self.events.next()).ok().flatten()
    }
}

impl Iterator for Subscription {
    type Item = Result<Delivery, Error>;

    /// Waits for the next message; see [`crate::Subscription::next`].
    fn next(&mut self) -> Option<Self::Item> {
        match self.runtime.wait(self.subscription.next()) {
            Ok(next) => next,
            Err(error) => Some(Err(error)),
        }
    }
}

impl Subscription {
    /// Says that everything up to and including `seq` has been dealt with; see
    /// [`Delivery::acknowledge`].
    pub fn acknowledge(&self, seq: Seq) -> Acknowledgement {
        self.subscription.acknowledge(seq)
    }

    /// Says the same, and waits until the daemon has made it durable.
    ///
    /// # Errors
    /// -2 while no daemon is attached: the message comes again.
    pub fn acknowledge_and_wait(&self, seq: Seq) -> Result<(), Error> {
        self.runtime.wait(self.subscription.acknowledge(seq))?
    }

    /// Ends the subscription for good: the daemon forgets its place.
    ///
    /// # Errors
    /// As for [`crate::Subscription::forget`].
    pub fn forget(self) -> Result<(), Error> {
        self.runtime.wait(self.subscription.forget())?
    }
}

impl SendReceipt {
    /// The row of the message in the account's outbox.
    #[must_use]
    pub fn id(&self) -> OutboxId {
        self.receipt.id()
    }

    /// The app's own id of the message.
    #[must_use]
    pub fn client_id(&self) -> &ClientMessageId {
        self.receipt.client_id()
    }

    /// False if the same message had been accepted before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.receipt.is_new()
    }

    /// Waits until something became of the message; see [`crate::SendReceipt::outcome`].
    ///
    /// # Errors
    /// As for [`crate::SendReceipt::outcome`].
    pub fn outcome(&self) -> Result<Outcome, Error> {
        self.runtime.wait(self.receipt.outcome())?
    }
}
