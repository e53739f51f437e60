//! What a store finds out about its rows before it serves them.

use std::io;

use imlink_model::{Code, Generation, Message, OutboxId, OutgoingMessage, Seq, UserId};

use super::{Kept, Limits, RolledBack, Store};
use crate::chain::Chain;
use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{Batch, EngineError, Order};
use crate::key::{self, Kind};
use crate::listing::Listing;
use crate::row::{Anew, Head};
use crate::transaction::{Indexed, State};
use crate::witness::{Seen, Witness};
use crate::{Gap, GapCause, OutboxState, Writable};

/// Why rows that the engine opened cannot be served.
#[derive(Debug)]
pub(super) enum RecoveryError {
    OtherAccount,
    Engine(EngineError),
}

impl From<EngineError> for RecoveryError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Store {
    /// Reads what is needed in memory, looks whether everything is there, and brings the outbox
    /// into the state of a new run.
    pub(super) fn recover(
        database: Database,
        user: &UserId,
        limits: Limits,
        kept: Kept,
    ) -> Result<(Self, Option<RolledBack>), RecoveryError> {
        let mut draft = Draft::new(&database);
        let fresh = claim_for(user, &mut draft)? == Rows::Fresh;
        let outbox = restart_outbox(&mut draft)?;
        let seen = kept.witness.as_ref().and_then(Witness::seen);
        let (head, rolled_back) = head(seen, &mut draft)?;
        let subscriptions_are_here = kept.salvaged.is_some_and(|salvaged| !salvaged.incomplete);
        if fresh && head.seq > 0 && !subscriptions_are_here {
            draft.put(&key::single(Kind::Anew), &Anew::after(Seq(head.seq)));
        }
        let generation = generation(rolled_back, &mut draft)?;
        let gaps = Chain::check_end(Seq(head.listed), Seq(head.seq), &mut draft)?;
        let indexed = restore_derived(&head, &database)?;
        draft.begin_again()?;
        let lost_outgoing = head.open.saturating_sub(outbox.open as u64);
        let mut state = State {
            head,
            generation,
            cursor: draft
                .sound_row(&key::single(Kind::Cursor))?
                .unwrap_or_default(),
            open: outbox.open,
            open_bytes: outbox.bytes,
            settled: database.count(Kind::Settled)? + outbox.unreadable,
            recalls: database.count(Kind::Recall)?,
            next_wire_counter: 0,
            uid_conflicts: 0,
            unreadable: 0,
            lost_outgoing: lost_outgoing.max(outbox.unreadable as u64),
            indexed,
            gaps: gaps.len() + usize::from(rolled_back.is_some()),
            anew: draft.sound_row(&key::single(Kind::Anew))?,
            damage: database.found_damaged(),
        };
        if state.lost_outgoing > 0 {
            let lost = state.lost_outgoing;
            tracing::warn!(lost, "Messages that were handed over are gone");
        }
        let mut unsaved = Batch::new();
        if !draft.is_empty() {
            state.seal_commit(&mut draft);
            let writes = draft.into_writes();
            match kept.room_for(&writes) {
                Writable::Yes => {
                    database.apply(&writes)?;
                    kept.note(&state);
                }
                Writable::Full | Writable::ReadOnly => unsaved = writes,
            }
        }
        let store = Self {
            user: user.clone(),
            limits,
            state,
            database,
            chain: Chain::default(),
            listing: Listing::default(),
            unsaved,
            reads_again: false,
            kept,
        };
        Ok((store, rolled_back))
    }
}

/// Whether rows were served before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Fresh,
    Served,
}

/// Reads the newest messages for what is not on the disk of them: entries of timelines, and words.
fn restore_derived(head: &Head, database: &Database) -> Result<Indexed, EngineError> {
    let mut indexed = Indexed::restore(database)?;
    let listed = Seq(head.listed);
    let first = listed.min(indexed.last).next();
    let newest = key::message(first)..key::all(Kind::Message).end;
    for pair in database.scan(&newest, Order::Forward) {
        let (key, value) = pair?;
        let message: Option<Message> = database.sound_row_of(&key, &value)?;
        let Some(message) = message else {
            continue;
        };
        indexed.add(&message);
        if message.seq > listed {
            database.pending().add(&message);
        }
    }
    Ok(indexed)
}

