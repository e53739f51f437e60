//! Messages that are tried again, taken back or given up, seen from outside.

use imlink_connection::{Input, LinkError};
use imlink_model::uplink::{Command, Cursor, Record, SendOutcome};
use imlink_model::{Code, MessageUid, Millis, OutboxId, OutgoingMessage, Resend, SendOptions};

use super::cloud::{outgoing, own_copy, page, puback};
use super::driver::{Driver, MS, SECOND};

fn with_slow_store() -> Driver {
    let mut driver = Driver::online();
    driver.stores_at_once = false;
    driver
}

fn message(id: u64, resend: Resend) -> OutgoingMessage {
    OutgoingMessage {
        options: SendOptions {
            resend,
            ..SendOptions::default()
        },
        ..outgoing(id, "bob")
    }
}

fn send(driver: &mut Driver, id: u64, resend: Resend) {
    driver.command(Command::Send(message(id, resend)));
}

/// What was asked to be stored of fates, all of it durable.
fn outcomes(driver: &mut Driver) -> Vec<(u64, SendOutcome)> {
    let mut outcomes = Vec::new();
    while let Some((id, record)) = driver.take_record() {
        if !driver.stores_at_once {
            driver.input(Input::Recorded { id });
        }
        if let Record::Outcome { id, outcome } = record {
            outcomes.push((id.0, outcome));
        }
    }
    outcomes
}

fn sent(uid: &str, at: i64) -> SendOutcome {
    SendOutcome::Sent {
        uid: MessageUid::new(uid).unwrap(),
        at: Millis(at),
    }
}

/// Loses the link and makes another one, whose first pull is not answered yet.
fn reconnect(driver: &mut Driver) {
    driver.lose_link(LinkError::Reset);
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");
}

// decisions.md P17: `always`
#[test]
fn a_message_that_may_arrive_twice_goes_again_once_the_cloud_does_not_show_it() {
    let mut driver = Driver::online();
    for id in 1..=2 {
        send(&mut driver, id, Resend::Always);
    }
    driver.take_publish().unwrap();
    driver.forget();

    reconnect(&mut driver);
    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::InDoubt)]);
    assert!(driver.take_publish().is_none(), "it is looked for first");
    driver.answer_pull(&page(Vec::new(), 0));

    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::Queued)]);
    let (again, _, body) = driver.take_publish().unwrap();
    assert!(driver.take_publish().is_none(), "before the second one");
    assert!(format!("{body:?}").contains("canary"));
    driver.packet(puback(again, 0, "u1"));
    assert_eq!(outcomes(&mut driver), [(1, sent("u1", 1_000_007))]);
    assert!(driver.take_publish().is_some());
}

// decisions.md P17
#[test]
fn a_message_that_the_cloud_shows_does_not_go_again_whatever_was_asked() {
    for resend in [Resend::Safe, Resend::Always, Resend::Never] {
        let mut driver = Driver::online();
        send(&mut driver, 1, resend);
        driver.take_publish().unwrap();
        driver.forget();

        reconnect(&mut driver);
        driver.answer_pull(&page(vec![own_copy(2_000, 5_001)], 2_000));

        let found = [(1, SendOutcome::InDoubt), (1, sent("u2000", 2_000))];
        assert_eq!(outcomes(&mut driver), found, "{resend:?}");
        assert!(driver.take_publish().is_none());
        assert_eq!(driver.connection.snapshot().in_doubt, 0);
    }
}

// F-I27
#[test]
fn a_message_in_doubt_since_the_last_run_goes_again_only_if_it_may() {
    for (resend, again) in [(Resend::Safe, 0), (Resend::Always, 1), (Resend::Never, 0)] {
        let mut driver = Driver::new();
        let in_doubt = vec![message(1, resend)];
        driver.restore_with("alice", Cursor::default(), Vec::new(), in_doubt);
        driver.connect("token-1");
        driver.answer_navigation(&super::driver::listing("alice", &["a"]));
        driver.open_dial();
        driver.accept("alice");
        driver.answer_pull(&page(Vec::new(), 0));

        let went = std::iter::from_fn(|| driver.take_publish()).count();

        assert_eq!(went, again, "{resend:?}");
    }
}

