//! Own recalls whose acknowledgement is awaited.

use std::collections::BTreeMap;
use std::time::Instant;

use imlink_model::uplink::AskId;

/// The recalls under way on a link.
#[derive(Debug, Default)]
pub(crate) struct Recalls {
    by_message_id: BTreeMap<u16, Pending>,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    ask: AskId,
    deadline: Instant,
}

impl Recalls {
    /// One was transmitted under this id.
    pub(crate) fn transmitted(&mut self, message_id: u16, ask: AskId, deadline: Instant) {
        self.by_message_id
            .insert(message_id, Pending { ask, deadline });
    }

    /// How many are under way.
    pub(crate) fn count(&self) -> usize {
        self.by_message_id.len()
    }

    pub(crate) fn is_pending(&self, message_id: u16) -> bool {
        self.by_message_id.contains_key(&message_id)
    }

    /// The one that is acknowledged under this id.
    pub(crate) fn acknowledged(&mut self, message_id: u16) -> Option<AskId> {
        let pending = self.by_message_id.remove(&message_id)?;
        Some(pending.ask)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.by_message_id.values().map(|it| it.deadline).min()
    }

    /// Those that nobody acknowledged by now.
    pub(crate) fn take_overdue(&mut self, now: Instant) -> Vec<AskId> {
        let overdue = |_: &u16, pending: &mut Pending| pending.deadline <= now;
        let taken = self.by_message_id.extract_if(.., overdue);
        taken.map(|(_, pending)| pending.ask).collect()
    }

    /// The link is gone, and with it every acknowledgement.
    pub(crate) fn take_all(&mut self) -> Vec<AskId> {
        let all = std::mem::take(&mut self.by_message_id);
        all.into_values().map(|pending| pending.ask).collect()
    }
}
