//! Who comes online and who goes, as an app server is told.

use imlink_model::Millis;
use imlink_sandbox::{DeviceClass, PresenceChange, Webhook};
use imlink_wire::{ClientPacket, status};

use crate::bench::{Bench, KEY, user};

fn watched() -> Bench {
    let mut bench = Bench::new();
    bench.app().policy_mut().presence = Some(Webhook::new("http://127.0.0.1/"));
    bench
}

fn changes(bench: &mut Bench) -> Vec<PresenceChange> {
    let events = bench.presence().into_iter();
    events.map(|event| event.change).collect()
}

// server-api.md 6
#[test]
fn every_link_has_a_session_of_its_own_from_its_beginning_to_its_end() {
    let mut bench = watched();
    let token = bench.token("alice");
    let page = bench.open(&token);
    let desktop = bench.open_as(KEY, &token, DeviceClass::Desktop);
    let now = bench.now;
    bench.cloud.closed(page, now);

    let events = bench.presence();

    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.link, event.change, event.class))
        .collect();
    assert_eq!(
        seen,
        [
            (page, PresenceChange::Online, DeviceClass::Web),
            (desktop, PresenceChange::Online, DeviceClass::Desktop),
            (page, PresenceChange::Offline, DeviceClass::Web),
        ]
    );
    assert!(events.iter().all(|event| event.user == user("alice")));
    assert_eq!(events[0].session, events[2].session);
    assert_ne!(events[0].session, events[1].session);
}

#[test]
fn an_end_is_told_once_whoever_brings_it_about() {
    let mut bench = watched();
    let goodbye = ClientPacket::Disconnect {
        status: status::LOG_OUT,
    };
    let leave = |bench: &mut Bench, how: &dyn Fn(&mut Bench, imlink_sandbox::LinkId)| {
        let link = bench.online("alice");
        how(bench, link);
        let now = bench.now;
        bench.cloud.closed(link, now);
        changes(bench)
    };

    assert_eq!(
        leave(&mut bench, &|bench, link| bench
            .receive(link, goodbye.clone())),
        [PresenceChange::Online, PresenceChange::LoggedOut]
    );
    assert_eq!(
        leave(&mut bench, &|bench, _| {
            bench.app().kick(&user("alice"));
        }),
        [PresenceChange::Online, PresenceChange::Offline]
    );
    assert_eq!(
        leave(&mut bench, &|bench, _| bench.app().shut(true)),
        [PresenceChange::Online, PresenceChange::Offline]
    );
}

#[test]
fn a_link_that_was_refused_was_never_there() {
    let mut bench = watched();

    assert_eq!(bench.refused("nobody's token"), 4);

    assert_eq!(bench.presence(), []);
}

#[test]
fn without_a_webhook_nothing_is_told() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.cloud.closed(alice, Millis(0));

    assert_eq!(bench.presence(), []);
}
