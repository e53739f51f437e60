//! Bringing messages in, seen from outside.

use bytes::Bytes;
use imlink_connection::{Input, LinkError};
use imlink_model::uplink::{Command, Cursor, Event, Record, SendOutcome};
use imlink_model::{Direction, MessageUid, Millis, OutboxId};
use imlink_wire::proto::{DownStreamMessage, DownStreamMessages, encode_body};
use imlink_wire::{ClientPacket, QoS, ServerPacket, topic};

use super::cloud::{
    answer, cursors, echo, notification, outgoing, own_copy, page, partial_page, puback, publish,
    text,
};
use super::driver::{Driver, MS, SECOND};

/// An online machine whose store is slow: tests say when a record is durable.
fn with_slow_store() -> Driver {
    let mut driver = Driver::online();
    driver.stores_at_once = false;
    driver
}

fn uids(record: &Record) -> Vec<String> {
    let Record::Incoming { messages, .. } = record else {
        panic!("not a page: {record:?}")
    };
    messages
        .iter()
        .map(|message| message.uid.as_ref().unwrap().to_string())
        .collect()
}

// F-S18, invariant 1
#[test]
fn the_next_page_is_asked_for_only_when_the_last_one_is_durable() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 20));
    driver.answer_pull(&partial_page(vec![text(10)], 10));
    driver.advance(10 * SECOND);
    assert!(driver.take_query().is_none());

    let record = driver.record_next();
    assert_eq!(uids(&record), ["u10"]);

    let (message_id, asked) = driver.take_query().unwrap();
    assert_eq!(cursors(asked), (10, 0, 1));
    driver.answer_query(message_id, 0, &page(vec![text(20)], 20));
    driver.record_next();
    assert!(
        driver.take_query().is_none(),
        "the notification was not newer"
    );
}

#[test]
fn a_stored_cursor_is_where_the_next_run_goes_on() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 20));
    driver.answer_pull(&page(vec![own_copy(15, 9), text(20)], 20));
    let Record::Incoming { cursor, .. } = driver.record_next() else {
        panic!("not a page")
    };

    let mut next = Driver::new();
    next.restore_with("alice", cursor, Vec::new(), Vec::new());
    next.connect("token-1");
    next.answer_navigation(&super::driver::listing("alice", &["a"]));
    next.open_dial();
    next.accept("alice");

    assert_eq!(cursors(next.take_query().unwrap().1), (20, 15, 1));
}

#[test]
fn a_cursor_the_server_lowers_is_not_adopted() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 20));
    driver.answer_pull(&page(vec![text(20)], 20));
    driver.forget();

    driver.packet(notification(2, 30));
    driver.answer_pull(&page(vec![text(30)], 5));
    driver.packet(notification(3, 40));

    assert_eq!(cursors(driver.take_query().unwrap().1).0, 20);
}

#[test]
fn synchronized_is_told_once_per_connection_when_the_last_page_is_durable() {
    let mut driver = with_slow_store();
    driver.lose_link(LinkError::Closed);
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");
    driver.answer_pull(&partial_page(vec![text(10)], 10));
    driver.record_next();
    driver.answer_pull(&page(vec![text(20)], 20));
    assert_eq!(driver.news(), [Event::Online]);

    driver.record_next();
    assert_eq!(driver.news(), [Event::Synchronized]);
    driver.packet(notification(1, 30));
    driver.answer_pull(&page(vec![text(30)], 30));
    driver.record_next();
    assert!(driver.news().is_empty());
}

#[test]
fn pushed_messages_are_hints_and_the_pull_brings_them() {
    let mut driver = Driver::online();

    driver.packet(publish(topic::DIRECT_MESSAGE, 9, encode_body(&text(30))));

    assert!(driver.events.is_empty());
    assert!(driver.take_record().is_none());
    assert!(driver.take_query().is_some());
}

#[test]
fn status_messages_are_told_and_never_stored() {
    let mut driver = Driver::online();
    let typing = DownStreamMessage {
        classname: "RC:TypSts".to_owned(),
        msg_id: None,
        ext_status: Some(64),
        ..text(30)
    };

    driver.packet(publish(topic::DIRECT_MESSAGE, 9, encode_body(&typing)));

    let news = driver.news();
    assert!(matches!(&news[..], [Event::Transient(message)] if message.flags.transient));
    assert!(driver.take_query().is_none() && driver.take_record().is_none());
}

