//! Edits, one by one; under random ones the conversations are compared with a model elsewhere.

use imlink_model::{Code, MAX_BESIDE_BODY_BYTES, MAX_BODY_BYTES, MAX_LOCAL_EXTRA_BYTES, TargetId};

use super::*;
use crate::{ConversationSummary, Edit, Edited, HistoryQuery, Insertion, Side};

#[test]
fn an_inserted_message_is_the_same_when_it_is_inserted_again() {
    let mut house = House::new();

    let Edited::Stored(message) = edit(&mut house, Edit::Insert(note("n-1", "hi"))) else {
        panic!("not stored");
    };
    let again = edit(&mut house, Edit::Insert(note("n-1", "other")));

    assert_eq!(message.uid, None);
    assert_eq!(again, Edited::Known(message.seq));
    assert_eq!(bodies(&house.messages()), ["hi"]);
    assert_eq!(house.store.message(message.seq).unwrap(), Some(message));
}

#[test]
fn texts_that_are_too_long_are_refused() {
    let mut house = House::new();
    let long = "x".repeat(MAX_BODY_BYTES + 1);
    let refused = Edited::Refused {
        code: Code::RC_MSG_CONTENT_EXCEED_LIMIT,
    };

    assert_eq!(edit(&mut house, Edit::Insert(note("n-1", &long))), refused);
    assert_eq!(edit(&mut house, draft("alice", &long)), refused);
    assert!(house.messages().is_empty());
}

#[test]
fn what_apps_note_of_a_message_stays_with_it_and_changes_nothing_else() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);
    let before = house.messages().remove(0);

    edit(
        &mut house,
        annotate(1, ReceivedStatus::LISTENED, Some("note")),
    );
    let newer = ReceivedStatus::from_bits(64);
    let annotated = edit(&mut house, annotate(1, newer, None));
    house.reopen();

    let expected = Message {
        received: ReceivedStatus::LISTENED.with(newer),
        local_extra: Some("note".into()),
        ..before
    };
    assert_eq!(annotated, Edited::Annotated(expected.clone()));
    assert_eq!(house.messages(), [expected]);
    assert_eq!(summary(&house, "alice").unread, 1);
    assert_eq!(house.store.anomalies(), Default::default());
    assert_eq!(house.store.gaps().unwrap(), []);
    let found = house.store.message_by_uid(&message_uid("u-1")).unwrap();
    assert_eq!(found.unwrap().local_extra.as_deref(), Some("note"));
}

#[test]
fn an_empty_local_extra_is_none_and_bits_can_be_taken_away() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);
    let before = house.messages();
    edit(&mut house, annotate(1, ReceivedStatus::READ, Some("note")));

    let undo = Edit::Annotate {
        seq: Seq(1),
        set: ReceivedStatus::NONE,
        clear: ReceivedStatus::READ,
        extra: Some(Body::new("")),
    };
    edit(&mut house, undo.clone());

    assert_eq!(house.messages(), before);
    assert_eq!(edit(&mut house, undo), Edited::Unchanged);
}

#[test]
fn a_note_on_what_is_not_stored_or_of_what_is_too_long_is_refused() {
    let mut house = House::new();
    let mut message = received("u-1", "alice", "one");
    message.expansion = Some("x".repeat(MAX_BESIDE_BODY_BYTES - 10));
    house.receive(vec![message, received("u-2", "alice", "two")]);
    let refused = |code| Edited::Refused { code };

    let extra = |seq, bytes| annotate(seq, ReceivedStatus::NONE, Some(&"x".repeat(bytes)));
    let not_found = refused(Code::RC_DB_DATA_NOT_FOUND);
    assert_eq!(edit(&mut house, extra(9, 1)), not_found);
    let bad = refused(Code::LOCAL_BAD_REQUEST);
    assert_eq!(edit(&mut house, extra(2, MAX_LOCAL_EXTRA_BYTES + 1)), bad);
    assert_eq!(edit(&mut house, extra(1, 11)), bad);
    assert!(matches!(
        edit(&mut house, extra(1, 10)),
        Edited::Annotated(_)
    ));
    let longest = extra(2, MAX_LOCAL_EXTRA_BYTES);
    assert!(matches!(edit(&mut house, longest), Edited::Annotated(_)));
}

// F-D16
#[test]
fn a_deleted_message_does_not_come_back_from_the_cloud() {
    let mut house = House::new();
    house.receive(vec![
        received("u-1", "alice", "one"),
        received("u-2", "alice", "two"),
    ]);

    let deleted = edit(&mut house, Edit::Delete(vec![Seq(2), Seq(2), Seq(9)]));
    let stored = house.receive(vec![received("u-2", "alice", "two")]);

    assert_eq!(deleted, Edited::Deleted(vec![Seq(2)]));
    assert!(stored.is_empty());
    assert_eq!(house.store.anomalies().uid_conflicts, 0);
    let found = house.store.message_by_uid(&message_uid("u-2")).unwrap();
    assert_eq!(found, None);
    assert_eq!(summary(&house, "alice").last_seq, Seq(1));
}

