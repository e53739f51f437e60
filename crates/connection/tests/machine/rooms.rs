//! Chatrooms, seen from outside (`protocol/cloud-wire.md` 5.9).

use bytes::Bytes;
use imlink_connection::LinkError;
use imlink_model::uplink::{
    Answer, AskId, Command, Event, IfAbsent, Record, RoomChange, RoomNews, SendOutcome,
};
use imlink_model::{Code, Conversation, ConversationKind, OutboxId, OutgoingMessage, TargetId};
use imlink_wire::notify::Notification;
use imlink_wire::proto::{
    ChrmDownStreamMessages, ChrmOutput, ChrmPullMsg, DownStreamMessage, UpStreamMessage,
    decode_body, encode_body,
};
use imlink_wire::{QoS, ServerPacket, topic};

use super::cloud::{outgoing, puback, publish, text};
use super::driver::{Driver, SECOND};

// cloud-wire.md 5.9
#[test]
fn entering_asks_for_the_room_and_then_for_its_last_messages() {
    let mut driver = Driver::online();

    driver.command(enter(1, IfAbsent::Create, 2));
    let (join, target, _) = driver.take_query_of(topic::JOIN_CHATROOM).unwrap();
    assert_eq!(target, "lobby");
    driver.answer_query(join, 0, &welcome());
    assert!(
        driver.news().is_empty(),
        "its last messages come with the answer"
    );
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!((asked.sync_time, asked.count), (0, 2));
    driver.answer_query(pull, 0, &said(&[10, 20, 30], 30));

    assert_eq!(entered(&mut driver), [(1, vec![20, 30])]);
}

#[test]
fn a_room_that_must_exist_is_asked_for_as_such_and_a_refusal_is_handed_on() {
    let mut driver = Driver::online();

    driver.command(enter(1, IfAbsent::Refuse, 0));
    let (join, _, _) = driver.take_query_of(topic::REJOIN_CHATROOM).unwrap();
    driver.answer_query(join, 23_410, &Bytes::new());

    assert_eq!(driver.news(), [refused(1, 23_410)]);
    driver.reconnect();
    assert!(driver.take_query_of(topic::REJOIN_CHATROOM).is_none());
}

#[test]
fn what_is_said_is_pulled_from_the_last_cursor_and_told_once() {
    let mut driver = inside(30);

    driver.packet(news_of("lobby", 40));
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!(asked.sync_time, 30);
    driver.answer_query(pull, 0, &said(&[30, 35, 40, 40], 40));
    driver.packet(direct(40));
    driver.packet(direct(50));
    driver.packet(news_of("lobby", 50));
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!(asked.sync_time, 40);
    driver.answer_query(pull, 0, &said(&[50], 50));

    assert_eq!(told(&mut driver), [35, 40, 50]);
    driver.packet(news_of("lobby", 50));
    assert!(
        driver.take_query_of(topic::PULL_CHATROOM).is_none(),
        "that was told"
    );
}

#[test]
fn without_any_word_a_room_is_asked_every_three_minutes() {
    let mut driver = inside(30);
    driver.advance_alive(179 * SECOND);
    assert!(driver.take_query_of(topic::PULL_CHATROOM).is_none());

    driver.advance_alive(SECOND);

    assert_eq!(take_pull(&mut driver).1.sync_time, 30);
}

#[test]
fn whoever_enters_later_gets_what_was_said_before_and_nothing_is_told_twice() {
    let mut driver = inside(30);

    driver.command(enter(2, IfAbsent::Create, 10));
    assert!(
        driver.take_query_of(topic::JOIN_CHATROOM).is_none(),
        "the user is in it"
    );
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!((asked.sync_time, asked.count), (0, 10));
    driver.answer_query(pull, 0, &said(&[20, 30, 40], 40));

    // 40 is news to the first one too, and comes to both.
    assert_eq!(entered(&mut driver), [(2, vec![20, 30])]);
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!(asked.sync_time, 30);
    driver.answer_query(pull, 0, &said(&[40], 40));
    assert_eq!(told(&mut driver), [40]);
}

#[test]
fn after_a_break_rooms_are_entered_again_before_anything_is_sent_to_them() {
    let mut driver = inside(30);
    driver.lose_link(LinkError::Closed);
    driver.command(Command::Send(to_room(1)));

    driver.reconnect();

    let queries: Vec<_> = driver
        .actions
        .iter()
        .filter_map(|action| match action {
            imlink_connection::Action::Transmit { packet, .. } => Some(packet),
            _ => None,
        })
        .map(|packet| match packet {
            imlink_wire::ClientPacket::Query { topic, .. }
            | imlink_wire::ClientPacket::Publish { topic, .. } => topic.as_str(),
            _ => "",
        })
        .filter(|topic| [topic::REJOIN_CHATROOM, topic::CHATROOM].contains(topic))
        .collect();
    assert_eq!(queries, [topic::REJOIN_CHATROOM, topic::CHATROOM]);
    driver.news();
    let (join, _, _) = driver.take_query_of(topic::REJOIN_CHATROOM).unwrap();
    driver.answer_query(join, 0, &welcome());
    assert_eq!(driver.news(), [news(RoomChange::Rejoined)]);
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!(asked.sync_time, 30);
    driver.answer_query(pull, 0, &said(&[40], 40));
    assert_eq!(told(&mut driver), [40]);
}

