//! Read positions: told by PUBLISH or by message, heard by the user's other devices.

use imlink_sandbox::{LinkId, Policy};
use imlink_wire::{
    QoS, ServerPacket,
    notify::Change,
    proto::{
        SessionMsgReadInput, SessionOutput, SessionQryInput, SessionsOutput, UpStreamMessage,
        encode_body,
    },
    topic,
};

use crate::bench::{Bench, ack, changes, text_body, user};

#[test]
fn a_read_position_is_acknowledged_and_echoed_with_its_puback() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));
    let bob = bench.online("bob");
    let said = bench.say_acked(bob, "alice", "hello");
    bench.heard(two);

    let message_id = read(&mut bench, one, 1, "bob", said.time);

    let acks = bench.acks(one);
    assert_eq!(acks.len(), 1);
    assert_eq!((acks[0].message_id, acks[0].status), (message_id, 0));
    let echo = bench.heard(two);
    let [
        ServerPacket::Publish {
            sync: true,
            topic,
            message_id,
            body,
            ..
        },
        puback,
    ] = &echo[..]
    else {
        panic!("{echo:?}")
    };
    assert_eq!(topic, "updRTime");
    assert_eq!(*body, position(1, "bob", said.time));
    assert_eq!(ack(puback.clone()).unwrap().message_id, *message_id);
    assert_eq!(unread(&mut bench, one, 0), [("bob".to_owned(), 0)]);
}

#[test]
fn unread_counts_what_counts_was_received_and_is_not_read() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say_acked(bob, "alice", "one");
    let two = bench.say_acked(bob, "alice", "two");
    bench.say_acked(alice, "bob", "own");
    let uncounted = UpStreamMessage {
        session_id: 1,
        classname: "RC:InfoNtf".to_owned(),
        ..text_body("notice")
    };
    bench.publish(bob, topic::PRIVATE, "alice", encode_body(&uncounted));
    bench.heard(bob);
    bench.say_acked(bob, "alice", "three");

    assert_eq!(unread(&mut bench, alice, 0), [("bob".to_owned(), 3)]);
    read(&mut bench, alice, 1, "bob", two.time);
    assert_eq!(unread(&mut bench, alice, 0), [("bob".to_owned(), 1)]);
    let sessions = sessions(&mut bench, alice, 0);
    let info = sessions[0].unread.clone().unwrap();
    assert_eq!(info.clear_time, Some(two.time));
    let first = info.first_unread_msg.unwrap();
    assert!(first.msg_time > two.time);
    assert_eq!(first.class_name.as_deref(), Some("RC:TxtMsg"));
}

#[test]
fn a_read_position_never_goes_back() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let one = bench.say_acked(bob, "alice", "one");
    let two = bench.say_acked(bob, "alice", "two");
    read(&mut bench, alice, 1, "bob", two.time);

    read(&mut bench, alice, 1, "bob", one.time);

    let sessions = sessions(&mut bench, alice, 0);
    let info = sessions[0].unread.clone().unwrap();
    assert_eq!((info.cnt, info.clear_time), (Some(0), Some(two.time)));
}

