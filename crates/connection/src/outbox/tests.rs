use std::time::Duration;

use imlink_model::{
    AppId, Body, ClientMessageId, Conversation, Millis, ObjectName, SendOptions, UserId,
};

use super::*;

fn message(id: u64, app: &str, peer: &str) -> OutgoingMessage {
    OutgoingMessage {
        id: OutboxId(id),
        app: AppId::new(app).unwrap().into(),
        client_id: ClientMessageId::new(format!("c{id}")).unwrap(),
        wire_ref: 1_000 + id,
        conversation: Conversation::private(UserId::new(peer).unwrap()),
        object_name: ObjectName::text(),
        body: Body::new("{}"),
        accepted_at: Millis(0),
        options: SendOptions::default(),
    }
}

fn outbox(rows: &[(u64, &str, &str)]) -> Outbox {
    let mut outbox = Outbox::default();
    for (id, app, peer) in rows {
        outbox.submit(message(*id, app, peer));
    }
    outbox
}

fn bob() -> Conversation {
    Conversation::private(UserId::new("bob").unwrap())
}

/// Takes the next row as far as the link.
fn fly(outbox: &mut Outbox, message_id: u16) -> Option<u64> {
    let id = outbox.next()?;
    let t = crate::testing::start();
    outbox.recording(id, RecordId(7));
    assert!(outbox.recorded(id, RecordId(7)).is_some());
    outbox.transmitted(id, message_id, t, t + Duration::from_secs(30));
    Some(id.0)
}

#[test]
fn a_conversation_has_one_message_under_way_and_keeps_its_order() {
    let mut outbox = outbox(&[(1, "a", "bob"), (2, "a", "bob"), (3, "a", "carol")]);

    assert_eq!(fly(&mut outbox, 1), Some(1));
    assert_eq!(fly(&mut outbox, 2), Some(3));
    assert_eq!(fly(&mut outbox, 3), None);
    assert_eq!(
        outbox.counts(),
        Counts {
            queued: 1,
            in_flight: 2,
            in_doubt: 0
        }
    );

    outbox.settle(OutboxId(1));
    assert_eq!(fly(&mut outbox, 3), Some(2));
}

#[test]
fn apps_take_turns() {
    let mut outbox = outbox(&[
        (1, "a", "p1"),
        (2, "a", "p2"),
        (3, "a", "p3"),
        (4, "b", "p4"),
        (5, "b", "p5"),
        (6, "c", "p6"),
    ]);

    let order: Vec<_> = (1..=6).map_while(|id| fly(&mut outbox, id)).collect();

    assert_eq!(order, [1, 4, 6, 2, 5, 3]);
}

#[test]
fn a_refused_message_waits_in_its_old_place() {
    let mut outbox = outbox(&[(1, "a", "bob"), (2, "a", "bob")]);
    fly(&mut outbox, 9);

    let acknowledged = outbox.acknowledged(9).unwrap();
    assert_eq!(acknowledged.id, OutboxId(1));
    assert!(acknowledged.holds_place);
    outbox.requeue(acknowledged.id);

    assert_eq!(fly(&mut outbox, 10), Some(1));
}

// F-S13, F-S14
#[test]
fn a_second_acknowledgement_and_one_for_an_unknown_id_find_nothing() {
    let mut outbox = outbox(&[(1, "a", "bob")]);
    fly(&mut outbox, 9);

    let first = outbox.acknowledged(9).unwrap();
    outbox.settle(first.id);

    assert_eq!(outbox.acknowledged(9), None);
    assert_eq!(outbox.acknowledged(10), None);
    assert_eq!(outbox.counts(), Counts::default());
}

// F-S19
#[test]
fn a_lost_link_puts_what_was_transmitted_in_doubt_and_the_rest_back() {
    let mut outbox = outbox(&[(1, "a", "bob"), (2, "a", "bob"), (3, "a", "carol")]);
    fly(&mut outbox, 1);
    let recording = outbox.next().unwrap();
    outbox.recording(recording, RecordId(8));

    let outcomes = outbox.on_link_down(4);

    assert_eq!(
        outcomes,
        [
            (OutboxId(1), SendOutcome::InDoubt),
            (OutboxId(3), SendOutcome::Queued)
        ]
    );
    assert!(
        outbox.recorded(OutboxId(3), RecordId(8)).is_none(),
        "its record is out of date"
    );
    assert_eq!(outbox.find(1_001, &bob()), Some(OutboxId(1)));
    assert_eq!(fly(&mut outbox, 1), Some(3));
    assert_eq!(fly(&mut outbox, 2), None, "bob's lane is held");
}

#[test]
fn a_lane_goes_on_after_a_round_that_began_after_the_doubt() {
    let mut outbox = outbox(&[(1, "a", "bob"), (2, "a", "bob")]);
    fly(&mut outbox, 1);
    outbox.on_link_down(4);

    outbox.on_round_complete(4);
    assert!(!outbox.has_ready());
    outbox.on_round_complete(5);

    assert_eq!(fly(&mut outbox, 1), Some(2));
    assert_eq!(
        outbox.find(1_001, &bob()),
        Some(OutboxId(1)),
        "still looked for"
    );
    assert_eq!(outbox.counts().in_doubt, 1);
}

#[test]
fn rows_in_doubt_since_the_last_run_hold_their_lanes_too() {
    let mut outbox = Outbox::restored(vec![message(2, "a", "bob")], vec![message(1, "a", "bob")]);

    assert!(!outbox.has_ready());
    outbox.on_round_complete(1);
    assert_eq!(fly(&mut outbox, 1), Some(2));
}

#[test]
fn a_late_acknowledgement_reaches_a_row_in_doubt_on_the_same_link() {
    let mut outbox = outbox(&[(1, "a", "bob")]);
    fly(&mut outbox, 9);
    assert!(outbox.doubt(OutboxId(1), 1, LateAcknowledgement::Possible));
    assert!(
        outbox.is_pending(9),
        "the id is not free for another message"
    );

    let late = outbox.acknowledged(9).unwrap();

    assert_eq!(
        late,
        Acknowledged {
            id: OutboxId(1),
            sent_at: None,
            holds_place: true
        }
    );
}

#[test]
fn a_message_submitted_twice_is_one_row() {
    let mut outbox = outbox(&[(1, "a", "bob"), (1, "a", "bob")]);

    assert_eq!(outbox.counts().queued, 1);
    fly(&mut outbox, 1);
    outbox.submit(message(1, "a", "bob"));
    assert_eq!(
        outbox.counts(),
        Counts {
            queued: 0,
            in_flight: 1,
            in_doubt: 0
        }
    );
}

#[test]
fn deadlines_are_those_of_messages_under_way() {
    let mut outbox = outbox(&[(1, "a", "bob")]);
    assert_eq!(outbox.deadline(), None);

    fly(&mut outbox, 1);

    let deadline = outbox.deadline().unwrap();
    assert_eq!(outbox.overdue(deadline - Duration::from_millis(1)), []);
    assert_eq!(outbox.overdue(deadline), [OutboxId(1)]);
}
