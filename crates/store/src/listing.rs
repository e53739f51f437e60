//! The conversations in the order of a list.
//!
//! In memory, because it changes with every message: on the disk it would be a third of the writes.
//! It is read from the summaries when somebody asks for it first, and kept from then on.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use imlink_model::UserId;

use crate::database::Database;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::transaction::summary_of;
use crate::{ConversationPlace, ReadError};

/// The list; `None` until somebody asks.
#[derive(Debug, Default)]
pub(crate) struct Listing(Mutex<Option<BTreeSet<ConversationPlace>>>);

/// A conversation came, went, or has another place.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: Option<ConversationPlace>,
    pub(crate) to: Option<ConversationPlace>,
}

impl Listing {
    /// Takes in what a commit moved.
    pub(crate) fn update(&self, moves: Vec<Move>) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(places) = &mut *places else {
            return;
        };
        for Move { from, to } in moves {
            if let Some(from) = from {
                places.remove(&from);
            }
            places.extend(to);
        }
    }

    /// Hands the list to `read`, smallest place first.
    pub(crate) fn read<T>(
        &self,
        database: &Database,
        user: &UserId,
        read: impl FnOnce(&BTreeSet<ConversationPlace>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*places {
            Some(places) => read(places),
            None => read(places.insert(gather(database, user)?)),
        }
    }
}

fn gather(database: &Database, user: &UserId) -> Result<BTreeSet<ConversationPlace>, EngineError> {
    let mut places = BTreeSet::new();
    for pair in database.scan(&key::all(Kind::Summary), Order::Forward) {
        let (key, _) = pair?;
        // A summary that is damaged is still under its name.
        if let Some(conversation) = key::summarised(&key) {
            places.insert(summary_of(database, &conversation, user)?.place());
        }
    }
    Ok(places)
}
