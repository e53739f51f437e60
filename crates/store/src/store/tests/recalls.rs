//! Messages that are taken back, before and after they came.

use imlink_model::Trace;

use super::*;
use crate::key::{self, Kind};
use crate::{ConversationSummary, Edit, Edited};

// cloud-wire.md 5.7, behaviour.md 13.7
#[test]
fn a_recalled_message_keeps_its_place_and_loses_its_words() {
    let mut house = House::new();
    house.receive(vec![
        received("u-1", "alice", "one"),
        received("u-2", "alice", "two"),
    ]);

    let (new, changed) = house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);

    let [Edited::Recalled(message)] = &changed[..] else {
        panic!("not recalled: {changed:?}");
    };
    assert!(new.is_empty());
    assert_eq!(message.seq, Seq(1));
    assert_eq!(message.object_name, ObjectName::recall_notice());
    assert_eq!(message.body.as_str(), notice("alice", 1_000));
    assert_eq!(message.sent_at, Millis(1_000));
    assert_eq!(house.messages()[0], *message);
    assert_eq!(house.summary("alice").unread, 1);
}

#[test]
fn a_recall_takes_what_an_app_noted_of_the_words() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);
    let note = Edit::Annotate {
        seq: Seq(1),
        set: ReceivedStatus::READ,
        clear: ReceivedStatus::NONE,
        extra: Some(Body::new("one, translated")),
    };
    house.store.edit(vec![note], Millis(0)).unwrap();

    house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);

    let message = house.messages().remove(0);
    assert_eq!(message.local_extra, None);
    assert_eq!(message.received, ReceivedStatus::READ);
}

#[test]
fn a_recall_without_a_trace_leaves_nothing_and_the_message_does_not_come_back() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);

    let (_, changed) = house.arrive(vec![], vec![recall("u-1", "alice", Trace::Nothing)]);
    let again = house.receive(vec![received("u-1", "alice", "one")]);

    assert_eq!(changed, [Edited::Deleted(vec![Seq(1)])]);
    assert!(again.is_empty());
    assert!(house.messages().is_empty());
    assert_eq!(house.summary("alice").unread, 0);
}

#[test]
fn a_message_that_comes_after_its_recall_is_a_notice_from_the_start() {
    let mut house = House::new();

    let (_, changed) = house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);
    house.reopen();
    let new = house.receive(vec![received("u-1", "alice", "one")]);

    assert!(changed.is_empty());
    assert_eq!(bodies(&new), [notice("alice", 1_000)]);
    assert_eq!(house.messages(), new);
    assert_eq!(house.summary("alice").unread, 0);
}

#[test]
fn a_message_that_comes_with_its_recall_is_never_seen_with_its_words() {
    let mut house = House::new();
    let messages = vec![
        received("u-1", "alice", "one"),
        received("u-2", "alice", "two"),
        received("u-3", "alice", "three"),
    ];
    let recalls = vec![
        recall("u-1", "alice", Trace::Notice),
        recall("u-2", "alice", Trace::Nothing),
    ];

    let (new, changed) = house.arrive(messages, recalls);

    assert!(changed.is_empty(), "nobody had seen them");
    assert_eq!(bodies(&new), [notice("alice", 1_000), "three".into()]);
    assert_eq!(seqs(&new), [1, 2]);
}

// F-D10: a page that comes again after a crash
#[test]
fn a_recall_that_comes_again_changes_nothing() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);
    let page = || recall("u-1", "alice", Trace::Notice);
    house.arrive(vec![], vec![page()]);
    let before = house.messages();
    house.reopen();

    let later = Recall {
        at: Millis(9_000),
        ..page()
    };
    let (new, changed) = house.arrive(vec![received("u-1", "alice", "one")], vec![page(), later]);

    assert!(new.is_empty() && changed.is_empty());
    assert_eq!(house.messages(), before);
    assert_eq!(house.store.anomalies().uid_conflicts, 0);
}

#[test]
fn a_recall_does_not_reach_into_another_conversation() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);

    let recalls = vec![
        recall("u-1", "mallory", Trace::Notice),
        recall("u-2", "mallory", Trace::Nothing),
    ];
    let (_, changed) = house.arrive(vec![], recalls);
    house.receive(vec![received("u-2", "alice", "two")]);

    assert!(changed.is_empty());
    assert_eq!(bodies(&house.messages()), ["one", "two"]);
}

#[test]
fn an_own_message_of_unknown_fate_may_have_been_recalled_elsewhere() {
    let mut house = House::new();
    let outgoing = house.submit("c-1");
    house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);

    let applied = house.outcome(outgoing.id, sent("u-1"));

    let Applied::Settled { message, .. } = applied else {
        panic!("not settled: {applied:?}");
    };
    assert_eq!(message.unwrap().object_name, ObjectName::recall_notice());
}

