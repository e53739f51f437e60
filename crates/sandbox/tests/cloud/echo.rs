//! What the sender's other devices see.

use imlink_sandbox::{DeviceClass, Draft, SenderCopy};
use imlink_wire::{
    QoS, ServerPacket,
    proto::{DownStreamMessage, UpStreamMessage, decode_body, encode_body},
    topic,
};

use crate::bench::{Bench, KEY, ack, notified, text_body, user};

#[test]
fn an_echo_is_the_publish_as_it_came_with_the_sync_bit_then_its_puback() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));

    let acked = bench.say_acked(one, "bob", "hello");

    let echo = bench.heard(two);
    let [
        ServerPacket::Publish {
            sync,
            qos,
            topic,
            target,
            message_id,
            body,
            ..
        },
        puback,
    ] = &echo[..]
    else {
        panic!("{echo:?}")
    };
    assert!(*sync && *qos == QoS::AtLeastOnce);
    assert_eq!((topic.as_str(), target.as_str()), ("ppMsgP", "bob"));
    assert_eq!(
        decode_body::<UpStreamMessage>(body.clone()).unwrap(),
        text_body("hello")
    );
    let completed = ack(puback.clone()).unwrap();
    assert_eq!(completed.message_id, *message_id);
    assert_eq!(
        (completed.uid, completed.time, completed.status),
        (acked.uid, acked.time, 0)
    );
}

#[test]
fn an_echo_never_uses_an_id_a_client_counts_to() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));
    let mut ids = Vec::new();
    for round in 0..40_000 {
        bench.say(one, "bob", "hello");
        for packet in bench.heard(two) {
            if let ServerPacket::Publish { message_id, .. } = packet {
                ids.push(message_id);
            }
        }
        assert_eq!(ids.len(), round + 1);
    }

    assert!(ids.iter().all(|id| *id > 0x8000));
    assert!(
        ids.windows(2).all(|pair| pair[0] != pair[1]),
        "also where they start again"
    );
}

#[test]
fn a_status_message_reaches_who_is_online_and_nobody_acknowledges_or_stores_it() {
    let mut bench = Bench::new();
    let (one, two, bob) = (
        bench.online("alice"),
        bench.online("alice"),
        bench.online("bob"),
    );
    let typing = UpStreamMessage {
        classname: "RC:TypSts".to_owned(),
        content: "{}".to_owned(),
        ..UpStreamMessage::default()
    };

    bench.publish(one, topic::PRIVATE_STATUS, "bob", encode_body(&typing));

    assert_eq!(bench.heard(one), []);
    let echo = bench.heard(two);
    assert!(
        matches!(&echo[..], [ServerPacket::Publish { sync: true, .. }]),
        "{echo:?}"
    );
    let direct = bench.heard(bob);
    let [
        ServerPacket::Publish {
            qos: QoS::AtMostOnce,
            topic,
            body,
            ..
        },
    ] = &direct[..]
    else {
        panic!("{direct:?}")
    };
    let down: DownStreamMessage = decode_body(body.clone()).unwrap();
    assert_eq!(topic, topic::DIRECT_MESSAGE);
    assert_eq!(
        (down.from_user_id.as_str(), down.ext_status),
        ("alice", Some(64))
    );
    assert_eq!(bench.app().stored(&user("bob")), []);
}

#[test]
fn a_message_of_an_app_server_reaches_its_senders_devices_only_if_asked_for() {
    for (copy, copies) in [(SenderCopy::Excluded, 0), (SenderCopy::Included, 1)] {
        let mut bench = Bench::new();
        let (alice, bob) = (bench.online("alice"), bench.online("bob"));
        let draft = Draft::new(
            user("alice"),
            user("bob"),
            "RC:TxtMsg",
            r#"{"content":"x"}"#,
        );
        let now = bench.now;

        bench.app().publish_as(draft, copy, now);

        assert_eq!(notified(&bench.heard(alice)).len(), copies);
        assert_eq!(notified(&bench.heard(bob)).len(), 1);
        assert_eq!(bench.pull(alice, 0, 0).list.len(), copies);
        assert_eq!(bench.pull(bob, 0, 0).list.len(), 1);
    }
}

#[test]
fn a_desktop_that_passes_over_echoes_is_told_to_pull_what_its_user_sent() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let desktop = bench.open_as(KEY, &token, DeviceClass::Desktop);
    let other = bench.open_as(KEY, &token, DeviceClass::Desktop);
    let web = bench.online("alice");
    for link in [desktop, other] {
        bench.heard(link);
    }

    let acked = bench.say_acked(desktop, "bob", "hello");

    assert_eq!(notified(&bench.heard(other)), [acked.time]);
    assert_eq!(notified(&bench.heard(web)), [] as [i64; 0]);
    bench.say(web, "bob", "hello");
    for link in [desktop, other] {
        assert_eq!(notified(&bench.heard(link)).len(), 1);
    }
}
