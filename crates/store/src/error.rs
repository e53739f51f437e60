//! Why a store could not be opened, changed or read.

use std::io;
use std::path::{Path, PathBuf};

use imlink_model::Code;

use crate::EngineError;

/// Why a store or the index of accounts could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another part of this one, has it open (F-D17).
    #[error("{} is in use by another process", directory.display())]
    Locked {
        /// The store's directory.
        directory: PathBuf,
    },
    /// A newer imlink wrote it (F-D19).
    #[error("{} has format {found}, this imlink reads up to {supported}", directory.display())]
    Newer {
        /// The store's directory.
        directory: PathBuf,
        /// The format it has.
        found: u32,
        /// The newest format that can be read.
        supported: u32,
    },
    /// Its files cannot be understood, or the engine died of them time and again (F-D09).
    #[error("{} is damaged", directory.display())]
    Damaged {
        /// The store's directory.
        directory: PathBuf,
        /// What the engine says, if it was asked.
        #[source]
        source: Option<EngineError>,
    },
    /// It is on a file system that cannot be written to (F-D05).
    #[error("{} cannot be written to: its file system is read-only", directory.display())]
    ReadOnly {
        /// The store's directory.
        directory: PathBuf,
    },
    /// Another account's rows are in it.
    #[error("{} belongs to another account", directory.display())]
    OtherAccount {
        /// The store's directory.
        directory: PathBuf,
    },
    /// Others may read or write it, so it is not trusted (F-K05).
    #[error("{} has mode {mode:03o}, so others can get at it; {cure}", path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What to do about it.
        cure: &'static str,
    },
    /// It is not what was expected there, or it is another user's (F-I20).
    #[error("{} is not {expected} of this user", path.display())]
    Foreign {
        /// What was found.
        path: PathBuf,
        /// What it should have been.
        expected: &'static str,
    },
    /// The operating system refused.
    #[error("failed {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The engine failed in a way that says nothing about its files.
    #[error("the engine cannot open {}", directory.display())]
    Engine {
        /// The store's directory.
        directory: PathBuf,
        /// Why.
        #[source]
        source: EngineError,
    },
}

impl OpenError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    /// The files of a directory are known to be damaged.
    pub(crate) fn damaged(directory: &Path) -> Self {
        Self::Damaged {
            directory: directory.into(),
            source: None,
        }
    }

    /// Beginning anew in its place would help, and nothing else would.
    pub(crate) fn can_be_set_aside(&self) -> bool {
        match self {
            Self::Newer { .. } | Self::Damaged { .. } => true,
            Self::Locked { .. }
            | Self::ReadOnly { .. }
            | Self::OtherAccount { .. }
            | Self::Exposed { .. }
            | Self::Foreign { .. }
            | Self::Io { .. }
            | Self::Engine { .. } => false,
        }
    }

    /// The number an app is told.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Newer { .. } => Code::LOCAL_STORE_NEWER,
            Self::Damaged { .. } => Code::RC_DB_CORRUPT,
            Self::ReadOnly { .. } => Code::LOCAL_STORE_READ_ONLY,
            Self::Io { source, .. } => trouble(source).unwrap_or(Code::LOCAL_STORE_FAILED),
            Self::Engine { source, .. } if source.blames_files() => Code::RC_DB_CORRUPT,
            Self::Engine { source, .. } => source.trouble().unwrap_or(Code::LOCAL_STORE_FAILED),
            Self::Locked { .. }
            | Self::OtherAccount { .. }
            | Self::Exposed { .. }
            | Self::Foreign { .. } => Code::LOCAL_STORE_FAILED,
        }
    }
}

/// Why a batch was not committed. Nothing of it is stored, or nobody can say.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// Rows the batch depends on could not be read; nothing was written.
    #[error("rows needed for the batch cannot be read")]
    Read(#[source] EngineError),
    /// There is no room for the batch; nothing was written. The same batch can be committed once
    /// there is (F-D01).
    #[error("the disk is full")]
    Full,
    /// The file system became read-only; nothing was written (F-D05).
    #[error("the file system is read-only")]
    ReadOnly,
    /// The batch could not be made durable. Every later commit fails with the same error: what a
    /// failed sync left behind is unknown until the store is opened again (F-D04).
    #[error("the batch cannot be made durable")]
    Write(#[source] EngineError),
}

impl CommitError {
    /// The store takes no more changes in this run.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Read(_) | Self::Full | Self::ReadOnly => false,
            Self::Write(_) => true,
        }
    }

    /// The number an app is told.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Full => Code::LOCAL_STORE_FULL,
            Self::ReadOnly => Code::LOCAL_STORE_READ_ONLY,
            Self::Write(error) | Self::Read(error) => error.code(),
        }
    }

    /// The engine cannot read what it needs: as [`ReadError::is_of_the_engine`].
    #[must_use]
    pub fn is_of_reading(&self) -> bool {
        match self {
            Self::Read(_) => true,
            Self::Full | Self::ReadOnly | Self::Write(_) => false,
        }
    }

    /// The rows were removed below the open store.
    #[must_use]
    pub fn is_removal(&self) -> bool {
        match self {
            Self::Write(EngineError::Io(error)) => error.kind() == io::ErrorKind::NotFound,
            Self::Write(EngineError::Damaged(_) | EngineError::Fault(_))
            | Self::Read(_)
            | Self::Full
            | Self::ReadOnly => false,
        }
    }
}

/// Why a conversation was not forgotten, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its messages could not be deleted.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// They are deleted, but their bytes are still in the files.
    #[error("the deleted messages are still in the files")]
    Compact(#[from] OpenError),
}

/// Why an account was not purged, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// Its tokens could not be removed from the index.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Its files could not be removed, or the index not be written anew.
    #[error(transparent)]
    Files(#[from] OpenError),
}

impl PurgeError {
    /// The number an app is told.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Commit(error) => error.code(),
            Self::Files(error) => error.code(),
        }
    }
}

impl ForgetError {
    /// The engine cannot read what it needs: as [`ReadError::is_of_the_engine`].
    #[must_use]
    pub fn is_of_the_engine(&self) -> bool {
        match self {
            Self::Read(error) => error.is_of_the_engine(),
            Self::Commit(error) => error.is_of_reading(),
            Self::Compact(OpenError::Engine { source, .. }) => source.blames_files(),
            Self::Compact(_) => false,
        }
    }

    /// The number an app is told.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Read(error) => error.code(),
            Self::Commit(error) => error.code(),
            Self::Compact(error) => error.code(),
        }
    }
}

/// Why rows could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The engine failed.
    #[error("the engine cannot read")]
    Engine(#[from] EngineError),
    /// The row is there but its bytes are not what was written (F-D07).
    #[error("a row of kind {kind} is damaged")]
    Damaged {
        /// What kind of row it is.
        kind: &'static str,
    },
}

impl ReadError {
    /// The number an app is told.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Engine(error) => error.code(),
            Self::Damaged { .. } => Code::RC_DB_CORRUPT,
        }
    }

    /// Nobody knows what else can be read: the store is to be closed. Whether it opens again, and
    /// whether that helps, is for the next opening to say.
    #[must_use]
    pub fn is_of_the_engine(&self) -> bool {
        match self {
            Self::Engine(_) => true,
            Self::Damaged { .. } => false,
        }
    }
}

/// The number of a trouble that goes away once somebody makes room or gives a right.
pub(crate) fn trouble(error: &io::Error) -> Option<Code> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Code::LOCAL_STORE_FULL),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Some(Code::LOCAL_STORE_READ_ONLY)
        }
        _ => None,
    }
}
