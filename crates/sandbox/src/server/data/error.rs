//! Why a directory cannot keep a sandbox's state.

use std::{io, path::PathBuf};

/// Why a sandbox does not start with the directory it was given. Nothing in there was changed.
///
/// [`Sandbox::spawn`](crate::Sandbox::spawn) has it inside its `io::Error`.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The system refuses.
    #[error("{doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others could read tokens and messages.
    #[error("others can use {path} (mode {mode:04o})", path = path.display())]
    Exposed {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another sandbox has the directory.
    #[error("{path} is in use by the sandbox with pid {pid}", path = path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The other's process, as far as it has said so.
        pid: String,
    },
    /// A later version of this program wrote the state.
    #[error("{path} has format {found}, which is newer than this version's {known}", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format this version reads.
        known: u32,
    },
    /// The file is not what was written.
    #[error("{path} is damaged: {what}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl DataError {
    /// What a person can do about it.
    #[must_use]
    pub const fn cure(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Give a directory in which this user may write.",
            Self::Exposed { .. } => "Make it mode 0700, or give another directory.",
            Self::InUse { .. } => "Stop that sandbox, or give another directory.",
            Self::Newer { .. } => "Start the newer version, or give another directory.",
            Self::Damaged { .. } => {
                "Put a copy in its place, or move it away to begin with nothing."
            }
        }
    }

    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}

impl From<DataError> for io::Error {
    fn from(error: DataError) -> Self {
        let kind = match &error {
            DataError::Io { source, .. } => source.kind(),
            DataError::Exposed { .. } => io::ErrorKind::PermissionDenied,
            DataError::InUse { .. } => io::ErrorKind::ResourceBusy,
            DataError::Newer { .. } => io::ErrorKind::Unsupported,
            DataError::Damaged { .. } => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
