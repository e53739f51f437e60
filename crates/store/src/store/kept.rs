//! What a store keeps beside its rows.

use std::sync::Arc;

use super::files::Home;
use crate::engine::Batch;
use crate::opening::run::Run;
use crate::salvage::Salvaged;
use crate::space::{Space, Writable};
use crate::transaction::State;
use crate::witness::Witness;

/// What lies beside the rows; nothing for rows in memory.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) space: Option<Space>,
    pub(super) witness: Option<Witness>,
    pub(super) home: Option<Home>,
    /// What was taken over from rows that were set aside, if this is the first opening since.
    pub(super) salvaged: Option<Salvaged>,
    /// What the engine dies of is noted in this run of the rows.
    pub(super) run: Option<Arc<Run>>,
}

impl Kept {
    pub(super) fn room_for(&self, writes: &Batch) -> Writable {
        self.space.as_ref().map_or(Writable::Yes, |space| {
            space.for_batch(writes, || self.rows())
        })
    }

    /// The engine found no room, and what it says of the room there is was wrong.
    pub(super) fn found_full(&self) {
        if let Some(space) = &self.space {
            // This process writes nothing more; the next one asks again.
            let _ = space.give_up_reserve();
        }
    }

    /// Bytes of the rows; none where the system does not say.
    fn rows(&self) -> u64 {
        let bytes = self.home.as_ref().map(Home::bytes);
        bytes.and_then(Result::ok).unwrap_or_default()
    }

    pub(super) fn note(&self, state: &State) {
        let Some(witness) = &self.witness else {
            return;
        };
        // The batch is durable; without the note a later loss is only noticed less well.
        if let Err(error) = witness.note(&state.head) {
            tracing::warn!(%error, "The number of the last commit was not noted");
        }
    }
}
