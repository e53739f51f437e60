//! Coming in, going out, being gone.

use std::time::Duration;

use imlink_sandbox::{ChatroomOptions, Policy};
use imlink_wire::{
    ClientPacket,
    proto::{QueryChatRoomInfoInput, QueryChatRoomInfoOutput, decode_body, encode_body},
    topic,
};

use super::{
    ROOM, ask_about_room, bench_with_room, inside, join, leave, make, pull, room, say, texts,
};
use crate::bench::{Bench, user};

#[test]
fn one_topic_makes_a_room_and_the_other_wants_it_to_be_there() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    assert_eq!(join(&mut bench, alice, ROOM).0, 23410);
    let (status, answer) = ask_about_room(&mut bench, alice, topic::JOIN_CHATROOM, ROOM);

    let answer = answer.unwrap();
    let now = bench.now;
    assert_eq!(status, 0);
    assert_eq!(answer.create_time, Some(now.0));
    assert_eq!(answer.join_time, Some(now.0));
    assert_eq!(answer.member_count, Some(1));
    assert_eq!(answer.chatroom_ban_state, Some(0));
    assert_eq!(answer.white_list_state, Some(0));
    assert!(bench.app().is_in_chatroom(&room(ROOM), &user("alice")));
}

#[test]
fn joining_again_keeps_the_time_of_joining() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let joined = bench.now;
    bench.pass(5_000);

    let (_, again) = join(&mut bench, alice, ROOM);

    let again = again.unwrap();
    assert_eq!(again.join_time, Some(joined.0));
    assert_eq!(again.member_count, Some(1));
}

#[test]
fn a_user_is_in_one_room_unless_the_app_allows_several() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    ask_about_room(&mut bench, alice, topic::JOIN_CHATROOM, "stage");
    let rooms: Vec<_> = bench.app().chatrooms_of(&user("alice")).cloned().collect();
    assert_eq!(rooms, [room("stage")]);

    bench.app().policy_mut().many_chatrooms = true;
    join(&mut bench, alice, ROOM);

    let rooms: Vec<_> = bench.app().chatrooms_of(&user("alice")).cloned().collect();
    assert_eq!(rooms, [room(ROOM), room("stage")]);
}

#[test]
fn a_full_room_lets_nobody_in_but_who_is_in_already() {
    let mut bench = Bench::with_policy(Policy {
        chatroom_members: Some(1),
        ..Policy::default()
    });
    make(&mut bench, ChatroomOptions::default());
    let (alice, bob) = (inside(&mut bench, "alice"), bench.online("bob"));

    assert_eq!(join(&mut bench, bob, ROOM).0, 23411);
    assert_eq!(join(&mut bench, alice, ROOM).0, 0);
    assert_eq!(leave(&mut bench, alice, ROOM), 0);
    assert_eq!(join(&mut bench, bob, ROOM).0, 0);
}

#[test]
fn who_was_thrown_out_comes_back_when_the_ban_is_over() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let now = bench.now;
    let minute = Duration::from_secs(60);
    bench
        .app()
        .ban_from_chatroom(&room(ROOM), &user("alice"), minute, now);

    assert_eq!(say(&mut bench, alice, "still here?").status, 23406);
    assert_eq!(join(&mut bench, alice, ROOM).0, 23409);
    assert_eq!(
        ask_about_room(&mut bench, alice, topic::JOIN_CHATROOM, ROOM).0,
        23409
    );
    bench.pass(60_000);
    assert_eq!(join(&mut bench, alice, ROOM).0, 0);
    assert!(bench.app().chatroom(&room(ROOM)).unwrap().banned.is_empty());
}

#[test]
fn an_offline_member_misses_nothing_while_he_is_one() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let (_, cursor) = pull(&mut bench, bob, 0, 10);
    let now = bench.now;
    bench.cloud.closed(bob, now);
    for text in ["one", "two"] {
        say(&mut bench, alice, text);
    }
    bench.pass(29_000);

    let bob = bench.online("bob");
    assert_eq!(join(&mut bench, bob, ROOM).0, 0);

    let (missed, _) = pull(&mut bench, bob, cursor, 10);
    assert_eq!(texts(&missed), ["one", "two"]);
}