// decisions.md P17: `never`
#[test]
fn a_message_that_is_tried_once_ends_with_what_came_in_between() {
    // Not handed over when the link went.
    let mut driver = with_slow_store();
    send(&mut driver, 1, Resend::Never);
    driver.lose_link(LinkError::Reset);
    let code = Code::RC_NET_UNAVAILABLE;
    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::Failed { code })]);

    // Refused for now.
    for status in [20_604, 30_001, 30_002, 30_014] {
        let mut driver = Driver::online();
        send(&mut driver, 1, Resend::Never);
        let (message_id, ..) = driver.take_publish().unwrap();
        driver.forget();
        driver.packet(puback(message_id, status, ""));
        let code = Code::new(status.into());
        assert_eq!(outcomes(&mut driver), [(1, SendOutcome::Failed { code })]);
        driver.advance(10 * SECOND);
        assert!(driver.take_publish().is_none());
    }

    // It waits for its one try as long as there is no link.
    let mut driver = Driver::online();
    driver.lose_link(LinkError::Reset);
    send(&mut driver, 1, Resend::Never);
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");
    assert!(driver.take_publish().is_some());
}

#[test]
fn a_message_taken_back_while_it_waits_never_goes() {
    let mut driver = Driver::online();
    for id in 1..=3 {
        send(&mut driver, id, Resend::Safe);
    }
    let (first, ..) = driver.take_publish().unwrap();
    driver.command(Command::Withdraw(OutboxId(2)));
    driver.forget();

    driver.packet(puback(first, 0, "u1"));

    assert_eq!(outcomes(&mut driver), [(1, sent("u1", 1_000_007))]);
    assert!(driver.take_publish().is_some(), "the third one");
    assert!(driver.take_publish().is_none());
    assert_eq!(driver.connection.snapshot().queued, 0);
}

// The store has the word: either the mark or the withdrawal is first.
#[test]
fn a_message_taken_back_before_its_mark_is_durable_never_goes() {
    for told_first in [false, true] {
        let mut driver = with_slow_store();
        send(&mut driver, 1, Resend::Safe);
        send(&mut driver, 2, Resend::Safe);
        let (mark, _) = driver.take_record().unwrap();

        if told_first {
            driver.command(Command::Withdraw(OutboxId(1)));
        }
        driver.input(Input::RecordFailed {
            id: mark,
            code: Code::LOCAL_TOO_LATE,
        });
        driver.command(Command::Withdraw(OutboxId(1)));

        // And the store is not left alone for it.
        assert_eq!(driver.record_next(), Record::Sending { id: OutboxId(2) });
        assert!(driver.take_publish().is_some());
        assert!(driver.take_publish().is_none());
        assert!(driver.take_record().is_none());
    }
}

#[test]
fn a_message_given_up_in_doubt_is_not_looked_for_and_its_conversation_goes_on() {
    let mut driver = Driver::online();
    for id in 1..=2 {
        send(&mut driver, id, Resend::Always);
    }
    driver.take_publish().unwrap();
    reconnect(&mut driver);
    outcomes(&mut driver);

    driver.command(Command::Withdraw(OutboxId(1)));

    assert!(driver.take_publish().is_some(), "the second one");
    driver.answer_pull(&page(vec![own_copy(2_000, 5_001)], 2_000));
    assert_eq!(outcomes(&mut driver), [], "its fate is known already");
    assert!(driver.take_publish().is_none());
}

// decisions.md P17
#[test]
fn a_message_in_doubt_goes_again_when_the_app_says_so() {
    let mut driver = Driver::online();
    for id in 1..=3 {
        send(&mut driver, id, Resend::Safe);
    }
    driver.take_publish().unwrap();
    driver.forget();
    reconnect(&mut driver);
    driver.answer_pull(&page(Vec::new(), 0));
    let (second, ..) = driver.take_publish().unwrap();
    driver.forget();

    driver.command(Command::Resend(OutboxId(1)));
    driver.command(Command::Resend(OutboxId(1)));
    driver.command(Command::Resend(OutboxId(3)));

    let (again, ..) = driver.take_publish().unwrap();
    assert!(
        driver.take_publish().is_none(),
        "the third one waits for both"
    );
    driver.packet(puback(again, 0, "u1"));
    driver.packet(puback(second, 0, "u2"));
    let ends = [(1, sent("u1", 1_000_007)), (2, sent("u2", 1_000_007))];
    assert_eq!(outcomes(&mut driver), ends);
    assert!(driver.take_publish().is_some());
}

#[test]
fn what_is_not_there_can_be_neither_taken_back_nor_sent_again() {
    let mut driver = Driver::online();

    driver.command(Command::Withdraw(OutboxId(9)));
    driver.command(Command::Resend(OutboxId(9)));

    assert!(driver.actions.is_empty());
}