#[test]
fn what_was_recalled_before_it_came_stays_away_when_its_conversation_is_forgotten() {
    let mut house = House::new();
    house.receive(vec![received("u-0", "alice", "hi")]);
    house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);

    let edits = vec![Edit::Forget(with("alice"))];
    house.store.edit(edits, Millis(0)).unwrap();
    let new = house.receive(vec![received("u-1", "alice", "one")]);

    assert!(new.is_empty());
    assert_eq!(house.store.conversation(&with("alice")).unwrap(), None);
}

#[test]
fn an_imported_message_is_recalled_like_one_from_the_cloud() {
    let mut house = House::new();
    let mut elsewhere = House::new();
    elsewhere.receive(vec![received("u-1", "alice", "one")]);
    house.arrive(vec![], vec![recall("u-1", "alice", Trace::Notice)]);

    let message = elsewhere.messages().remove(0);
    let edited = house.store.edit(vec![Edit::Import(message)], Millis(0));

    assert!(matches!(&edited.unwrap()[..], [Edited::Stored(_)]));
    assert_eq!(bodies(&house.messages()), [notice("alice", 1_000)]);
}

#[test]
fn recalls_that_wait_are_bounded_and_the_oldest_goes_first() {
    let mut house = House::new();
    house.store.limits.recalls = 3;
    let of = |n: i64| Recall {
        at: Millis(n),
        ..recall(&format!("u-{}", 9 - n), "alice", Trace::Notice)
    };

    house.arrive(vec![], vec![of(2), of(5), of(1)]);
    house.reopen();
    house.arrive(vec![], vec![of(3), of(4)]);

    assert_eq!(waiting(&house), 3);
    let late = (1..=5).map(|n| received(&format!("u-{}", 9 - n), "alice", "words"));
    let late = house.receive(late.collect());
    let kept = late.iter().map(|message| message.body.as_str() == "words");
    assert_eq!(kept.collect::<Vec<_>>(), [true, true, false, false, false]);
}

#[test]
fn a_recall_that_waits_no_more_makes_room() {
    let mut house = House::new();
    house.store.limits.recalls = 2;
    let of = |uid| recall(uid, "alice", Trace::Notice);
    let mut forgotten = of("u-2");
    forgotten.conversation = with("bob");
    house.receive(vec![received("u-0", "bob", "hi")]);

    house.arrive(vec![], vec![of("u-1"), forgotten]);
    house.receive(vec![received("u-1", "alice", "one")]);
    let edits = vec![Edit::Forget(with("bob"))];
    house.store.edit(edits, Millis(0)).unwrap();
    assert_eq!(waiting(&house), 0);
    house.arrive(vec![], vec![of("u-3"), of("u-4")]);

    assert_eq!(waiting(&house), 2);
}

#[test]
fn a_recall_that_cannot_be_read_goes_before_the_oldest() {
    let mut house = House::new();
    house.store.limits.recalls = 2;
    let of = |n: i64| Recall {
        at: Millis(n),
        ..recall(&format!("u-{n}"), "alice", Trace::Notice)
    };
    house.arrive(vec![], vec![of(1), of(2)]);
    let newer = key::recall(&with("alice"), &message_uid("u-2"));
    house.rows.tamper(&newer, |row| row[5] ^= 1);

    house.arrive(vec![], vec![of(3)]);

    let late = [1, 2, 3].map(|n| received(&format!("u-{n}"), "alice", "words"));
    let late = house.receive(late.into());
    let kept = late.iter().map(|message| message.body.as_str() == "words");
    assert_eq!(kept.collect::<Vec<_>>(), [false, true, false]);
}

/// Recalls that wait, on the disk.
fn waiting(house: &House) -> usize {
    let rows = &house.rows as &dyn crate::engine::Engine;
    let kept = key::all(Kind::Recall);
    rows.scan(&kept.start..&kept.end, crate::engine::Order::Forward)
        .count()
}

impl House {
    /// Stores what a page brings: what was new, and what changed.
    fn arrive(
        &mut self,
        messages: Vec<IncomingMessage>,
        recalls: Vec<Recall>,
    ) -> (Vec<Message>, Vec<Edited>) {
        let applied = self.apply(Change::Record(Record::Incoming {
            messages,
            recalls,
            unreadable: 0,
            cursor: Cursor::default(),
        }));
        match applied {
            Applied::Stored { new, changed } => (new, changed),
            other => panic!("not stored: {other:?}"),
        }
    }

    fn summary(&self, peer: &str) -> ConversationSummary {
        let found = self.store.conversation(&with(peer)).unwrap();
        found.expect("a conversation").summary
    }
}
