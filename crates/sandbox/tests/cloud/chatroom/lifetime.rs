//! When rooms end, and who hears of it.

use std::time::Duration;

use imlink_sandbox::{ChatroomOptions, Destruction};
use imlink_wire::{ClientPacket, notify::Notification};

use super::{ROOM, bench_with_room, inside, join, leave, make, notifications, room, say};
use crate::bench::Bench;

const HOUR: i64 = 60 * 60 * 1000;

#[test]
fn who_is_in_a_room_hears_that_it_was_ended_by_hand() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let now = bench.now;

    assert!(bench.app().destroy_chatroom(&room(ROOM), now));

    assert_eq!(notifications(&bench.heard(alice)), [destroyed(0)]);
    assert_eq!(bench.app().chatroom(&room(ROOM)), None);
    assert_eq!(join(&mut bench, alice, ROOM).0, 23410);
}

#[test]
fn a_room_ends_after_an_hour_in_which_nobody_joined_left_or_spoke() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), bench.online("bob"));

    bench.pass(HOUR - 1);
    say(&mut bench, alice, "x");
    bench.pass(HOUR - 1);
    join(&mut bench, bob, ROOM);
    bench.pass(HOUR - 1);
    leave(&mut bench, bob, ROOM);
    bench.pass(HOUR - 1);
    ping(&mut bench, alice);
    assert!(bench.app().chatroom(&room(ROOM)).is_some());
    bench.heard(alice);

    bench.pass(1);
    ping(&mut bench, alice);

    assert_eq!(bench.app().chatroom(&room(ROOM)), None);
    assert_eq!(notifications(&bench.heard(alice)), [destroyed(3)]);
}

#[test]
fn a_room_of_fixed_time_ends_although_people_talk() {
    let mut bench = Bench::new();
    make(
        &mut bench,
        ChatroomOptions {
            destruction: Destruction::Fixed(Duration::from_secs(60)),
            ..ChatroomOptions::default()
        },
    );
    let alice = inside(&mut bench, "alice");

    bench.pass(59_999);
    assert_eq!(say(&mut bench, alice, "x").status, 0);
    bench.pass(1);

    assert_eq!(say(&mut bench, alice, "x").status, 23406);
}

#[test]
fn a_room_that_is_kept_alive_does_not_end() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    bench
        .app()
        .set_chatroom_destruction(&room(ROOM), Destruction::Never);

    bench.pass(1_000 * HOUR);

    assert_eq!(say(&mut bench, alice, "x").status, 0);
}

fn ping(bench: &mut Bench, link: imlink_sandbox::LinkId) {
    bench.receive(link, ClientPacket::PingReq);
}

fn destroyed(reason: i32) -> Notification {
    Notification::ChatroomDestroyed {
        chatroom: ROOM.to_owned(),
        reason,
    }
}
