//! Groups: who sends, who hears.

use std::time::Duration;

use imlink_model::{ConversationKind, TargetId};
use imlink_sandbox::LinkId;
use imlink_wire::{
    ServerPacket, flags,
    proto::{UpStreamMessage, encode_body},
    topic,
};

use crate::bench::{Ack, Bench, notified, text_body, user};

const CLUB: &str = "club";
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_message_reaches_every_member_but_who_sent_it() {
    let (mut bench, alice) = club(&["alice", "bob", "carol"]);
    let (bob, outsider) = (bench.online("bob"), bench.online("dora"));
    bench.heard(outsider);
    bench.heard(bob);

    let acked = say(&mut bench, alice, text_body("hello"));

    assert_eq!(acked.status, 0);
    assert_eq!(notified(&bench.heard(bob)), [acked.time]);
    assert_eq!(notified(&bench.heard(outsider)), [] as [i64; 0]);
    let carol = bench.online("carol");
    for link in [bob, carol] {
        let pulled = bench.pull(link, 0, 0).list;
        assert_eq!(pulled.len(), 1);
        assert_eq!(pulled[0].from_user_id, "alice");
        assert_eq!(pulled[0].group_id.as_deref(), Some(CLUB));
        assert_eq!(pulled[0].r#type, 3);
        assert_eq!(pulled[0].direction, Some(0));
        assert_eq!(pulled[0].msg_id.as_ref(), Some(&acked.uid));
    }
    let own = bench.pull(alice, 0, 0).list;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].direction, Some(1));
    assert_eq!(bench.pull(outsider, 0, 0).list, []);
}

#[test]
fn a_directed_message_reaches_the_named_members_only() {
    let (mut bench, alice) = club(&["alice", "bob", "carol"]);
    let directed = UpStreamMessage {
        to_user_ids: vec!["carol".to_owned(), "dora".to_owned()],
        ..text_body("psst")
    };

    assert_eq!(say(&mut bench, alice, directed).status, 0);

    let counts = ["bob", "carol", "dora"].map(|name| bench.app().stored(&user(name)).len());
    assert_eq!(counts, [0, 1, 0], "dora is no member");
    let carol = bench.online("carol");
    let pulled = bench.pull(carol, 0, 0).list;
    assert_eq!(pulled[0].to_user_ids, ["carol", "dora"]);
}

#[test]
fn a_mention_is_flagged_to_who_pulls_it() {
    let (mut bench, alice) = club(&["alice", "bob"]);
    let mention = UpStreamMessage {
        session_id: 3 | flags::session::MENTION,
        ..text_body("@bob")
    };

    say(&mut bench, alice, mention);

    let bob = bench.online("bob");
    assert_eq!(bench.pull(bob, 0, 0).list[0].status, 16 | 32 | 64);
}

#[test]
fn outsiders_and_those_who_left_do_not_send() {
    let (mut bench, alice) = club(&["alice", "bob"]);
    let outsider = bench.online("dora");

    assert_eq!(say(&mut bench, outsider, text_body("x")).status, 22406);
    bench.app().leave_group(&id(), [&user("alice")]);
    assert_eq!(say(&mut bench, alice, text_body("x")).status, 22406);
    let bob = bench.online("bob");
    bench.app().dismiss_group(&id());
    assert_eq!(say(&mut bench, bob, text_body("x")).status, 22406);
    assert_eq!(bench.app().stored(&user("bob")), []);
}

#[test]
fn a_muted_member_sends_again_when_the_time_is_over() {
    let (mut bench, alice) = club(&["alice", "bob"]);
    let now = bench.now;
    bench
        .app()
        .mute_in_group(&id(), &user("alice"), Some(MINUTE), now);

    assert_eq!(say(&mut bench, alice, text_body("x")).status, 22408);
    bench.pass(60_000);
    assert_eq!(say(&mut bench, alice, text_body("x")).status, 0);
}

#[test]
fn in_a_frozen_group_only_the_exempt_send() {
    let (mut bench, alice) = club(&["alice", "bob"]);
    let bob = bench.online("bob");
    bench.app().freeze_group(&id(), true);
    bench.app().exempt_in_group(&id(), &user("bob"), true);

    assert_eq!(say(&mut bench, alice, text_body("x")).status, 22408);
    assert_eq!(say(&mut bench, bob, text_body("x")).status, 0);
    bench.app().exempt_in_group(&id(), &user("bob"), false);
    assert_eq!(say(&mut bench, bob, text_body("x")).status, 22408);
    bench.app().freeze_group(&id(), false);
    assert_eq!(say(&mut bench, alice, text_body("x")).status, 0);
}

#[test]
fn who_is_muted_in_all_groups_sends_in_none() {
    let (mut bench, alice) = club(&["alice", "bob"]);
    let now = bench.now;
    let kind = ConversationKind::Group;
    bench.app().mute_in(&user("alice"), kind, None, now);

    assert_eq!(say(&mut bench, alice, text_body("x")).status, 22408);
    assert_eq!(bench.say_acked(alice, "bob", "in private").status, 0);
    bench.app().unmute_in(&user("alice"), kind);
    assert_eq!(say(&mut bench, alice, text_body("x")).status, 0);
}

#[test]
fn a_status_message_reaches_members_who_are_online_and_no_mailbox() {
    let (mut bench, alice) = club(&["alice", "bob", "carol"]);
    let (bob, outsider) = (bench.online("bob"), bench.online("dora"));
    for link in [alice, bob, outsider] {
        bench.heard(link);
    }

    let body = encode_body(&text_body("typing"));
    bench.publish(alice, topic::GROUP_STATUS, CLUB, body.clone());
    bench.publish(outsider, topic::GROUP_STATUS, CLUB, body);

    let heard = bench.heard(bob);
    assert!(
        matches!(&heard[..], [ServerPacket::Publish { topic, .. }] if topic == topic::DIRECT_MESSAGE),
        "{heard:?}"
    );
    assert_eq!(bench.heard(alice), [], "nobody acknowledges it");
    assert_eq!(bench.heard(outsider), [], "nor its refusal");
    for name in ["alice", "bob", "carol"] {
        assert_eq!(bench.app().stored(&user(name)), []);
    }
}

/// A group of these, the first one's link.
fn club(names: &[&str]) -> (Bench, LinkId) {
    let mut bench = Bench::new();
    let now = bench.now;
    let members = names.iter().map(|name| user(name));
    bench.app().join_group(&id(), Some("Club"), members, now);
    let first = bench.online(names[0]);
    (bench, first)
}

fn say(bench: &mut Bench, link: LinkId, body: UpStreamMessage) -> Ack {
    bench.publish(link, topic::GROUP, CLUB, encode_body(&body));
    let acks = bench.acks(link);
    assert_eq!(acks.len(), 1, "one PUBACK");
    acks[0].clone()
}

fn id() -> TargetId {
    TargetId::new(CLUB).unwrap()
}
