//! What is accepted, and what is not.

use std::time::Duration;

use imlink_model::Direction;
use imlink_sandbox::{Fault, Lasting, Policy, Rate};
use imlink_wire::{
    ServerPacket,
    proto::{UpStreamMessage, encode_body},
    topic,
    uid::MessageUid,
};

use crate::bench::{Bench, notified, text_body, user};

#[test]
fn an_accepted_message_is_stored_acknowledged_and_notified_with_one_time() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));

    let acked = bench.say_acked(alice, "bob", "hello");

    assert_eq!(acked.status, 0);
    assert_eq!(notified(&bench.heard(bob)), [acked.time]);
    let stored = bench.app().stored(&user("bob"));
    assert_eq!(stored.len(), 1);
    assert_eq!(
        (stored[0].uid.as_str(), stored[0].time.0),
        (acked.uid.as_str(), acked.time)
    );
    assert_eq!(stored[0].direction, Direction::Received);
    assert_eq!(stored[0].content, r#"{"content":"hello"}"#);
    assert_eq!(stored[0].client_unique_id, Some(99));
    assert_eq!(
        bench.app().stored(&user("alice"))[0].direction,
        Direction::Sent
    );
    let uid = MessageUid::parse(&acked.uid).unwrap();
    assert_eq!(uid.time(), u64::try_from(acked.time).unwrap());
}

#[test]
fn times_increase_strictly_for_sender_and_receiver_within_one_millisecond() {
    let mut bench = Bench::new();
    let (alice, carol) = (bench.online("alice"), bench.online("carol"));

    let times: Vec<_> = (0..6)
        .map(|round| if round % 2 == 0 { alice } else { carol })
        .map(|sender| bench.say_acked(sender, "bob", "x").time)
        .collect();

    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[test]
fn a_message_to_nobody_known_waits_until_he_comes() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let acked = bench.say_acked(alice, "dora", "hello");

    let dora = bench.online("dora");
    assert_eq!(bench.pull(dora, 0, 0).list[0].msg_id, Some(acked.uid));
}

#[test]
fn a_malformed_body_is_refused_and_the_link_goes_on() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    for body in [&b"\xFF\xFF\xFF"[..], b"", b"\x08\x03"] {
        bench.publish(alice, topic::PRIVATE, "bob", body.to_vec());
        let acks = bench.acks(alice);
        assert_eq!((acks[0].status, acks[0].uid.as_str()), (33003, ""));
    }
    bench.publish(
        alice,
        topic::PRIVATE,
        "",
        encode_body(&text_body("to nobody")),
    );
    assert_eq!(bench.acks(alice)[0].status, 33003);

    assert_eq!(bench.say_acked(alice, "bob", "hello").status, 0);
    assert_eq!(bench.app().stored(&user("bob")).len(), 1);
}

#[test]
fn a_content_beyond_128_kib_is_refused_with_30016() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let of = |length| UpStreamMessage {
        content: "x".repeat(length),
        ..text_body("")
    };

    bench.publish(alice, topic::PRIVATE, "bob", encode_body(&of(128 * 1024)));
    bench.publish(
        alice,
        topic::PRIVATE,
        "bob",
        encode_body(&of(128 * 1024 + 1)),
    );

    let statuses: Vec<_> = bench.acks(alice).iter().map(|ack| ack.status).collect();
    assert_eq!(statuses, [0, 30016]);
}

#[test]
fn a_publish_nobody_serves_gets_a_status_never_silence() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    for (topic, status) in [
        ("pgMsgP", 22406),
        ("chatMsg", 23406),
        ("ugMsg", 32546),
        ("", 32546),
    ] {
        bench.publish(alice, topic, "bob", encode_body(&text_body("x")));
        assert_eq!(bench.acks(alice)[0].status, status, "{topic}");
    }
}

// F-S44
#[test]
fn more_messages_than_the_rate_are_refused_with_20604_until_time_has_passed() {
    let rate = Rate {
        messages: 5,
        per: Duration::from_secs(1),
    };
    let mut bench = Bench::with_policy(Policy {
        send_rate: Some(rate),
        ..Policy::default()
    });
    let (alice, carol) = (bench.online("alice"), bench.online("carol"));

    let statuses: Vec<_> = (0..7)
        .map(|_| bench.say_acked(alice, "bob", "x").status)
        .collect();

    assert_eq!(statuses, [0, 0, 0, 0, 0, 20604, 20604]);
    assert_eq!(
        bench.say_acked(carol, "bob", "x").status,
        0,
        "another user is not meant"
    );
    bench.pass(200);
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 20604);
}

#[test]
fn a_topic_is_refused_with_a_chosen_status() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.fault(
        Fault::Topic {
            topic: "ppMsgP".to_owned(),
            status: 405,
        },
        Lasting::ONCE,
    );

    assert_eq!(bench.say_acked(alice, "bob", "x").status, 405);
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
}

#[test]
fn a_recall_reaches_the_other_side_as_a_message_that_names_the_recalled_one() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let acked = bench.say_acked(alice, "bob", "oops");
    let recall = |uid: &str| {
        let content = format!(
            r#"{{"conversationType":1,"targetId":"bob","messageUId":"{uid}","sentTime":{}}}"#,
            acked.time
        );
        let classname = "RC:RcCmd".to_owned();
        encode_body(&UpStreamMessage {
            session_id: 1,
            classname,
            content,
            ..UpStreamMessage::default()
        })
    };

    bench.publish(alice, topic::RECALL, "alice", recall(&acked.uid));
    assert_eq!(bench.acks(alice)[0].status, 0);
    bench.publish(alice, topic::RECALL, "alice", recall("F3ZJ-MFEP-2246-4ZFP"));
    assert_eq!(bench.acks(alice)[0].status, 25101, "nobody sent that one");

    let stored = bench.app().stored(&user("bob"));
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[1].object_name, "RC:RcCmd");
    assert!(stored[1].content.contains(&acked.uid));
}

#[test]
fn what_clients_acknowledge_is_answered_by_nothing() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    bench.receive(alice, imlink_wire::ClientPacket::PubAck { message_id: 9 });
    bench.receive(alice, imlink_wire::ClientPacket::QueryCon { message_id: 9 });

    assert_eq!(bench.heard(alice), [] as [ServerPacket; 0]);
}