#[test]
fn every_publication_but_an_echo_is_acknowledged_before_anything_else() {
    let mut driver = Driver::online();
    let unknown = publish("someNewTopic", 7, Bytes::from_static(b"\xff"));
    let broken = publish(topic::NOTIFICATION, 8, Bytes::from_static(b"\xff"));

    for (packet, id) in [(notification(6, 30), 6), (unknown, 7), (broken, 8)] {
        driver.forget();
        driver.packet(packet);
        let first = driver.actions.pop_front();
        let acknowledged = match first {
            Some(imlink_connection::Action::Transmit {
                packet: ClientPacket::PubAck { message_id },
                ..
            }) => message_id,
            other => panic!("not acknowledged: {other:?}"),
        };
        assert_eq!(acknowledged, id);
    }

    let ServerPacket::Publish { topic, body, .. } = notification(9, 40) else {
        unreachable!()
    };
    let mut unasked = publish(&topic, 9, body);
    if let ServerPacket::Publish { qos, .. } = &mut unasked {
        *qos = QoS::AtMostOnce;
    }
    driver.forget();
    driver.packet(unasked);
    driver.packet(echo("ppMsgP", 10));
    let acks = driver.actions.iter().filter(|action| {
        matches!(
            action,
            imlink_connection::Action::Transmit {
                packet: ClientPacket::PubAck { .. },
                ..
            }
        )
    });
    assert_eq!(acks.count(), 0);
}

#[test]
fn an_answer_that_asks_for_confirmation_gets_it() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 30));
    let (message_id, _) = driver.take_query().unwrap();
    driver.forget();

    driver.packet(ServerPacket::QueryAck {
        qos: QoS::AtLeastOnce,
        message_id,
        date: 0,
        status: 0,
        body: page(Vec::new(), 30),
    });

    let first = driver.actions.pop_front().unwrap();
    assert!(format!("{first:?}").contains("QueryCon"));
}

// F-S14
#[test]
fn answers_to_nothing_that_was_asked_are_counted_and_ignored() {
    let mut driver = Driver::online();

    driver.answer_query(999, 0, &page(vec![text(10)], 10));
    driver.packet(puback(998, 0, "u1"));

    assert!(driver.take_record().is_none() && driver.events.is_empty());
    assert_eq!(driver.connection.snapshot().dropped.acks, 2);
}

#[test]
fn a_pull_that_fails_is_tried_again_ever_more_slowly() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 30));
    for (answer, wait) in [
        (Some(33_007), 1),
        (Some(1), 2),
        (None, 4),
        (Some(1), 8),
        (None, 16),
    ] {
        let (message_id, _) = driver.take_query().unwrap();
        match answer {
            Some(status) => driver.answer_query(message_id, status, &Bytes::new()),
            None => driver.answer_query(message_id, 0, &Bytes::from_static(b"\xff")),
        }
        let mut waited = 0;
        while driver
            .actions
            .iter()
            .all(|action| !format!("{action:?}").contains("pullMsg"))
        {
            driver.advance(SECOND);
            driver.packet(ServerPacket::PingResp);
            waited += 1;
        }
        assert_eq!(waited, wait);
    }
}

#[test]
fn one_message_that_cannot_be_represented_is_skipped_alone() {
    let mut driver = with_slow_store();
    let no_uid = DownStreamMessage {
        msg_id: None,
        ..text(20)
    };
    let bad_kind = DownStreamMessage {
        r#type: 99,
        ..text(30)
    };
    driver.packet(notification(1, 40));

    driver.answer_pull(&page(vec![text(10), no_uid, bad_kind, text(40)], 40));

    let record = driver.record_next();
    assert_eq!(uids(&record), ["u10", "u40"]);
    assert!(matches!(record, Record::Incoming { unreadable: 2, .. }));
    assert_eq!(driver.connection.snapshot().dropped.messages, 2);
    driver.packet(notification(2, 50));
    assert_eq!(
        cursors(driver.take_query().unwrap().1).0,
        40,
        "the cursor moves on"
    );
}

// F-S11
#[test]
fn a_page_that_cannot_be_inflated_is_dropped_and_asked_for_again() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 10));
    let bomb = DownStreamMessages {
        compressio_enabled: Some(true),
        compressed_data: Some(Bytes::from_static(b"\x1f\x8bno gzip")),
        ..answer(Vec::new(), 10, true)
    };

    driver.answer_pull(&encode_body(&bomb));

    assert!(driver.take_record().is_none(), "nothing of it is stored");
    driver.advance(SECOND);
    driver.answer_pull(&page(vec![text(10)], 10));
    assert_eq!(uids(&driver.record_next()), ["u10"]);
}

// F-D01
#[test]
fn a_page_that_cannot_be_stored_comes_again() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 10));
    driver.answer_pull(&page(vec![text(10)], 10));

    driver.fail_next_record();
    driver.advance(SECOND);

    assert_eq!(cursors(driver.take_query().unwrap().1).0, 0);
}

