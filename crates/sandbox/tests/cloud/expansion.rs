//! Names and values attached to messages after they were sent.

use std::collections::BTreeMap;

use imlink_model::{Millis, TargetId};
use imlink_sandbox::{Expanding, ExpansionError, LinkId, SenderCopy, Target};
use imlink_wire::{
    flags,
    proto::{MsgChangeReq, UpStreamMessage, encode_body},
    topic,
};

use crate::bench::{Bench, text_body, user};

#[test]
fn a_client_expands_a_message_and_pulls_show_it() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let uid = say_expandable(&mut bench, alice, "bob");
    bench.pass(1_000);

    let told = expand(&mut bench, bob, "alice", &uid, r#""put":{"likes":"1"}"#);

    let pulled = bench.pull(alice, 0, 0).list;
    let expanded = &pulled[0];
    assert_eq!(expanded.msg_id.as_ref(), Some(&uid));
    let extra: serde_json::Value =
        serde_json::from_str(expanded.extra_content.as_ref().unwrap()).unwrap();
    let expected = serde_json::json!({
        "mood": {"v": "calm"},
        "likes": {"v": "1", "t": told},
    });
    assert_eq!(extra, expected);
    assert_eq!(pulled[1].classname, "RC:MsgExMsg", "the other side is told");

    expand(&mut bench, alice, "bob", &uid, r#""del":["mood","none"]"#);
    let left = bench.app().expansion_of(&uid).unwrap();
    assert_eq!(
        left,
        [("likes".to_owned(), ("1".to_owned(), Some(Millis(told))))].into()
    );
}

#[test]
fn a_query_expands_a_message_and_tells_the_other_side() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let uid = say_expandable(&mut bench, alice, "bob");
    let mut ask = |content: &str, peer: &str| {
        let asked = MsgChangeReq {
            r#type: 1,
            target_id: peer.to_owned(),
            msg_uid: uid.clone(),
            content: Some(content.to_owned()),
            ..MsgChangeReq::default()
        };
        let asked = encode_body(&asked);
        bench.query(alice, topic::UPDATE_EXPANSION, asked).0
    };

    assert_eq!(ask(r#"{"put":{"likes":"1"},"del":["mood"]}"#, "bob"), 0);
    assert_eq!(ask("no JSON", "bob"), 22203);
    assert_eq!(ask(r#"{"put":{"":"1"}}"#, "bob"), 22203);
    assert_eq!(ask(r#"{"put":{"likes":"2"}}"#, "carol"), 22201);

    let left = bench.app().expansion_of(&uid).unwrap();
    let names: Vec<_> = left.keys().map(String::as_str).collect();
    assert_eq!(names, ["likes"]);
    let told = bench.pull(bob, 0, 0).list;
    let classes: Vec<_> = told.iter().map(|one| one.classname.as_str()).collect();
    assert_eq!(classes, ["RC:TxtMsg", "RC:MsgExMsg", "RC:MsgExMsg"]);
}

#[test]
fn who_is_not_in_the_conversation_expands_nothing() {
    let mut bench = Bench::new();
    let (alice, carol) = (bench.online("alice"), bench.online("carol"));
    let uid = say_expandable(&mut bench, alice, "bob");
    let before = bench.app().expansion_of(&uid);

    for peer in ["alice", "bob"] {
        expand(&mut bench, carol, peer, &uid, r#""put":{"likes":"1"}"#);
    }

    assert_eq!(bench.app().expansion_of(&uid), before);
}

#[test]
fn a_message_sent_without_leave_is_not_expanded() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let uid = bench.say_acked(alice, "bob", "plain").uid;

    expand(&mut bench, alice, "bob", &uid, r#""put":{"likes":"1"}"#);

    assert_eq!(bench.app().expansion_of(&uid), Some(BTreeMap::new()));
    let now = bench.now;
    let expanding = expanding(user("bob"), &uid);
    assert_eq!(
        bench.app().expand_message(&expanding, &put(1), now),
        Err(ExpansionError::NotExpandable)
    );
}

#[test]
fn nonsense_that_calls_itself_an_expansion_passes_and_changes_nothing() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let uid = say_expandable(&mut bench, alice, "bob");
    let before = bench.app().expansion_of(&uid);

    for content in ["", "[]", r#"{"mid":7}"#, r#"{"put":{"a":"b"}}"#, "{}"] {
        let body = expanding_body(content.to_owned());
        bench.publish(alice, topic::PRIVATE, "bob", encode_body(&body));
        assert_eq!(bench.acks(alice)[0].status, 0, "{content}");
    }

    assert_eq!(bench.app().expansion_of(&uid), before);
    assert_eq!(bench.app().expansion_of("no uid"), None);
}

#[test]
fn an_app_server_expands_in_a_group_and_tells_its_members() {
    let mut bench = Bench::new();
    let now = bench.now;
    let club = TargetId::new("club").unwrap();
    let members = [user("alice"), user("bob")];
    bench.app().join_group(&club, None, members, now);
    let alice = bench.online("alice");
    let body = encode_body(&expandable());
    bench.publish(alice, topic::GROUP, "club", body);
    let uid = bench.acks(alice)[0].uid.clone();
    let expanding = Expanding {
        by: user("operator"),
        to: Target::Group(club),
        uid: uid.clone(),
        copy: SenderCopy::Excluded,
    };

    let told = bench
        .app()
        .expand_message(&expanding, &put(2), now)
        .unwrap();
    assert_eq!(bench.app().stored(&user("bob"))[1].uid, told);
    assert_eq!(bench.app().expansion_of(&uid).unwrap().len(), 3);
    bench
        .app()
        .unexpand_message(&expanding, &["n0".to_owned()], now)
        .unwrap();

    assert_eq!(bench.app().expansion_of(&uid).unwrap().len(), 2);
    assert_eq!(bench.app().stored(&user("operator")), []);
}

#[test]
fn an_app_server_is_told_why_a_message_is_not_expanded() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let uid = say_expandable(&mut bench, alice, "bob");
    let now = bench.now;
    let valid = expanding(user("bob"), &uid);
    let elsewhere = Expanding {
        to: Target::User(user("carol")),
        ..valid.clone()
    };
    let pair = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let app = bench.app();

    let unknown = expanding(user("bob"), "F3ZJ-MFEP-2246-4ZFP");
    for nowhere in [&unknown, &elsewhere] {
        let refused = app.expand_message(nowhere, &put(1), now);
        assert_eq!(refused, Err(ExpansionError::NoSuchMessage));
        let refused = app.unexpand_message(nowhere, &[], now);
        assert_eq!(refused, Err(ExpansionError::NoSuchMessage));
    }
    let long = "x".repeat(4097);
    for wrong in [pair("", "v"), pair(&long[..33], "v"), pair("n", &long)] {
        let refused = app.expand_message(&valid, &wrong, now);
        assert_eq!(refused, Err(ExpansionError::Invalid));
    }
    // One name came with the message.
    assert!(app.expand_message(&valid, &put(299), now).is_ok());
    assert!(app.expand_message(&valid, &put(299), now).is_ok(), "again");
    assert_eq!(
        app.expand_message(&valid, &pair("one-more", "v"), now),
        Err(ExpansionError::TooMany)
    );
}

fn say_expandable(bench: &mut Bench, link: LinkId, to: &str) -> String {
    bench.publish(link, topic::PRIVATE, to, encode_body(&expandable()));
    bench.acks(link)[0].uid.clone()
}

fn expandable() -> UpStreamMessage {
    UpStreamMessage {
        session_id: 3 | flags::session::EXPANDABLE,
        extra_content: Some(r#"{"mood":{"v":"calm"}}"#.to_owned()),
        ..text_body("vote")
    }
}

/// Expands as a client does. The time of the message that says so.
fn expand(bench: &mut Bench, link: LinkId, peer: &str, uid: &str, what: &str) -> i64 {
    let body = expanding_body(format!(r#"{{{what},"mid":"{uid}"}}"#));
    bench.publish(link, topic::PRIVATE, peer, encode_body(&body));
    bench.acks(link)[0].time
}

fn expanding_body(content: String) -> UpStreamMessage {
    UpStreamMessage {
        session_id: 0,
        classname: "RC:MsgExMsg".to_owned(),
        content,
        ..UpStreamMessage::default()
    }
}

fn expanding(to: imlink_model::UserId, uid: &str) -> Expanding {
    Expanding {
        by: user("alice"),
        to: Target::User(to),
        uid: uid.to_owned(),
        copy: SenderCopy::Included,
    }
}

fn put(names: usize) -> BTreeMap<String, String> {
    let names = 0..names;
    names
        .map(|number| (format!("n{number}"), "v".to_owned()))
        .collect()
}
