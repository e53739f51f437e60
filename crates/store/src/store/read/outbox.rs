//! What apps submitted, and how far they have acknowledged.

use imlink_model::{ClientMessageId, Code, Conversation, LocalApp, OutboxId, OutgoingMessage, Seq};

use super::Store;
use crate::database::Lookup;
use crate::engine::Order;
use crate::key::{self, Kind};
use crate::row::SubscriptionRow;
use crate::transaction::{has_words_of, outbox_state};
use crate::{OutboxState, ReadError, SubscriptionKey};

/// A part of what an app's outbox has not got rid of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxPage {
    /// Messages and where they stand, in the order of their acceptance.
    pub entries: Vec<(OutgoingMessage, OutboxState)>,
    /// There are newer ones.
    pub more: bool,
}

impl Store {
    /// The message an app submitted under that id, and where it stands. `None` if it was never
    /// accepted, or so long ago that its row is gone.
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn outgoing(
        &self,
        app: &LocalApp,
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

    /// Where the message stands that an app submitted under that id, also where the message itself
    /// cannot be read. `None` as for [`outgoing`](Self::outgoing).
    ///
    /// # Errors
    /// [`ReadError`] if that cannot be read.
    pub fn fate(
        &self,
        app: &LocalApp,
        client_id: &ClientMessageId,
    ) -> Result<Option<OutboxState>, ReadError> {
        match self.database.row(&key::client_id(app, client_id))? {
            Some(id) => outbox_state(&self.database, id),
            None => Ok(None),
        }
    }

    /// The messages of an app that the cloud does not have, as far as anybody knows: those without
    /// a final state, and those it refused. What the app itself withdrew is not among them, nor what
    /// was forgotten with its conversation.
    ///
    /// Only those behind a row, at most `limit` of them and of `max_bytes` of bodies, but one at
    /// least if there is one.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn outbox_page(
        &self,
        app: &LocalApp,
        behind: Option<OutboxId>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<OutboxPage, ReadError> {
        let mut page = OutboxPage::default();
        let mut bytes = 0_usize;
        for id in self.unsent_behind(behind)? {
            // A damaged row has nothing to show.
            let outgoing: Option<OutgoingMessage> =
                self.database.sound_row(&key::outbox(Kind::Outgoing, id))?;
            let Some(outgoing) = outgoing.filter(|outgoing| outgoing.app == *app) else {
                continue;
            };
            let state = match outbox_state(&self.database, id) {
                Ok(state) => state,
                Err(ReadError::Damaged { .. }) => None,
                Err(error @ ReadError::Engine(_)) => return Err(error),
            };
            // A state that cannot be read: whether it was sent is not known.
            let state = state.unwrap_or(OutboxState::InDoubt);
            if state.is_final() && outgoing.body.as_str().is_empty() {
                continue;
            }
            bytes = bytes.saturating_add(outgoing.body.as_str().len());
            let is_first = page.entries.is_empty();
            if page.entries.len() >= limit || (bytes > max_bytes && !is_first) {
                page.more = true;
                break;
            }
            page.entries.push((outgoing, state));
        }
        Ok(page)
    }

    /// Whether there are words of a conversation in messages that have ended: refused, withdrawn,
    /// or said where nothing is stored.
    pub(in crate::store) fn keeps_settled_of(
        &self,
        conversation: &Conversation,
    ) -> Result<bool, ReadError> {
        for id in self.database.numbers(Kind::Settled)? {
            let key = key::outbox(Kind::Outgoing, OutboxId(id));
            let row: Option<OutgoingMessage> = self.database.sound_row(&key)?;
            if row.is_some_and(|row| has_words_of(&row, conversation)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Rows behind a row that are not sent and not withdrawn, oldest first.
    fn unsent_behind(&self, behind: Option<OutboxId>) -> Result<Vec<OutboxId>, ReadError> {
        let first = OutboxId(behind.map_or(0, |id| id.0.saturating_add(1)));
        let rows = |kind| {
            let range = key::outbox(kind, first)..key::all(kind).end;
            self.database.scan(&range, Order::Forward)
        };
        let mut unsent = Vec::new();
        for pair in rows(Kind::Open) {
            let (key, _) = pair?;
            unsent.extend(key::tail(&key).map(OutboxId));
        }
        for pair in rows(Kind::Settled) {
            let (key, head) = pair?;
            let state = self.database.sound_row_of(&key, &head)?;
            if let Some(OutboxState::Failed { code }) = state
                && code != Code::LOCAL_WITHDRAWN
            {
                unsent.extend(key::tail(&key).map(OutboxId));
            }
        }
        unsent.sort_unstable();
        Ok(unsent)
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
