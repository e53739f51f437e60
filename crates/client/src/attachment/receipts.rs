//! Messages whose fate an app waits for.

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::ClientMessageId;

use super::call::ReceiptKey;
use crate::SendState;

/// Open receipts; an app may hold several for one message.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    by_key: BTreeMap<ReceiptKey, ClientMessageId>,
    open: BTreeMap<ClientMessageId, BTreeSet<ReceiptKey>>,
    /// Something may have happened to these while no daemon was attached.
    unsure: BTreeSet<ClientMessageId>,
}

impl Receipts {
    pub(super) fn insert(&mut self, key: ReceiptKey, client_id: ClientMessageId) {
        self.open.entry(client_id.clone()).or_default().insert(key);
        self.by_key.insert(key, client_id);
    }

    pub(super) fn remove(&mut self, key: ReceiptKey) {
        let Some(client_id) = self.by_key.remove(&key) else {
            return;
        };
        let Some(keys) = self.open.get_mut(&client_id) else {
            return;
        };
        keys.remove(&key);
        if keys.is_empty() {
            self.close(&client_id);
        }
    }

    /// The receipts that are to show this state; a final one closes them.
    pub(super) fn settle(
        &mut self,
        client_id: &ClientMessageId,
        state: &SendState,
    ) -> Vec<ReceiptKey> {
        let keys: Vec<ReceiptKey> = self
            .open
            .get(client_id)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        match state {
            SendState::Sent { .. } | SendState::Failed { .. } => self.close(client_id),
            SendState::Queued | SendState::Sending | SendState::InDoubt => {}
        }
        keys
    }

    /// No daemon is attached: any fate may be missed.
    pub(super) fn lose(&mut self) {
        self.unsure = self.open.keys().cloned().collect();
    }

    /// Those to be asked for, which from now on they are.
    pub(super) fn ask(&mut self) -> BTreeSet<ClientMessageId> {
        std::mem::take(&mut self.unsure)
    }

    /// The question could not be answered and has to be asked again.
    pub(super) fn ask_again(&mut self, client_id: ClientMessageId) {
        if self.open.contains_key(&client_id) {
            self.unsure.insert(client_id);
        }
    }

    fn close(&mut self, client_id: &ClientMessageId) {
        self.unsure.remove(client_id);
        for key in self.open.remove(client_id).unwrap_or_default() {
            self.by_key.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use imlink_model::Code;

    use super::*;

    fn id(text: &str) -> ClientMessageId {
        ClientMessageId::new(text).unwrap()
    }

    #[test]
    fn every_receipt_of_a_message_sees_its_fate_and_only_a_final_one_closes_it() {
        let mut receipts = Receipts::default();
        receipts.insert(ReceiptKey(1), id("a"));
        receipts.insert(ReceiptKey(2), id("a"));
        receipts.insert(ReceiptKey(3), id("b"));
        let failed = SendState::Failed {
            code: Code::UNKNOWN,
        };

        assert_eq!(receipts.settle(&id("a"), &SendState::InDoubt).len(), 2);
        assert_eq!(
            receipts.settle(&id("a"), &failed),
            [ReceiptKey(1), ReceiptKey(2)]
        );
        assert_eq!(receipts.settle(&id("a"), &failed), []);
    }

    #[test]
    fn open_receipts_are_asked_for_once_after_a_loss() {
        let mut receipts = Receipts::default();
        receipts.insert(ReceiptKey(1), id("a"));
        receipts.insert(ReceiptKey(2), id("b"));
        receipts.remove(ReceiptKey(2));
        receipts.lose();

        assert_eq!(receipts.ask().into_iter().collect::<Vec<_>>(), [id("a")]);
        assert!(receipts.ask().is_empty());
        receipts.ask_again(id("a"));
        assert_eq!(receipts.ask().len(), 1);
    }
}
