//! An engine without a disk, for tests: what is kept outlives a store, as files would.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Engine, EngineError, Order, Scan};

/// The engine; clones share what they keep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pairs: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>,
    trouble: Arc<Mutex<Trouble>>,
}

/// What is wrong with an engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    #[default]
    None,
    /// The disk takes no writes.
    Full,
    /// The disk gives and takes nothing.
    Io,
    /// It finds its files damaged wherever it looks.
    Damaged,
    /// It panics whatever it is asked.
    Panic,
}

impl Trouble {
    fn of_reading(self) -> Result<(), EngineError> {
        match self {
            Self::None | Self::Full => Ok(()),
            Self::Io => Err(std::io::Error::other("the disk is gone").into()),
            Self::Damaged => Err(EngineError::Damaged("torn".into())),
            Self::Panic => panic!("the engine met a damaged page"),
        }
    }

    fn of_writing(self) -> Result<(), EngineError> {
        match self {
            Self::Full => Err(std::io::Error::from(std::io::ErrorKind::StorageFull).into()),
            Self::None | Self::Io | Self::Damaged | Self::Panic => self.of_reading(),
        }
    }
}

impl Memory {
    /// Has something go wrong from here on, or nothing any more.
    pub(crate) fn set_trouble(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    fn trouble(&self) -> Trouble {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.trouble().of_reading()?;
        Ok(self.lock().get(key).cloned())
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        if let Err(error) = self.trouble().of_reading() {
            return Box::new(std::iter::once(Err(error)));
        }
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
        self.trouble().of_writing()?;
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
