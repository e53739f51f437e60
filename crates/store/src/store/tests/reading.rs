//! Pages.

use super::*;

#[test]
fn pages_of_messages_follow_each_other_without_hole_or_repetition() {
    let mut house = House::new();
    for n in 0..10 {
        house.receive(vec![received(&format!("u-{n}"), "alice", &n.to_string())]);
    }

    let mut read = Vec::new();
    let mut after = Seq(0);
    loop {
        let page = house.store.messages_after(after, 3, ALL).unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        read.extend(seqs(&page));
    }

    assert_eq!(read, (1..=10).collect::<Vec<_>>());
    assert!(
        house
            .store
            .messages_after(Seq(u64::MAX), ALL, ALL)
            .unwrap()
            .is_empty()
    );
    assert!(
        house
            .store
            .messages_after(Seq(0), 0, ALL)
            .unwrap()
            .is_empty()
    );
}

// P28
#[test]
fn a_page_is_cut_by_bytes_but_never_empty_for_that() {
    let mut house = House::new();
    for (uid, bytes) in [("a", 10), ("b", 10), ("c", 1_000), ("d", 10)] {
        house.receive(vec![received(uid, "alice", &"x".repeat(bytes))]);
    }
    let after = |seq, bytes| seqs(&house.store.messages_after(Seq(seq), ALL, bytes).unwrap());
    let before = |seq, bytes| {
        let page = house
            .store
            .history(&with("alice"), seq, ALL, bytes)
            .unwrap();
        (seqs(&page.messages), page.more)
    };

    assert_eq!(after(0, 20), [1, 2]);
    assert_eq!(after(0, 19), [1]);
    assert_eq!(after(2, 0), [3]);
    assert_eq!(after(2, 1_010), [3, 4]);
    assert_eq!(before(None, 100), (vec![4], true));
    assert_eq!(before(Some(Seq(4)), 0), (vec![3], true));
    assert_eq!(before(Some(Seq(3)), 20), (vec![2, 1], false));
}

#[test]
fn history_is_of_one_conversation_newest_first() {
    let mut house = House::new();
    for (uid, peer) in [("1", "a"), ("2", "ab"), ("3", "a"), ("4", "a"), ("5", "ab")] {
        house.receive(vec![received(uid, peer, uid)]);
    }
    let page = |peer, before, limit| {
        let page = house
            .store
            .history(&with(peer), before, limit, ALL)
            .unwrap();
        (seqs(&page.messages), page.more)
    };

    assert_eq!(page("a", None, 2), (vec![4, 3], true));
    assert_eq!(page("a", Some(Seq(3)), 2), (vec![1], false));
    assert_eq!(page("a", None, 3), (vec![4, 3, 1], false));
    assert_eq!(page("ab", None, 10), (vec![5, 2], false));
    assert_eq!(page("nobody", None, 10), (vec![], false));
    assert_eq!(page("a", Some(Seq(0)), 10), (vec![], false));
    assert_eq!(page("a", None, 0), (vec![], true));
}

#[test]
fn conversations_come_newest_first_with_their_counts() {
    let mut house = House::new();
    house.receive(vec![received("1", "alice", "x"), received("2", "bob", "x")]);
    let uncounted = IncomingMessage {
        flags: Flags {
            persisted: true,
            ..Flags::default()
        },
        sent_at: Millis(9_000),
        ..received("3", "alice", "x")
    };

    house.receive(vec![echoed("4", "alice", "x"), uncounted]);
    house.reopen();

    let found = house.store.conversations(10).unwrap();
    let facts: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.conversation.clone(),
                found.last_seq.0,
                found.unread,
                found.total,
            )
        })
        .collect();
    assert_eq!(facts, [(with("alice"), 4, 1, 3), (with("bob"), 2, 1, 1)]);
    assert_eq!(found[0].last_at, Millis(9_000));
    assert_eq!(house.store.conversations(1).unwrap(), found[..1]);
}

#[test]
fn a_message_is_found_by_its_uid() {
    let mut house = House::new();
    let stored = house.receive(vec![received("u-1", "alice", "one")]);

    let found = house.store.message_by_uid(&message_uid("u-1")).unwrap();

    assert_eq!(found.as_slice(), stored);
    assert_eq!(house.store.message_by_uid(&message_uid("u")).unwrap(), None);
}
