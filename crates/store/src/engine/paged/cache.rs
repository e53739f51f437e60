//! Pages that were used last.
//!
//! New rows come at the ends of their kinds, so nearly every page a batch changes was changed by
//! the one before; and the newest messages of all conversations, which are those that are read, lie
//! in few pages. The engine has a cache of its own, but it is cut into 256 parts, each of which has
//! room for less than one of its nodes.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::page::Page;

/// Bytes of pages kept: some thousand messages.
const BYTES: usize = 2 * 1024 * 1024;

/// Pages by their keys.
#[derive(Default)]
pub(super) struct Cache {
    pages: BTreeMap<Vec<u8>, Held>,
    bytes: usize,
    clock: u64,
    now: Now,
}

/// Which batches were begun, and which of them are on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Now {
    begun: u64,
    ended: u64,
}

impl Now {
    /// No batch is on its way: what is read is what there is.
    pub(super) fn is_settled(self) -> bool {
        self.begun == self.ended
    }
}

struct Held {
    page: Page,
    reach: Reach,
    used: u64,
}

/// Which keys of its kind are a page's, as far as is known.
pub(super) enum Reach {
    /// Those up to its last row.
    LastRow,
    /// Those before the next page.
    Before(Vec<u8>),
    /// All that follow.
    Kind,
}

impl Reach {
    /// Whether a key that is not before the page is one of its own.
    pub(super) fn covers(&self, page: &Page, key: &[u8]) -> bool {
        page.key().first() == key.first()
            && match self {
                Self::LastRow => page.ends_with_or_behind(key),
                Self::Before(next) => key < next.as_slice(),
                Self::Kind => true,
            }
    }

    fn is_complete(&self) -> bool {
        match self {
            Self::LastRow => false,
            Self::Before(_) | Self::Kind => true,
        }
    }
}

impl Cache {
    /// The page a key is in, unless that is not known.
    pub(super) fn peek(&mut self, key: &[u8]) -> Option<&Page> {
        self.clock += 1;
        let used = self.clock;
        let (_, held) = self.pages.range_mut::<[u8], _>(up_to(key)).next_back()?;
        if !held.reach.covers(&held.page, key) {
            return None;
        }
        held.used = used;
        Some(&held.page)
    }

    /// Takes out the page a key is in, if it is known up to where it reaches.
    pub(super) fn take(&mut self, key: &[u8]) -> Option<(Page, Reach)> {
        let (_, held) = self.pages.range::<[u8], _>(up_to(key)).next_back()?;
        if !held.reach.is_complete() || !held.reach.covers(&held.page, key) {
            return None;
        }
        let name = held.page.key().to_vec();
        self.remove(&name).map(|held| (held.page, held.reach))
    }

    /// Keeps a page as it is in the engine.
    pub(super) fn put(&mut self, page: Page, reach: Reach) {
        self.clock += 1;
        self.bytes += bytes_of(&page);
        let held = Held {
            reach,
            used: self.clock,
            page,
        };
        if let Some(earlier) = self.pages.insert(held.page.key().to_vec(), held) {
            self.bytes -= bytes_of(&earlier.page);
        }
        if self.bytes > BYTES {
            self.make_room();
        }
    }

    pub(super) fn now(&self) -> Now {
        self.now
    }

    pub(super) fn begin_batch(&mut self) {
        self.now.begun += 1;
    }

    pub(super) fn end_batch(&mut self) {
        self.now.ended = self.now.begun;
    }

    /// Forgets a page that changes.
    pub(super) fn drop_page(&mut self, key: &[u8]) {
        self.remove(key);
    }

    /// Forgets all pages.
    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.bytes = 0;
    }

    /// Forgets a page that is gone from the engine, and how far the one before it reaches.
    pub(super) fn forget(&mut self, key: &[u8]) {
        self.remove(key);
        let before = self.pages.range::<[u8], _>(up_to(key)).next_back();
        if let Some((before, _)) = before {
            let before = before.clone();
            self.remove(&before);
        }
    }

    /// Drops the eighth part of the pages that was not used for longest.
    fn make_room(&mut self) {
        let mut used: Vec<u64> = self.pages.values().map(|held| held.used).collect();
        let eighth = used.len() / 8;
        let (_, last_dropped, _) = used.select_nth_unstable(eighth);
        let mut bytes = 0;
        self.pages.retain(|_, held| {
            let is_kept = held.used > *last_dropped;
            bytes += if is_kept { bytes_of(&held.page) } else { 0 };
            is_kept
        });
        self.bytes = bytes;
    }

    fn remove(&mut self, key: &[u8]) -> Option<Held> {
        let held = self.pages.remove(key)?;
        self.bytes -= bytes_of(&held.page);
        Some(held)
    }
}

/// Keys that are not behind one.
fn up_to(key: &[u8]) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (Bound::Unbounded, Bound::Included(key))
}

/// Bytes of a page in memory, about.
fn bytes_of(page: &Page) -> usize {
    page.bytes().len() + 2 * page.key().len() + page.rows() * 8 + 128
}
