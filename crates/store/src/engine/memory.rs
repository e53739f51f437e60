//! An engine without a disk, for tests: what is kept outlives a store, as files would.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Engine, EngineError, Order, Scan};

/// The engine; clones share what they keep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pairs: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>,
    broken: Arc<AtomicBool>,
}

impl Memory {
    /// Lets writes fail, or succeed again.
    pub(crate) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }

    /// Changes one value behind the store's back.
    pub(crate) fn tamper(&self, key: &[u8], change: impl FnOnce(&mut [u8])) {
        change(self.lock().get_mut(key).expect("the key exists"));
    }

    /// Loses one pair behind the store's back.
    pub(crate) fn lose(&self, key: &[u8]) {
        self.lock().remove(key).expect("the key exists");
    }

    /// The value of a key, to be put back later.
    pub(crate) fn peek(&self, key: &[u8]) -> Vec<u8> {
        self.lock()[key].clone()
    }

    /// Puts an older value back behind the store's back.
    pub(crate) fn put_back(&self, key: &[u8], value: Vec<u8>) {
        self.lock().insert(key.to_vec(), value);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.lock().get(key).cloned())
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        let mut found: Vec<_> = self
            .lock()
            .range(range.start.to_vec()..range.end.to_vec())
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        if order == Order::Backward {
            found.reverse();
        }
        Box::new(found.into_iter())
    }

    fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull).into());
        }
        let mut pairs = self.lock();
        for (key, value) in batch {
            match value {
                Some(value) => pairs.insert(key.clone(), value.clone()),
                None => pairs.remove(key),
            };
        }
        Ok(())
    }
}
