//! The engine in use: sled 0.34.7, the only place that names it.
//!
//! Four of its habits shape this file (docs/measured.md, "Store"):
//!
//! - its `flush` is no fsync on Linux, so the log is synced through a second handle;
//! - a tree node over a quarter of a segment (128 KiB) goes to a file of its own that nobody syncs.
//!   A leaf has up to 17 pairs, so [`MAX_VALUE_BYTES`] keeps any leaf below that;
//! - a flush whose write fails may not be told ([`rouse`]);
//! - its own flusher thread wakes ten times a second and is not needed.

#[cfg(test)]
mod power;
mod rouse;

use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use self::rouse::Rouser;
use super::{Batch, Engine, EngineError, Order, Scan};

/// Longest value of a row; longer rows are split ([`crate::record`]). Seventeen of them with their
/// keys, alone in their pages, are less than 128 KiB.
pub(crate) const MAX_VALUE_BYTES: usize = 6 * 1024;

/// How the names of the engine's own threads begin.
pub(crate) const THREAD_NAMES: &str = "sled-io";

/// Pages kept in memory. Reads of a chat are few and near the end; the measured cost of a small
/// cache is nothing.
const CACHE_BYTES: u64 = 2 * 1024 * 1024;

/// How long a dropped engine may take to let go of its lock. It takes milliseconds.
const UNLOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks at the lock.
const UNLOCK_PAUSE: Duration = Duration::from_millis(5);

/// The engine on one directory.
pub(crate) struct Sled {
    /// Ends before the tree, which its thread has too.
    rouser: Rouser,
    tree: sled::Db,
    log: Box<dyn Log>,
}

/// The file all rows are in.
trait Log: Send + Sync {
    /// Returns when everything written to it is on the disk.
    fn sync(&self) -> io::Result<()>;
}

impl Log for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_data()?;
        // A file without a name takes writes as before, and goes with the process (F-D24).
        if self.metadata()?.nlink() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the rows were removed",
            ));
        }
        Ok(())
    }
}

/// Opens a directory, or makes it. May panic on damaged files.
pub(crate) fn open(directory: &Path) -> Result<Sled, EngineError> {
    Sled::open(directory)
}

impl Sled {
    /// Opens the directory, or makes it. May panic on damaged files.
    pub(crate) fn open(directory: &Path) -> Result<Self, EngineError> {
        Self::open_on(directory, |log| log)
    }

    /// The same with something else in the place of the log's own handle.
    fn open_on<L: Log + 'static>(
        directory: &Path,
        watch: impl FnOnce(File) -> L,
    ) -> Result<Self, EngineError> {
        let tree = open_once_unlocked(directory)?;
        let log = OpenOptions::new()
            .read(true)
            .write(true)
            .open(directory.join("db"))?;
        let beside = tree.clone();
        let rouser = Rouser::new(move || drop(beside.flush()));
        rouser.during(|| tree.flush())?;
        close_to_others(directory)?;
        let log = watch(log);
        log.sync()?;
        Ok(Self {
            rouser,
            tree,
            log: Box::new(log),
        })
    }
}

/// Opens, once the engine has let go of the directory.
///
/// Whoever calls this holds the store's own lock, so that nobody else is in there; but threads of
/// an engine that was just dropped, or a process that was just forked, may still hold the engine's
/// lock for a moment.
fn open_once_unlocked(directory: &Path) -> Result<sled::Db, EngineError> {
    let start = Instant::now();
    loop {
        let opened = sled::Config::new()
            .path(directory)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .open();
        match opened {
            Err(error) if is_locked(&error) && start.elapsed() < UNLOCK_PATIENCE => {
                std::thread::sleep(UNLOCK_PAUSE);
            }
            opened => return opened.map_err(EngineError::from),
        }
    }
}

/// The engine has words of its own for this, and no kind.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

impl Engine for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.tree.get(key)?.map(|value| value.to_vec()))
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        let pairs = self.tree.range(range).map(|pair| {
            let (key, value) = pair?;
            Ok((key.to_vec(), value.to_vec()))
        });
        match order {
            Order::Forward => Box::new(pairs),
            Order::Backward => Box::new(pairs.rev()),
        }
    }

    fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        let mut writes = sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => writes.insert(key.as_slice(), value.as_slice()),
                None => writes.remove(key.as_slice()),
            }
        }
        self.tree.apply_batch(writes)?;
        // A leaf that became too long is divided by whoever comes to it next. That must not be a
        // reader: it may come when the disk is full.
        for key in batch.keys() {
            self.tree.contains_key(key)?;
        }
        self.rouser.during(|| self.tree.flush())?;
        self.log.sync()?;
        Ok(())
    }
}

/// The engine's own `Debug` prints every pair.
impl fmt::Debug for Sled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sled").finish_non_exhaustive()
    }
}

impl From<sled::Error> for EngineError {
    fn from(error: sled::Error) -> Self {
        match error {
            // Of a file that was cut: there is nothing where something was written.
            sled::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Damaged(error.to_string())
            }
            sled::Error::Io(error) => error.into(),
            sled::Error::Corruption { .. } => Self::Damaged(error.to_string()),
            sled::Error::Unsupported(_) => Self::Damaged(error.to_string()),
            sled::Error::CollectionNotFound(_) | sled::Error::ReportableBug(_) => {
                Self::Fault(error.to_string())
            }
        }
    }
}

/// The engine makes its files by the process's umask, and syncs not all of them; the directory
/// around them is closed already.
fn close_to_others(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            close_to_others(&entry.path())?;
        } else {
            fs::set_permissions(entry.path(), Permissions::from_mode(0o600))?;
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(directory)?.sync_all()
}
