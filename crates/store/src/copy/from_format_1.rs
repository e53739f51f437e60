//! Taking over stores of format 1, which knew neither blocks nor signatures nor what is read.
//!
//! Rows whose meaning is the same are copied. Messages are stored again in their old positions, as
//! if they arrived, so that everything that is derived from them comes to be.

use imlink_model::{Message, Millis, Seq, UserId};

use super::Pairs;
use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::progress::{Progress, Report, Work};
use crate::row::Head;
use crate::store::Limits;
use crate::transaction::{Finished, State, Transaction};
use crate::{Gap, GapCause};

/// Kinds of rows that are as they were.
const UNCHANGED: [Kind; 10] = [
    Kind::Cursor,
    Kind::Owner,
    Kind::Uid,
    Kind::Outgoing,
    Kind::Open,
    Kind::Settled,
    Kind::ClientId,
    Kind::WireRef,
    Kind::Subscription,
    Kind::Token,
];

/// Messages of a batch.
const MESSAGES: usize = 256;

pub(crate) fn from_format_1(
    old: &Database,
    new: &Database,
    report: Report<'_>,
) -> Result<(), EngineError> {
    copy_unchanged(old, new)?;
    let head: Head = old.sound_row(&key::single(Kind::Head))?.unwrap_or_default();
    let owner: Option<UserId> = old.sound_row(&key::single(Kind::Owner))?;
    // Rows without an owner have no messages: the index of accounts.
    let Some(owner) = owner else {
        return Ok(());
    };
    let mut state = State {
        open: new.numbers(Kind::Open)?.len(),
        ..State::default()
    };
    state.head.outbox = head.outbox;
    let last = head.seq.max(old.last(Kind::Message)?);
    let mut seq = Seq(0);
    while seq.0 < last {
        (state, seq) = take_over(old, new, &owner, state, seq, Seq(last))?;
        report(Progress {
            work: Work::Migration,
            done: seq.0,
            total: last,
        });
    }
    let mut draft = Draft::new(new);
    state.head.seq = state.head.seq.max(last);
    state.seal_commit(&mut draft);
    new.apply(&draft.into_writes())
}

/// Takes over some messages after a position; says how far it came.
fn take_over(
    old: &Database,
    new: &Database,
    owner: &UserId,
    state: State,
    after: Seq,
    last: Seq,
) -> Result<(State, Seq), EngineError> {
    let mut transaction =
        Transaction::begin(Draft::new(new), owner, Limits::default(), state, Millis(0));
    let mut seq = after;
    for _ in 0..MESSAGES {
        if seq >= last {
            break;
        }
        seq = seq.next();
        let message: Option<Message> = old.sound_row(&key::message(seq))?;
        match message {
            Some(message) => transaction.adopt(message)?,
            None => transaction.note_gap(&Gap {
                first: seq,
                last: seq,
                lost: Some(1),
                cause: GapCause::Damaged,
            }),
        }
    }
    let Finished {
        writes,
        state,
        deferral,
        ..
    } = transaction.finish()?;
    new.apply(&writes)?;
    new.pending().settle(deferral);
    Ok((state, seq))
}

fn copy_unchanged(old: &Database, new: &Database) -> Result<(), EngineError> {
    let mut pairs = Pairs::new(new);
    for kind in UNCHANGED {
        for pair in old.scan(&key::all(kind), Order::Forward) {
            let (key, value) = pair?;
            for part in crate::record::part_keys(&key, &value) {
                if let Some(value) = old.value(&part)? {
                    pairs.put(part, value)?;
                }
            }
            pairs.put(key, value)?;
        }
    }
    pairs.flush()
}
