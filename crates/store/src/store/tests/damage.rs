//! Rows that are not what was written, and an engine that fails.

use imlink_model::Code;

use super::super::Kept;
use super::*;
use crate::database::Database;
use crate::key::{self, Kind};
use crate::store::Limits;
use crate::{Anomalies, Edit, Edited, Gap, ReadError, Start};

// F-D07
#[test]
fn a_damaged_message_is_left_out_and_the_others_are_served() {
    let mut house = three_messages();
    house.rows.tamper(&key::message(Seq(2)), flip);

    assert_eq!(seqs(&house.messages()), [1, 3]);
    let page = house.store.history(&with("alice"), None, 10, ALL).unwrap();
    assert_eq!(seqs(&page.messages), [3, 1]);
    assert!(matches!(
        house.store.message_by_uid(&message_uid("u-2")),
        Err(ReadError::Damaged { kind: "message" })
    ));
    assert_eq!(house.store.anomalies().damaged_rows, 1);
    house.reopen();
    assert_eq!(house.store.last_seq(), Seq(3));
}

// F-D07, F-D08: never silent
#[test]
fn a_damaged_message_is_a_gap_for_those_who_come_past_it() {
    let house = three_messages();
    house.rows.tamper(&key::message(Seq(2)), flip);

    assert_eq!(house.store.gaps().unwrap(), []);
    house.messages();

    assert_eq!(house.store.gaps().unwrap(), [Gap::damaged(Seq(2))]);
}

// F-D07: pulled again if incoming
#[test]
fn a_damaged_message_that_comes_again_is_in_its_place() {
    let mut house = three_messages();
    let before = house.messages();
    house.rows.tamper(&key::message(Seq(2)), flip);
    house.messages();

    let (new, changed) = house.receive_again("u-2");

    assert!(new.is_empty(), "nobody is given it a second time");
    assert_eq!(changed, [Edited::Restored(before[1].clone())]);
    assert_eq!(house.messages(), before);
    assert_eq!(house.store.gaps().unwrap(), []);
    assert_eq!(house.store.anomalies(), Anomalies::default());
    assert_eq!(house.store.conversations(1).unwrap()[0].total, 3);
    let (new, changed) = house.receive_again("u-2");
    assert!(new.is_empty() && changed.is_empty(), "once");
    house.reopen();
    assert_eq!(house.messages(), before);
    assert_eq!(house.store.anomalies(), Anomalies::default());
}

// F-D07: pulled again if incoming
#[test]
fn an_opening_that_finds_messages_damaged_has_the_account_read_again_once() {
    let mut house = three_messages();
    let read_up_to = |cursor| incoming(Vec::new(), cursor);
    house.apply(read_up_to("three"));
    house.rows.tamper(&key::message(Seq(2)), flip);

    house.reopen();
    assert_eq!(house.store.restored().unwrap().cursor, Cursor::default());
    assert_eq!(house.store.gaps().unwrap(), [Gap::damaged(Seq(2))]);
    house.reopen();
    assert_eq!(house.store.restored().unwrap().cursor, Cursor::default());
    house.apply(read_up_to("three"));
    house.reopen();

    let restored = house.store.restored().unwrap();
    assert_eq!(restored.cursor.0, "three", "the cloud had it no more");
    assert_eq!(house.store.gaps().unwrap(), [Gap::damaged(Seq(2))]);
    // Somebody else has it still.
    let (_, changed) = house.receive_again("u-2");
    assert!(matches!(changed[..], [Edited::Restored(_)]));
    let page = house.store.history(&with("alice"), None, 10, ALL).unwrap();
    assert_eq!(seqs(&page.messages), [3, 2, 1]);
    house.reopen();
    assert_eq!(house.store.gaps().unwrap(), []);
}

// F-D07: pulled again if incoming
#[test]
fn a_message_found_damaged_while_rows_are_in_use_has_the_account_read_again_once() {
    let mut house = three_messages();
    let read_up_to = |cursor| incoming(Vec::new(), cursor);
    house.rows.tamper(&key::message(Seq(2)), flip);
    assert!(!house.store.has_new_damage());

    // Whatever it is that reads it.
    let found = house.store.message(Seq(2));

    assert!(matches!(found, Err(ReadError::Damaged { .. })));
    assert!(house.store.has_new_damage() && !house.store.reads_again());
    house.commit(Vec::new());
    assert!(!house.store.has_new_damage());
    assert!(house.store.reads_again());
    assert!(!house.store.reads_again(), "told once");
    house.apply(read_up_to("three"));
    house.messages();
    house.commit(Vec::new());
    assert!(!house.store.reads_again(), "and asked for once");
}

