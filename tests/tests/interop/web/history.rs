//! What was said before, as the cloud keeps it.

use serde_json::{Value, json};

use super::{World, arrived, private, say};
use crate::sdk::Sdk;

#[tokio::test]
async fn a_private_history_is_paged_backwards() {
    let Some(world) = World::new("a_private_history_is_paged_backwards") else {
        return;
    };
    let mut alice = world.device("alice").await;
    for words in ["one", "two", "three"] {
        say(&mut alice, private("bob"), words).await;
    }

    let newest = history(&mut alice, private("bob"), 0, 2).await;
    let before = &newest["list"][0]["sentTime"];
    let rest = history(&mut alice, private("bob"), before.as_i64().unwrap(), 2).await;

    assert_eq!(texts(&newest), ["two", "three"]);
    assert_eq!(newest["hasMore"], true);
    assert_eq!(texts(&rest), ["one"]);
    assert_eq!(rest["hasMore"], false);
}

#[tokio::test]
async fn both_sides_are_in_a_history_and_know_their_direction() {
    let test = "both_sides_are_in_a_history_and_know_their_direction";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    say(&mut alice, private("bob"), "ping").await;
    say(&mut bob, private("alice"), "pong").await;

    let history = history(&mut alice, private("bob"), 0, 10).await;

    assert_eq!(texts(&history), ["ping", "pong"]);
    assert_eq!(history["list"][0]["messageDirection"], 1);
    assert_eq!(history["list"][1]["messageDirection"], 2);
}

#[tokio::test]
async fn a_recalled_text_is_gone_from_the_history_and_its_recall_is_there() {
    let test = "a_recalled_text_is_gone_from_the_history_and_its_recall_is_there";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, private("bob"), "oops").await;
    bob.expect(arrived("oops")).await;
    let which = json!({ "messageUId": sent["messageUId"], "sentTime": sent["sentTime"] });
    alice
        .ask("recallMessage", json!([private("bob"), which]))
        .await;
    bob.expect(json!({ "event": "message", "type": "RC:RcCmd" }))
        .await;

    let history = history(&mut bob, private("alice"), 0, 10).await;

    let list = history["list"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{history}");
    assert_eq!(list[0]["messageType"], "RC:RcCmd");
    assert_eq!(list[0]["content"]["messageUId"], sent["messageUId"]);
}

#[tokio::test]
async fn a_deleted_text_is_gone_for_whoever_deleted_it_only() {
    let test = "a_deleted_text_is_gone_for_whoever_deleted_it_only";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, private("bob"), "one").await;
    say(&mut alice, private("bob"), "two").await;

    let which = json!({
        "messageUId": sent["messageUId"],
        "sentTime": sent["sentTime"],
        "messageDirection": 1,
    });
    alice
        .ask("deleteMessages", json!([private("bob"), [which]]))
        .await;
    let hers = history(&mut alice, private("bob"), 0, 10).await;
    let his = history(&mut bob, private("alice"), 0, 10).await;

    assert_eq!(texts(&hers), ["two"]);
    assert_eq!(texts(&his), ["one", "two"]);
}

#[tokio::test]
async fn a_cleared_history_has_only_what_came_later() {
    let Some(world) = World::new("a_cleared_history_has_only_what_came_later") else {
        return;
    };
    let mut alice = world.device("alice").await;
    say(&mut alice, private("bob"), "one").await;
    let sent = say(&mut alice, private("bob"), "two").await;
    say(&mut alice, private("bob"), "three").await;

    let until = json!([private("bob"), sent["sentTime"]]);
    alice.ask("clearHistoryMessages", until).await;
    let history = history(&mut alice, private("bob"), 0, 10).await;

    assert_eq!(texts(&history), ["three"]);
}

#[tokio::test]
async fn a_room_has_a_history_too() {
    let Some(world) = World::new("a_room_has_a_history_too") else {
        return;
    };
    let mut alice = world.device("alice").await;
    let room = json!({ "conversationType": 4, "targetId": "plaza" });
    alice
        .ask("joinChatRoom", json!(["plaza", { "count": 1 }]))
        .await;
    for words in ["one", "two", "three"] {
        say(&mut alice, room.clone(), words).await;
    }

    let options = json!({ "timestamp": 0, "count": 2, "order": 0 });
    let history = alice
        .ask("getChatroomHistoryMessages", json!(["plaza", options]))
        .await;

    // As the cloud answers: here the SDK does not turn the order round.
    assert_eq!(texts(&history), ["three", "two"]);
}

async fn history(sdk: &mut Sdk, of: Value, before: i64, count: u32) -> Value {
    let options = json!({ "timestamp": before, "count": count, "order": 0 });
    sdk.ask("getHistoryMessages", json!([of, options])).await
}

fn texts(history: &Value) -> Vec<&str> {
    let list = history["list"].as_array().unwrap();
    list.iter()
        .map(|message| message["content"]["content"].as_str().unwrap())
        .collect()
}