#[test]
fn messages_that_tell_a_position_tell_it_for_their_sender_only() {
    for class in ["RC:SRSMsg", "RC:ReadNtf"] {
        let mut bench = Bench::new();
        let (alice, bob) = (bench.online("alice"), bench.online("bob"));
        let said = bench.say_acked(bob, "alice", "hello");
        bench.say_acked(alice, "bob", "answer");
        let told = UpStreamMessage {
            session_id: 0,
            classname: class.to_owned(),
            content: format!(r#"{{"lastMessageSendTime":{}}}"#, said.time),
            ..UpStreamMessage::default()
        };

        bench.publish(alice, topic::PRIVATE, "bob", encode_body(&told));

        assert_eq!(unread(&mut bench, alice, 0), [("bob".to_owned(), 0)]);
        assert_eq!(unread(&mut bench, bob, 0), [("alice".to_owned(), 1)]);
    }
}

#[test]
fn other_devices_hear_of_a_changed_count_and_ask_with_its_very_version() {
    let mut bench = Bench::with_policy(Policy {
        unread_kept: true,
        ..Policy::default()
    });
    let (one, two) = (bench.online("alice"), bench.online("alice"));
    let (bob, carol) = (bench.online("bob"), bench.online("carol"));
    let said = bench.say_acked(bob, "alice", "hello");
    bench.say_acked(carol, "alice", "hello");
    bench.pass(5000);
    bench.heard(one);
    bench.heard(two);

    read(&mut bench, one, 1, "bob", said.time);

    assert!(changes(&bench.heard(one)).is_empty());
    let told = changes(&bench.heard(two));
    let [(Change::Unread, version)] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(
        unread(&mut bench, two, version),
        [("bob".to_owned(), 0)],
        "what has not changed since is left out"
    );
}

#[test]
fn mentions_are_counted_for_everyone_and_for_the_user_himself() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    for mentioned in [
        r#"{"type":1,"userIdList":[]}"#,
        r#"{"type":2,"userIdList":["alice","carol"]}"#,
        r#"{"type":2,"userIdList":["carol"]}"#,
        r#""nonsense""#,
    ] {
        let body = UpStreamMessage {
            content: format!(r#"{{"content":"hi","mentionedInfo":{mentioned}}}"#),
            ..text_body("hi")
        };
        bench.publish(bob, topic::PRIVATE, "alice", encode_body(&body));
    }

    let sessions = sessions(&mut bench, alice, 0);
    let info = sessions[0].unread.clone().unwrap();

    assert_eq!(
        (info.cnt, info.mention_cnt, info.mention_me_cnt),
        (Some(4), Some(2), Some(1))
    );
}

#[test]
fn unread_counts_come_in_pages_until_there_is_no_token() {
    let mut bench = Bench::with_policy(Policy {
        page: 2,
        ..Policy::default()
    });
    let alice = bench.online("alice");
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        let link = bench.online(name);
        bench.say_acked(link, "alice", "hello");
    }

    let mut token = None;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let asked = SessionQryInput {
            version: Some(0),
            page_token: token.take(),
            ..SessionQryInput::default()
        };
        let page: SessionsOutput = bench.ask(alice, topic::PULL_UNREAD, &asked);
        seen.extend(page.session.into_iter().filter_map(|one| one.target_id));
        token = page.page_token;
    }

    assert_eq!((seen, token), (names.map(str::to_owned).to_vec(), None));
    let asked = SessionQryInput {
        page_token: Some("nonsense".to_owned()),
        ..SessionQryInput::default()
    };
    let asked = encode_body(&asked);
    assert_eq!(bench.query(alice, topic::PULL_UNREAD, asked).0, 33003);
}

#[test]
fn a_position_of_no_conversation_is_refused() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    for (kind, target) in [(99, "bob"), (1, "")] {
        read(&mut bench, alice, kind, target, 5);
        let acks = bench.acks(alice);
        assert_eq!((acks.len(), acks[0].status), (1, 33003));
    }
    let app = bench.app();
    assert!(app.stored(&user("alice")).is_empty());
}

fn read(bench: &mut Bench, link: LinkId, kind: i32, target: &str, time: i64) -> u16 {
    bench.heard(link);
    bench.publish_as(
        link,
        QoS::AtMostOnce,
        topic::READ_POSITION,
        "self",
        position(kind, target, time),
    )
}

fn position(kind: i32, target: &str, time: i64) -> bytes::Bytes {
    encode_body(&SessionMsgReadInput {
        r#type: kind,
        msg_time: time,
        channel_id: target.to_owned(),
        bus_channel: None,
    })
}

fn sessions(bench: &mut Bench, link: LinkId, version: i64) -> Vec<SessionOutput> {
    let asked = SessionQryInput {
        version: Some(version),
        ..SessionQryInput::default()
    };
    let answer: SessionsOutput = bench.ask(link, topic::PULL_UNREAD, &asked);
    answer.session
}

fn unread(bench: &mut Bench, link: LinkId, version: i64) -> Vec<(String, i32)> {
    let sessions = sessions(bench, link, version).into_iter();
    sessions
        .map(|one| (one.target_id.unwrap(), one.unread.unwrap().cnt.unwrap()))
        .collect()
}
