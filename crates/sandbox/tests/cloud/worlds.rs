//! App keys as worlds of their own, and what an onlooker sees.

use imlink_sandbox::{AppSettings, Cloud, DeviceClass, Heard, Output, Policy, Secret};
use imlink_wire::{ClientPacket, ProtocolVersion};

use crate::bench::{Bench, app_key, user};

#[test]
fn users_of_one_app_key_are_strangers_in_another() {
    let mut bench = Bench::new();
    let settings = AppSettings {
        key: app_key("other"),
        secret: Secret::new("x"),
        policy: Policy::default(),
    };
    bench.cloud.add_app(settings);
    let now = bench.now;
    let alice = bench.online("alice");
    let token = bench
        .cloud
        .app_mut(&app_key("other"))
        .unwrap()
        .issue_token(&user("bob"), now);
    let stranger = bench.open_as("other", &token, DeviceClass::Web);
    bench.heard(stranger);

    bench.say_acked(alice, "bob", "hello");

    assert_eq!(bench.heard(stranger), []);
    assert_eq!(
        bench
            .cloud
            .app(&app_key("other"))
            .unwrap()
            .stored(&user("bob")),
        []
    );
    assert_eq!(bench.app().stored(&user("bob")).len(), 1);
}

#[test]
fn the_transcript_holds_packets_as_they_travelled() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    bench.say(link, "bob", "hello");
    bench.receive(link, ClientPacket::PingReq);

    let records: Vec<_> = bench.app().transcript().cloned().collect();

    assert_eq!(records.len(), 2);
    assert_eq!((records[0].sequence, records[0].link), (1, Some(link)));
    let Heard::Packet {
        packet,
        topic,
        bytes,
    } = &records[0].heard
    else {
        panic!()
    };
    assert_eq!((packet.as_str(), topic.as_str()), ("PUBLISH", "ppMsgP"));
    assert!(bytes.starts_with("320006"), "{bytes}");
    let sent: Vec<u8> = bytes
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert!(ClientPacket::decode(sent.into(), ProtocolVersion::V3).is_ok());
    assert_eq!(
        records[1].heard,
        Heard::Packet {
            packet: "PINGREQ".to_owned(),
            topic: String::new(),
            bytes: "c0".to_owned(),
        }
    );
}

#[test]
fn nothing_printed_shows_tokens_secrets_or_contents() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    bench.say(link, "bob", "canary");
    let token = bench.token("alice");
    let stored = bench.app().stored(&user("bob"));
    let records: Vec<_> = bench.app().transcript().cloned().collect();

    let printed = format!("{stored:?} {records:?} {:?}", bench.app().secret());

    assert!(!printed.contains("canary") && !printed.contains(&token));
    assert!(!printed.contains(crate::bench::SECRET));
}

#[test]
fn the_same_seed_and_inputs_give_the_same_outputs() {
    let run = |seed| {
        let settings = AppSettings {
            key: app_key("k"),
            secret: Secret::new("s"),
            policy: Policy::default(),
        };
        let mut cloud = Cloud::new(settings, seed);
        let token = cloud
            .default_app_mut()
            .issue_token(&user("alice"), imlink_model::Millis(1));
        let greeting = imlink_sandbox::Greeting {
            app_key: "k".to_owned(),
            token: token.clone(),
            version: ProtocolVersion::V4,
            class: DeviceClass::Web,
            device: String::new(),
            reconnect_kick: false,
        };
        cloud.open(imlink_sandbox::LinkId(1), greeting, imlink_model::Millis(2));
        let outputs: Vec<Output> = std::iter::from_fn(|| cloud.poll_output()).collect();
        (token, outputs)
    };

    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