// F-S19, invariant 2
#[test]
fn the_clouds_copy_of_a_message_in_doubt_settles_it_before_it_is_stored() {
    let mut driver = with_slow_store();
    driver.command(Command::Send(outgoing(1, "bob")));
    driver.record_next();
    driver.take_publish().unwrap();
    driver.lose_link(LinkError::Reset);
    driver.record_next();
    driver.advance(50 * MS);
    driver.open_dial();
    driver.accept("alice");

    driver.answer_pull(&page(vec![own_copy(10, 5_001)], 10));

    let outcome = SendOutcome::Sent {
        uid: MessageUid::new("u10").unwrap(),
        at: Millis(10),
    };
    assert_eq!(
        driver.record_next(),
        Record::Outcome {
            id: OutboxId(1),
            outcome
        }
    );
    let Record::Incoming { messages, .. } = driver.record_next() else {
        panic!("no page")
    };
    assert_eq!(messages[0].direction, Direction::Sent);
    assert_eq!(driver.connection.snapshot().in_doubt, 0);
}

#[test]
fn a_stranger_with_the_same_number_settles_nothing() {
    let mut driver = Driver::new();
    let cursor = Cursor::default();
    driver.restore_with("alice", cursor, Vec::new(), vec![outgoing(1, "bob")]);
    driver.connect("token-1");
    driver.answer_navigation(&super::driver::listing("alice", &["a"]));
    driver.open_dial();
    driver.accept("alice");

    let received = DownStreamMessage {
        direction: Some(2),
        ..own_copy(10, 5_001)
    };
    let elsewhere = DownStreamMessage {
        from_user_id: "carol".to_owned(),
        ..own_copy(11, 5_001)
    };
    driver.answer_pull(&page(vec![received, elsewhere], 11));

    assert_eq!(driver.connection.snapshot().in_doubt, 1);
}

#[test]
fn what_another_device_sent_is_pulled_and_its_acknowledgement_is_not_ours() {
    let mut driver = Driver::online();
    driver.command(Command::Send(outgoing(1, "bob")));
    let (ours, _, _) = driver.take_publish().unwrap();
    driver.forget();

    driver.packet(echo("ppMsgP", ours.wrapping_add(500)));
    driver.packet(puback(ours.wrapping_add(500), 0, "theirs"));

    assert!(driver.take_query().is_some());
    assert_eq!(driver.connection.snapshot().in_flight, 1);
    assert_eq!(driver.connection.snapshot().dropped.acks, 0);
}

#[test]
fn an_echo_under_an_id_of_ours_leaves_our_message_in_doubt_and_never_under_a_wrong_uid() {
    let mut driver = with_slow_store();
    driver.command(Command::Send(outgoing(1, "bob")));
    driver.record_next();
    let (ours, _, _) = driver.take_publish().unwrap();

    driver.packet(echo("ppMsgP", ours));
    driver.packet(puback(ours, 0, "theirs"));
    driver.packet(puback(ours, 0, "ours"));

    let id = OutboxId(1);
    assert_eq!(
        driver.record_next(),
        Record::Outcome {
            id,
            outcome: SendOutcome::InDoubt
        }
    );
    driver.answer_pull(&page(vec![own_copy(10, 5_001)], 10));
    let outcome = SendOutcome::Sent {
        uid: MessageUid::new("u10").unwrap(),
        at: Millis(10),
    };
    assert_eq!(driver.record_next(), Record::Outcome { id, outcome });
}

// F-S19, F-D01
#[test]
fn the_cursor_does_not_pass_an_own_message_whose_fate_is_not_stored_yet() {
    let mut driver = with_slow_store();
    driver.command(Command::Send(outgoing(1, "bob")));
    driver.record_next();
    let (message_id, ..) = driver.take_publish().unwrap();
    driver.packet(puback(message_id, 0, "u10"));

    driver.packet(notification(1, 20));
    driver.answer_pull(&page(vec![own_copy(10, 5_001), text(20)], 20));
    driver.fail_next_record();
    driver.record_next();
    driver.packet(notification(2, 30));
    let (message_id, asked) = driver.take_query().unwrap();
    assert_eq!(
        cursors(asked),
        (20, 0, 1),
        "the cloud shows it again after a crash"
    );

    driver.advance(SECOND);
    driver.record_next();
    driver.answer_query(message_id, 0, &page(vec![own_copy(10, 5_001)], 20));
    driver.record_next();
    driver.packet(notification(3, 40));
    assert_eq!(cursors(driver.take_query().unwrap().1), (20, 10, 1));
}

