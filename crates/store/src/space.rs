//! Room on the disk: asked for before the engine writes, and kept for the day there is none.
//!
//! An engine that meets a full disk fails for good, and cannot be opened again on one. So it never
//! meets one: every commit looks whether there is room for it and is refused where there is not,
//! while rows are read as before. And a reserve lies beside the rows, given up when a store is
//! opened without room, so that it opens all the same (F-D01, F-D02, F-D05, F-D06).
//!
//! A quota is met once: no file system tells it beforehand. The engine's failure ends the process
//! and gives the reserve up; from then on taking it back is what shows whether there is room.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use imlink_model::Code;
use rustix::fs::{FallocateFlags, StatVfsMountFlags, fallocate, fstatvfs};

use crate::engine::Batch;
use crate::engine::paged::PAGE_BYTES;
use crate::error::trouble;
use crate::{CommitError, OpenError, directory, read_only};

const RESERVE_FILE: &str = "reserve";
const SPARE_FILE: &str = "spare";

/// What lies beside rows for no other reason than its room.
pub(crate) const FILES: [&str; 2] = [RESERVE_FILE, SPARE_FILE];

/// What the engine takes to open a small store: a segment or two, and as much again.
const RESERVE: u64 = 4 * 1024 * 1024;

/// It writes a note of every page besides: 2.4 MB for rows of 420 MB (300,000 messages), measured.
/// The part of the rows that is kept for it is nearly twice that.
const ROWS_TO_NOTES: u64 = 100;

/// How far a reserve may lag behind the rows before it grows.
const LAG: u64 = 1024 * 1024;

/// Free bytes below which nothing is written. The engine takes room by segments of 512 KiB, and
/// moves older rows as it goes.
const MARGIN: u64 = 2 * 1024 * 1024;

/// Free inodes below which nothing is written. A commit takes none, an opening two.
const INODES: u64 = 8;

/// What a byte of a batch may take on the disk: leaves of the engine are written as a whole.
const GROWTH: u64 = 4;

/// Whether rows can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writable {
    /// They can.
    Yes,
    /// The disk is full. Heals itself once there is room.
    Full,
    /// The file system became read-only. Heals itself once it is writable.
    ReadOnly,
}

impl Writable {
    /// Refuses what cannot be written.
    pub(crate) fn demand(self) -> Result<(), CommitError> {
        match self {
            Self::Yes => Ok(()),
            Self::Full => Err(CommitError::Full),
            Self::ReadOnly => Err(CommitError::ReadOnly),
        }
    }
}

/// The room around the rows.
#[derive(Debug)]
pub(crate) struct Space {
    home: File,
    reserve: PathBuf,
    /// An empty file: with the reserve's own inode there are two to open with, one for the trace of
    /// the attempt and one for the engine's note.
    spare: PathBuf,
    rows: Mutex<Rows>,
    /// The rows are a copy: what is written here is not where they come from.
    is_copy: bool,
}

/// How many bytes the rows have, as far as the reserve has to know.
#[derive(Debug, Default)]
struct Rows {
    /// When they were counted; `None` if they never were.
    counted: Option<u64>,
    /// Bytes of batches since then.
    since: u64,
}

impl Space {
    /// Looks at the disk below a store, before anything of it is opened. Gives the reserve up if
    /// there is no room.
    pub(crate) fn open(home: &Path) -> Result<Self, OpenError> {
        let space = Self {
            home: File::open(home).map_err(OpenError::io("opening", home))?,
            reserve: home.join(RESERVE_FILE),
            spare: home.join(SPARE_FILE),
            rows: Mutex::default(),
            is_copy: read_only::is_copy(home),
        };
        if space.is_copy {
            return Ok(space);
        }
        match ask(&space.home, RESERVE.max(space.kept())) {
            Writable::Yes => {}
            Writable::Full => space.give_up_reserve()?,
            Writable::ReadOnly => {
                return Err(OpenError::ReadOnly {
                    directory: home.into(),
                });
            }
        }
        Ok(space)
    }

