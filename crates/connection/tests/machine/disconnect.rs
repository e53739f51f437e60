//! Leaving.

use imlink_connection::Action;
use imlink_model::ConnectionStatus::{Connecting, Unconnected};
use imlink_model::uplink::{Command, Cursor, PushAfterLeaving, Record, SendOutcome};
use imlink_wire::ClientPacket;

use super::cloud::{cursors, notification, outgoing, page, text};
use super::driver::{Driver, SECOND, listing};

fn leave(driver: &mut Driver, push: PushAfterLeaving) {
    driver.command(Command::Disconnect { push });
}

#[test]
fn a_plain_disconnect_closes_and_a_logout_says_goodbye_first() {
    let mut plain = Driver::online();
    leave(&mut plain, PushAfterLeaving::Keep);
    assert!(matches!(
        plain.actions.make_contiguous(),
        [Action::Close { .. }]
    ));

    let mut logout = Driver::online();
    leave(&mut logout, PushAfterLeaving::Stop);
    assert!(matches!(
        logout.actions.make_contiguous(),
        [
            Action::Transmit {
                packet: ClientPacket::Disconnect { status: 4 },
                ..
            },
            Action::Close { .. }
        ]
    ));
}

// F-D09
#[test]
fn rows_that_are_closed_are_waited_for_and_others_may_take_their_place() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 500));
    driver.answer_pull(&page(vec![text(500)], 500));
    driver.forget();

    driver.command(Command::Unload);
    assert_eq!(driver.statuses(), [(Unconnected, None)]);
    driver.connect("token-1");
    assert_eq!(driver.take_dial(), None, "nothing is known of the account");
    driver.restore_with(
        "alice",
        Cursor::default(),
        vec![outgoing(1, "bob")],
        Vec::new(),
    );
    driver.open_dial();
    driver.accept("alice");

    let (_, pull) = driver.take_query().expect("a pull is asked");
    assert_eq!(cursors(pull), (0, 0, 1), "the new rows know nothing yet");
    let known = driver.connection.snapshot();
    assert_eq!(known.queued + known.in_flight, 1);
}

#[test]
fn whoever_left_is_unconnected_without_cause_and_stays_away() {
    let mut driver = Driver::online();

    leave(&mut driver, PushAfterLeaving::Keep);
    assert_eq!(driver.statuses(), [(Unconnected, None)]);
    assert!(driver.news().is_empty(), "leaving is no failure");
    driver.forget();
    leave(&mut driver, PushAfterLeaving::Stop);
    driver.advance(3600 * SECOND);

    assert!(driver.actions.is_empty() && driver.events.is_empty());
}

#[test]
fn leaving_ends_whatever_is_under_way() {
    let mut asking = Driver::new();
    asking.connect("token-1");
    let (generation, _) = asking.take_navigation().unwrap();
    leave(&mut asking, PushAfterLeaving::Stop);
    assert_eq!(asking.take_close(), Some(generation));
    assert!(
        asking.actions.is_empty(),
        "nobody is there to say goodbye to"
    );

    let mut dialing = Driver::new();
    dialing.restore("alice");
    dialing.connect("token-1");
    dialing.answer_navigation(&listing("alice", &["a"]));
    let (generation, _) = dialing.take_dial().unwrap();
    leave(&mut dialing, PushAfterLeaving::Keep);
    assert_eq!(dialing.take_close(), Some(generation));

    let mut waiting = Driver::new();
    waiting.connect("token-1");
    waiting.answer_navigation_with(500, "");
    leave(&mut waiting, PushAfterLeaving::Keep);
    assert!(waiting.connection.poll_timeout().is_none());
    assert_eq!(waiting.connection.snapshot().next_attempt, None);
}

#[test]
fn messages_under_way_are_in_doubt_as_after_a_loss() {
    let mut driver = Driver::online();
    driver.command(Command::Send(outgoing(1, "bob")));
    driver.take_publish().unwrap();
    driver.forget();

    leave(&mut driver, PushAfterLeaving::Keep);

    let (_, record) = driver.take_record().unwrap();
    let id = imlink_model::OutboxId(1);
    assert_eq!(
        record,
        Record::Outcome {
            id,
            outcome: SendOutcome::InDoubt
        }
    );
}

#[test]
fn a_connect_after_leaving_starts_at_once_with_the_rows_at_hand() {
    let mut driver = Driver::online();
    leave(&mut driver, PushAfterLeaving::Keep);
    driver.forget();

    driver.connect("token-1");

    assert_eq!(driver.statuses(), [(Connecting, None)]);
    assert!(
        driver.take_dial().is_some(),
        "answer and rows are still known"
    );
}
