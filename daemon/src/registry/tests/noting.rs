//! What apps note of stored messages.

use imlink_model::ReceivedStatus;
use imlink_store::{Edit, Edited};

use super::bench::*;

#[test]
fn a_note_is_made_bit_by_bit_and_the_other_apps_see_the_message_change() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);

    let id = house.ask(first, annotate(Some("kept")));
    let (edits, then) = house.last_edit();
    assert_eq!(
        edits,
        [Edit::Annotate {
            seq: Seq(7),
            set: ReceivedStatus::LISTENED,
            clear: ReceivedStatus::READ,
            extra: Some(Body::new("kept")),
        }]
    );
    assert!(house.outcome(first, id).is_empty(), "not durable yet");
    let mut noted = message(7, Origin::Remote);
    noted.local_extra = Some("kept".into());
    let result = Ok(vec![Edited::Annotated(noted.clone())]);
    house.registry.edited(account, then, result);
    house.drain();

    assert!(house.done(first, id));
    assert_eq!(house.changed(first), []);
    assert_eq!(house.changed(second), [noted.into()]);
}

#[test]
fn a_note_that_says_what_was_noted_before_tells_nobody() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);

    let id = house.ask(first, annotate(None));
    let (_, then) = house.last_edit();
    let result = Ok(vec![Edited::Unchanged]);
    house.registry.edited(account, then, result);
    house.drain();

    assert!(house.done(first, id));
    assert_eq!(house.changed(second), []);
}

#[test]
fn a_local_extra_that_is_too_long_is_refused_in_a_note_and_in_an_import() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);
    let long = "x".repeat(limits::MAX_LOCAL_EXTRA + 1);
    let mut imported = message(7, Origin::Remote);
    imported.local_extra = Some(long.clone());

    let note = house.ask(app, annotate(Some(&long)));
    let import = house.ask(
        app,
        Request::Import {
            messages: vec![imported.into()],
            done: 0,
            total: 0,
        },
    );

    for id in [note, import] {
        assert_eq!(house.failure(app, id), Some(Code::LOCAL_BAD_REQUEST));
        assert!(house.failure_text(app, id).contains("16384"));
    }
}

fn annotate(extra: Option<&str>) -> Request {
    Request::Annotate {
        seq: Seq(7),
        set: ReceivedStatus::LISTENED.bits(),
        clear: ReceivedStatus::READ.bits(),
        extra: extra.map(|text| text.to_owned().into()),
    }
}
