//! Accounts that are taken away, apps that are shut, secrets that change.

use imlink_sandbox::{ChatroomOptions, Secret};
use imlink_wire::{ServerPacket, topic};

use crate::{
    bench::{Bench, user},
    chatroom::{ask_about_room, room},
};

#[test]
fn a_deleted_user_is_put_off_and_kept_out_until_he_is_restored() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say(bob, "alice", "hello");
    let token = bench.token("alice");
    bench.heard(alice);
    let now = bench.now;

    bench.app().delete_user(&user("alice"), now);

    assert_eq!(bench.heard(alice), [ServerPacket::Disconnect { status: 9 }]);
    assert!(bench.is_closed(alice));
    assert_eq!(bench.refused(&token), 19);
    let deleted: Vec<_> = bench.app().deleted_users().cloned().collect();
    assert_eq!(deleted, [user("alice")]);
    assert!(!bench.is_closed(bob));
    bench.app().restore_user(&user("alice"));
    let alice = bench.open(&token);
    assert_eq!(bench.pull(alice, 0, 0).list.len(), 1, "what he had is kept");
}

#[test]
fn a_deleted_user_leaves_the_chatrooms() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    ask_about_room(&mut bench, alice, topic::JOIN_CHATROOM, "lobby");
    let now = bench.now;
    let options = ChatroomOptions::default();
    bench
        .app()
        .create_chatroom(&room("stage"), "", options, now);

    bench.app().delete_user(&user("alice"), now);

    assert_eq!(bench.app().chatrooms_of(&user("alice")).count(), 0);
}

#[test]
fn a_shut_app_closes_its_links_and_refuses_every_handshake_with_31008() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let token = bench.token("alice");

    bench.app().shut(true);

    assert!(bench.is_closed(alice));
    assert_eq!(bench.heard(alice), [], "DISCONNECT has no word for it");
    assert_eq!(bench.refused(&token), 8);
    assert_eq!(bench.refused("no token of this app"), 8);
    bench.app().shut(false);
    let alice = bench.open(&token);
    assert_eq!(bench.pull(alice, 0, 0).list, []);
}

#[test]
fn a_changed_secret_makes_every_token_unknown_and_leaves_links_alone() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let token = bench.token("alice");

    bench.app().change_secret(Secret::new("another"));

    assert_eq!(bench.app().secret().reveal(), "another");
    assert_eq!(bench.refused(&token), 4);
    assert_eq!(bench.say_acked(alice, "bob", "still here").status, 0);
    bench.online("alice");
}
