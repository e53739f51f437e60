//! Rows that are gone, or older than they should be: sound in themselves, and noticed all the same.

use super::*;
use crate::key::{self, Kind};
use crate::{Gap, GapCause};

// F-D08
#[test]
fn a_message_that_is_gone_is_noticed_when_the_rows_are_opened() {
    let mut house = messages(600);

    house.rows.lose(&key::message(Seq(590)));
    house.reopen();

    assert_eq!(house.store.gaps().unwrap(), [gap(512, 767, Some(1))]);
    assert_eq!(house.store.anomalies().gaps, 1);
}

// F-D08
#[test]
fn a_message_that_is_gone_is_noticed_when_its_neighbours_are_read() {
    let house = messages(600);

    house.rows.lose(&key::message(Seq(100)));

    assert_eq!(house.store.gaps().unwrap(), []);
    assert_eq!(house.messages().len(), 599);
    assert_eq!(house.store.gaps().unwrap(), [gap(0, 255, Some(1))]);
}

// F-D08
#[test]
fn a_message_that_is_gone_is_noticed_in_its_conversation() {
    let house = messages(3);

    house.rows.lose(&key::message(Seq(2)));
    let page = house.store.history(&with("alice"), None, 10, ALL).unwrap();

    assert_eq!(seqs(&page.messages), [3, 1]);
    assert_eq!(house.store.gaps().unwrap(), [gap(0, 255, Some(1))]);
}

// F-D08
#[test]
fn the_last_messages_are_missed_too() {
    let mut house = messages(300);

    for seq in 297..=300 {
        house.rows.lose(&key::message(Seq(seq)));
    }
    house.reopen();

    assert_eq!(house.store.gaps().unwrap(), [gap(256, 511, Some(4))]);
    assert_eq!(
        seqs(&house.receive(vec![received("new", "alice", "new")])),
        [301]
    );
}

// F-D08
#[test]
fn a_whole_block_that_is_gone_is_missed() {
    let house = messages(1_000);

    for seq in 256..512 {
        house.rows.lose(&key::message(Seq(seq)));
    }

    assert_eq!(house.messages().len(), 744);
    assert_eq!(house.store.gaps().unwrap(), [gap(256, 511, Some(256))]);
}

// F-D07, F-D08
#[test]
fn an_older_row_in_the_place_of_a_newer_one_is_noticed() {
    let mut house = House::new();
    let outgoing = house.submit("c-1");
    house.receive(vec![echoed("u-1", "alice", "hello")]);
    let older = house.rows.peek(&key::message(Seq(1)));
    house.outcome(outgoing.id, sent("u-1"));

    house.rows.put_back(&key::message(Seq(1)), older);
    house.reopen();

    assert_eq!(house.store.gaps().unwrap(), [gap(0, 255, None)]);
}

#[test]
fn a_gap_is_reported_once_and_stays_known() {
    let mut house = messages(10);
    house.rows.lose(&key::message(Seq(5)));
    house.reopen();
    let found = house.store.gaps().unwrap();

    house.reopen();

    assert_eq!(house.store.anomalies().gaps, 0);
    assert_eq!(house.store.gaps().unwrap(), found);
    house.rows.lose(&key::message(Seq(6)));
    house.reopen();
    assert_eq!(house.store.anomalies().gaps, 1);
}

// F-D07
#[test]
fn a_damaged_block_row_is_counted_again_by_the_next_message() {
    let mut house = messages(10);
    house
        .rows
        .tamper(&key::block(0), |row| *row.last_mut().unwrap() ^= 1);

    house.receive(vec![received("new", "alice", "new")]);
    house.reopen();

    assert_eq!(house.store.gaps().unwrap(), []);
}

// F-D08
#[test]
fn a_head_row_that_is_older_than_the_rows_is_noticed() {
    let mut house = messages(2);
    let older = house.rows.peek(&key::single(Kind::Head));
    house.receive(vec![received("new", "alice", "new")]);

    house.rows.put_back(&key::single(Kind::Head), older);
    house.reopen();

    assert_eq!(house.store.anomalies().damaged_rows, 1);
    assert_eq!(house.store.last_seq(), Seq(3));
}

// F-D08
#[test]
fn an_accepted_message_that_is_gone_is_missed() {
    let mut house = House::new();
    let id = house.submit("c-1").id;
    house.submit("c-2");

    house.rows.lose(&key::outbox(Kind::Open, id));
    house.reopen();

    assert_eq!(house.store.anomalies().lost_outgoing, 1);
}

#[test]
fn sound_rows_have_no_gaps() {
    let mut house = messages(1_000);
    house.reopen();

    assert_eq!(house.messages().len(), 1_000);
    assert_eq!(house.store.anomalies(), crate::Anomalies::default());
}

fn gap(first: u64, last: u64, lost: Option<u64>) -> Gap {
    Gap {
        first: Seq(first),
        last: Seq(last),
        lost,
        cause: GapCause::Damaged,
    }
}
