//! Handshakes and the CONNACK they get.

use std::time::Duration;

use imlink_model::Millis;
use imlink_sandbox::{DeviceClass, Fault, Lasting, Policy};
use imlink_wire::{ClientPacket, ServerPacket};

use crate::bench::{Bench, KEY, app_key, user};

#[test]
fn an_accepting_connack_names_user_session_and_time() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    let link = bench.open(&token);

    let heard = bench.heard(link);
    let [ServerPacket::ConnAck(connack)] = &heard[..] else {
        panic!("{heard:?}")
    };
    let session = connack.session.as_ref().unwrap();
    assert_eq!(connack.status, 0);
    assert_eq!(session.user_id.as_deref(), Some("alice"));
    assert_eq!(session.session_id.as_ref().unwrap().len(), 36);
    assert_eq!(session.server_time, Some(1_800_000_000_000));
    assert_eq!(session.message_id_base, Some(0x1000));
    let views = bench.app().links();
    assert_eq!(views.len(), 1);
    assert_eq!((views[0].link, &views[0].user), (link, &user("alice")));
    assert_eq!(views[0].since, Millis(1_800_000_000_000));
}

#[test]
fn a_token_is_known_with_and_without_what_follows_its_at() {
    let policy = Policy {
        navigator: Some("http://127.0.0.1:1".to_owned()),
        ..Policy::default()
    };
    let mut bench = Bench::with_policy(policy);
    let token = bench.token("alice");
    let (secret, host) = token.split_once('@').unwrap();

    assert_eq!(host, "http://127.0.0.1:1");
    for form in [secret.to_owned(), format!("{secret}@"), token.clone()] {
        let link = bench.open(&form);
        assert!(!bench.is_closed(link), "accepted");
    }
}

#[test]
fn every_token_of_a_user_is_valid_and_no_two_are_alike() {
    let mut bench = Bench::new();
    let (first, second) = (bench.token("alice"), bench.token("alice"));

    assert_ne!(first, second);
    for token in [first, second] {
        let link = bench.open(&token);
        assert!(!bench.is_closed(link), "accepted");
    }
}

#[test]
fn a_token_with_a_lifetime_expires_and_those_before_do_not() {
    let mut bench = Bench::new();
    let old = bench.token("alice");
    bench.app().policy_mut().token_lifetime = Some(Duration::from_secs(60));
    let token = bench.token("alice");
    let link = bench.open(&token);

    bench.now = Millis(bench.now.0 + 60_000);

    assert_eq!(bench.refused(&token), 10);
    assert!(!bench.is_closed(link), "open links stay");
    let link = bench.open(&old);
    assert!(!bench.is_closed(link), "accepted");
}

#[test]
fn with_app_verification_nobody_gets_in() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    bench.app().policy_mut().app_verification = true;

    assert_eq!(bench.refused(&token), 5);
    assert_eq!(bench.refused("nonsense"), 4, "the token comes first");
}

#[test]
fn an_unknown_token_is_refused_with_31004() {
    assert_eq!(Bench::new().refused("nonsense@"), 4);
}

#[test]
fn the_token_of_another_app_is_refused_with_31004() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let other = imlink_sandbox::AppSettings {
        key: app_key("other"),
        secret: imlink_sandbox::Secret::new("x"),
        policy: Policy::default(),
    };
    bench.cloud.add_app(other);

    let link = bench.open_as("other", &token, DeviceClass::Web);

    let heard = bench.heard(link);
    assert!(
        matches!(&heard[..], [ServerPacket::ConnAck(ack)] if ack.status == 4),
        "{heard:?}"
    );
}

#[test]
fn an_unknown_app_key_is_refused_with_31002() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    for key in ["nobody", "", "no key at all"] {
        let link = bench.open_as(key, &token, DeviceClass::Web);

        let heard = bench.heard(link);
        assert!(
            matches!(&heard[..], [ServerPacket::ConnAck(ack)] if ack.status == 2),
            "{heard:?}"
        );
        assert!(bench.is_closed(link));
    }
}