#[test]
fn a_room_that_cannot_be_entered_again_is_lost_with_the_clouds_code() {
    for status in [23_409, 23_410, 23_411] {
        let mut driver = inside(30);
        driver.reconnect();
        driver.news();

        let (join, _, _) = driver.take_query_of(topic::REJOIN_CHATROOM).unwrap();
        driver.answer_query(join, status, &Bytes::new());

        assert_eq!(driver.news(), [left(status)]);
        driver.reconnect();
        assert!(driver.take_query_of(topic::REJOIN_CHATROOM).is_none());
    }
}

// cloud-wire.md 5.3: s_cmd 4
#[test]
fn a_room_that_is_destroyed_is_left_with_23410() {
    let mut driver = inside(30);

    driver.packet(command_of(&Notification::ChatroomDestroyed {
        chatroom: "lobby".to_owned(),
        reason: 0,
    }));

    assert_eq!(driver.news(), [left(23_410)]);
}

#[test]
fn a_pull_that_says_that_the_user_is_out_ends_the_stay() {
    let mut driver = inside(30);
    driver.packet(news_of("lobby", 40));

    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 23_406, &Bytes::new());

    assert_eq!(driver.news(), [left(23_406)]);
}

#[test]
fn leaving_tells_the_cloud_and_what_is_said_then_is_nobodys() {
    let mut driver = inside(30);

    driver.command(leave());
    let (_, target, _) = driver.take_query_of(topic::LEAVE_CHATROOM).unwrap();
    assert_eq!(target, "lobby");
    driver.packet(news_of("lobby", 40));
    driver.packet(direct(40));

    assert!(driver.news().is_empty());
    assert!(driver.take_query_of(topic::PULL_CHATROOM).is_none());
    driver.reconnect();
    assert!(driver.take_query_of(topic::REJOIN_CHATROOM).is_none());
}

#[test]
fn whoever_waits_to_enter_is_told_when_the_link_breaks_or_says_nothing() {
    let mut driver = Driver::online();
    driver.command(enter(1, IfAbsent::Create, 0));
    driver.advance_alive(30 * SECOND);
    assert_eq!(driver.news(), [refused(1, 30_003)]);
    assert!(
        driver.take_query_of(topic::LEAVE_CHATROOM).is_some(),
        "it may have come about"
    );

    driver.command(enter(2, IfAbsent::Create, 0));
    driver.lose_link(LinkError::Closed);
    assert_eq!(driver.news(), [refused(2, 30_001)]);
    driver.command(enter(3, IfAbsent::Create, 0));
    assert_eq!(driver.news(), [refused(3, 30_001)]);
}

#[test]
fn a_room_whose_messages_do_not_come_is_entered_all_the_same() {
    let mut driver = Driver::online();
    driver.command(enter(1, IfAbsent::Create, 5));
    let (join, _, _) = driver.take_query_of(topic::JOIN_CHATROOM).unwrap();
    driver.answer_query(join, 0, &welcome());

    driver.advance_alive(30 * SECOND);

    assert_eq!(entered(&mut driver), [(1, vec![])]);
}

// P18
#[test]
fn what_the_user_says_on_another_device_comes_by_its_echo_alone() {
    let mut driver = inside(30);

    driver.packet(echo(9));
    driver.packet(news_of("lobby", 40));
    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 0, &page(vec![own(40, 9)], 40));

    let events = driver.news();
    let [Event::Transient(message)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(message.sender.as_str(), "alice");
    assert_eq!(message.conversation.to_string(), "chatroom:lobby");
    assert_eq!(message.wire_ref, Some(9));
}

// P18: the daemon tells of what its apps say once it is durable
#[test]
fn what_an_app_says_is_told_by_its_outcome_and_not_by_the_clouds_copy() {
    let mut driver = inside(30);
    driver.stores_at_once = false;
    driver.command(Command::Send(to_room(1)));
    driver.record_next();
    let (message_id, _, _) = driver.take_publish_of(topic::CHATROOM).unwrap();

    // The cloud's copy comes before the acknowledgement is durable, to a newcomer too.
    driver.packet(puback(message_id, 0, "u40"));
    driver.command(enter(2, IfAbsent::Create, 9));
    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 0, &page(vec![own(40, 5_001)], 40));
    assert_eq!(entered(&mut driver), [(2, vec![])]);
    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 0, &page(vec![own(40, 5_001)], 40));
    assert!(driver.news().is_empty());

    // Once it is, newcomers have it from the cloud.
    driver.record_next();
    driver.command(enter(3, IfAbsent::Create, 9));
    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 0, &page(vec![own(40, 5_001)], 40));
    assert_eq!(entered(&mut driver), [(3, vec![40])]);
}

