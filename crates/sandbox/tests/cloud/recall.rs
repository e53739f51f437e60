//! Recalls: by clients, of their own messages and of others', and by app servers.

use imlink_model::{Conversation, Millis, TargetId};
use imlink_sandbox::{HistoryOrder, LinkId, Recall, Target};
use imlink_wire::{
    proto::{UpStreamMessage, encode_body},
    topic,
};

use crate::{
    bench::{Bench, notified, text_body, user},
    chatroom::{self, ROOM, bench_with_room, inside},
};

#[test]
fn a_recall_in_a_group_reaches_the_members_and_takes_the_message_out_of_histories() {
    let mut bench = Bench::new();
    let alice = club(&mut bench);
    let bob = bench.online("bob");
    let uid = say_in_club(&mut bench, alice);
    bench.heard(bob);

    assert_eq!(recall(&mut bench, alice, 3, "club", &uid), 0);

    assert_eq!(notified(&bench.heard(bob)).len(), 1);
    let pulled = bench.pull(bob, 0, 0).list;
    assert_eq!(pulled[1].classname, "RC:RcCmd");
    assert!(pulled[1].content.contains(&uid));
    for name in ["alice", "bob"] {
        let conversation = Conversation::group(TargetId::new("club").unwrap());
        let (user, end) = (user(name), Millis(i64::MAX));
        let history = bench
            .app()
            .history(&user, &conversation, end, HistoryOrder::Older, 9);
        let classes: Vec<_> = history
            .iter()
            .map(|message| &*message.object_name)
            .collect();
        assert_eq!(classes, ["RC:RcCmd"], "{name}");
    }
}

#[test]
fn a_recall_in_a_chatroom_is_said_there() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let uid = chatroom::say(&mut bench, alice, "oops").uid;
    let (_, cursor) = chatroom::pull(&mut bench, bob, 0, 10);

    assert_eq!(recall(&mut bench, alice, 4, ROOM, &uid), 0);

    let (news, _) = chatroom::pull(&mut bench, bob, cursor, 10);
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].classname, "RC:RcCmd");
}

#[test]
fn what_others_said_is_recalled_where_the_app_allows_it() {
    let mut bench = Bench::new();
    let alice = club(&mut bench);
    let bob = bench.online("bob");
    let in_club = say_in_club(&mut bench, alice);
    let in_private = bench.say_acked(alice, "bob", "x").uid;

    bench.app().policy_mut().recall_of_others = false;
    assert_eq!(recall(&mut bench, bob, 3, "club", &in_club), 25107);
    assert_eq!(recall(&mut bench, bob, 1, "alice", &in_private), 25107);
    bench.app().policy_mut().recall_of_others = true;
    assert_eq!(recall(&mut bench, bob, 3, "club", &in_club), 0);
    assert_eq!(recall(&mut bench, bob, 1, "alice", &in_private), 0);

    let told = bench.app().stored(&user("alice")).pop().unwrap();
    assert_eq!((&*told.object_name, told.from), ("RC:RcCmd", user("bob")));
}

#[test]
fn a_recall_of_what_is_not_in_the_conversation_is_refused_and_tells_nobody() {
    let mut bench = bench_with_room();
    let alice = club(&mut bench);
    let outsider = bench.online("dora");
    let in_club = say_in_club(&mut bench, alice);
    let in_private = bench.say_acked(alice, "bob", "x").uid;
    let before = bench.app().counters().messages;

    for (link, kind, target, uid, expected) in [
        (alice, 1, "bob", &*in_club, 25101),
        (alice, 1, "carol", &*in_private, 25101),
        (alice, 3, "other", &*in_club, 22406),
        (alice, 4, ROOM, &*in_club, 23406),
        (alice, 1, "bob", "no uid", 25101),
        (alice, 1, "bob", "", 25101),
        (alice, 6, "bob", &*in_private, 25101),
        (alice, 250, "bob", &*in_private, 25101),
        (alice, 1, "", &*in_private, 25101),
        (outsider, 3, "club", &*in_club, 22406),
        (outsider, 1, "bob", &*in_private, 25101),
    ] {
        let status = recall(&mut bench, link, kind, target, uid);
        assert_eq!(status, expected, "{kind} {target} {uid}");
    }
    let body = UpStreamMessage {
        content: "not JSON".to_owned(),
        ..text_body("")
    };
    bench.publish(alice, topic::RECALL, "alice", encode_body(&body));
    assert_eq!(bench.acks(alice)[0].status, 25101);

    assert_eq!(bench.app().counters().messages, before);
}

#[test]
fn whoever_may_not_speak_still_recalls_but_not_after_leaving() {
    let mut bench = Bench::new();
    let alice = club(&mut bench);
    let (first, second) = (
        say_in_club(&mut bench, alice),
        say_in_club(&mut bench, alice),
    );
    let id = TargetId::new("club").unwrap();
    bench.app().freeze_group(&id, true);

    assert_eq!(recall(&mut bench, alice, 3, "club", &first), 0);
    bench.app().leave_group(&id, [&user("alice")]);
    assert_eq!(recall(&mut bench, alice, 3, "club", &second), 22406);
}

#[test]
fn an_app_server_recalls_for_both_sides() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let acked = bench.say_acked(alice, "bob", "oops");
    for link in [alice, bob] {
        bench.heard(link);
    }
    let now = bench.now;

    let told = bench.app().recall_as(
        &Recall {
            from: user("alice"),
            to: Target::User(user("bob")),
            uid: acked.uid.clone(),
            sent: Millis(acked.time),
            by_admin: true,
            without_trace: false,
            extra: Some("rude".to_owned()),
        },
        now,
    );

    for (link, name) in [(alice, "alice"), (bob, "bob")] {
        assert_eq!(notified(&bench.heard(link)).len(), 1, "{name}");
        let stored = bench.app().stored(&user(name)).pop().unwrap();
        assert_eq!(stored.uid, told);
        let content: serde_json::Value = serde_json::from_str(&stored.content).unwrap();
        let expected = serde_json::json!({
            "conversationType": 1,
            "targetId": "bob",
            "messageUId": acked.uid,
            "sentTime": acked.time,
            "isAdmin": true,
            "isDelete": false,
            "extra": "rude",
        });
        assert_eq!(content, expected);
    }
}

fn recall(bench: &mut Bench, link: LinkId, kind: u8, target: &str, uid: &str) -> u16 {
    let content = serde_json::json!({
        "conversationType": kind,
        "targetId": target,
        "messageUId": uid,
        "sentTime": 1,
    });
    let body = UpStreamMessage {
        session_id: 1,
        classname: "RC:RcCmd".to_owned(),
        content: content.to_string(),
        ..UpStreamMessage::default()
    };
    bench.publish(link, topic::RECALL, "self", encode_body(&body));
    let acks = bench.acks(link);
    assert_eq!(acks.len(), 1, "one PUBACK");
    acks[0].status
}

/// A group of alice and bob; alice's link.
fn club(bench: &mut Bench) -> LinkId {
    let now = bench.now;
    let id = TargetId::new("club").unwrap();
    let members = [user("alice"), user("bob")];
    bench.app().join_group(&id, None, members, now);
    bench.online("alice")
}

fn say_in_club(bench: &mut Bench, link: LinkId) -> String {
    bench.publish(link, topic::GROUP, "club", encode_body(&text_body("x")));
    bench.acks(link)[0].uid.clone()
}
