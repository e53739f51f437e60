//! Groups.

use imlink::{Millis, TargetId, UserId};
use imlink_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{World, arrived, private, say, text};

#[tokio::test]
async fn a_text_to_a_group_reaches_its_members_and_nobody_else() {
    let test = "a_text_to_a_group_reaches_its_members_and_nobody_else";
    let Some(world) = World::new(test) else {
        return;
    };
    found(&world.sandbox, ["alice", "bob"]);
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let mut carol = world.device("carol").await;

    let sent = say(&mut alice, group(), "to us").await;
    let received = bob.expect(arrived("to us")).await;
    say(&mut alice, private("carol"), "to you").await;
    let first = carol.expect(json!({ "event": "message" })).await;

    assert_eq!(received["kind"], 3);
    assert_eq!(received["target"], "hikers");
    assert_eq!(received["from"], "alice");
    assert_eq!(received["uid"], sent["messageUId"]);
    assert_eq!(first["text"], "to you");
}

// cloud-wire.md 5.4
#[tokio::test]
async fn a_directed_text_reaches_only_those_it_names() {
    let Some(world) = World::new("a_directed_text_reaches_only_those_it_names") else {
        return;
    };
    found(&world.sandbox, ["alice", "bob", "carol"]);
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let mut carol = world.device("carol").await;

    let to_bob = json!({ "directionalUserIdList": ["bob"] });
    alice
        .ask("sendMessage", json!([group(), text("for bob"), to_bob]))
        .await;
    bob.expect(arrived("for bob")).await;
    say(&mut alice, group(), "for all").await;
    let first = carol.expect(json!({ "event": "message" })).await;

    bob.expect(arrived("for all")).await;
    assert_eq!(first["text"], "for all");
}

#[tokio::test]
async fn a_member_who_is_mentioned_is_told_so() {
    let Some(world) = World::new("a_member_who_is_mentioned_is_told_so") else {
        return;
    };
    found(&world.sandbox, ["alice", "bob"]);
    let (mut alice, mut bob) = world.pair("alice", "bob").await;

    let mentioned = json!({ "type": 2, "userIdList": ["bob"] });
    let of = json!({ "content": "look, bob", "mentionedInfo": mentioned });
    let message = json!({ "new": "TextMessage", "of": of });
    let options = json!({ "isMentioned": true });
    alice
        .ask("sendMessage", json!([group(), message, options]))
        .await;
    let received = bob.expect(arrived("look, bob")).await;

    assert_eq!(received["mentioned"], true);
    assert_eq!(received["content"]["mentionedInfo"], mentioned);
}

// server-api.md 5: 22406
#[tokio::test]
async fn someone_outside_the_group_may_not_write_to_it() {
    let Some(world) = World::new("someone_outside_the_group_may_not_write_to_it") else {
        return;
    };
    found(&world.sandbox, ["alice"]);
    let mut bob = world.device("bob").await;

    let sent = bob
        .call("sendMessage", json!([group(), text("let me in")]))
        .await;

    assert_eq!(sent["code"], 22406);
}

#[tokio::test]
async fn a_text_recalled_in_a_group_is_recalled_for_its_members() {
    let test = "a_text_recalled_in_a_group_is_recalled_for_its_members";
    let Some(world) = World::new(test) else {
        return;
    };
    found(&world.sandbox, ["alice", "bob"]);
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, group(), "oops").await;
    bob.expect(arrived("oops")).await;

    alice
        .ask("recallMessage", json!([group(), recalled(&sent)]))
        .await;
    let recall = bob.expect(json!({ "event": "message" })).await;

    assert_eq!(recall["type"], "RC:RcCmd");
    assert_eq!(recall["target"], "hikers");
    assert_eq!(recall["content"]["messageUId"], sent["messageUId"]);
}

fn recalled(sent: &Value) -> Value {
    json!({ "messageUId": sent["messageUId"], "sentTime": sent["sentTime"] })
}

fn found<const N: usize>(sandbox: &Sandbox, members: [&str; N]) {
    let hikers = TargetId::new("hikers").unwrap();
    let members = members.map(|name| UserId::new(name).unwrap());
    sandbox.with_app(|app| app.join_group(&hikers, Some("Hikers"), members, Millis(0)));
}

fn group() -> Value {
    json!({ "conversationType": 3, "targetId": "hikers" })
}
