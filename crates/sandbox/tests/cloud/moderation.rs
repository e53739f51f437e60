//! Kicks, blocks and other endings.

use std::time::Duration;

use imlink_wire::ServerPacket;

use crate::bench::{Bench, user};

#[test]
fn a_kick_ends_every_link_of_the_user_with_31010() {
    let mut bench = Bench::new();
    let (first, second, other) = (
        bench.online("alice"),
        bench.online("alice"),
        bench.online("bob"),
    );

    assert_eq!(bench.app().kick(&user("alice")), 2);

    for link in [first, second] {
        assert_eq!(bench.heard(link), [ServerPacket::Disconnect { status: 1 }]);
        assert!(bench.is_closed(link));
    }
    assert!(!bench.is_closed(other));
    assert_eq!(bench.app().kick(&user("alice")), 0, "nobody is left");
}

#[test]
fn a_disconnect_carries_any_status() {
    for status in 0..=12 {
        let mut bench = Bench::new();
        let link = bench.online("alice");

        bench.app().disconnect(&user("alice"), status);

        assert_eq!(bench.heard(link), [ServerPacket::Disconnect { status }]);
        assert!(bench.is_closed(link));
    }
}

#[test]
fn a_block_ends_links_with_31011_and_refuses_new_ones_with_31009_until_it_is_over() {
    let mut bench = Bench::new();
    let link = bench.online("alice");
    let token = bench.token("alice");
    let now = bench.now;

    bench
        .app()
        .block(&user("alice"), Duration::from_secs(60), now);

    assert_eq!(bench.heard(link), [ServerPacket::Disconnect { status: 2 }]);
    assert!(bench.is_closed(link));
    assert_eq!(bench.refused(&token), 9);
    bench.pass(59_999);
    assert_eq!(bench.refused(&token), 9);
    bench.pass(1);
    let again = bench.open(&token);
    assert!(!bench.is_closed(again), "the block is over");
}

#[test]
fn an_unblocked_user_connects_at_once() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let now = bench.now;
    bench
        .app()
        .block(&user("alice"), Duration::from_secs(60), now);

    bench.app().unblock(&user("alice"));

    let link = bench.open(&token);
    assert!(!bench.is_closed(link));
}
