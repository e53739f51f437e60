//! What outlives a run: a restored cloud goes on as the saved one would have.

mod deed;
mod life;
mod seen;

use std::time::Duration;

use imlink_model::TargetId;
use imlink_sandbox::{
    AppSettings, Audience, Cloud, Counters, DeviceClass, Draft, Fault, Gateway, Greeting, Lasting,
    Policy, Saved, Secret, SenderCopy, Target,
};
use imlink_wire::{ProtocolVersion, ServerPacket, proto::encode_body, topic};
use proptest::prelude::*;

use crate::{
    bench::{Bench, KEY, SECRET, app_key, text_body, user},
    chatroom::{ROOM, bench_with_room, inside, room},
};
use deed::{Act, Deed, deed};
use life::Life;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_restored_cloud_answers_as_the_saved_one(
        before in prop::collection::vec(deed(), 0..60),
        after in prop::collection::vec(deed(), 0..30),
    ) {
        let mut saved = Life::new();
        for deed in &before {
            saved.act(deed);
        }
        let mut restored = saved.restored();
        saved.lose_links();

        for deed in &after {
            prop_assert_eq!(saved.act(deed), restored.act(deed), "{:?}", deed);
        }
        prop_assert_eq!(saved.everything(), restored.everything());
    }

    #[test]
    fn saving_what_was_restored_writes_the_same(
        deeds in prop::collection::vec(deed(), 0..60),
    ) {
        let mut life = Life::new();
        for deed in &deeds {
            life.act(deed);
        }
        life.lose_links();

        let written = without_chance(&life.bench.cloud.save());
        let again = without_chance(&life.restored().bench.cloud.save());

        prop_assert_eq!(written, again);
    }
}

#[test]
fn every_kind_of_deed_has_an_effect_that_is_seen_after_a_restart() {
    let seen = |act: &Act| {
        let mut plain = Life::new();
        let mut changed = Life::new();
        for life in [&mut plain, &mut changed] {
            for act in [Act::Say, Act::SayToGroup, Act::Enter, Act::SayInRoom] {
                life.act(&Deed::of(act));
            }
        }
        changed.act(&Deed::of(*act));

        plain.restored().everything() != changed.restored().everything()
    };

    let unseen: Vec<_> = Act::ALL.iter().copied().filter(|act| !seen(act)).collect();

    assert_eq!(unseen, Act::IDLE);
}

#[test]
fn a_message_that_many_have_is_written_once_and_shared_again() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let now = bench.now;
    let group = TargetId::new("g").unwrap();
    let members: Vec<_> = (0..20).map(|place| user(&format!("u{place}"))).collect();
    let all = members.into_iter().chain([user("alice")]);
    bench.app().join_group(&group, None, all, now);
    let body = encode_body(&text_body("to all of them"));
    bench.publish(alice, topic::GROUP, "g", body);

    let saved = bench.cloud.save();
    let json = serde_json::to_value(&saved).unwrap();
    let again: Saved = serde_json::from_value(json.clone()).unwrap();

    assert_eq!(json["apps"][KEY]["messages"].as_array().unwrap().len(), 1);
    assert_eq!(without_chance(&again), without_chance(&saved));
}

#[test]
fn messages_of_one_broadcast_stay_apart_although_they_share_a_uid() {
    let mut bench = Bench::new();
    bench.online("alice");
    bench.online("bob");
    let now = bench.now;
    let body = Draft::new(user("x"), user("x"), "RC:TxtMsg", "{}").body;
    bench
        .app()
        .publish_broadcast(&user("boss"), &body, Audience::Everyone, now);

    let mut restored = restart(&bench, 7);

    for name in ["alice", "bob"] {
        let before = bench.app().stored(&user(name));
        assert_eq!(before[0].to.id(), name);
        assert!(restored.app().stored(&user(name)) == before);
    }
}

#[test]
fn links_faults_counters_and_transcripts_are_of_the_run() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    bench.fault(Fault::NoPong, Lasting::UntilCleared);
    bench.say(link, "bob", "hello");

    let mut restored = restart(&bench, 7);

    let app = restored.app();
    assert_eq!(app.links(), []);
    assert_eq!(app.faults().count(), 0);
    assert_eq!(app.counters(), Counters::default());
    assert_eq!(app.transcript().count(), 0);
    assert!(app.stored(&user("bob")).len() == 1, "unlike messages");
    assert_eq!(bench.app().faults().count(), 1);
}

#[test]
fn the_secret_and_the_addresses_are_those_of_the_new_run() {
    let old = Gateway::websocket("127.0.0.1:1");
    let new = Gateway::websocket("127.0.0.1:2");
    let mut bench = Bench::with_policy(Policy {
        gateways: vec![old],
        page: 3,
        ..Policy::default()
    });
    bench.cloud.add_app(settings("other", "its secret"));
    let mut fresh = Bench::with_policy(Policy {
        gateways: vec![new.clone()],
        navigator: Some("http://127.0.0.1:3".to_owned()),
        ..Policy::default()
    });
    bench.app().change_secret(Secret::new("changed"));

    fresh.cloud.restore(reread(&bench.cloud.save()), bench.now);

    let policy = fresh.app().policy().clone();
    assert_eq!((policy.gateways, policy.page), (vec![new], 3));
    assert_eq!(policy.navigator.as_deref(), Some("http://127.0.0.1:3"));
    assert_eq!(fresh.app().secret().reveal(), SECRET);
    let other = fresh.cloud.app(&app_key("other")).unwrap();
    assert_eq!(other.secret().reveal(), "its secret");
}

