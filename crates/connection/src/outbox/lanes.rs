//! Whose turn it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use imlink_model::{Conversation, LocalApp, OutboxId, OutgoingMessage};

/// The order of rows: one lane per conversation, and turns between apps.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// Ids grow with acceptance, so their order is the lane's.
    lanes: BTreeMap<Conversation, BTreeMap<OutboxId, Place>>,
    /// Heads of lanes that are queued, by app. No set is empty.
    ready: BTreeMap<LocalApp, BTreeSet<OutboxId>>,
    /// Whose turn was last.
    last: Option<LocalApp>,
}

#[derive(Debug)]
struct Place {
    app: LocalApp,
    is_queued: bool,
}

impl Lanes {
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The oldest ready row of the app whose turn it is. It stays ready until its state changes.
    pub(super) fn next(&mut self) -> Option<OutboxId> {
        let after = match &self.last {
            Some(last) => (Bound::Excluded(last), Bound::Unbounded),
            None => (Bound::Unbounded, Bound::Unbounded),
        };
        let turn = self.ready.range::<LocalApp, _>(after).next();
        let (app, rows) = turn.or_else(|| self.ready.first_key_value())?;
        let id = rows.first().copied()?;
        self.last = Some(app.clone());
        Some(id)
    }

    /// The row takes its place among those of its conversation; it is not queued yet.
    pub(super) fn insert(&mut self, message: &OutgoingMessage) {
        let place = Place {
            app: message.app.clone(),
            is_queued: false,
        };
        self.change(&message.conversation, |lane| {
            lane.insert(message.id, place);
        });
    }

    /// The row is queued, or is not. Does nothing if it has no place.
    pub(super) fn set_queued(&mut self, message: &OutgoingMessage, is_queued: bool) {
        self.change(&message.conversation, |lane| {
            if let Some(place) = lane.get_mut(&message.id) {
                place.is_queued = is_queued;
            }
        });
    }

    pub(super) fn contains(&self, message: &OutgoingMessage) -> bool {
        self.lanes
            .get(&message.conversation)
            .is_some_and(|lane| lane.contains_key(&message.id))
    }

    /// The row gives up its place. Does nothing if it has none.
    pub(super) fn remove(&mut self, message: &OutgoingMessage) {
        self.change(&message.conversation, |lane| {
            lane.remove(&message.id);
        });
    }

    /// Changes one lane and keeps `ready` in step with its head.
    fn change(
        &mut self,
        conversation: &Conversation,
        change: impl FnOnce(&mut BTreeMap<OutboxId, Place>),
    ) {
        let lane = self.lanes.entry(conversation.clone()).or_default();
        let before = ready_head(lane);
        change(lane);
        let after = ready_head(lane);
        if lane.is_empty() {
            self.lanes.remove(conversation);
        }
        if before == after {
            return;
        }
        if let Some((id, app)) = before
            && let Some(rows) = self.ready.get_mut(&app)
        {
            rows.remove(&id);
            if rows.is_empty() {
                self.ready.remove(&app);
            }
        }
        if let Some((id, app)) = after {
            self.ready.entry(app).or_default().insert(id);
        }
    }
}

/// The head of a lane, if it is queued.
fn ready_head(lane: &BTreeMap<OutboxId, Place>) -> Option<(OutboxId, LocalApp)> {
    let (id, place) = lane.first_key_value()?;
    place.is_queued.then(|| (*id, place.app.clone()))
}
