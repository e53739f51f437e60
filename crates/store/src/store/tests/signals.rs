//! Messages that are delivered and not kept: receipts, commands, and what an app made like them.

use imlink_model::Trace;

use super::*;
use crate::key::{self, Kind};
use crate::{Edit, Edited, SearchQuery};

/// What an app on another device says for its own to know.
fn signal(uid: &str, peer: &str) -> IncomingMessage {
    IncomingMessage {
        object_name: ObjectName::new("app:Seen").unwrap(),
        flags: Flags::default(),
        ..echoed(
            uid,
            peer,
            r#"{"content":"signalled","lastMessageSendTime":1}"#,
        )
    }
}

// behaviour.md 13.2: signals are neither stored nor counted
#[test]
fn a_signal_has_its_place_and_is_in_no_history_search_or_list() {
    let mut house = House::new();
    house.receive(vec![
        signal("s-0", "bob"),
        received("u-1", "alice", r#"{"content":"words"}"#),
        signal("s-1", "alice"),
    ]);

    for _ in 0..2 {
        assert_eq!(seqs(&house.messages()), [1, 2, 3], "subscriptions get them");
        assert_eq!(house.store.message(Seq(3)).unwrap().unwrap().seq, Seq(3));
        let history = |peer| house.store.history(&with(peer), None, ALL, ALL).unwrap();
        assert_eq!(seqs(&history("alice").messages), [2]);
        assert_eq!(seqs(&history("bob").messages), [0_u64; 0]);
        let query = SearchQuery {
            keyword: "s",
            conversation: None,
            before: None,
            limit: ALL,
            max_bytes: ALL,
        };
        let found = house.store.search(&query).unwrap().messages;
        assert_eq!(seqs(&found), [2]);
        let list = house.store.conversation_page(None, ALL, ALL).unwrap();
        let [alice] = &list.entries[..] else {
            panic!("{list:?}");
        };
        assert_eq!(alice.last.as_ref().unwrap().seq, Seq(2));
        assert_eq!((alice.summary.total, alice.summary.unread), (1, 1));
        house.reopen();
    }
}

#[test]
fn a_summary_that_is_damaged_is_counted_again_without_signals() {
    let mut house = House::new();
    house.receive(vec![
        received("u-1", "alice", "words"),
        signal("s-1", "alice"),
    ]);
    let before = house.store.conversation(&with("alice")).unwrap();

    let key = key::summary(&with("alice"));
    house.rows.tamper(&key, |row| row[5] ^= 1);
    house.reopen();

    assert_eq!(house.store.conversation(&with("alice")).unwrap(), before);
}

#[test]
fn a_signal_is_deleted_recalled_and_forgotten_like_a_message() {
    let mut house = House::new();
    house.receive((1..=4).map(|n| signal(&format!("s-{n}"), "bob")).collect());

    let edited = house.store.edit(
        vec![
            Edit::Delete(vec![Seq(1)]),
            Edit::Recall(recall("s-2", "bob", Trace::Notice)),
        ],
        Millis(0),
    );

    let gone = |seq| Edited::Deleted(vec![Seq(seq)]);
    assert_eq!(edited.unwrap(), [gone(1), gone(2)]);
    assert_eq!(seqs(&house.messages()), [3, 4]);
    assert_eq!(house.store.conversation(&with("bob")).unwrap(), None);
    let forgotten = house.store.forget(&with("bob"), Millis(0), &mut |_| {});
    forgotten.unwrap();
    assert!(house.messages().is_empty());
    let rows = &house.rows as &dyn crate::engine::Engine;
    let entries = key::all(Kind::Timeline);
    let left = rows.scan(&entries.start..&entries.end, crate::engine::Order::Forward);
    assert_eq!(left.count(), 0);
    assert!(house.receive(vec![signal("s-3", "bob")]).is_empty());
}

#[test]
fn a_signal_that_was_recalled_before_it_came_does_not_come() {
    let mut house = House::new();
    house
        .store
        .edit(
            vec![Edit::Recall(recall("s-1", "bob", Trace::Notice))],
            Millis(0),
        )
        .unwrap();

    assert!(house.receive(vec![signal("s-1", "bob")]).is_empty());
    assert!(house.messages().is_empty());
}