// F-S46
#[test]
fn an_absence_longer_than_the_cloud_keeps_messages_is_noted_before_what_comes() {
    let (mut driver, _) = whole_since(AWAKE);
    driver.connect_again_at(AWAKE + 8 * DAY);
    driver.answer_pull(&page(vec![text(AWAKE + 5 * DAY)], AWAKE + 5 * DAY));

    let Record::Expired {
        from,
        until,
        cursor,
    } = driver.record_next()
    else {
        panic!("it may have missed messages")
    };
    assert_eq!((from.0, until.0), (AWAKE, AWAKE + DAY + HOUR_MS));

    // Killed here, it says so once more; the store knows that nothing came between.
    let mut killed = Driver::online_with(cursor, AWAKE + 8 * DAY + 2 * HOUR_MS);
    killed.answer_pull(&page(Vec::new(), AWAKE));
    let Record::Expired { from: again, .. } = killed.record_of_next() else {
        panic!("it may have missed more")
    };
    assert_eq!(again, until, "where that ended");
    // Going on, it brings what there is, and is whole again.
    driver.answer_pull(&page(vec![text(AWAKE + 5 * DAY)], AWAKE + 5 * DAY));
    let Record::Incoming {
        messages, cursor, ..
    } = driver.record_next()
    else {
        panic!("not a page")
    };
    assert_eq!(messages.len(), 1);
    assert!(driver.news().contains(&Event::Synchronized));
    let mut next = Driver::online_with(cursor, AWAKE + 14 * DAY);
    next.answer_pull(&page(Vec::new(), AWAKE + 5 * DAY));
    assert!(!matches!(next.record_of_next(), Record::Expired { .. }));
}

// F-S46
#[test]
fn an_absence_that_the_cloud_bridges_is_no_gap() {
    let (mut driver, _) = whole_since(AWAKE);

    driver.connect_again_at(AWAKE + 7 * DAY);
    driver.answer_pull(&page(vec![text(AWAKE + DAY)], AWAKE + DAY));

    assert_eq!(uids(&driver.record_next()).len(), 1);
}

// F-S46: a link that is cut while the account catches up
#[test]
fn a_gap_that_was_told_is_not_told_again_by_the_next_link() {
    let (mut driver, _) = whole_since(AWAKE);
    driver.connect_again_at(AWAKE + 8 * DAY);
    driver.answer_pull(&page(Vec::new(), AWAKE));
    assert!(matches!(driver.record_next(), Record::Expired { .. }));

    driver.connect_again_at(AWAKE + 8 * DAY + HOUR_MS / 2);
    driver.answer_pull(&page(vec![text(AWAKE + 2 * DAY)], AWAKE + 2 * DAY));

    assert!(matches!(driver.record_next(), Record::Incoming { .. }));
}

// F-S46: cheap
#[test]
fn that_nothing_came_is_noted_once_an_hour() {
    let (mut driver, _) = whole_since(AWAKE);
    let mut noted = 0;

    for _ in 0..100 {
        driver.stay_online(180 * SECOND);
        driver.answer_pull(&page(Vec::new(), AWAKE));
        noted += usize::from(driver.take_record().is_some_and(|(id, _)| {
            driver.input(Input::Recorded { id });
            true
        }));
    }

    assert_eq!(noted, 5, "in five hours");
}

const DAY: i64 = 24 * HOUR_MS;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A server time at which the account was whole.
const AWAKE: i64 = 1_795_000_000_000;

/// A machine with a slow store that has everything, and the cursor that says so.
fn whole_since(time: i64) -> (Driver, Cursor) {
    let mut driver = Driver::online_with(Cursor::default(), time);
    driver.answer_pull(&page(Vec::new(), time));
    let Record::Incoming { cursor, .. } = driver.record_next() else {
        panic!("not a page")
    };
    (driver, cursor)
}

// F-D01
#[test]
fn what_could_not_be_stored_comes_again_as_soon_as_there_is_room() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 20));
    for _ in 0..4 {
        driver.answer_pull(&page(vec![text(20)], 20));
        driver.fail_next_record();
        driver.advance(10 * SECOND);
    }
    driver.packet(ServerPacket::PingResp);
    driver.answer_pull(&page(vec![text(20)], 20));
    driver.fail_next_record();
    assert!(driver.take_query().is_none(), "it waits ever longer");

    driver.command(Command::Writable);

    driver.answer_pull(&page(vec![text(20)], 20));
    assert_eq!(uids(&driver.record_next()), ["u20"]);
}

// F-D07
#[test]
fn an_account_whose_rows_are_damaged_is_read_from_its_beginning_while_it_is_online() {
    let mut driver = with_slow_store();
    driver.packet(notification(1, 20));
    driver.answer_pull(&page(vec![text(10), text(20)], 20));
    driver.record_next();

    driver.command(Command::ReadAgain);

    let (message_id, asked) = driver.take_query().unwrap();
    assert_eq!(cursors(asked), (0, 0, 1));
    driver.answer_query(message_id, 0, &page(vec![text(10), text(20)], 20));
    assert_eq!(uids(&driver.record_next()), ["u10", "u20"]);
    assert!(driver.take_query().is_none(), "once");
}
