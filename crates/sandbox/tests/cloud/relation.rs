//! Who may write to whom in private.

use std::time::Duration;

use imlink_model::ConversationKind;
use imlink_sandbox::{Draft, LinkId, Policy, SenderCopy};
use imlink_wire::{
    flags,
    proto::{UpStreamMessage, encode_body},
    topic,
};

use crate::bench::{Bench, text_body, user};

#[test]
fn who_is_blacklisted_gets_405_and_his_message_goes_nowhere() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.app().blacklist(&user("bob"), &user("alice"));

    assert_eq!(bench.say_acked(alice, "bob", "x").status, 405);
    assert_eq!(bench.app().stored(&user("bob")), []);
    assert_eq!(bench.app().stored(&user("alice")), []);
    assert_eq!(bench.say_acked(bob, "alice", "x").status, 0, "one way only");
    bench.app().unblacklist(&user("bob"), &user("alice"));
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
}

#[test]
fn a_status_message_of_who_is_blacklisted_is_dropped_without_a_word() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.app().blacklist(&user("bob"), &user("alice"));
    bench.heard(bob);

    let body = encode_body(&text_body("typing"));
    bench.publish(alice, topic::PRIVATE_STATUS, "bob", body);

    assert_eq!(bench.acks(alice), []);
    assert_eq!(bench.heard(bob), []);
}

#[test]
fn where_lists_matter_only_the_allowed_write() {
    let mut bench = Bench::with_policy(Policy {
        allow_lists: true,
        ..Policy::default()
    });
    let alice = bench.online("alice");

    assert_eq!(bench.say_acked(alice, "bob", "x").status, 407);
    bench.app().allow(&user("bob"), &user("alice"));
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
    bench.app().disallow(&user("bob"), &user("alice"));
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 407);
    assert_eq!(bench.say_acked(alice, "alice", "a note").status, 0);
}

#[test]
fn a_user_may_ask_for_his_allow_list_alone() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().only_allowed(&user("bob"), true);

    assert!(bench.app().is_only_allowed(&user("bob")));
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 407);
    assert_eq!(bench.say_acked(alice, "carol", "x").status, 0);
    bench.app().only_allowed(&user("bob"), false);
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
}

#[test]
fn where_the_allow_list_matters_the_blacklist_does_not() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().blacklist(&user("bob"), &user("alice"));
    bench.app().allow(&user("bob"), &user("alice"));
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 405);

    bench.app().only_allowed(&user("bob"), true);

    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
}

// protocol/cloud-wire.md 5.4
#[test]
fn a_cleared_flag_passes_both_lists_and_a_missing_one_does_not() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().blacklist(&user("bob"), &user("alice"));
    let flags = [
        None,
        Some(flags::config::DEFAULT),
        Some(flags::config::DEFAULT | flags::config::HIDE_TITLE),
        Some(0),
        Some(flags::config::HIDE_TITLE),
    ];

    let by_blacklist = flags.map(|flags| status_with(&mut bench, alice, flags));
    bench.app().only_allowed(&user("bob"), true);
    let by_allow_list = flags.map(|flags| status_with(&mut bench, alice, flags));

    assert_eq!(by_blacklist, [405, 405, 405, 0, 0]);
    assert_eq!(by_allow_list, [407, 407, 407, 0, 0]);
}

#[test]
fn who_is_muted_in_private_gets_20106_until_the_time_is_over() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let now = bench.now;
    let kind = ConversationKind::Private;
    let minute = Duration::from_secs(60);
    bench.app().mute_in(&user("alice"), kind, Some(minute), now);

    assert_eq!(bench.say_acked(alice, "bob", "x").status, 20106);
    assert_eq!(status_with(&mut bench, alice, Some(0)), 20106);
    let muted: Vec<_> = bench.app().muted_in(kind, now).collect();
    assert_eq!(muted, [(&user("alice"), Some(now.after(minute)))]);
    bench.pass(60_000);
    let now = bench.now;
    assert_eq!(bench.app().muted_in(kind, now).count(), 0);
    assert_eq!(bench.say_acked(alice, "bob", "x").status, 0);
}

#[test]
fn lists_are_shown_and_do_not_bind_app_servers() {
    let mut bench = Bench::new();
    let now = bench.now;
    let app = bench.app();
    for name in ["dora", "carol", "carol"] {
        app.blacklist(&user("bob"), &user(name));
        app.allow(&user("bob"), &user(name));
    }

    let listed: Vec<_> = app.blacklist_of(&user("bob")).cloned().collect();
    assert_eq!(listed, [user("carol"), user("dora")]);
    let listed: Vec<_> = app.allow_list_of(&user("bob")).cloned().collect();
    assert_eq!(listed, [user("carol"), user("dora")]);
    assert!(app.is_blacklisted(&user("bob"), &user("dora")));
    assert!(!app.is_blacklisted(&user("dora"), &user("bob")));
    let draft = Draft::new(user("dora"), user("bob"), "RC:TxtMsg", "{}");
    app.publish_as(draft, SenderCopy::Excluded, now);
    assert_eq!(app.stored(&user("bob")).len(), 1);
}

fn status_with(bench: &mut Bench, link: LinkId, config_flag: Option<i32>) -> u16 {
    let body = UpStreamMessage {
        config_flag,
        ..text_body("x")
    };
    bench.publish(link, topic::PRIVATE, "bob", encode_body(&body));
    bench.acks(link)[0].status
}