#[test]
fn a_large_conversation_is_forgotten_in_parts() {
    let mut house = House::new();
    let messages = (1..=1_100).map(|n| received(&format!("u-{n}"), "alice", "hi"));
    house.receive(messages.collect());
    house.receive(vec![received("b-1", "bob", "hello")]);

    let parts: Vec<_> = (0..3)
        .map(|_| edit(&mut house, Edit::Forget(with("alice"))))
        .collect();

    let part = |messages, more| Edited::Forgotten { messages, more };
    assert_eq!(parts, [part(500, true), part(500, true), part(100, false)]);
    assert_eq!(house.store.conversation(&with("alice")).unwrap(), None);
    assert_eq!(bodies(&house.messages()), ["hello"]);
    assert_eq!(house.store.unread().messages, 1);
    assert_eq!(house.store.gaps().unwrap(), []);
}

#[test]
fn reading_further_than_there_is_does_not_read_what_is_to_come() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);

    edit(
        &mut house,
        Edit::MarkRead {
            conversation: with("alice"),
            up_to: Millis(i64::MAX),
        },
    );
    let later = IncomingMessage {
        sent_at: Millis(1_001),
        ..received("u-2", "alice", "two")
    };
    house.receive(vec![later]);

    assert_eq!(summary(&house, "alice").read_up_to, Some(Millis(1_000)));
    assert_eq!(summary(&house, "alice").unread, 1);
}

#[test]
fn a_draft_brings_a_conversation_to_be_and_its_end_leaves_it_there() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "one")]);
    let listed = |house: &House| {
        let page = house.store.conversation_page(None, ALL, ALL).unwrap();
        let entries = page.entries.into_iter();
        entries
            .map(|entry| (entry.summary.conversation.target, entry.draft))
            .collect::<Vec<_>>()
    };
    let target = |id: &str| TargetId::new(id).unwrap();

    edit(&mut house, draft("bob", "dear"));
    let begun = listed(&house);
    edit(&mut house, draft("bob", ""));

    let dear = Some(Body::new("dear"));
    assert_eq!(begun, [(target("bob"), dear), (target("alice"), None)]);
    let left = [(target("bob"), None), (target("alice"), None)];
    assert_eq!(listed(&house), left);
    assert_eq!(edit(&mut house, draft("carol", "")), Edited::Unchanged);
    assert_eq!(listed(&house).len(), 2);
}

#[test]
fn history_is_read_on_both_sides_of_a_point_and_by_type() {
    let mut house = House::new();
    let file = ObjectName::new("RC:FileMsg").unwrap();
    let messages = (1..=9).map(|n| {
        let text = received(&format!("u-{n}"), "alice", "hi");
        if n % 3 == 0 {
            IncomingMessage {
                object_name: file.clone(),
                ..text
            }
        } else {
            text
        }
    });
    house.receive(messages.collect());
    let conversation = with("alice");
    let page = |side, object_names: &[ObjectName], limit| {
        let query = HistoryQuery {
            conversation: &conversation,
            side,
            object_names,
            limit,
            max_bytes: ALL,
        };
        let page = house.store.history_page(&query).unwrap();
        (seqs(&page.messages), page.more)
    };

    assert_eq!(page(Side::Before(Seq(5)), &[], 2), (vec![4, 3], true));
    assert_eq!(page(Side::After(Seq(5)), &[], 9), (vec![6, 7, 8, 9], false));
    let files = [file.clone()];
    assert_eq!(page(Side::Newest, &files, 2), (vec![9, 6], true));
    assert_eq!(page(Side::After(Seq(3)), &files, 2), (vec![6, 9], false));
    let others = [ObjectName::new("app:none").unwrap()];
    assert_eq!(page(Side::Newest, &others, 2), (vec![], false));
}

fn edit(house: &mut House, edit: Edit) -> Edited {
    let mut edited = house.store.edit(vec![edit], Millis(5_000)).unwrap();
    edited.remove(0)
}

fn summary(house: &House, peer: &str) -> ConversationSummary {
    let entry = house.store.conversation(&with(peer)).unwrap();
    entry.unwrap().summary
}

fn annotate(seq: u64, set: ReceivedStatus, extra: Option<&str>) -> Edit {
    Edit::Annotate {
        seq: Seq(seq),
        set,
        clear: ReceivedStatus::NONE,
        extra: extra.map(Body::new),
    }
}

fn draft(peer: &str, text: &str) -> Edit {
    Edit::SetDraft {
        conversation: with(peer),
        text: Some(Body::new(text)),
    }
}

fn note(client_id: &str, text: &str) -> Insertion {
    Insertion {
        app: app(),
        client_id: client(client_id),
        conversation: with("alice"),
        direction: Direction::Sent,
        sender: user("me"),
        object_name: ObjectName::text(),
        body: Body::new(text),
        sent_at: Millis(1_500),
        counted: false,
    }
}
