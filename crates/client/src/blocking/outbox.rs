//! What an app does with messages that are not sent, without `async`.

use imlink_model::{ClientMessageId, OutboxId};

use super::Client;
use crate::{Error, OutboxEntry, Page};

impl Client {
    /// See [`crate::Client::outbox`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn outbox(&self, behind: Option<OutboxId>, limit: u16) -> Result<Page<OutboxEntry>, Error> {
        self.runtime.wait(self.client.outbox(behind, limit))?
    }

    /// See [`crate::Client::withdraw`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn withdraw(&self, client_id: ClientMessageId) -> Result<(), Error> {
        self.runtime.wait(self.client.withdraw(client_id))?
    }

    /// See [`crate::Client::resend`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn resend(&self, client_id: ClientMessageId) -> Result<(), Error> {
        self.runtime.wait(self.client.resend(client_id))?
    }
}
