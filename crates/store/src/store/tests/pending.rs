//! Entries of timelines that are written some time after their messages.

use super::*;
use crate::Edit;
use crate::engine::Order;
use crate::key::{self, Kind};

/// Messages that are more than are written together.
const MANY: u64 = 50;

#[test]
fn a_conversation_is_whole_before_and_after_its_entries_are_written() {
    let mut house = House::new();

    for n in 1..=MANY {
        house.receive(vec![received(&n.to_string(), "alice", "hello")]);
        assert_eq!(history(&house), (1..=n).rev().collect::<Vec<_>>(), "of {n}");
        house.reopen();
        assert_eq!(
            history(&house),
            (1..=n).rev().collect::<Vec<_>>(),
            "after a start at {n}"
        );
    }
}

#[test]
fn entries_are_written_many_at_a_time() {
    let mut house = House::new();
    let written = |house: &House| {
        let timelines = key::all(Kind::Timeline);
        let rows = &house.rows as &dyn crate::engine::Engine;
        rows.scan(&timelines.start..&timelines.end, Order::Forward)
            .count() as u64
    };
    let mut writes = 0;

    for n in 1..=MANY {
        let before = written(&house);
        house.receive(vec![received(&n.to_string(), "alice", "hello")]);
        writes += u64::from(written(&house) > before);
    }

    assert!(written(&house) > 0);
    assert!(writes <= MANY / 10, "in {writes} batches");
}

#[test]
fn a_message_is_deleted_or_recalled_whether_its_entry_is_written_or_not() {
    let mut house = House::new();
    for n in 1..=MANY {
        house.receive(vec![received(&n.to_string(), "alice", "hello")]);
    }
    let recall = |uid| Edit::Recall(recall(uid, "alice", Trace::Notice));

    house
        .store
        .edit(
            vec![
                recall("2"),
                recall("49"),
                Edit::Delete(vec![Seq(1), Seq(50)]),
            ],
            Millis(0),
        )
        .unwrap();

    for _ in 0..2 {
        assert_eq!(history(&house), (2..=49).rev().collect::<Vec<_>>());
        let recalled = house.store.history_page(&crate::HistoryQuery {
            conversation: &with("alice"),
            side: crate::Side::Newest,
            object_names: &[ObjectName::recall_notice()],
            limit: ALL,
            max_bytes: ALL,
        });
        assert_eq!(seqs(&recalled.unwrap().messages), [49, 2]);
        house.reopen();
    }
}

#[test]
fn a_head_row_that_is_damaged_hides_no_message() {
    let mut house = House::new();
    for n in 1..=MANY {
        house.receive(vec![received(&n.to_string(), "alice", "hello")]);
    }

    house
        .rows
        .tamper(&key::single(Kind::Head), |row| row[5] ^= 1);
    house.reopen();

    assert_eq!(history(&house), (1..=MANY).rev().collect::<Vec<_>>());
}

fn history(house: &House) -> Vec<u64> {
    seqs(
        &house
            .store
            .history(&with("alice"), None, ALL, ALL)
            .unwrap()
            .messages,
    )
}
