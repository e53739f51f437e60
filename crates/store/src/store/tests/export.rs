//! Taking an account out of one store and into another.

use super::*;
use crate::{Edit, Exported, Insertion};

#[test]
fn an_export_brings_messages_notes_reading_and_drafts_into_another_store() {
    let (house, exported) = exported();

    let mut other = House::new();
    import(&mut other, &exported);

    assert_eq!(other.messages(), house.messages());
    let shown = |house: &House| house.store.conversation_page(None, ALL, ALL).unwrap();
    assert_eq!(shown(&other), shown(&house));
    assert_eq!(other.store.unread(), house.store.unread());
}

#[test]
fn an_export_that_is_imported_twice_changes_nothing_the_second_time() {
    let (_, exported) = exported();
    let mut other = House::new();
    import(&mut other, &exported);
    let before = other.messages();

    import(&mut other, &exported);

    assert_eq!(other.messages(), before);
}

#[test]
fn an_import_keeps_what_is_there_and_puts_the_rest_behind_it() {
    let (_, exported) = exported();
    let mut other = House::new();
    other.receive(vec![
        received("u-9", "carol", "mine"),
        received("u-2", "bob", "two"),
    ]);

    import(&mut other, &exported);

    let messages = other.messages();
    assert_eq!(bodies(&messages), ["mine", "two", "one", "a note", "three"]);
}

fn exported() -> (House, Vec<Exported>) {
    let mut house = House::new();
    house.receive(vec![
        received("u-1", "alice", "one"),
        received("u-2", "bob", "two"),
    ]);
    let note = Edit::Insert(Insertion {
        app: app(),
        client_id: client("n-1"),
        conversation: with("alice"),
        direction: Direction::Sent,
        sender: user("me"),
        object_name: ObjectName::text(),
        body: Body::new("a note"),
        sent_at: Millis(1_500),
        counted: false,
    });
    let read = Edit::MarkRead {
        conversation: with("bob"),
        up_to: Millis(1_000),
    };
    let draft = Edit::SetDraft {
        conversation: with("alice"),
        text: Some(Body::new("dear")),
    };
    let annotation = Edit::Annotate {
        seq: Seq(1),
        set: ReceivedStatus::DOWNLOADED,
        clear: ReceivedStatus::NONE,
        extra: Some(Body::new("kept here")),
    };
    house
        .store
        .edit(vec![note, read, draft, annotation], Millis(0))
        .unwrap();
    house.receive(vec![received("u-3", "alice", "three")]);
    let exported = house.store.export().collect::<Result<_, _>>().unwrap();
    (house, exported)
}

fn import(house: &mut House, exported: &[Exported]) {
    let edits = exported.iter().cloned().flat_map(Exported::into_edits);
    house.store.edit(edits.collect(), Millis(7)).unwrap();
}
