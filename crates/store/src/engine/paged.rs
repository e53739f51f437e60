//! Rows laid together in pages over an engine that pays for every pair.
//!
//! The engine in use keeps at most sixteen pairs in a node and something in memory for each node,
//! so rows of some ten bytes cost it as much as rows of some thousand. Here neighbouring rows make
//! one pair of up to [`PAGE_BYTES`]; a longer row has a page of its own.
//!
//! ```text
//! pair of the engine:   key of the page -> row, row, row ...       (the form is in `page`)
//! ```
//!
//! A row is in the page with the greatest key that is not above its own. Keys with different first
//! bytes are never in one page: they are of different kinds, which change at different times.

mod cache;
mod page;
#[cfg(test)]
mod tests;

use std::fmt;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Batch, Engine, EngineError, Order, Pair, Scan};
use cache::{Cache, Reach};
use page::{Page, Rows};

/// Length a page is filled up to. Short enough that a row that changes often, and a read of one
/// row, are cheap; long enough that a node of the engine has some hundred rows.
pub(crate) const PAGE_BYTES: usize = 2 * 1024;

/// The rows of another engine, in pages.
///
/// Readers do not wait for a batch on its way to the disk; until it is there they see each row as it
/// was or as it will be, as the engine below has it.
pub(crate) struct Paged<E> {
    engine: E,
    cache: Mutex<Cache>,
    /// Held by the one batch on its way.
    writing: Mutex<()>,
}

impl<E: Engine> Paged<E> {
    pub(crate) fn over(engine: E) -> Self {
        Self {
            engine,
            cache: Mutex::default(),
            writing: Mutex::default(),
        }
    }

    /// The page a key is in, as it is, and up to where it reaches. The first page of a kind has the
    /// kind alone for its key; as long as it does not exist, it has no rows.
    fn page_of(&self, key: &[u8], cache: &mut Cache) -> Result<(Page, Reach), EngineError> {
        if let Some(found) = cache.take(key) {
            return Ok(found);
        }
        let page = self.floor(key)?;
        let page = page.unwrap_or_else(|| Page::empty(kind_of(key)));
        let reach = self.reach_of(&page)?;
        Ok((page, reach))
    }

    fn reach_of(&self, page: &Page) -> Result<Reach, EngineError> {
        let behind = after(page.key());
        let mut others = self
            .engine
            .scan(&behind..&end_of_kind(page.key()), Order::Forward);
        let next = others.next().transpose()?;
        Ok(next.map_or(Reach::Kind, |(next, _)| Reach::Before(next)))
    }

    /// The last page of the kind that begins at a key or before it.
    fn floor(&self, key: &[u8]) -> Result<Option<Page>, EngineError> {
        let range = kind_of(key)..&after(key);
        let found = self.engine.scan(range, Order::Backward).next();
        found.transpose()?.map(Page::read).transpose()
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Engine> Engine for Paged<E> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let now = {
            let mut cache = self.lock();
            if let Some(page) = cache.peek(key) {
                return Ok(page.get(key).map(<[u8]>::to_vec));
            }
            cache.now()
        };
        let (page, reach) = match self.floor(key)? {
            Some(page) => (page, Reach::LastRow),
            None => {
                // Remembered too: kinds that are seldom used are asked for with every message.
                let page = Page::empty(kind_of(key));
                let reach = self.reach_of(&page)?;
                (page, reach)
            }
        };
        let value = page.get(key).map(<[u8]>::to_vec);
        let mut cache = self.lock();
        if cache.now() == now && now.is_settled() {
            cache.put(page, reach);
        }
        Ok(value)
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let pages = match order {
            Order::Forward => {
                let after_start = after(range.start);
                let first = self.engine.scan(&[]..&after_start, Order::Backward).next();
                let others = self.engine.scan(&after_start..range.end, order);
                Box::new(first.into_iter().chain(others))
            }
            Order::Backward => self.engine.scan(&[]..range.end, order),
        };
        Box::new(RowsOf {
            pages,
            rows: None,
            range: range.start.to_vec()..range.end.to_vec(),
            order,
        })
    }

    fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes(batch)?;
        let pages = changes.iter().flat_map(Change::writes).collect();
        let applied = self.engine.apply(&pages);
        let mut cache = self.lock();
        match applied {
            Ok(()) => {
                for change in changes {
                    change.remember(&mut cache);
                }
            }
            // What is on the disk is not known.
            Err(_) => cache.clear(),
        }
        cache.end_batch();
        applied
    }
}

impl<E: Engine> Paged<E> {
    /// What a batch makes of the pages, which are not in the cache until it is on the disk.
    fn changes(&self, batch: &Batch) -> Result<Vec<Change>, EngineError> {
        let mut cache = self.lock();
        let mut changes = Vec::new();
        let mut writes = batch.iter().peekable();
        while let Some((key, _)) = writes.peek() {
            let (page, reach) = self.page_of(key, &mut cache)?;
            let own = take_own(&mut writes, &page, &reach);
            cache.drop_page(page.key());
            changes.push(Change {
                pages: page.with(&own),
                page,
                reach,
            });
        }
        cache.begin_batch();
        Ok(changes)
    }
}

/// Pages have bodies.
impl<E: fmt::Debug> fmt::Debug for Paged<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paged")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// What a batch makes of one page.
struct Change {
    page: Page,
    reach: Reach,
    pages: Vec<Page>,
}

impl Change {
    fn writes(&self) -> impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> {
        let is_gone = self.pages.is_empty() && !self.page.is_empty();
        let gone = is_gone.then(|| (self.page.key().to_vec(), None));
        let is_same =
            |page: &&Page| page.key() == self.page.key() && page.bytes() == self.page.bytes();
        let put = self.pages.iter().filter(move |page| !is_same(page));
        put.map(|page| (page.key().to_vec(), Some(page.bytes().to_vec())))
            .chain(gone)
    }

    fn remember(self, cache: &mut Cache) {
        if self.pages.is_empty() {
            cache.forget(self.page.key());
        }
        let mut reach = self.reach;
        for page in self.pages.into_iter().rev() {
            let next = Reach::Before(page.key().to_vec());
            cache.put(page, std::mem::replace(&mut reach, next));
        }
    }
}

type Write<'a> = (&'a Vec<u8>, &'a Option<Vec<u8>>);

/// Takes the writes that belong into a page.
fn take_own<'a>(
    writes: &mut Peekable<impl Iterator<Item = Write<'a>>>,
    page: &Page,
    reach: &Reach,
) -> Vec<Write<'a>> {
    std::iter::from_fn(|| writes.next_if(|(key, _)| reach.covers(page, key))).collect()
}

/// The rows of a range, out of pages that may have more.
struct RowsOf<'a> {
    pages: Scan<'a>,
    rows: Option<Rows>,
    range: Range<Vec<u8>>,
    order: Order,
}

impl RowsOf<'_> {
    /// The rows of the next page, unless it and all behind it are out of the range.
    fn turn(&mut self) -> Option<Result<Rows, EngineError>> {
        if let Some(rows) = &self.rows
            && self.order == Order::Backward
            && rows.page().key() <= self.range.start.as_slice()
        {
            return None;
        }
        let page = self.pages.next()?.and_then(Page::read);
        Some(page.map(|page| page.into_rows(&self.range, self.order)))
    }
}

impl Iterator for RowsOf<'_> {
    type Item = Result<Pair, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(pair) = self.rows.as_mut().and_then(Rows::next) {
                return Some(Ok(pair));
            }
            match self.turn()? {
                Ok(rows) => self.rows = Some(rows),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The first byte of a key, as a key.
fn kind_of(key: &[u8]) -> &[u8] {
    key.get(..1).unwrap_or_default()
}

/// The first key behind another.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The first key behind all that begin with the same byte.
fn end_of_kind(key: &[u8]) -> Vec<u8> {
    match key.first().and_then(|kind| kind.checked_add(1)) {
        Some(next) => vec![next],
        None => vec![u8::MAX; crate::key::MAX_BYTES],
    }
}
