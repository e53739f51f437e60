//! Who yields when a device reconnects and another took its slot (decisions.md P12).

use imlink_sandbox::{DeviceClass, Greeting, LinkId, Policy};
use imlink_wire::{ClientPacket, ProtocolVersion, ServerPacket};

use crate::bench::{Bench, KEY, user};

/// CONNACK status of 31023.
const SAME_CLIENT_ONLINE: u8 = 13;

// P12
#[test]
fn a_first_connect_takes_over_even_if_it_would_yield() {
    let mut bench = one_device();
    let phone = accepted(&mut bench, "old", true);

    let newcomer = accepted(&mut bench, "new", true);

    assert!(bench.is_closed(phone) && !bench.is_closed(newcomer));
}

// P12
#[test]
fn a_reconnect_yields_to_whoever_took_the_slot_meanwhile_and_then_starts_anew() {
    let mut bench = one_device();
    let first = accepted(&mut bench, "first", true);
    lose(&mut bench, first);
    let second = accepted(&mut bench, "second", true);

    assert_eq!(connect(&mut bench, "first", true).1, SAME_CLIENT_ONLINE);
    assert!(!bench.is_closed(second), "the other one is not disturbed");

    accepted(&mut bench, "first", true);
    assert!(
        bench.is_closed(second),
        "who was told so and signs in means it"
    );
}

// P12
#[test]
fn a_reconnect_without_the_flag_takes_over() {
    let mut bench = one_device();
    let first = accepted(&mut bench, "first", true);
    lose(&mut bench, first);
    let second = accepted(&mut bench, "second", true);

    accepted(&mut bench, "first", false);

    assert!(bench.is_closed(second));
}

// P12
#[test]
fn a_reconnect_to_a_free_slot_is_accepted() {
    let mut bench = one_device();
    let first = accepted(&mut bench, "first", true);
    lose(&mut bench, first);

    accepted(&mut bench, "first", true);
}

// P12
#[test]
fn a_reconnect_does_not_yield_to_its_own_device() {
    let mut bench = Bench::new();
    let lost = accepted(&mut bench, "first", true);
    let half_open = accepted(&mut bench, "first", true);
    lose(&mut bench, lost);
    bench.app().policy_mut().one_device = true;

    accepted(&mut bench, "first", true);

    assert!(bench.is_closed(half_open));
}

// P12
#[test]
fn whose_link_was_ended_with_a_word_is_no_reconnect() {
    type Goodbye = fn(&mut Bench, LinkId);
    let goodbyes: [(&str, Goodbye); 3] = [
        ("kicked", |bench, _| {
            bench.app().kick(&user("alice"));
        }),
        ("blocked and allowed again", |bench, _| {
            let now = bench.now;
            bench
                .app()
                .block(&user("alice"), std::time::Duration::from_secs(60), now);
            bench.app().unblock(&user("alice"));
        }),
        ("signed out", |bench, link| {
            bench.receive(link, ClientPacket::Disconnect { status: 0 });
        }),
    ];
    for (how, say_goodbye) in goodbyes {
        let mut bench = one_device();
        let first = accepted(&mut bench, "first", true);
        say_goodbye(&mut bench, first);
        lose(&mut bench, first);
        let second = accepted(&mut bench, "second", true);

        accepted(&mut bench, "first", true);

        assert!(bench.is_closed(second), "{how}");
    }
}

// P12
#[test]
fn a_lost_device_matters_to_its_own_user_and_class_only() {
    let mut bench = one_device();
    let first = accepted(&mut bench, "shared", true);
    lose(&mut bench, first);
    let bob = bench.online("bob");

    let phone = greeting(&mut bench, "shared", DeviceClass::Mobile, true);
    let other_class = bench.greet(phone);
    let takes_over = accepted(&mut bench, "second", true);

    assert!(!bench.is_closed(bob) && !bench.is_closed(other_class));
    assert!(!bench.is_closed(takes_over));
}

// P12 P27
#[test]
fn without_the_one_device_policy_nobody_yields_and_nothing_is_remembered_of_that_time() {
    let mut bench = Bench::new();
    let first = accepted(&mut bench, "first", true);
    lose(&mut bench, first);
    let second = accepted(&mut bench, "second", true);

    let again = accepted(&mut bench, "first", true);
    assert!(!bench.is_closed(second) && !bench.is_closed(again));

    bench.receive(again, ClientPacket::Disconnect { status: 0 });
    lose(&mut bench, again);
    bench.app().policy_mut().one_device = true;
    accepted(&mut bench, "first", true);
    assert!(bench.is_closed(second), "a first connect");
}

// P12
#[test]
fn a_device_without_an_id_never_reconnects() {
    let mut bench = one_device();
    let first = accepted(&mut bench, "", true);
    lose(&mut bench, first);
    let second = accepted(&mut bench, "second", true);

    accepted(&mut bench, "", true);

    assert!(bench.is_closed(second));
}

fn one_device() -> Bench {
    Bench::with_policy(Policy {
        one_device: true,
        ..Policy::default()
    })
}

fn lose(bench: &mut Bench, link: LinkId) {
    let now = bench.now;
    bench.cloud.closed(link, now);
}

fn accepted(bench: &mut Bench, device: &str, reconnect_kick: bool) -> LinkId {
    let (link, status) = connect(bench, device, reconnect_kick);
    assert_eq!(status, 0, "accepted");
    link
}

/// A connect of a desktop device of alice, and the status of its CONNACK.
fn connect(bench: &mut Bench, device: &str, reconnect_kick: bool) -> (LinkId, u8) {
    let greeting = greeting(bench, device, DeviceClass::Desktop, reconnect_kick);
    let link = bench.greet(greeting);
    match &bench.heard(link)[..] {
        [ServerPacket::ConnAck(connack)] => (link, connack.status),
        other => panic!("not one CONNACK: {other:?}"),
    }
}

fn greeting(bench: &mut Bench, device: &str, class: DeviceClass, reconnect_kick: bool) -> Greeting {
    Greeting {
        app_key: KEY.to_owned(),
        token: bench.token("alice"),
        version: ProtocolVersion::V3,
        class,
        device: device.to_owned(),
        reconnect_kick,
    }
}