/// Rows are made for one user and never served to another.
fn claim_for(user: &UserId, draft: &mut Draft<'_>) -> Result<Rows, RecoveryError> {
    let key = key::single(Kind::Owner);
    match draft.sound_row::<UserId>(&key)? {
        Some(owner) if owner == *user => return Ok(Rows::Served),
        Some(_) => return Err(RecoveryError::OtherAccount),
        None => {}
    }
    let was_there = draft.value(&key)?.is_some();
    draft.put(&key, user);
    Ok(if was_there { Rows::Served } else { Rows::Fresh })
}

/// Which rows the positions belong to: others than before, if they are those of an earlier time.
fn generation(
    rolled_back: Option<RolledBack>,
    draft: &mut Draft<'_>,
) -> Result<Generation, EngineError> {
    let key = key::single(Kind::Generation);
    let known: Option<Generation> = draft.sound_row(&key)?;
    if let (Some(known), None) = (known, rolled_back) {
        return Ok(known);
    }
    let mut drawn = [0; 8];
    getrandom::fill(&mut drawn).map_err(io::Error::from)?;
    let drawn = Generation(u64::from_ne_bytes(drawn));
    draft.put(&key, &drawn);
    Ok(drawn)
}

/// What is left of an outbox.
struct Outbox {
    /// Messages without a final state.
    open: usize,
    /// Bytes of their texts.
    bytes: usize,
    /// Messages that would have none, but for that they cannot be read: their apps ask in vain
    /// otherwise, and their places would never be free again.
    unreadable: usize,
}

/// Brings an outbox into a new run. Nobody can say what became of a message that was being sent when
/// the last one ended; one that cannot be read has failed, for nothing can be sent of it (F-D07).
fn restart_outbox(draft: &mut Draft<'_>) -> Result<Outbox, EngineError> {
    let mut outbox = Outbox {
        open: 0,
        bytes: 0,
        unreadable: 0,
    };
    for id in draft.database().numbers(Kind::Open)? {
        let id = OutboxId(id);
        let key = key::outbox(Kind::Open, id);
        let outgoing: Option<OutgoingMessage> =
            draft.sound_row(&key::outbox(Kind::Outgoing, id))?;
        let Some(outgoing) = outgoing else {
            tracing::warn!(%id, "An accepted message cannot be read any more: it has failed");
            outbox.unreadable += 1;
            let code = Code::RC_DB_CORRUPT;
            draft.remove(&key)?;
            draft.put(
                &key::outbox(Kind::Settled, id),
                &OutboxState::Failed { code },
            );
            continue;
        };
        outbox.open += 1;
        outbox.bytes += outgoing.text_bytes();
        if draft.sound_row(&key)? == Some(OutboxState::Sending) {
            draft.put(&key, &OutboxState::InDoubt);
        }
    }
    Ok(outbox)
}

/// The last numbers given, and what is missing of them. The rows and the witness have the say
/// where the head row is damaged or older than they are.
fn head(
    seen: Option<Seen>,
    draft: &mut Draft<'_>,
) -> Result<(Head, Option<RolledBack>), EngineError> {
    let key = key::single(Kind::Head);
    let database = draft.database();
    let is_damaged = database.value(&key)?.is_some() && database.sound_row::<Head>(&key)?.is_none();
    let written: Head = database.sound_row(&key)?.unwrap_or_default();
    let stored = Head {
        seq: written.seq.max(database.last(Kind::Message)?),
        outbox: written.outbox.max(database.last(Kind::Outgoing)?),
        ..written
    };
    if stored != written && !is_damaged {
        database.quarantine(&key);
    }
    let Some(seen) = seen.filter(|seen| seen.commit > written.commit) else {
        return Ok((stored, None));
    };
    let head = Head {
        seq: stored.seq.max(seen.seq),
        outbox: stored.outbox.max(seen.outbox),
        commit: seen.commit,
        ..stored
    };
    if is_damaged {
        return Ok((head, None));
    }
    let lost = RolledBack {
        commits: seen.commit - written.commit,
        messages: head.seq - stored.seq,
        outgoing: head.outbox - stored.outbox,
    };
    if lost.messages > 0 {
        let first = Seq(stored.seq).next();
        let gap = Gap {
            first,
            last: Seq(head.seq),
            lost: Some(lost.messages),
            cause: GapCause::RolledBack,
        };
        draft.put(&key::gap(first), &gap);
    }
    draft.put(&key, &head);
    Ok((head, Some(lost)))
}
