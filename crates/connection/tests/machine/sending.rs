//! Bringing messages out, seen from outside.

use imlink_connection::LinkError;
use imlink_model::uplink::{Command, Cursor, Record, SendOutcome};
use imlink_model::{Code, Conversation, ConversationKind, MessageUid, Millis, OutboxId, TargetId};
use imlink_wire::ServerPacket;

use super::cloud::{outgoing, page, puback};
use super::driver::{Driver, MS, SECOND, listing};

fn with_slow_store() -> Driver {
    let mut driver = Driver::online();
    driver.stores_at_once = false;
    driver
}

fn send(driver: &mut Driver, id: u64, to: &str) {
    driver.command(Command::Send(outgoing(id, to)));
}

fn outcomes(driver: &mut Driver) -> Vec<(u64, SendOutcome)> {
    let mut outcomes = Vec::new();
    while let Some((_, record)) = driver.take_record() {
        if let Record::Outcome { id, outcome } = record {
            outcomes.push((id.0, outcome));
        }
    }
    outcomes
}

fn sent(uid: &str) -> SendOutcome {
    SendOutcome::Sent {
        uid: MessageUid::new(uid).unwrap(),
        at: Millis(1_000_007),
    }
}

#[test]
fn a_message_goes_only_when_its_mark_is_durable() {
    let mut driver = with_slow_store();
    send(&mut driver, 1, "bob");
    assert!(driver.take_publish().is_none());

    assert_eq!(driver.record_next(), Record::Sending { id: OutboxId(1) });

    let (message_id, target, _) = driver.take_publish().unwrap();
    assert_eq!(target, "bob");
    driver.packet(puback(message_id, 0, "u1"));
    assert_eq!(outcomes(&mut driver), [(1, sent("u1"))]);
}

#[test]
fn a_conversation_has_one_message_under_way_and_others_do_not_wait_for_it() {
    let mut driver = Driver::online();
    for (id, to) in [(1, "bob"), (2, "bob"), (3, "carol")] {
        send(&mut driver, id, to);
    }

    let (first, target, _) = driver.take_publish().unwrap();
    assert_eq!(target, "bob");
    assert_eq!(driver.take_publish().unwrap().1, "carol");
    assert!(driver.take_publish().is_none());
    driver.packet(puback(first, 0, "u1"));

    assert_eq!(driver.take_publish().unwrap().1, "bob");
}

// F-I29
#[test]
fn a_machine_that_holds_its_messages_sees_through_what_is_under_way() {
    let mut driver = with_slow_store();
    for id in 1..=2 {
        send(&mut driver, id, "bob");
    }

    driver.connection.hold_messages();
    assert_eq!(driver.record_next(), Record::Sending { id: OutboxId(1) });
    let (message_id, _, _) = driver.take_publish().unwrap();
    driver.packet(puback(message_id, 0, "u1"));
    let outcome = Record::Outcome {
        id: OutboxId(1),
        outcome: sent("u1"),
    };
    assert_eq!(driver.record_next(), outcome);

    assert!(driver.take_record().is_none(), "the next one waits");
    let snapshot = driver.connection.snapshot();
    assert_eq!((snapshot.in_flight, snapshot.queued), (0, 1));
    assert_eq!(driver.take_publish(), None);
}

#[test]
fn no_more_than_sixty_four_are_under_way() {
    let mut driver = Driver::online();
    for id in 0..100 {
        send(&mut driver, id, &format!("user-{id}"));
    }

    let under_way = std::iter::from_fn(|| driver.take_publish()).count();

    assert_eq!(under_way, 64);
    let snapshot = driver.connection.snapshot();
    assert_eq!((snapshot.in_flight, snapshot.queued), (64, 36));
}

