//! What an app server does to rooms and those in them.

use std::{collections::BTreeMap, time::Duration};

use imlink_model::ConversationKind;
use imlink_sandbox::{ChatroomOptions, Destruction};

use super::{ROOM, bench_with_room, inside, join, make, room, say};
use crate::bench::{Bench, user};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_room_is_made_as_it_is_wanted() {
    let mut bench = Bench::new();
    let entries = [("mood", "good"), ("no space in keys!", "left out")];
    let entries = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
    make(
        &mut bench,
        ChatroomOptions {
            destruction: Destruction::Fixed(MINUTE),
            frozen: true,
            exempt: [user("host")].into(),
            entries: Some((user("host"), entries.into())),
        },
    );

    let view = bench.app().chatroom(&room(ROOM)).unwrap();

    assert_eq!(view.name, "The lobby");
    assert_eq!(view.destruction, Destruction::Fixed(MINUTE));
    assert!(view.frozen);
    assert_eq!(view.exempt, [user("host")].into());
    let kept: BTreeMap<_, _> = view
        .entries
        .iter()
        .map(|(key, entry)| (key.as_str(), (entry.value.as_str(), entry.owner.as_str())))
        .collect();
    assert_eq!(kept, [("mood", ("good", "host"))].into());
    assert_eq!(bench.app().chatrooms().count(), 1);
}

#[test]
fn making_a_room_again_keeps_who_is_in_it() {
    let mut bench = bench_with_room();
    inside(&mut bench, "alice");
    let now = bench.now;

    bench
        .app()
        .create_chatroom(&room(ROOM), "Renamed", ChatroomOptions::default(), now);

    let view = bench.app().chatroom(&room(ROOM)).unwrap();
    assert_eq!(view.name, "Renamed");
    assert!(view.members.contains_key(&user("alice")));
}

#[test]
fn a_muted_user_speaks_again_when_the_time_is_over_or_it_is_taken_back() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let now = bench.now;
    let mute = |bench: &mut Bench, time, now| {
        bench
            .app()
            .mute_in_chatroom(&room(ROOM), &user("alice"), time, now)
    };

    assert!(mute(&mut bench, Some(MINUTE), now));
    assert_eq!(say(&mut bench, alice, "x").status, 23408);
    let (_, answer) = join(&mut bench, alice, ROOM);
    assert_eq!(answer.unwrap().chatroom_ban_state, Some(2));
    bench.pass(60_000);
    assert_eq!(say(&mut bench, alice, "x").status, 0);

    let keep = Destruction::Never;
    bench.app().set_chatroom_destruction(&room(ROOM), keep);
    mute(&mut bench, None, now);
    bench.pass(1_000_000_000);
    assert_eq!(say(&mut bench, alice, "x").status, 23408);
    bench.app().unmute_in_chatroom(&room(ROOM), &user("alice"));
    assert_eq!(say(&mut bench, alice, "x").status, 0);
}

#[test]
fn in_a_frozen_room_only_the_exempt_speak() {
    let mut bench = bench_with_room();
    let (alice, host) = (inside(&mut bench, "alice"), inside(&mut bench, "host"));
    bench.app().freeze_chatroom(&room(ROOM), true);
    bench
        .app()
        .exempt_in_chatroom(&room(ROOM), &user("host"), true);

    assert_eq!(say(&mut bench, alice, "x").status, 23408);
    assert_eq!(say(&mut bench, host, "x").status, 0);
    let (_, answer) = join(&mut bench, host, ROOM);
    let answer = answer.unwrap();
    assert_eq!(answer.chatroom_ban_state, Some(4));
    assert_eq!(answer.white_list_state, Some(1));

    bench.app().freeze_chatroom(&room(ROOM), false);
    assert_eq!(say(&mut bench, alice, "x").status, 0);
}

#[test]
fn who_is_muted_in_all_rooms_hears_it_when_he_joins() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let now = bench.now;
    bench.app().mute_in(
        &user("alice"),
        ConversationKind::Chatroom,
        Some(MINUTE),
        now,
    );

    assert_eq!(say(&mut bench, alice, "x").status, 23408);
    let (_, answer) = join(&mut bench, alice, ROOM);
    assert_eq!(answer.unwrap().chatroom_ban_state, Some(1));
    bench.pass(60_000);
    assert_eq!(say(&mut bench, alice, "x").status, 0);
}

#[test]
fn nothing_happens_to_a_room_that_is_not_there() {
    let mut bench = Bench::new();
    let now = bench.now;
    let (id, alice) = (room("nowhere"), user("alice"));
    let app = bench.app();

    assert!(!app.destroy_chatroom(&id, now));
    assert!(!app.ban_from_chatroom(&id, &alice, MINUTE, now));
    assert!(!app.unban_from_chatroom(&id, &alice));
    assert!(!app.mute_in_chatroom(&id, &alice, None, now));
    assert!(!app.unmute_in_chatroom(&id, &alice));
    assert!(!app.freeze_chatroom(&id, true));
    assert!(!app.exempt_in_chatroom(&id, &alice, true));
    assert!(!app.protect_in_chatroom(&id, &alice, true));
    assert!(!app.set_chatroom_destruction(&id, Destruction::Never));
    assert_eq!(app.chatroom(&id), None);
    assert_eq!(app.said_in_chatroom(&id), []);
}