// P17
#[test]
fn a_room_shows_what_became_of_a_message_of_unknown_fate() {
    let mut driver = inside(30);
    driver.command(Command::Send(to_room(1)));
    driver.take_publish_of(topic::CHATROOM).unwrap();
    driver.reconnect();
    driver.forget();
    driver.command(enter(2, IfAbsent::Create, 9));
    driver.reconnect();
    let (join, _, _) = driver.take_query_of(topic::REJOIN_CHATROOM).unwrap();
    driver.answer_query(join, 0, &welcome());
    driver.forget_records();
    let (pull, _) = take_pull(&mut driver);
    driver.answer_query(pull, 0, &page(vec![own(20, 5_001)], 40));

    let record = driver.record_of_next();
    let sent = |outcome: &SendOutcome| matches!(outcome, SendOutcome::Sent { .. });
    assert!(
        matches!(&record, Record::Outcome { id: OutboxId(1), outcome } if sent(outcome)),
        "{record:?}"
    );
}

// ARCHITECTURE.md, "What holds": as many rooms as apps may enter, a few questions at a time
#[test]
fn more_rooms_than_may_be_asked_for_at_once_are_entered_in_their_turn() {
    let mut driver = Driver::online();
    for ask in 0..100 {
        driver.command(enter_room(ask, &format!("room-{ask:02}")));
    }

    let (mut rounds, mut inside) = (0, 0);
    while inside < 100 {
        rounds += 1;
        assert!(rounds < 20, "{inside} rooms after {rounds} rounds");
        let mut asked = Vec::new();
        while let Some((id, ..)) = driver.take_query_of(topic::JOIN_CHATROOM) {
            asked.push((id, welcome()));
        }
        while let Some((id, ..)) = driver.take_query_of(topic::PULL_CHATROOM) {
            asked.push((id, said(&[], 1)));
        }
        assert!((1..=32).contains(&asked.len()), "{}", asked.len());
        // Nothing is due that has to wait for an answer: who waits for time does not wait in vain.
        driver.advance(SECOND);
        for (id, answer) in asked {
            driver.answer_query(id, 0, &answer);
        }
        inside += entered(&mut driver).len();
    }
}

#[test]
fn a_room_that_is_entered_again_before_the_cloud_heard_of_leaving_is_not_left() {
    let mut driver = Driver::online();
    for ask in 0..40 {
        driver.command(enter_room(ask, &format!("room-{ask:02}")));
    }
    settle_rooms(&mut driver);

    for ask in 0..40 {
        let room = TargetId::new(format!("room-{ask:02}")).unwrap();
        driver.command(Command::LeaveRoom { room });
    }
    let mut left = Vec::new();
    while let Some((id, room, _)) = driver.take_query_of(topic::LEAVE_CHATROOM) {
        left.push((id, room));
    }
    assert_eq!(left.len(), 32);
    let waits = (0..40)
        .map(|ask| format!("room-{ask:02}"))
        .find(|room| left.iter().all(|(_, other)| other != room))
        .unwrap();
    driver.command(enter_room(50, &waits));
    for (id, _) in left {
        driver.answer_query(id, 0, &Bytes::new());
    }

    let mut also_left = Vec::new();
    while let Some((_, room, _)) = driver.take_query_of(topic::LEAVE_CHATROOM) {
        also_left.push(room);
    }
    assert_eq!(also_left.len(), 7);
    assert!(!also_left.contains(&waits));
}

/// Answers until nothing more is asked of rooms.
fn settle_rooms(driver: &mut Driver) {
    loop {
        let join = driver.take_query_of(topic::JOIN_CHATROOM);
        let pull = driver.take_query_of(topic::PULL_CHATROOM);
        if join.is_none() && pull.is_none() {
            break;
        }
        if let Some((id, ..)) = join {
            driver.answer_query(id, 0, &welcome());
        }
        if let Some((id, ..)) = pull {
            driver.answer_query(id, 0, &said(&[], 1));
        }
    }
    driver.news();
}

fn enter_room(ask: u64, room: &str) -> Command {
    Command::EnterRoom {
        ask: AskId(ask),
        room: TargetId::new(room).unwrap(),
        if_absent: IfAbsent::Create,
        recent: 1,
    }
}

