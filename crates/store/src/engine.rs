//! What the store asks of an engine: three operations.
//!
//! A second engine is one more file beside [`sled`](self::sled), another name in the three lines
//! below that say which one is in use, and a line in the conformance tests. What is particular to an
//! engine that pays for every pair is in [`paged`](self::paged).

#[cfg(test)]
mod conformance;
#[cfg(test)]
pub(crate) mod memory;
pub(crate) mod paged;
pub(crate) mod sled;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use imlink_model::Code;

use self::sled as used;
pub(crate) use self::used::{MAX_VALUE_BYTES, THREAD_NAMES};

/// An ordered map of bytes that survives.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// The pairs of a range in the given order, read as the caller goes.
    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_>;

    /// Makes every write of the batch or none, and returns when they are on the disk. After an
    /// error nobody can say which of the two it was; the engine is not asked again.
    fn apply(&self, batch: &Batch) -> Result<(), EngineError>;
}

/// Opens the engine in use on a directory, or makes both. May panic on damaged files.
pub(crate) fn open(rows: &Path) -> Result<impl Engine + use<>, EngineError> {
    used::open(rows)
}

/// Writes of one batch: a value to put under a key, or `None` to remove the key.
///
/// A key stands once, so the order of the writes does not matter.
pub(crate) type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Pairs as they are read.
pub(crate) type Scan<'a> = Box<dyn Iterator<Item = Result<Pair, EngineError>> + 'a>;

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Which end of a range comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Smallest key first.
    Forward,
    /// Largest key first.
    Backward,
}

/// Why an engine could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The operating system refused.
    #[error("the files cannot be used")]
    Io(#[source] Arc<io::Error>),
    /// The engine's own checks found its files damaged.
    #[error("the files are damaged: {0}")]
    Damaged(String),
    /// The engine found a fault in itself.
    #[error("the engine failed: {0}")]
    Fault(String),
}

impl EngineError {
    /// The files are to blame, or nobody knows what they are read as: not the system around them.
    #[must_use]
    pub(crate) fn blames_files(&self) -> bool {
        match self {
            Self::Io(_) => false,
            Self::Damaged(_) | Self::Fault(_) => true,
        }
    }

    /// The number an app is told.
    #[must_use]
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Io(_) => self.trouble().unwrap_or(Code::RC_DB_SQL_ERROR),
            Self::Damaged(_) | Self::Fault(_) => Code::RC_DB_CORRUPT,
        }
    }

    /// The number of a trouble that is not the engine's own: no room, or no right to write.
    #[must_use]
    pub(crate) fn trouble(&self) -> Option<Code> {
        match self {
            Self::Io(error) => crate::error::trouble(error),
            Self::Damaged(_) | Self::Fault(_) => None,
        }
    }
}

impl From<io::Error> for EngineError {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}
