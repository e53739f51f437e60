//! The directory: closed to others, one sandbox's at a time, its file always whole.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{
    DataError,
    file::{self, Snapshot, Unreadable},
};

/// Permission bits of anybody but the owner.
const OTHERS: u32 = 0o077;

/// A directory that is this sandbox's until the value is dropped.
///
/// ```text
/// lock        held while a sandbox runs; has its pid
/// state       what was written last, see `file`
/// state.new   what is being written; worth nothing
/// ```
pub(in crate::server) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Takes a directory, which is made if there is none, mode 0700.
    ///
    /// # Errors
    /// [`DataError`]: the system refuses, others can use it, another sandbox has it.
    pub(in crate::server) fn claim(path: &Path) -> Result<Self, DataError> {
        require_closed(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock(path)?,
        })
    }

    /// What was written last; `None` if nothing was.
    ///
    /// # Errors
    /// [`DataError`]: the file cannot be read, is newer than this version, or is damaged.
    pub(in crate::server) fn read(&self) -> Result<Option<Snapshot>, DataError> {
        let path = self.state();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DataError::io("cannot read", path)(error)),
        };
        match file::decode(&bytes) {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(Unreadable::Newer(found)) => Err(DataError::Newer {
                path,
                found,
                known: file::FORMAT,
            }),
            Err(Unreadable::Damaged(what)) => Err(DataError::Damaged { path, what }),
        }
    }

    /// Puts bytes in the place of what was written before. Whatever happens meanwhile, the file has
    /// either; when this returns it has these.
    ///
    /// # Errors
    /// [`DataError::Io`], and the file is as it was.
    pub(in crate::server) fn write(&self, bytes: &[u8]) -> Result<(), DataError> {
        let draft = self.path.join("state.new");
        private()
            .truncate(true)
            .open(&draft)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .map_err(DataError::io("cannot write", &draft))?;
        fs::rename(&draft, self.state())
            .and_then(|()| File::open(&self.path)?.sync_all())
            .map_err(DataError::io("cannot replace", self.state()))
    }

    fn state(&self) -> PathBuf {
        self.path.join("state")
    }
}

fn require_closed(path: &Path) -> Result<(), DataError> {
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(DataError::io("cannot make the directory", path))?;
    let found = fs::metadata(path).map_err(DataError::io("cannot look at", path))?;
    let mode = found.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let path = path.to_owned();
    Err(DataError::Exposed { path, mode })
}

fn lock(directory: &Path) -> Result<File, DataError> {
    let path = directory.join("lock");
    let mut file = private()
        .read(true)
        .open(&path)
        .map_err(DataError::io("cannot open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(directory, &mut file)),
        Err(TryLockError::Error(error)) => return Err(DataError::io("cannot lock", path)(error)),
    }
    file.set_len(0)
        .and_then(|()| write!(file, "{}", std::process::id()))
        .map_err(DataError::io("cannot write", path))?;
    Ok(file)
}

fn in_use(directory: &Path, lock: &mut File) -> DataError {
    let mut pid = String::new();
    // It may have the lock and not have said yet who it is.
    if lock.read_to_string(&mut pid).is_err() || pid.is_empty() {
        pid = "unknown".to_owned();
    }
    let path = directory.to_owned();
    DataError::InUse { path, pid }
}

/// A file to write that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}
