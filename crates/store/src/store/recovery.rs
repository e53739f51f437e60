//! What a store finds out about its rows before it serves them.

use std::fs::File;
use std::path::Path;

use imlink_model::{OutboxId, UserId};

use super::{Limits, Store};
use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::row::Head;
use crate::transaction::State;
use crate::{OpenError, OutboxState};

/// Why rows that the engine opened cannot be served.
#[derive(Debug)]
pub(super) enum RecoveryError {
    OtherAccount,
    Engine(EngineError),
}

impl RecoveryError {
    pub(super) fn at(self, directory: &Path) -> OpenError {
        let directory = directory.into();
        match self {
            Self::OtherAccount => OpenError::OtherAccount { directory },
            Self::Engine(source) => OpenError::Engine { directory, source },
        }
    }
}

impl From<EngineError> for RecoveryError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Store {
    /// Reads what is needed in memory and brings the outbox into the state of a new run.
    pub(super) fn recover(
        database: Database,
        user: &UserId,
        limits: Limits,
        lock: Option<File>,
    ) -> Result<Self, RecoveryError> {
        let mut draft = Draft::new(&database);
        claim_for(user, &mut draft)?;
        let open = doubt_what_was_sending(&mut draft)?;
        let state = State {
            head: head(&database)?,
            cursor: database
                .sound_row(&key::single(Kind::Cursor))?
                .unwrap_or_default(),
            open,
            settled: database.numbers(Kind::Settled)?.len(),
            next_wire_counter: 0,
            uid_conflicts: 0,
        };
        let writes = draft.into_writes();
        if !writes.is_empty() {
            database.apply(&writes)?;
        }
        Ok(Self {
            user: user.clone(),
            limits,
            state,
            database,
            _lock: lock,
        })
    }
}

/// Rows are made for one user and never served to another.
fn claim_for(user: &UserId, draft: &mut Draft<'_>) -> Result<(), RecoveryError> {
    let key = key::single(Kind::Owner);
    match draft.sound_row::<UserId>(&key)? {
        Some(owner) if owner == *user => {}
        Some(_) => return Err(RecoveryError::OtherAccount),
        None => draft.put(&key, user),
    }
    Ok(())
}

/// Nobody can say what became of a message that was being sent when the last run ended. Returns
/// how many messages have no final state.
fn doubt_what_was_sending(draft: &mut Draft<'_>) -> Result<usize, EngineError> {
    let open = draft.database().numbers(Kind::Open)?;
    for id in &open {
        let key = key::outbox(Kind::Open, OutboxId(*id));
        if draft.sound_row(&key)? == Some(OutboxState::Sending) {
            draft.put(&key, &OutboxState::InDoubt);
        }
    }
    Ok(open.len())
}

/// The last numbers given. The rows have the say where the head row is damaged.
fn head(database: &Database) -> Result<Head, EngineError> {
    let head: Head = database
        .sound_row(&key::single(Kind::Head))?
        .unwrap_or_default();
    Ok(Head {
        seq: head.seq.max(last(database, Kind::Message)?),
        outbox: head.outbox.max(last(database, Kind::Outgoing)?),
    })
}

fn last(database: &Database, kind: Kind) -> Result<u64, EngineError> {
    let newest = database
        .scan(&key::all(kind), Order::Backward)
        .next()
        .transpose()?;
    Ok(newest.and_then(|(key, _)| key::tail(&key)).unwrap_or(0))
}