// F-S13, F-S15
#[test]
fn acknowledgements_are_matched_by_id_in_any_order_and_once() {
    let mut driver = Driver::online();
    for (id, to) in [(1, "bob"), (2, "carol")] {
        send(&mut driver, id, to);
    }
    let (first, ..) = driver.take_publish().unwrap();
    let (second, ..) = driver.take_publish().unwrap();
    driver.forget();

    driver.packet(puback(second, 405, ""));
    driver.packet(puback(first, 0, "u1"));
    driver.packet(puback(first, 405, ""));
    driver.packet(puback(second, 0, "u2"));

    let refused = SendOutcome::Failed {
        code: Code::new(405),
    };
    assert_eq!(outcomes(&mut driver), [(2, refused), (1, sent("u1"))]);
    assert_eq!(driver.connection.snapshot().dropped.acks, 2);
}

// F-S44, decisions.md P16
#[test]
fn a_message_sent_too_fast_waits_and_goes_again_in_its_place() {
    let mut driver = Driver::online();
    send(&mut driver, 1, "bob");
    send(&mut driver, 2, "bob");
    let mut waits = Vec::new();
    for _ in 0..4 {
        let (message_id, _, body) = driver.take_publish().unwrap();
        assert!(format!("{body:?}").contains("canary"), "the same message");
        driver.forget();
        driver.packet(puback(message_id, 20_604, ""));
        assert_eq!(outcomes(&mut driver), [(1, SendOutcome::Queued)]);
        let start = driver.elapsed();
        while driver.actions.is_empty() {
            driver.advance(50 * MS);
        }
        waits.push(driver.elapsed() - start);
    }

    assert_eq!(waits, [250 * MS, 500 * MS, 1_000 * MS, 2_000 * MS]);
}

#[test]
fn refusals_that_may_pass_queue_the_message_and_others_end_it() {
    for (status, outcome) in [
        (30_001, SendOutcome::Queued),
        (30_002, SendOutcome::Queued),
        (30_014, SendOutcome::Queued),
        (20_604, SendOutcome::Queued),
        (30_003, SendOutcome::InDoubt),
        (
            21_501,
            SendOutcome::Failed {
                code: Code::new(21_501),
            },
        ),
        (
            65_535,
            SendOutcome::Failed {
                code: Code::new(65_535),
            },
        ),
    ] {
        let mut driver = Driver::online();
        send(&mut driver, 1, "bob");
        let (message_id, ..) = driver.take_publish().unwrap();
        driver.forget();

        driver.packet(puback(message_id, status, ""));

        assert_eq!(outcomes(&mut driver), [(1, outcome)], "{status}");
    }
}

#[test]
fn an_acceptance_without_uid_is_looked_up_in_the_cloud() {
    let mut driver = Driver::online();
    send(&mut driver, 1, "bob");
    let (message_id, ..) = driver.take_publish().unwrap();
    driver.forget();

    driver.packet(puback(message_id, 0, ""));

    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::InDoubt)]);
    assert!(driver.take_query().is_some());
}

// F-S19
#[test]
fn a_missing_acknowledgement_is_a_doubt_after_thirty_seconds_and_may_still_come() {
    let mut driver = Driver::online();
    send(&mut driver, 1, "bob");
    send(&mut driver, 2, "bob");
    let (message_id, ..) = driver.take_publish().unwrap();
    driver.forget();
    driver.advance(14 * SECOND);
    driver.packet(ServerPacket::PingResp);
    driver.advance(15 * SECOND);
    driver.packet(ServerPacket::PingResp);
    driver.advance(SECOND - MS);
    assert!(outcomes(&mut driver).is_empty());

    driver.advance(MS);
    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::InDoubt)]);
    assert!(driver.take_publish().is_none(), "the lane waits for a pull");
    driver.packet(puback(message_id, 0, "u1"));
    assert_eq!(outcomes(&mut driver)[0], (1, sent("u1")));

    assert!(driver.take_publish().is_some());
}

#[test]
fn a_doubt_holds_its_lane_until_everything_that_waited_is_stored() {
    let mut driver = with_slow_store();
    send(&mut driver, 1, "bob");
    send(&mut driver, 2, "bob");
    driver.record_next();
    driver.take_publish().unwrap();

    driver.lose_link(LinkError::Reset);
    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::InDoubt)]);
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");
    assert!(driver.take_record().is_none());
    driver.answer_pull(&page(Vec::new(), 0));

    assert_eq!(driver.record_next(), Record::Sending { id: OutboxId(2) });
    assert_eq!(
        driver.connection.snapshot().in_doubt,
        1,
        "and it is never sent again"
    );
}

