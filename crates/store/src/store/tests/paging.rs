//! Messages that are deleted while somebody turns the pages.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::store::Side;
use crate::{Edit, HistoryQuery};

/// Messages at the start, in turn of two conversations.
const MESSAGES: u64 = 40;

/// How somebody reads.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// One conversation, from its newest message.
    Back,
    /// One conversation, from its oldest message.
    Forth,
    /// The whole account, as a subscription does.
    All,
}

proptest! {
    // F-D22
    #[test]
    fn whoever_turns_the_pages_sees_what_stays_once_and_nothing_that_is_gone(
        way in prop_oneof![Just(Way::Back), Just(Way::Forth), Just(Way::All)],
        limit in 1..6_usize,
        deletions in prop::collection::vec(prop::collection::vec(1..=MESSAGES, 0..6), 1..50),
    ) {
        let mut house = House::new();
        for n in 1..=MESSAGES {
            let sender = if n % 2 == 0 { "alice" } else { "bob" };
            house.receive(vec![received(&format!("u-{n}"), sender, "x")]);
        }
        let mut deletions = deletions.into_iter();
        let mut gone: BTreeSet<u64> = BTreeSet::new();
        let mut read: Vec<u64> = Vec::new();

        loop {
            let page = page(&house, way, read.last().copied(), limit);
            prop_assert!(page.iter().all(|seq| !gone.contains(seq)), "{page:?} of {gone:?}");
            if page.is_empty() {
                break;
            }
            read.extend(page);
            let deleted = deletions.next().unwrap_or_default();
            gone.extend(&deleted);
            let seqs = deleted.into_iter().map(Seq).collect();
            house.store.edit(vec![Edit::Delete(seqs)], Millis(1)).unwrap();
        }

        let is_ordered = |pair: &[u64]| match way {
            Way::Back => pair[0] > pair[1],
            Way::Forth | Way::All => pair[0] < pair[1],
        };
        prop_assert!(read.windows(2).all(is_ordered), "{read:?}");
        let wanted = (1..=MESSAGES).filter(|n| matches!(way, Way::All) || n % 2 == 0);
        for stays in wanted.filter(|n| !gone.contains(n)) {
            prop_assert!(read.contains(&stays), "{stays} is missing in {read:?}");
        }
        // Nobody is told that something was lost: it was deleted.
        prop_assert_eq!(house.store.gaps().unwrap(), []);
        prop_assert_eq!(house.store.anomalies(), crate::Anomalies::default());
    }
}

/// The page behind a position, or the first one.
fn page(house: &House, way: Way, last: Option<u64>, limit: usize) -> Vec<u64> {
    let last = last.map(Seq);
    let side = match way {
        Way::All => {
            let after = last.unwrap_or_default();
            return seqs(&house.store.messages_after(after, limit, ALL).unwrap());
        }
        Way::Back => last.map_or(Side::Newest, Side::Before),
        Way::Forth => Side::After(last.unwrap_or_default()),
    };
    let query = HistoryQuery {
        conversation: &with("alice"),
        side,
        object_names: &[],
        limit,
        max_bytes: ALL,
    };
    seqs(&house.store.history_page(&query).unwrap().messages)
}