#[test]
fn an_offline_member_is_taken_out_by_the_31st_message_within_30_seconds() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let now = bench.now;
    bench.cloud.closed(bob, now);

    for _ in 0..30 {
        say(&mut bench, alice, "x");
    }
    assert!(bench.app().is_in_chatroom(&room(ROOM), &user("bob")));
    say(&mut bench, alice, "x");

    assert!(!bench.app().is_in_chatroom(&room(ROOM), &user("bob")));
}

#[test]
fn an_offline_member_is_taken_out_by_the_first_message_after_30_seconds() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let now = bench.now;
    bench.cloud.closed(bob, now);

    bench.pass(30_001);
    assert!(
        bench.app().is_in_chatroom(&room(ROOM), &user("bob")),
        "silence takes nobody out"
    );
    say(&mut bench, alice, "x");

    assert!(!bench.app().is_in_chatroom(&room(ROOM), &user("bob")));
}

#[test]
fn whoever_is_protected_has_another_link_or_came_back_is_not_taken_out() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let (bob, carol) = (inside(&mut bench, "bob"), inside(&mut bench, "carol"));
    let dora = inside(&mut bench, "dora");
    bench.online("dora");
    bench
        .app()
        .protect_in_chatroom(&room(ROOM), &user("bob"), true);
    let now = bench.now;
    for gone in [bob, carol, dora] {
        bench.cloud.closed(gone, now);
    }
    bench.online("carol");

    bench.pass(60_000);
    say(&mut bench, alice, "x");

    for name in ["bob", "carol", "dora"] {
        assert!(
            bench.app().is_in_chatroom(&room(ROOM), &user(name)),
            "{name}"
        );
    }
}

#[test]
fn leaving_twice_is_no_error_and_leaving_no_room_is_one() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");

    assert_eq!(leave(&mut bench, alice, ROOM), 0);
    assert_eq!(leave(&mut bench, alice, ROOM), 0);
    assert_eq!(leave(&mut bench, alice, "nowhere"), 23410);
    assert_eq!(say(&mut bench, alice, "x").status, 23406);
}

#[test]
fn the_members_are_shown_in_the_order_of_joining_at_most_20_of_them() {
    let mut bench = bench_with_room();
    let mut last = None;
    for number in 0..25 {
        bench.pass(1);
        last = Some(inside(&mut bench, &format!("u{number:02}")));
    }
    let mut info = |count, order| -> QueryChatRoomInfoOutput {
        let asked = QueryChatRoomInfoInput {
            count,
            order: Some(order),
        };
        let (status, body) = bench.query_about(
            last.unwrap(),
            topic::CHATROOM_INFO,
            ROOM,
            encode_body(&asked),
        );
        assert_eq!(status, 0);
        decode_body(body).unwrap()
    };
    let names = |info: &QueryChatRoomInfoOutput| -> Vec<_> {
        info.user_infos.iter().map(|user| user.id.clone()).collect()
    };

    assert_eq!(names(&info(2, 1)), ["u00", "u01"]);
    assert_eq!(names(&info(2, 2)), ["u24", "u23"]);
    assert_eq!(names(&info(99, 1)).len(), 20);
    assert_eq!(names(&info(5, 0)), [] as [String; 0]);
    assert_eq!(names(&info(-1, 1)), [] as [String; 0]);
    assert_eq!(info(0, 0).user_total_nums, Some(25));
}

#[test]
fn a_malformed_question_about_a_room_is_refused_and_the_link_goes_on() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let topics = [
        topic::JOIN_CHATROOM,
        topic::REJOIN_CHATROOM,
        topic::LEAVE_CHATROOM,
        topic::CHATROOM_INFO,
        topic::PULL_CHATROOM,
        topic::PULL_CHATROOM_ENTRIES,
        topic::SET_ENTRY,
        topic::REMOVE_ENTRY,
        topic::SET_ENTRIES,
        topic::REMOVE_ENTRIES,
    ];

    for topic in topics {
        let (status, _) = bench.query_about(alice, topic, ROOM, &b"\xFF\xFF\xFF"[..]);
        assert_eq!(status, 33003, "{topic}");
    }
    assert_eq!(
        ask_about_room(&mut bench, alice, topic::JOIN_CHATROOM, "").0,
        33003
    );

    bench.receive(alice, ClientPacket::PingReq);
    assert_eq!(bench.heard(alice).len(), 1);
}