#[test]
fn a_restored_cloud_makes_no_token_again_even_from_the_same_seed() {
    let mut bench = Bench::new();
    let fresh = restart(&bench, 7);
    let tokens = |mut bench: Bench| (0..3).map(|_| bench.token("alice")).collect::<Vec<_>>();

    let second_run = tokens(fresh);
    let first_run: Vec<_> = (0..3).map(|_| bench.token("bob")).collect();

    assert!(first_run.iter().all(|token| !second_run.contains(token)));
}

// decisions.md P12
#[test]
fn a_device_online_at_the_end_of_a_run_reconnects_in_the_next() {
    let policy = Policy {
        one_device: true,
        ..Policy::default()
    };
    let mut bench = Bench::with_policy(policy);
    let token = bench.token("alice");
    let greeting = |device: &str| Greeting {
        app_key: KEY.to_owned(),
        token: token.clone(),
        version: ProtocolVersion::V3,
        class: DeviceClass::Desktop,
        device: device.to_owned(),
        reconnect_kick: true,
    };
    bench.greet(greeting("first"));

    let mut restored = restart(&bench, 7);
    let other = restored.greet(greeting("second"));
    let back = restored.greet(greeting("first"));

    assert!(!restored.is_closed(other), "who reconnects yields");
    assert!(restored.is_closed(back));
}

#[test]
fn who_was_in_a_room_has_the_usual_time_to_come_back() {
    let members = |bench: &mut Bench| bench.app().chatroom(&room(ROOM)).unwrap().members.len();
    for (away, expected) in [(20, 1), (40, 0)] {
        let mut bench = bench_with_room();
        inside(&mut bench, "alice");
        bench.pass(3_600_000 - 1);

        let mut restored = restart(&bench, 7);
        restored.pass(away * 1000);
        let draft = Draft::new(
            user("boss"),
            Target::Chatroom(room(ROOM)),
            "RC:TxtMsg",
            "{}",
        );
        let now = restored.now;
        restored.app().publish_as(draft, SenderCopy::Excluded, now);

        assert_eq!(members(&mut restored), expected, "{away} s");
    }
}

#[test]
fn what_names_a_message_that_is_not_there_is_refused() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    bench.say(link, "bob", "hello");
    let mut json = serde_json::to_value(bench.cloud.save()).unwrap();

    json["apps"][KEY]["messages"] = serde_json::json!([]);

    let refused = serde_json::from_value::<Saved>(json).unwrap_err();
    assert_eq!(refused.to_string(), "there is no message 0");
}

#[test]
fn what_is_saved_says_nothing_when_it_is_debugged() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    let shown = format!("{:?}", bench.cloud.save());

    assert!(shown.contains(KEY), "{shown}");
    assert!(!shown.contains(&token) && !shown.contains(SECRET));
}

#[test]
fn blocks_end_after_a_restart_when_they_would_have_ended() {
    let mut bench = Bench::new();
    let (token, now) = (bench.token("alice"), bench.now);
    bench
        .app()
        .block(&user("alice"), Duration::from_secs(60), now);

    let mut restored = restart(&bench, 7);

    assert_eq!(restored.refused(&token), 9);
    restored.pass(60_000);
    let link = restored.open(&token);
    assert!(matches!(
        &restored.heard(link)[..],
        [ServerPacket::ConnAck(ack)] if ack.status == 0
    ));
}

/// The next run: what was saved, written and read, in a fresh cloud at the same time.
pub fn restart(bench: &Bench, seed: u64) -> Bench {
    let mut cloud = Cloud::new(settings(KEY, SECRET), seed);
    cloud.restore(reread(&bench.cloud.save()), bench.now);
    Bench::with_cloud(cloud, bench.now)
}

fn reread(saved: &Saved) -> Saved {
    serde_json::from_slice(&serde_json::to_vec(saved).unwrap()).unwrap()
}

fn settings(key: &str, secret: &str) -> AppSettings {
    AppSettings {
        key: app_key(key),
        secret: Secret::new(secret),
        policy: Policy::default(),
    }
}

/// As it is written, but for the seed, which is another in each run, and for who had a link.
fn without_chance(saved: &Saved) -> serde_json::Value {
    let mut json = serde_json::to_value(saved).unwrap();
    for app in json["apps"].as_object_mut().unwrap().values_mut() {
        let state = app["state"].as_object_mut().unwrap();
        assert!(state.remove("seed").is_some_and(|seed| seed.is_u64()));
        assert!(state.remove("linked").is_some());
    }
    json
}
