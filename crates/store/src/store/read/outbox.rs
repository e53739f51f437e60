//! What apps submitted, and how far they have acknowledged.

use imlink_model::{AppId, ClientMessageId, OutboxId, OutgoingMessage, Seq};

use super::Store;
use crate::database::Lookup;
use crate::engine::Order;
use crate::key::{self, Kind};
use crate::row::SubscriptionRow;
use crate::transaction::outbox_state;
use crate::{OutboxState, ReadError, SubscriptionKey};

impl Store {
    /// The message an app submitted under that id, and where it stands. `None` if it was never
    /// accepted, or so long ago that its row is gone.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn outgoing(
        &self,
        app: &AppId,
        client_id: &ClientMessageId,
    ) -> Result<Option<(OutgoingMessage, OutboxState)>, ReadError> {
        let Some(id) = self
            .database
            .row::<OutboxId>(&key::client_id(app, client_id))?
        else {
            return Ok(None);
        };
        let Some(outgoing) = self.database.row(&key::outbox(Kind::Outgoing, id))? else {
            return Ok(None);
        };
        let Some(state) = outbox_state(&self.database, id)? else {
            return Ok(None);
        };
        Ok(Some((outgoing, state)))
    }

    /// The position a subscription has acknowledged, `None` if there is no such subscription.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn subscription(&self, subscription: &SubscriptionKey) -> Result<Option<Seq>, ReadError> {
        let row: Option<SubscriptionRow> = self.database.row(&key::subscription(subscription))?;
        Ok(row.map(|row| row.acknowledged))
    }

    /// Every subscription with the position it has acknowledged.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn subscriptions(&self) -> Result<Vec<(SubscriptionKey, Seq)>, ReadError> {
        let mut found = Vec::new();
        for pair in self
            .database
            .scan(&key::all(Kind::Subscription), Order::Forward)
        {
            let (key, head) = pair?;
            if let Some(row) = self.database.sound_row_of::<SubscriptionRow>(&key, &head)? {
                found.push((row.subscription, row.acknowledged));
            }
        }
        Ok(found)
    }
}
