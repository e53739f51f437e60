//! A note of the last commit, beside the rows.
//!
//! Rows that were cut back to an earlier time are sound in themselves: an engine that recovers from
//! a damaged tail serves what was before it, and a restored backup is as good as ever. So the last
//! numbers given are noted in a file of their own, after each batch is on the disk. Rows that know
//! less than the note have lost commits (F-D08).
//!
//! ```text
//! 0        8      16       24      28
//! +--------+------+--------+-------+
//! | commit | seq  | outbox | CRC-32|     numbers are big-endian
//! +--------+------+--------+-------+
//! ```
//!
//! There are two notes, one in the store's directory and one outside of it: a copy of the whole
//! directory that is put back has its own note with it, and is as old as that (F-D23). The newer
//! one counts.
//!
//! ```text
//! <state>/accounts/<hash>/witness
//! <state>/witnesses/<hash>
//! ```
//!
//! The notes are not synced: they are never ahead of the rows, and one that lags after a power cut
//! notices less, not something wrong.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use imlink_model::WithCauses;

use crate::row::Head;
use crate::{OpenError, directory};

const NUMBERS_BYTES: usize = 24;
const BYTES: usize = NUMBERS_BYTES + 4;

/// The open note.
#[derive(Debug)]
pub(crate) struct Witness {
    file: File,
    /// The same note, where whoever puts a copy of the whole directory back does not reach it.
    outside: Option<File>,
    seen: Option<Seen>,
}

/// The numbers of a commit that was durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) commit: u64,
    pub(crate) seq: u64,
    pub(crate) outbox: u64,
}

impl Witness {
    /// Opens the note of the store in `home`, or makes an empty one. What is no note is as none.
    pub(crate) fn open(home: &Path) -> Result<Self, OpenError> {
        let inside = home.join(NAME);
        let outside = outside(home);
        let mut seen = read(&inside)?;
        if let Some(path) = &outside {
            seen = seen.max(read(path)?);
        }
        Ok(Self {
            file: directory::open_private(&inside)?,
            outside: outside.and_then(|path| opened_outside(&path)),
            seen,
        })
    }

    /// What it said when it was opened.
    pub(crate) fn seen(&self) -> Option<Seen> {
        self.seen
    }

    /// Notes a commit that is on the disk.
    pub(crate) fn note(&self, head: &Head) -> io::Result<()> {
        let note = encode(Seen {
            commit: head.commit,
            seq: head.seq,
            outbox: head.outbox,
        });
        self.file.write_all_at(&note, 0)?;
        let outside = self.outside.as_ref();
        outside.map_or(Ok(()), |outside| outside.write_all_at(&note, 0))
    }
}

/// The directory of the notes outside, beside that of the accounts; stores that lie in no such
/// place have none.
pub(crate) fn outside(home: &Path) -> Option<PathBuf> {
    let state = home.parent()?.parent()?;
    let notes = state.join(OUTSIDE);
    notes
        .is_dir()
        .then(|| notes.join(home.file_name().unwrap_or_default()))
}

/// Name of the note in a store's directory.
pub(crate) const NAME: &str = "witness";

/// Name of the directory of the notes outside.
pub(crate) const OUTSIDE: &str = "witnesses";

/// The note outside, `None` where it cannot be made, on a full disk for example: without it a loss
/// is only noticed less well.
fn opened_outside(path: &Path) -> Option<File> {
    let opened = directory::open_private(path);
    let told = opened.inspect_err(|error| {
        let error = WithCauses(error);
        tracing::warn!(%error, "There is no note outside the directory");
    });
    told.ok()
}

fn read(path: &Path) -> Result<Option<Seen>, OpenError> {
    Ok(directory::read_private(path)?.and_then(|bytes| decode(&bytes)))
}

fn encode(seen: Seen) -> Vec<u8> {
    let mut bytes: Vec<u8> = [seen.commit, seen.seq, seen.outbox]
        .into_iter()
        .flat_map(u64::to_be_bytes)
        .collect();
    let sum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Seen> {
    let bytes: &[u8; BYTES] = bytes.try_into().ok()?;
    let (numbers, sum) = bytes.split_at(NUMBERS_BYTES);
    if sum != crc32fast::hash(numbers).to_be_bytes() {
        return None;
    }
    let mut numbers = numbers
        .chunks_exact(8)
        .filter_map(|chunk| chunk.try_into().ok().map(u64::from_be_bytes));
    Some(Seen {
        commit: numbers.next()?,
        seq: numbers.next()?,
        outbox: numbers.next()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_note_is_there_when_it_is_opened_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path();
        let head = |commit| Head {
            commit,
            seq: 5,
            outbox: 6,
            ..Head::default()
        };

        let witness = Witness::open(path).unwrap();
        assert_eq!(witness.seen(), None);
        witness.note(&head(6)).unwrap();
        witness.note(&head(7)).unwrap();

        let seen = Seen {
            commit: 7,
            seq: 5,
            outbox: 6,
        };
        assert_eq!(Witness::open(path).unwrap().seen(), Some(seen));
    }

    proptest! {
        // F-D07
        #[test]
        fn a_flipped_bit_makes_no_note(commit: u64, seq: u64, outbox: u64, bit in 0..BYTES * 8) {
            let seen = Seen { commit, seq, outbox };
            let mut bytes = encode(seen);
            prop_assert_eq!(decode(&bytes), Some(seen));

            bytes[bit / 8] ^= 1 << (bit % 8);

            prop_assert_eq!(decode(&bytes), None);
        }

        #[test]
        fn other_bytes_are_no_note(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&bytes), None);
        }
    }
}
