//! What is asked of each of those that are measured.

use std::path::Path;

use anyhow::Result;
use imlink_model::{Conversation, IncomingMessage};

use crate::imlink::Imlink;
use crate::sqlite::{Search, Sqlite};

/// A store under measurement.
pub(crate) trait Subject {
    /// Stores messages, and returns when they are on the disk.
    fn insert(&mut self, messages: Vec<IncomingMessage>) -> Result<()>;

    /// Reads the newest messages of a conversation; says how many there were.
    fn newest(&self, conversation: &Conversation, count: usize) -> Result<usize>;

    /// Reads the newest messages that contain a keyword; says how many there were.
    fn search(&self, keyword: &str, count: usize) -> Result<usize>;
}

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Which {
    /// The store.
    Imlink,
    /// SQLite with everything an app gets from the store: an index that finds parts of Chinese
    /// sentences, too.
    Sqlite,
    /// SQLite that reads every message for a search.
    SqliteWithoutSearch,
}

impl Which {
    pub(crate) const ALL: [Self; 3] = [Self::Imlink, Self::Sqlite, Self::SqliteWithoutSearch];

    /// Its name on the command line, and of its directory.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Imlink => "imlink",
            Self::Sqlite => "sqlite",
            Self::SqliteWithoutSearch => "sqlite-without-search",
        }
    }

    /// Opens the files of a directory, or makes them.
    pub(crate) fn open(self, place: &Path) -> Result<Box<dyn Subject>> {
        Ok(match self {
            Self::Imlink => Box::new(Imlink::open(place)?),
            Self::Sqlite => Box::new(Sqlite::open(place, Search::Index)?),
            Self::SqliteWithoutSearch => Box::new(Sqlite::open(place, Search::Scan)?),
        })
    }

    /// Bytes of its files, without what is kept for a full disk.
    pub(crate) fn bytes(place: &Path) -> Result<u64> {
        let reserve = std::fs::metadata(place.join("reserve")).map_or(0, |found| found.len());
        Ok(bytes_below(place)? - reserve)
    }
}

fn bytes_below(place: &Path) -> Result<u64> {
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
