//! What a store that begins anew takes over from the one that was set aside: what apps handed over
//! to be sent, and how far they have acknowledged.
//!
//! Messages come again from the cloud, these do not. So as much of them as the engine can still
//! read is copied, row by row and each with its checksum, before the new store is served. The
//! engine may die of the old files; therefore a note in the new directory says what is to be done,
//! and counts how often it was tried.
//!
//! What the engine cannot open, or is known to die of, stays in the directory that was set aside:
//! how rows are cut, shortened and mixed with what was deleted only the engine understands. The
//! same goes for rows of a newer format.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use imlink_model::{Seq, WithCauses};

use crate::database::{Database, Lookup};
use crate::directory::Stroke;
use crate::engine::{Batch, EngineError, Order};
use crate::key::{self, Kind};
use crate::opening::watch::Watch;
use crate::opening::{is_deadly, strokes};
use crate::row::SubscriptionRow;
use crate::version::{FORMAT, Version};
use crate::{OpenError, Writable, directory, record};

/// What is taken over. A message's rows stand or fall by themselves; what is missing of one shows
/// as damage does everywhere.
const KINDS: [Kind; 6] = [
    Kind::Outgoing,
    Kind::Open,
    Kind::Settled,
    Kind::ClientId,
    Kind::WireRef,
    Kind::Subscription,
];

/// Most rows of a kind: more than an outbox holds.
const ROWS: usize = 32_768;

/// Bytes of a batch.
const BATCH_BYTES: usize = 512 * 1024;

/// Tries that a note stands for. One that was killed says nothing of the rows; a panic counts
/// twice.
const TRIES: usize = 2;

/// What was taken over from a store that was set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Messages that apps had submitted.
    pub outgoing: usize,
    /// Durable subscriptions with their positions.
    pub subscriptions: usize,
    /// There may have been more.
    pub incomplete: bool,
}

/// Notes in the directory of a new store that it goes on from `aside`.
pub(crate) fn order(anew: &Path, aside: &Path) -> Result<(), OpenError> {
    let name = aside.file_name().unwrap_or_default();
    directory::write_private(&anew.join(NOTE), name.as_bytes())
}

/// Does what was ordered; `None` if nothing was. `last` is the last position given to a message:
/// no subscription is taken over that would be ahead of it (invariant 4).
pub(crate) fn carry_out(
    home: &Path,
    new: &Database,
    last: Seq,
    room: &dyn Fn(&Batch) -> Writable,
) -> Result<Option<Salvaged>, OpenError> {
    let (note, tried) = (home.join(NOTE), home.join(TRIED));
    let Some(name) = directory::read_private(&note)? else {
        return Ok(None);
    };
    let aside = home.with_file_name(OsStr::from_bytes(&name));
    let mut salvaged = Salvaged {
        incomplete: true,
        ..Salvaged::default()
    };
    if let Some((rows, format)) = readable_rows(&aside)
        && !is_deadly(&aside)?
        && strokes(&tried)? < TRIES
    {
        directory::add_stroke(&tried, Stroke::Plain)?;
        let watch = Watch::new(tried.clone(), Stroke::Panic);
        let taken_over = watch.during(|| {
            let old = Database::open(&rows, format).map_err(TakeOver::Read)?;
            take_over(&old, new, last, room)
        });
        match taken_over {
            Ok(found) => salvaged = found,
            Err(TakeOver::Read(error)) => {
                let error = WithCauses(&error);
                tracing::warn!(%error, "Nothing can be taken over");
            }
            // Once there is room it goes on.
            Err(TakeOver::NoRoom) => {
                directory::remove(&tried)?;
                return Ok(Some(salvaged));
            }
            Err(TakeOver::Write(source)) => {
                let directory = home.into();
                return Err(OpenError::Engine { directory, source });
            }
        }
    }
    directory::remove(&note)?;
    directory::remove(&tried)?;
    Ok(Some(salvaged))
}

const NOTE: &str = "salvage";
const TRIED: &str = "salvaging";

/// Why something was not taken over.
#[derive(Debug)]
pub(crate) enum TakeOver {
    /// The old rows cannot be read.
    Read(EngineError),
    /// There is no room for them.
    NoRoom,
    /// The new rows cannot be written.
    Write(EngineError),
}

/// Takes over what can be read of it.
pub(crate) fn take_over(
    old: &Database,
    new: &Database,
    last: Seq,
    room: &dyn Fn(&Batch) -> Writable,
) -> Result<Salvaged, TakeOver> {
    let mut salvaged = Salvaged::default();
    let mut taken = Batch::new();
    let mut bytes = 0;
    for kind in KINDS {
        for pair in old.scan(&key::all(kind), Order::Forward).take(ROWS) {
            let Ok((key, head)) = pair else {
                // What is behind a damaged page cannot be reached.
                salvaged.incomplete = true;
                break;
            };
            if kind == Kind::Subscription && !is_within(last, old, &key, &head) {
                salvaged.incomplete = true;
                continue;
            }
            salvaged.outgoing += usize::from(kind == Kind::Outgoing);
            salvaged.subscriptions += usize::from(kind == Kind::Subscription);
            for part in record::part_keys(&key, &head) {
                if let Ok(Some(value)) = old.value(&part) {
                    bytes += part.len() + value.len();
                    taken.insert(part, Some(value));
                }
            }
            bytes += key.len() + head.len();
            taken.insert(key, Some(head));
            if bytes >= BATCH_BYTES {
                put(&mut taken, new, room)?;
                bytes = 0;
            }
        }
    }
    put(&mut taken, new, room)?;
    Ok(salvaged)
}

/// Whether a subscription can be read and its position was given.
fn is_within(last: Seq, old: &Database, key: &[u8], head: &[u8]) -> bool {
    let row: Result<Option<SubscriptionRow>, _> = old.sound_row_of(key, head);
    matches!(row, Ok(Some(row)) if row.acknowledged <= last)
}

/// Puts rows where there are none yet; an earlier try may have come this far.
fn put(
    taken: &mut Batch,
    new: &Database,
    room: &dyn Fn(&Batch) -> Writable,
) -> Result<(), TakeOver> {
    let mut batch = std::mem::take(taken);
    let mut failed = None;
    batch.retain(|key, _| match new.value(key) {
        Ok(found) => found.is_none(),
        Err(error) => {
            failed = Some(error);
            false
        }
    });
    if let Some(error) = failed {
        return Err(TakeOver::Write(error));
    }
    if batch.is_empty() {
        return Ok(());
    }
    match room(&batch) {
        Writable::Yes => new.apply(&batch).map_err(TakeOver::Write),
        Writable::Full | Writable::ReadOnly => Err(TakeOver::NoRoom),
    }
}

/// The directory of rows, if they may be of a format that is known. Which one counts is not known
/// without the version; the oldest one is whole while another is being written. Gives the format
/// too.
fn readable_rows(aside: &Path) -> Option<(PathBuf, u32)> {
    match Version::peek(aside) {
        Ok(Some(version)) => {
            Some((version.rows(aside), version.format)).filter(|(rows, _)| rows.is_dir())
        }
        Ok(None) => {
            let entries = fs::read_dir(aside).ok()?.flatten();
            entries
                .map(|entry| entry.path())
                .filter(|path| path.is_dir() && Version::is_rows(path))
                .min()
                .map(|rows| (rows, FORMAT))
        }
        Err(_) => None,
    }
}
