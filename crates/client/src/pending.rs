//! The table of requests that have no answer yet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Requests by the id under which they went out, each with the time by which it is answered.
///
/// An entry leaves by [`take`](Self::take) or [`drain`](Self::drain) and is owned by whoever took
/// it: nothing can end twice, and nothing is forgotten while it is in here.
#[derive(Debug)]
pub(crate) struct Pending<T> {
    last_id: u64,
    entries: BTreeMap<u64, Entry<T>>,
    deadlines: BTreeSet<(Instant, u64)>,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    deadline: Option<Instant>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            last_id: 0,
            entries: BTreeMap::new(),
            deadlines: BTreeSet::new(),
        }
    }
}

impl<T> Pending<T> {
    /// Takes an item in and gives it an id that was never used before.
    pub(crate) fn insert(&mut self, item: T, deadline: Option<Instant>) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, id));
        }
        self.entries.insert(id, Entry { item, deadline });
        id
    }

    /// The item with this id, which leaves the table.
    pub(crate) fn take(&mut self, id: u64) -> Option<T> {
        let entry = self.entries.remove(&id)?;
        if let Some(deadline) = entry.deadline {
            self.deadlines.remove(&(deadline, id));
        }
        Some(entry.item)
    }

    /// The next item whose deadline has come. It stays, without a deadline: its answer may still
    /// arrive and have to be understood.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<&mut T> {
        let (deadline, id) = self.deadlines.first().copied()?;
        if deadline > now {
            return None;
        }
        self.deadlines.remove(&(deadline, id));
        let entry = self.entries.get_mut(&id)?;
        entry.deadline = None;
        Some(&mut entry.item)
    }

    /// The earliest deadline.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Every item, oldest first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.values_mut().map(|entry| &mut entry.item)
    }

    /// Empties the table, oldest first. Ids go on from where they were.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.deadlines.clear();
        std::mem::take(&mut self.entries)
            .into_values()
            .map(|entry| entry.item)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_item_leaves_once() {
        let mut pending = Pending::default();
        let first = pending.insert("a", None);
        let second = pending.insert("b", None);

        assert_eq!(pending.take(second), Some("b"));
        assert_eq!(pending.take(second), None);
        assert_eq!(pending.drain().collect::<Vec<_>>(), ["a"]);
        assert_eq!(pending.take(first), None);
    }

    #[test]
    fn ids_are_never_used_again() {
        let mut pending = Pending::default();
        let first = pending.insert((), None);
        pending.drain().for_each(drop);

        assert!(pending.insert((), None) > first);
    }

    #[test]
    fn deadlines_come_in_order_and_once() {
        let now = Instant::now();
        let soon = now + Duration::from_secs(1);
        let late = now + Duration::from_secs(2);
        let mut pending = Pending::default();
        pending.insert("late", Some(late));
        let answered = pending.insert("answered", Some(soon));
        let expired = pending.insert("soon", Some(soon));
        pending.take(answered);

        assert_eq!(pending.next_deadline(), Some(soon));
        assert_eq!(pending.expire(now), None);
        assert_eq!(pending.expire(soon), Some(&mut "soon"));
        assert_eq!(pending.expire(soon), None);
        assert_eq!(pending.next_deadline(), Some(late));
        assert_eq!(
            pending.take(expired),
            Some("soon"),
            "a late answer finds it"
        );
    }
}
