//! Writes that are not made yet, over the rows that are.

use std::iter::Peekable;
use std::ops::Range;

use crate::database::{Database, Lookup};
use crate::engine::{Batch, EngineError, Order, Pair, Scan};
use crate::record;
use crate::row::Row;

/// A batch in the making; reads see what it will write.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    database: &'a Database,
    writes: Batch,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(database: &'a Database) -> Self {
        Self::over(database, Batch::new())
    }

    /// A draft that has writes already.
    pub(crate) fn over(database: &'a Database, writes: Batch) -> Self {
        Self { database, writes }
    }

    /// Puts a row under a key that has none, or has one that is never long.
    pub(crate) fn put<R: Row>(&mut self, key: &[u8], row: &R) {
        self.put_values(record::seal(key, R::FORM, &row.encode()));
    }

    /// Puts a row that is sealed already.
    pub(crate) fn put_values(&mut self, values: Vec<Pair>) {
        self.writes
            .extend(values.into_iter().map(|(key, value)| (key, Some(value))));
    }

    /// Puts an entry that is all in its key, with a hint for those who look for it.
    pub(crate) fn put_mark(&mut self, key: Vec<u8>, hint: &[u8]) {
        self.writes.insert(key, Some(hint.to_vec()));
    }

    /// Removes an entry that is all in its key.
    pub(crate) fn remove_mark(&mut self, key: Vec<u8>) {
        self.writes.insert(key, None);
    }

    /// Puts a row in the place of one that may be longer.
    pub(crate) fn replace<R: Row>(&mut self, key: &[u8], row: &R) -> Result<(), EngineError> {
        self.remove(key)?;
        self.put(key, row);
        Ok(())
    }

    /// Removes a row with all its parts.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<(), EngineError> {
        if let Some(head) = self.value(key)? {
            let keys = record::part_keys(key, &head);
            self.writes.extend(keys.into_iter().map(|key| (key, None)));
            self.writes.insert(key.to_vec(), None);
        }
        Ok(())
    }

    /// The keys of a range as they will be, the largest first.
    pub(crate) fn keys_back(&self, range: &Range<Vec<u8>>) -> KeysBack<'_> {
        let stored = self.database.scan(range, Order::Backward);
        let drafted = self.writes.range(range.clone()).rev();
        let drafted = drafted.filter_map(|(key, value)| value.is_some().then_some(key));
        KeysBack {
            writes: &self.writes,
            stored: stored.peekable(),
            drafted: (Box::new(drafted) as Box<dyn Iterator<Item = _>>).peekable(),
        }
    }

    /// The rows below, without these writes.
    pub(crate) fn database(&self) -> &'a Database {
        self.database
    }

    /// Nothing would be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Puts a write unless there is one for its key.
    pub(crate) fn put_if_untouched(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.writes.entry(key).or_insert(value);
    }

    pub(crate) fn writes_mut(&mut self) -> &mut Batch {
        &mut self.writes
    }

    pub(crate) fn into_writes(self) -> Batch {
        self.writes
    }
}

impl Lookup for Draft<'_> {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        match self.writes.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.database.value(key),
        }
    }

    fn quarantine(&self, key: &[u8]) {
        self.database.quarantine(key);
    }

    fn is_withheld(&self, key: &[u8]) -> bool {
        self.database.is_withheld(key)
    }
}

/// The keys of two sources, one of which hides what the other removes.
pub(crate) struct KeysBack<'a> {
    writes: &'a Batch,
    stored: Peekable<Scan<'a>>,
    drafted: Peekable<Box<dyn Iterator<Item = &'a Vec<u8>> + 'a>>,
}

impl Iterator for KeysBack<'_> {
    type Item = Result<Vec<u8>, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let hidden = |pair: &Result<Pair, EngineError>| {
            pair.as_ref()
                .is_ok_and(|(key, _)| self.writes.contains_key(key))
        };
        while self.stored.next_if(hidden).is_some() {}
        let drafted_is_next = match (self.stored.peek(), self.drafted.peek()) {
            (Some(Ok((stored, _))), Some(drafted)) => stored < *drafted,
            (None, Some(_)) => true,
            (Some(Err(_)), _) | (_, None) => false,
        };
        if drafted_is_next {
            return self.drafted.next().cloned().map(Ok);
        }
        self.stored.next().map(|pair| pair.map(|(key, _)| key))
    }
}