// F-D07, F-D10
#[test]
fn a_run_that_ends_before_it_has_read_again_leaves_that_to_the_next() {
    // More than an opening reads, so that only the run itself comes upon the damage.
    let mut house = messages(1_200);
    house.rows.tamper(&key::message(Seq(1)), flip);
    house.reopen();
    assert_eq!(house.store.anomalies(), Anomalies::default());
    house.messages();
    house.apply(incoming(Vec::new(), "page under way"));

    house.reopen();
    assert_eq!(house.store.restored().unwrap().cursor, Cursor::default());
    assert_eq!(house.store.gaps().unwrap(), [Gap::damaged(Seq(1))]);
    house.apply(incoming(Vec::new(), "read again"));
    house.reopen();

    let restored = house.store.restored().unwrap();
    assert_eq!(restored.cursor.0, "read again", "once");
}

// F-D07, F-D25
#[test]
fn a_message_that_is_left_out_on_purpose_is_a_gap_and_not_asked_for() {
    let mut house = three_messages();
    let rows = Database::new(house.rows.clone()).without(vec![Seq(2)]);
    let (store, _) = Store::recover(rows, &user("me"), Limits::default(), Kept::default()).unwrap();
    house.store = store;

    assert_eq!(seqs(&house.messages()), [1, 3]);
    house.commit(Vec::new());

    assert!(!house.store.reads_again());
    assert_eq!(house.store.gaps().unwrap(), [Gap::damaged(Seq(2))]);
}

// F-D07
#[test]
fn a_recall_of_a_damaged_message_waits_for_it() {
    let mut house = three_messages();
    house.rows.tamper(&key::message(Seq(2)), flip);

    let taken_back = recall("u-2", "alice", Trace::Notice);
    house
        .store
        .edit(vec![Edit::Recall(taken_back)], Millis(0))
        .unwrap();
    let (_, changed) = house.receive_again("u-2");

    let [Edited::Recalled(left)] = &changed[..] else {
        panic!("{changed:?}");
    };
    assert_eq!(
        (left.seq, left.body.as_str()),
        (Seq(2), &*notice("alice", 1_000))
    );
}

// F-D08
#[test]
fn a_message_that_is_gone_and_comes_again_has_a_new_place() {
    let mut house = three_messages();
    house.rows.lose(&key::message(Seq(2)));
    assert_eq!(seqs(&house.messages()), [1, 3]);

    let (new, _) = house.receive_again("u-2");

    assert_eq!(seqs(&new), [4]);
    assert_eq!(house.store.gaps().unwrap().len(), 1, "where it was");
}

// F-D07
#[test]
fn a_damaged_row_among_the_last_does_not_run_the_numbers_back() {
    let mut house = three_messages();
    house.submit("c-1");
    house.rows.tamper(&key::single(Kind::Head), flip);
    house.rows.tamper(&key::message(Seq(3)), flip);

    house.reopen();
    let stored = house.receive(vec![received("u-4", "alice", "u-4")]);

    assert_eq!(seqs(&stored), [4]);
    assert_eq!(house.submit("c-2").id, OutboxId(2));
}

// F-D07, F-D16
#[test]
fn a_uid_whose_row_is_damaged_is_still_known() {
    let mut house = three_messages();
    house.rows.tamper(&key::uid(&message_uid("u-2")), flip);

    let stored = house.receive(vec![received("u-2", "alice", "u-2")]);

    assert!(stored.is_empty());
    assert_eq!(house.store.anomalies().uid_conflicts, 0);
}

// F-D07
#[test]
fn a_damaged_summary_is_counted_again() {
    let mut house = three_messages();
    let before = house.store.conversations(10).unwrap();
    house.rows.tamper(&key::summary(&with("alice")), flip);

    let listed = house.store.conversations(10).unwrap();
    house.receive(vec![received("u-4", "alice", "u-4")]);

    assert_eq!(listed, before);
    let after = house.store.conversations(10).unwrap();
    assert_eq!((after.len(), after[0].total, after[0].unread), (1, 4, 4));
}

// F-D07
#[test]
fn a_message_whose_outbox_state_is_damaged_is_in_doubt() {
    let mut house = House::new();
    let outgoing = house.submit("c-1");
    house
        .rows
        .tamper(&key::outbox(Kind::Open, outgoing.id), flip);

    house.reopen();

    assert_eq!(house.store.restored().unwrap().in_doubt, [outgoing]);
}

// F-D07
#[test]
fn a_damaged_outgoing_message_is_settled_but_enters_no_timeline() {
    let mut house = House::new();
    let id = house.submit("c-1").id;
    house.rows.tamper(&key::outbox(Kind::Outgoing, id), flip);

    let refused = Applied::Refused {
        code: Code::RC_DB_CORRUPT,
    };
    assert_eq!(house.apply(Change::Submit(submission("c-1"))), refused);
    assert_eq!(house.outcome(id, sent("u-1")), refused);
    assert_eq!(house.outcome(id, sent("u-1")), Applied::Recorded);
    assert!(house.messages().is_empty());
}