    /// Whether there is room for a batch beside the rows, whose bytes `count` counts. Takes the
    /// reserve back as soon as there is, and lets it grow with the rows.
    pub(crate) fn for_batch(&self, batch: &Batch, count: impl FnOnce() -> u64) -> Writable {
        if self.is_copy {
            return Writable::ReadOnly;
        }
        let bytes = bytes_of(batch).saturating_mul(GROWTH);
        let wanted = MARGIN.saturating_add(bytes);
        let reserve = RESERVE.saturating_add(self.rows(bytes, count) / ROWS_TO_NOTES);
        let kept = self.kept();
        if kept.saturating_add(LAG) > reserve {
            return ask(&self.home, wanted);
        }
        let writable = ask(
            &self.home,
            wanted.saturating_add(reserve).saturating_sub(kept),
        );
        if writable == Writable::Yes
            && let Err(error) = self.take_reserve(reserve)
        {
            tracing::debug!(%error, "No room is kept for a full disk");
            // The file system has room, but not for this user (F-D06).
            if trouble(&error) == Some(Code::LOCAL_STORE_FULL) {
                return Writable::Full;
            }
        }
        writable
    }

    /// Bytes of the rows, counted again once so many were written that the reserve may lag: looking
    /// through a directory takes longer than a batch of one message.
    fn rows(&self, written: u64, count: impl FnOnce() -> u64) -> u64 {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.since = rows.since.saturating_add(written);
        let counted = rows
            .counted
            .filter(|_| rows.since < LAG * ROWS_TO_NOTES / 4);
        counted.unwrap_or_else(|| {
            let counted = count();
            *rows = Rows {
                counted: Some(counted),
                since: 0,
            };
            counted
        })
    }

    /// Makes room to open with. Until the reserve is taken back, which shows that there is room,
    /// nothing is written.
    pub(crate) fn give_up_reserve(&self) -> Result<(), OpenError> {
        directory::remove(&self.reserve)?;
        directory::remove(&self.spare)
    }

    /// Makes sure that a copy of the rows finds room.
    pub(crate) fn require(&self, bytes: u64) -> Result<(), OpenError> {
        require(&self.home, &self.reserve, bytes)
    }

    /// Bytes of the reserve as it is.
    fn kept(&self) -> u64 {
        fs::metadata(&self.reserve).map_or(0, |found| found.len())
    }

    fn take_reserve(&self, bytes: u64) -> io::Result<()> {
        let open = |path| {
            directory::open_private(path).map_err(|error| match error {
                OpenError::Io { source, .. } => source,
                other => io::Error::other(other),
            })
        };
        let file = open(&self.reserve)?;
        open(&self.spare)?;
        match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
            Ok(()) => Ok(()),
            Err(error) => {
                // A part of it is of no use to anybody.
                fs::remove_file(&self.reserve)?;
                Err(error.into())
            }
        }
    }
}

/// Makes sure that a copy of so many bytes finds room in a directory.
pub(crate) fn require_in(directory: &Path, bytes: u64) -> Result<(), OpenError> {
    let opened = File::open(directory).map_err(OpenError::io("opening", directory))?;
    require(&opened, directory, bytes)
}

fn require(directory: &File, path: &Path, bytes: u64) -> Result<(), OpenError> {
    match ask(directory, MARGIN.saturating_add(bytes)) {
        Writable::Yes => Ok(()),
        Writable::Full => Err(OpenError::Io {
            doing: "finding room for a copy beside",
            path: path.into(),
            source: io::ErrorKind::StorageFull.into(),
        }),
        Writable::ReadOnly => Err(OpenError::ReadOnly {
            directory: path.into(),
        }),
    }
}

/// Whether so many bytes can be written. A file system that cannot say has them.
fn ask(directory: &File, wanted: u64) -> Writable {
    let Ok(found) = fstatvfs(directory) else {
        return Writable::Yes;
    };
    if found.f_flag.contains(StatVfsMountFlags::RDONLY) {
        Writable::ReadOnly
    } else if found.f_bavail.saturating_mul(found.f_frsize) < wanted
        // Some file systems have no number of them.
        || (found.f_files > 0 && found.f_favail < INODES)
    {
        Writable::Full
    } else {
        Writable::Yes
    }
}

/// Bytes of a batch with the pages that change with it: about one for all rows whose keys differ
/// in a number at their ends.
fn bytes_of(batch: &Batch) -> u64 {
    let mut bytes = 0;
    let mut neighbours: &[u8] = &[];
    for (key, value) in batch {
        bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        let stem = key.len().saturating_sub(size_of::<u64>()).max(1);
        let stem = key.get(..stem).unwrap_or(key);
        if stem != neighbours {
            bytes += PAGE_BYTES;
            neighbours = stem;
        }
    }
    bytes as u64
}