#[test]
fn what_was_recorded_but_not_transmitted_waits_again() {
    let mut driver = with_slow_store();
    send(&mut driver, 1, "bob");
    let (late, _) = driver.take_record().unwrap();

    driver.lose_link(LinkError::Reset);
    assert_eq!(outcomes(&mut driver), [(1, SendOutcome::Queued)]);
    driver.input(imlink_connection::Input::Recorded { id: late });
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");

    assert!(driver.take_publish().is_none(), "its mark is out of date");
    assert_eq!(driver.record_next(), Record::Sending { id: OutboxId(1) });
    assert!(driver.take_publish().is_some());
}

#[test]
fn rows_of_the_last_run_go_when_the_account_is_online_and_synchronized() {
    let mut driver = Driver::new();
    let queued = vec![outgoing(1, "carol"), outgoing(3, "bob")];
    driver.restore_with("alice", Cursor::default(), queued, vec![outgoing(2, "bob")]);
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a"]));
    driver.open_dial();
    assert!(driver.take_publish().is_none());

    driver.accept("alice");
    assert_eq!(driver.take_publish().unwrap().1, "carol");
    assert!(driver.take_publish().is_none(), "bob's lane is in doubt");
    driver.answer_pull(&page(Vec::new(), 0));

    assert_eq!(driver.take_publish().unwrap().1, "bob");
}

#[test]
fn what_cannot_be_sent_at_all_is_refused_without_being_marked() {
    let mut driver = Driver::online();
    let target = TargetId::new("bob").unwrap();
    let kind = ConversationKind::System;
    let conversation = Conversation {
        kind,
        target,
        channel: None,
    };
    let message = imlink_model::OutgoingMessage {
        conversation,
        ..outgoing(1, "bob")
    };

    driver.command(Command::Send(message));

    let record = driver.record_of_next();
    let code = Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE;
    let outcome = SendOutcome::Failed { code };
    assert_eq!(
        record,
        Record::Outcome {
            id: OutboxId(1),
            outcome
        }
    );
}

// F-D01
#[test]
fn a_store_that_fails_is_left_alone_for_a_second_and_nothing_is_lost() {
    let mut driver = with_slow_store();
    send(&mut driver, 1, "bob");
    driver.fail_next_record();
    driver.advance(SECOND - MS);
    assert!(driver.take_record().is_none());

    driver.advance(MS);
    driver.record_next();
    let (message_id, ..) = driver.take_publish().unwrap();
    driver.packet(puback(message_id, 0, "u1"));
    driver.fail_next_record();
    driver.advance(SECOND);

    assert_eq!(
        driver.record_next(),
        Record::Outcome {
            id: OutboxId(1),
            outcome: sent("u1")
        }
    );
}

#[test]
fn message_ids_wrap_from_65535_to_1_and_pass_over_what_is_pending() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(
        r#"{"userId":"alice","openAnti":1,"serverAddr":[{"addr":"a","protocol":2}]}"#,
    );
    driver.open_dial();
    driver.packet(ServerPacket::ConnAck(imlink_wire::ConnAck::accepted(
        imlink_wire::Session {
            user_id: Some("alice".to_owned()),
            message_id_base: Some(65_532),
            ..imlink_wire::Session::default()
        },
    )));
    let (pull, _) = driver.take_query().unwrap();
    assert_eq!(pull, 65_533);
    driver.answer_query(pull, 0, &page(Vec::new(), 0));
    let mut ids = Vec::new();
    for id in 1..=4 {
        send(&mut driver, id, &format!("user-{id}"));
        ids.push(driver.take_publish().unwrap().0);
    }

    assert_eq!(ids, [65_534, 65_535, 1, 2]);
}
