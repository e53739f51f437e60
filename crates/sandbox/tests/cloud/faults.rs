//! Faults on demand.

use imlink_sandbox::{Fault, Lasting, Scope};
use imlink_wire::ServerPacket;

use crate::bench::{Bench, notified, user};

// F-S19
#[test]
fn a_dropped_ack_loses_the_acknowledgement_and_not_the_message() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.fault(Fault::DropAck, Lasting::Times(2));

    let acks: Vec<_> = (0..3)
        .map(|_| {
            bench.say(alice, "bob", "x");
            bench.acks(alice).len()
        })
        .collect();

    assert_eq!(acks, [0, 0, 1]);
    assert_eq!(bench.pull(bob, 0, 0).list.len(), 3);
    assert_eq!(bench.app().counters().faults, 2);
}

// F-S13
#[test]
fn a_duplicated_ack_comes_twice() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.fault(Fault::DuplicateAck, Lasting::ONCE);

    bench.say(alice, "bob", "x");

    let acks = bench.acks(alice);
    assert_eq!(acks.len(), 2);
    assert_eq!(acks[0], acks[1]);
    assert_eq!(bench.app().stored(&user("bob")).len(), 1);
}

// F-S15
#[test]
fn reordered_acks_are_held_until_the_window_is_full_then_come_in_reverse() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.fault(Fault::ReorderAcks { window: 3 }, Lasting::ONCE);

    let first = bench.say(alice, "bob", "1");
    let second = bench.say(alice, "bob", "2");
    assert_eq!(bench.acks(alice), []);
    let third = bench.say(alice, "bob", "3");
    let fourth = bench.say(alice, "bob", "4");

    let order: Vec<_> = bench.acks(alice).iter().map(|ack| ack.message_id).collect();
    assert_eq!(order, [third, second, first, fourth]);
}

#[test]
fn clearing_faults_lets_held_acks_go() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.fault(Fault::ReorderAcks { window: 9 }, Lasting::UntilCleared);
    bench.say(alice, "bob", "1");

    bench.app().clear_faults();

    assert_eq!(bench.acks(alice).len(), 1);
}

#[test]
fn a_swallowed_message_is_acknowledged_and_reaches_nobody() {
    let mut bench = Bench::new();
    let (one, two, bob) = (
        bench.online("alice"),
        bench.online("alice"),
        bench.online("bob"),
    );
    bench.fault(Fault::SwallowMessage, Lasting::ONCE);

    let acked = bench.say_acked(one, "bob", "x");

    assert_eq!(acked.status, 0);
    assert_eq!(bench.heard(two), []);
    assert_eq!(bench.heard(bob), []);
    assert_eq!(bench.app().stored(&user("bob")), []);
    assert_eq!(bench.app().stored(&user("alice")), []);
}

#[test]
fn a_doubled_message_is_stored_under_two_uids() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.fault(Fault::DoubleMessage, Lasting::ONCE);

    bench.say_acked(alice, "bob", "x");

    assert_eq!(notified(&bench.heard(bob)).len(), 2);
    let list = bench.pull(bob, 0, 0).list;
    assert_eq!(list.len(), 2);
    assert_ne!(list[0].msg_id, list[1].msg_id);
    assert_eq!(list[0].content, list[1].content);
}

// F-S16
#[test]
fn a_repeated_message_is_pulled_twice_under_one_uid() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.fault(Fault::RepeatMessage, Lasting::ONCE);

    bench.say_acked(alice, "bob", "x");

    assert_eq!(notified(&bench.heard(bob)).len(), 2);
    let page = bench.pull(bob, 0, 0);
    assert_eq!(page.list.len(), 2);
    assert_eq!(page.list[0], page.list[1]);
    assert_eq!(bench.app().stored(&user("bob")).len(), 1);
}

#[test]
fn a_fault_for_one_user_leaves_others_alone() {
    let mut bench = Bench::new();
    let (alice, carol) = (bench.online("alice"), bench.online("carol"));
    bench.app().add_fault(
        Fault::DropAck,
        Scope::User(user("alice")),
        Lasting::UntilCleared,
    );

    bench.say(alice, "bob", "x");
    bench.say(carol, "bob", "x");

    assert_eq!(bench.acks(alice), []);
    assert_eq!(bench.acks(carol).len(), 1);
}

#[test]
fn faults_of_a_kind_strike_oldest_first_and_never_longer_than_they_last() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    bench.fault(Fault::ConnAck { status: 3 }, Lasting::Times(2));
    bench.fault(Fault::ConnAck { status: 6 }, Lasting::ONCE);
    bench.fault(Fault::ConnAck { status: 9 }, Lasting::Times(0));

    assert_eq!([(); 3].map(|()| bench.refused(&token)), [3, 3, 6]);
    let link = bench.open(&token);
    assert!(matches!(&bench.heard(link)[..], [ServerPacket::ConnAck(ack)] if ack.status == 0));
}
