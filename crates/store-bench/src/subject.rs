//! What is asked of either of the two.

use std::path::Path;

use anyhow::Result;
use imlink_model::{Conversation, IncomingMessage};

/// A store under measurement.
pub(crate) trait Subject: Sized {
    /// Opens the files of a directory, or makes them.
    fn open(place: &Path) -> Result<Self>;

    /// Stores messages, and returns when they are on the disk.
    fn insert(&mut self, messages: &[IncomingMessage]) -> Result<()>;

    /// Reads the newest messages of a conversation; says how many there were.
    fn newest(&self, conversation: &Conversation, count: usize) -> Result<usize>;

    /// Reads the newest messages that contain a keyword; says how many there were.
    fn search(&self, keyword: &str, count: usize) -> Result<usize>;

    /// Bytes of the files.
    fn bytes(place: &Path) -> Result<u64>;
}

/// One of the two.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Which {
    /// The store.
    Imlink,
    /// SQLite.
    Sqlite,
}

impl Which {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Imlink => "imlink",
            Self::Sqlite => "sqlite",
        }
    }
}

/// Bytes of the files of a directory, those below it included.
pub(crate) fn bytes_below(place: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(place)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            bytes_below(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}
