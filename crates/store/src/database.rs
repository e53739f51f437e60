//! The rows of one directory, over whatever engine keeps them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use imlink_model::Seq;

use crate::engine::paged::Paged;
use crate::engine::{self, Batch, Engine, EngineError, Order, Scan};
use crate::error::ReadError;
use crate::key::{self, Kind};
use crate::opening::run::{Run, Served};
use crate::pending::Pending;
use crate::record::{self, Unsealed};
use crate::row::Row;

/// An engine, what is known of its damaged rows, and whether it failed.
#[derive(Debug)]
pub(crate) struct Database {
    engine: Box<dyn Engine>,
    pending: Pending,
    quarantine: Mutex<Quarantine>,
    withheld: BTreeSet<Vec<u8>>,
    failure: OnceLock<EngineError>,
}

/// Keys of rows that are not what was written.
#[derive(Debug, Default)]
struct Quarantine {
    keys: BTreeSet<Vec<u8>>,
    /// How many were ever put in.
    found: u64,
}

/// Something rows can be read from.
pub(crate) trait Lookup {
    /// The value under a key.
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// Remembers that the row under a key is not what was written.
    fn quarantine(&self, key: &[u8]);

    /// The row under a key counts as damaged, whatever it is.
    fn is_withheld(&self, key: &[u8]) -> bool;

    /// The row under a key. A damaged one is put into quarantine.
    fn row<R: Row>(&self, key: &[u8]) -> Result<Option<R>, ReadError> {
        match self.value(key)? {
            Some(head) => self.row_of(key, &head).map(Some),
            None => Ok(None),
        }
    }

    /// The row whose value under its key was read already.
    fn row_of<R: Row>(&self, key: &[u8], head: &[u8]) -> Result<R, ReadError> {
        let row = match record::unseal(key, head, |part| self.value(part))? {
            Unsealed::Sound { .. } if self.is_withheld(key) => None,
            Unsealed::Sound { form, payload } => R::decode(form, &payload),
            Unsealed::Damaged => None,
        };
        match row {
            Some(row) => Ok(row),
            None => {
                self.quarantine(key);
                Err(ReadError::Damaged {
                    kind: Kind::name_of(key),
                })
            }
        }
    }

    /// The row under a key, if it is there and sound.
    fn sound_row<R: Row>(&self, key: &[u8]) -> Result<Option<R>, EngineError> {
        if_sound(self.row(key)).map(Option::flatten)
    }

    /// The row whose value under its key was read already, if it is sound.
    fn sound_row_of<R: Row>(&self, key: &[u8], head: &[u8]) -> Result<Option<R>, EngineError> {
        if_sound(self.row_of(key, head))
    }
}

fn if_sound<T>(read: Result<T, ReadError>) -> Result<Option<T>, EngineError> {
    match read {
        Ok(row) => Ok(Some(row)),
        Err(ReadError::Damaged { .. }) => Ok(None),
        Err(ReadError::Engine(error)) => Err(error),
    }
}

impl Database {
    /// Opens rows of a format, or makes them. Those of the first one were not in pages. May panic on
    /// damaged files.
    pub(crate) fn open(rows: &Path, format: u32) -> Result<Self, EngineError> {
        let engine = engine::open(rows)?;
        Ok(match format {
            1 => Self::new(engine),
            _ => Self::new(Paged::over(engine)),
        })
    }

    pub(crate) fn new(engine: impl Engine + 'static) -> Self {
        Self {
            engine: Box::new(engine),
            pending: Pending::default(),
            quarantine: Mutex::default(),
            withheld: BTreeSet::new(),
            failure: OnceLock::new(),
        }
    }

    /// The same, watched from here on.
    pub(crate) fn served(mut self, run: &Arc<Run>) -> Self {
        self.engine = Box::new(Served::new(self.engine, run));
        self
    }

    /// The same with messages that are left out, as if they were damaged.
    pub(crate) fn without(mut self, messages: Vec<Seq>) -> Self {
        for seq in messages {
            tracing::warn!(%seq, "A message is left out: it was in hand whenever the process died");
            let key = key::message(seq);
            self.quarantine(&key);
            self.withheld.insert(key);
        }
        self
    }

    /// The failure after which nothing is written any more.
    pub(crate) fn failure(&self) -> Option<&EngineError> {
        self.failure.get()
    }

    /// Makes a batch durable. After the first failure every call fails with it (F-D04).
    pub(crate) fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        if let Some(failure) = self.failure.get() {
            return Err(failure.clone());
        }
        self.engine
            .apply(batch)
            .inspect_err(|error| drop(self.failure.set(error.clone())))
    }

    /// The pairs of a range, entries of timelines among them that are not on the disk.
    pub(crate) fn scan(&self, range: &Range<Vec<u8>>, order: Order) -> Scan<'_> {
        let stored = self
            .engine
            .scan(range.start.as_slice()..range.end.as_slice(), order);
        self.pending.among(stored, range, order)
    }

    /// The entries of timelines that are not on the disk.
    pub(crate) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The number the last key of that kind ends in; zero if there is none.
    pub(crate) fn last(&self, kind: Kind) -> Result<u64, EngineError> {
        let newest = self
            .scan(&key::all(kind), Order::Backward)
            .next()
            .transpose()?;
        Ok(newest.and_then(|(key, _)| key::tail(&key)).unwrap_or(0))
    }

    /// The numbers the keys of that kind end in, smallest first.
    pub(crate) fn numbers(&self, kind: Kind) -> Result<Vec<u64>, EngineError> {
        self.scan(&key::all(kind), Order::Forward)
            .filter_map(|pair| pair.map(|(key, _)| key::tail(&key)).transpose())
            .collect()
    }

    /// How many keys of that kind there are.
    pub(crate) fn count(&self, kind: Kind) -> Result<usize, EngineError> {
        self.scan(&key::all(kind), Order::Forward)
            .try_fold(0, |count, pair| pair.map(|_| count + 1))
    }

    /// The row under a key was written again.
    pub(crate) fn release(&self, key: &[u8]) {
        self.lock().keys.remove(key);
    }

    /// Rows found damaged since the database was opened, and not written again.
    pub(crate) fn quarantined(&self) -> usize {
        self.lock().keys.len()
    }

    /// How often a row was found damaged: another number than before says that there are more.
    pub(crate) fn found_damaged(&self) -> u64 {
        self.lock().found
    }

    /// The messages among the damaged rows, oldest first.
    pub(crate) fn damaged_messages(&self) -> Vec<Seq> {
        let quarantine = self.lock();
        let messages = quarantine
            .keys
            .iter()
            .filter(|key| Kind::Message.is_of(key));
        messages.filter_map(|key| key::tail(key).map(Seq)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Quarantine> {
        self.quarantine
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookup for Database {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.engine.get(key)
    }

    fn is_withheld(&self, key: &[u8]) -> bool {
        self.withheld.contains(key)
    }

    fn quarantine(&self, key: &[u8]) {
        let mut quarantine = self.lock();
        if quarantine.keys.insert(key.to_vec()) {
            quarantine.found += 1;
            tracing::warn!(kind = Kind::name_of(key), "A damaged row is left out");
        }
    }
}