fn inside(cursor: i64) -> Driver {
    let mut driver = Driver::online();
    driver.command(enter(1, IfAbsent::Create, 0));
    let (join, _, _) = driver.take_query_of(topic::JOIN_CHATROOM).unwrap();
    driver.answer_query(join, 0, &welcome());
    let (pull, asked) = take_pull(&mut driver);
    assert_eq!((asked.sync_time, asked.count), (0, -1));
    driver.answer_query(pull, 0, &said(&[], cursor));
    assert_eq!(entered(&mut driver), [(1, vec![])]);
    driver
}

fn lobby() -> TargetId {
    TargetId::new("lobby").unwrap()
}

fn enter(ask: u64, if_absent: IfAbsent, recent: u16) -> Command {
    Command::EnterRoom {
        ask: AskId(ask),
        room: lobby(),
        if_absent,
        recent,
    }
}

fn leave() -> Command {
    Command::LeaveRoom { room: lobby() }
}

fn to_room(id: u64) -> OutgoingMessage {
    OutgoingMessage {
        conversation: Conversation {
            kind: ConversationKind::Chatroom,
            target: lobby(),
            channel: None,
        },
        ..outgoing(id, "nobody")
    }
}

fn welcome() -> Bytes {
    encode_body(&ChrmOutput {
        nothing: 1,
        ..ChrmOutput::default()
    })
}

fn in_lobby(time: i64) -> DownStreamMessage {
    DownStreamMessage {
        r#type: 4,
        group_id: Some("lobby".to_owned()),
        ..text(time)
    }
}

/// The cloud's copy of what the user said.
fn own(time: i64, wire_ref: i64) -> DownStreamMessage {
    DownStreamMessage {
        from_user_id: "alice".to_owned(),
        direction: Some(1),
        client_unique_id: Some(wire_ref),
        ..in_lobby(time)
    }
}

fn said(times: &[i64], cursor: i64) -> Bytes {
    page(times.iter().map(|time| in_lobby(*time)).collect(), cursor)
}

fn page(messages: Vec<DownStreamMessage>, cursor: i64) -> Bytes {
    encode_body(&ChrmDownStreamMessages {
        list: messages.iter().map(encode_body).collect(),
        sync_time: cursor,
        ..ChrmDownStreamMessages::default()
    })
}

fn news_of(room: &str, time: i64) -> ServerPacket {
    command_of(&Notification::ChatroomMessages {
        chatroom: room.to_owned(),
        time,
    })
}

fn command_of(notification: &Notification) -> ServerPacket {
    let (topic, body) = notification.write().unwrap();
    publish(topic, 1, encode_body(&body))
}

/// A message of a room, pushed as it is.
fn direct(time: i64) -> ServerPacket {
    publish(topic::DIRECT_MESSAGE, 2, encode_body(&in_lobby(time)))
}

/// What the user said on another device.
fn echo(wire_ref: i64) -> ServerPacket {
    let body = UpStreamMessage {
        session_id: 3,
        classname: "RC:TxtMsg".to_owned(),
        content: "{}".to_owned(),
        client_unique_id: Some(wire_ref),
        ..UpStreamMessage::default()
    };
    ServerPacket::Publish {
        sync: true,
        qos: QoS::AtLeastOnce,
        date: 40,
        topic: topic::CHATROOM.to_owned(),
        target: "lobby".to_owned(),
        message_id: 3,
        body: encode_body(&body),
    }
}

fn take_pull(driver: &mut Driver) -> (u16, ChrmPullMsg) {
    let (message_id, target, body) = driver.take_query_of(topic::PULL_CHATROOM).unwrap();
    assert_eq!(target, "lobby");
    (message_id, decode_body(body).unwrap())
}

/// Who entered by now, with the times of the messages that came with it.
fn entered(driver: &mut Driver) -> Vec<(u64, Vec<i64>)> {
    let events = driver.news().into_iter().map(|event| match event {
        Event::Answered {
            ask,
            result: Ok(Answer::Entered { recent }),
        } => (
            ask.0,
            recent.iter().map(|message| message.sent_at.0).collect(),
        ),
        other => panic!("nobody entered: {other:?}"),
    });
    events.collect()
}

/// The times of what was told to all.
fn told(driver: &mut Driver) -> Vec<i64> {
    let events = driver.news().into_iter().map(|event| match event {
        Event::Transient(message) => message.sent_at.0,
        other => panic!("no message: {other:?}"),
    });
    events.collect()
}

fn refused(ask: u64, code: i32) -> Event {
    Event::Answered {
        ask: AskId(ask),
        result: Err(Code::new(code)),
    }
}

fn left(code: u16) -> Event {
    let code = Code::new(code.into());
    news(RoomChange::Left { code })
}

fn news(change: RoomChange) -> Event {
    Event::Room(RoomNews {
        room: lobby(),
        change,
    })
}