// F-D07: reported if outgoing
#[test]
fn a_damaged_outgoing_message_has_failed_from_the_next_opening_on() {
    let mut house = House::new();
    let id = house.submit("c-1").id;
    house.submit("c-2");
    house.rows.tamper(&key::outbox(Kind::Outgoing, id), flip);

    house.reopen();

    let queued = house.store.restored().unwrap().queued;
    assert_eq!(queued.len(), 1, "the other one");
    let code = Code::RC_DB_CORRUPT;
    let fate = house.store.fate(&app(), &client("c-1")).unwrap();
    assert_eq!(fate, Some(OutboxState::Failed { code }));
    assert_eq!(house.store.anomalies().lost_outgoing, 1);
    house.store.limits.open = 2;
    house.submit("c-3");
    house.reopen();
    assert_eq!(house.store.anomalies().lost_outgoing, 0, "said once");
    assert_eq!(house.store.restored().unwrap().queued.len(), 2);
}

// F-D07
#[test]
fn a_damaged_cursor_reads_the_account_again() {
    let mut house = House::new();
    house.apply(incoming(vec![received("u-1", "alice", "one")], "cursor"));
    house.rows.tamper(&key::single(Kind::Cursor), flip);

    house.reopen();

    assert_eq!(house.store.restored().unwrap().cursor, Cursor::default());
}

// F-D07
#[test]
fn a_damaged_subscription_begins_again() {
    let mut house = three_messages();
    let subscribe = || Change::Subscribe {
        subscription: subscription("s"),
        start: Start::Now,
    };
    house.apply(subscribe());
    house
        .rows
        .tamper(&key::subscription(&subscription("s")), flip);

    assert_eq!(
        house.apply(subscribe()),
        Applied::Subscribed { after: Seq(0) }
    );
    assert!(house.store.subscriptions().unwrap().is_empty());
}

// F-D07
#[test]
fn a_body_with_a_damaged_part_is_never_shown() {
    let mut house = House::new();
    let long = "x".repeat(50_000);
    house.receive(vec![received("u-1", "alice", &long)]);

    house
        .rows
        .tamper(&key::part(&key::message(Seq(1)), 3), flip);

    assert!(house.messages().is_empty());
}

// F-D01, F-D04
#[test]
fn after_a_failed_write_every_later_one_fails_with_the_same_error() {
    let mut house = three_messages();
    house.rows.set_trouble(Trouble::Full);
    let mut commit = || {
        let change = incoming(vec![received("u-4", "alice", "four")], "");
        house.store.commit(vec![change], Millis(0)).unwrap_err()
    };

    let first = commit();
    house.rows.set_trouble(Trouble::None);
    let second = commit();

    assert!(first.is_fatal() && second.is_fatal());
    assert!(!first.is_removal(), "nobody need wait for one");
    assert_eq!(first.code(), Code::LOCAL_STORE_FULL);
    assert_eq!(second.code(), Code::LOCAL_STORE_FULL);
    assert_eq!(seqs(&house.messages()), [1, 2, 3]);
    assert_eq!(house.store.last_seq(), Seq(3));
    house.reopen();
    assert_eq!(
        seqs(&house.receive(vec![received("u-4", "alice", "four")])),
        [4]
    );
}

// F-D07, F-D09
#[test]
fn an_engine_that_finds_its_files_damaged_is_told_from_a_disk_that_fails() {
    for (trouble, code) in [
        (Trouble::Damaged, Code::RC_DB_CORRUPT),
        (Trouble::Io, Code::RC_DB_SQL_ERROR),
    ] {
        let mut house = three_messages();
        house.rows.set_trouble(trouble);

        let read = house.store.messages_after(Seq(0), ALL, ALL).unwrap_err();
        let change = incoming(vec![received("u-4", "alice", "four")], "");
        let written = house.store.commit(vec![change], Millis(0)).unwrap_err();

        assert_eq!((read.code(), written.code()), (code, code));
        assert!(read.is_of_the_engine() && written.is_of_reading());
        assert!(!written.is_fatal(), "nothing was written");
    }
}

// F-K10
#[test]
fn debug_shows_no_bodies() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "canary")]);
    let applied = house.apply(Change::Submit(Submission {
        body: Body::new("canary"),
        ..submission("c-1")
    }));

    assert!(!format!("{applied:?}").contains("canary"));
    assert!(!format!("{:?}", house.store.restored()).contains("canary"));
}

impl House {
    /// Gives a message of [`three_messages`] again; what was new, and what changed.
    fn receive_again(&mut self, uid: &str) -> (Vec<Message>, Vec<Edited>) {
        let again = incoming(vec![received(uid, "alice", uid)], "again");
        match self.apply(again) {
            Applied::Stored { new, changed } => (new, changed),
            other => panic!("not stored: {other:?}"),
        }
    }
}

fn three_messages() -> House {
    messages(3)
}

fn flip(value: &mut [u8]) {
    *value.last_mut().unwrap() ^= 1;
}