#[test]
fn an_expired_token_is_refused_with_31020_and_open_links_stay() {
    let mut bench = Bench::new();
    let old = bench.token("alice");
    let link = bench.open(&old);
    bench.pass(1000);
    let young = bench.token("alice");
    let now = bench.now;

    bench.app().expire_tokens(&user("alice"), Some(now));

    assert!(!bench.is_closed(link), "the open link stays");
    assert_eq!(bench.refused(&old), 10);
    let again = bench.open(&young);
    assert!(!bench.is_closed(again), "issued at that time, not before");
    bench.app().expire_tokens(&user("alice"), None);
    assert_eq!(bench.refused(&young), 10);
}

#[test]
fn a_new_secret_makes_tokens_unknown() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    bench.app().forget_tokens();

    assert_eq!(bench.refused(&token), 4);
}

#[test]
fn any_status_is_given_on_demand_once() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    for status in 1..=25 {
        bench.fault(Fault::ConnAck { status }, Lasting::ONCE);

        assert_eq!(bench.refused(&token), status);
    }
    let link = bench.open(&token);
    assert!(!bench.is_closed(link), "the next one is accepted");
}

#[test]
fn a_silenced_handshake_is_never_answered_and_its_packets_are_ignored() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    bench.fault(Fault::NoConnAck, Lasting::ONCE);

    let link = bench.open(&token);
    bench.receive(link, ClientPacket::PingReq);

    assert_eq!(bench.heard(link), []);
    assert!(!bench.is_closed(link));
    assert_eq!(bench.app().links(), []);
}

// P27
#[test]
fn several_links_of_a_user_are_online_at_once_by_default() {
    let mut bench = Bench::new();

    let (first, second) = (bench.online("alice"), bench.online("alice"));

    assert!(!bench.is_closed(first) && !bench.is_closed(second));
    assert_eq!(bench.app().links().len(), 2);
}

#[test]
fn under_the_one_device_policy_the_newcomer_kicks_its_class() {
    let mut bench = Bench::with_policy(Policy {
        one_device: true,
        ..Policy::default()
    });
    let token = bench.token("alice");
    let web = bench.open_as(KEY, &token, DeviceClass::Web);
    let phone = bench.open_as(KEY, &token, DeviceClass::Mobile);
    let other_user = bench.online("bob");
    bench.heard(web);

    let newcomer = bench.open_as(KEY, &token, DeviceClass::Web);

    assert_eq!(bench.heard(web), [ServerPacket::Disconnect { status: 1 }]);
    assert!(bench.is_closed(web));
    assert!(!bench.is_closed(phone) && !bench.is_closed(other_user) && !bench.is_closed(newcomer));
    let online: Vec<_> = bench.app().links().iter().map(|view| view.link).collect();
    assert_eq!(online, [phone, other_user, newcomer]);
}

#[test]
fn a_ping_is_answered_unless_a_fault_says_otherwise() {
    let mut bench = Bench::new();
    let link = bench.online("alice");

    bench.receive(link, ClientPacket::PingReq);
    assert_eq!(bench.heard(link), [ServerPacket::PingResp]);

    bench.fault(Fault::NoPong, Lasting::UntilCleared);
    bench.receive(link, ClientPacket::PingReq);
    bench.receive(link, ClientPacket::PingReq);
    assert_eq!(bench.heard(link), []);

    bench.app().clear_faults();
    bench.receive(link, ClientPacket::PingReq);
    assert_eq!(bench.heard(link), [ServerPacket::PingResp]);
}

#[test]
fn a_client_that_says_goodbye_is_closed_and_offline() {
    let mut bench = Bench::new();
    let link = bench.online("alice");

    bench.receive(link, ClientPacket::Disconnect { status: 4 });

    assert!(bench.is_closed(link));
    assert!(!bench.app().is_online(&user("alice")));
}

#[test]
fn a_closed_link_is_forgotten_and_what_it_still_says_is_ignored() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    let now = bench.now;

    bench.cloud.closed(link, now);
    bench.receive(link, ClientPacket::PingReq);
    bench.cloud.closed(link, now);

    assert_eq!(bench.heard(link), []);
    assert_eq!(bench.app().links(), []);
    assert_eq!(bench.app().counters().closed, 1);
}
