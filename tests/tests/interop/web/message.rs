//! What private messages are and become, beyond a text.

use serde_json::{Value, json};

use super::{World, arrived, private, say, text};

#[tokio::test]
async fn someone_who_types_is_seen_typing() {
    let Some(world) = World::new("someone_who_types_is_seen_typing") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;

    alice
        .ask(
            "sendTypingStatusMessage",
            json!([private("bob"), "RC:TxtMsg"]),
        )
        .await;
    let typing = bob.told("TYPING_STATUS").await;

    let typing = &typing["status"][0];
    assert_eq!(typing["targetId"], "alice");
    assert_eq!(typing["list"][0]["userId"], "alice");
    assert_eq!(typing["list"][0]["messageType"], "RC:TxtMsg");
}

#[tokio::test]
async fn a_read_receipt_tells_how_far_was_read() {
    let Some(world) = World::new("a_read_receipt_tells_how_far_was_read") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, private("bob"), "read me").await;
    bob.expect(arrived("read me")).await;

    let receipt = json!(["alice", sent["messageUId"], sent["sentTime"]]);
    bob.ask("sendReadReceiptMessage", receipt).await;
    let read = alice.told("READ_RECEIPT_RECEIVED").await;

    assert_eq!(read["conversation"]["targetId"], "bob", "{read}");
    assert_eq!(read["messageUId"], sent["messageUId"]);
    assert_eq!(read["sentTime"], sent["sentTime"]);
}

#[tokio::test]
async fn a_recalled_text_is_recalled_for_the_peer() {
    let Some(world) = World::new("a_recalled_text_is_recalled_for_the_peer") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, private("bob"), "oops").await;
    bob.expect(arrived("oops")).await;

    let which = json!({ "messageUId": sent["messageUId"], "sentTime": sent["sentTime"] });
    alice
        .ask("recallMessage", json!([private("bob"), which]))
        .await;
    let recall = bob.expect(json!({ "event": "message" })).await;

    assert_eq!(recall["type"], "RC:RcCmd", "{recall}");
    assert_eq!(recall["content"]["messageUId"], sent["messageUId"]);
}

#[tokio::test]
async fn an_expansion_is_set_and_removed_for_both() {
    let Some(world) = World::new("an_expansion_is_set_and_removed_for_both") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let options = json!({ "canIncludeExpansion": true, "expansion": { "seat": "12" } });
    let sent = alice
        .ask(
            "sendMessage",
            json!([private("bob"), text("your seat"), options]),
        )
        .await;
    let received = bob.expect(arrived("your seat")).await;

    alice
        .ask("updateMessageExpansion", json!([{ "seat": "14" }, sent]))
        .await;
    let updated = bob.told("EXPANSION").await;
    alice
        .ask("removeMessageExpansionForKey", json!([["seat"], sent]))
        .await;
    let removed = bob.told("EXPANSION").await;

    assert_eq!(received["expansion"], json!({ "seat": "12" }));
    let updated = &updated["updatedExpansion"];
    assert_eq!(updated["messageUId"], sent["messageUId"], "{updated}");
    assert_eq!(updated["expansion"]["seat"], "14");
    let removed = &removed["deletedExpansion"];
    assert_eq!(removed["messageUId"], sent["messageUId"], "{removed}");
    assert_eq!(removed["deletedKeys"], json!(["seat"]));
}

#[tokio::test]
async fn another_device_of_the_sender_sees_what_was_sent() {
    let test = "another_device_of_the_sender_sees_what_was_sent";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut tablet) = world.pair("alice", "alice").await;

    let sent = say(&mut alice, private("bob"), "from my phone").await;
    let echo = tablet.expect(arrived("from my phone")).await;

    assert_eq!(echo["own"], true);
    assert_eq!(echo["target"], "bob");
    assert_eq!(echo["uid"], sent["messageUId"]);
}

#[tokio::test]
async fn how_far_one_device_has_read_reaches_the_other() {
    let Some(world) = World::new("how_far_one_device_has_read_reaches_the_other") else {
        return;
    };
    let mut alice = world.device("alice").await;
    let (mut bob, mut tablet) = world.pair("bob", "bob").await;
    let sent = say(&mut alice, private("bob"), "seen?").await;
    bob.expect(arrived("seen?")).await;
    let unread = tablet.told("CONVERSATION").await;

    let position = json!([private("alice"), sent["sentTime"]]);
    bob.ask("sendSyncReadStatusMessage", position).await;
    let read = tablet.told("CONVERSATION").await;

    assert_eq!(count(&unread), 1, "{unread}");
    assert_eq!(count(&read), 0, "{read}");
}

#[tokio::test]
async fn an_edited_text_is_edited_for_the_peer() {
    let Some(world) = World::new("an_edited_text_is_edited_for_the_peer") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    let sent = say(&mut alice, private("bob"), "helo").await;
    bob.expect(arrived("helo")).await;

    let edit = json!({
        "messageUId": sent["messageUId"],
        "messageContent": { "content": "hello" },
        "conversation": private("bob"),
    });
    alice.ask("modifyMessageWithParams", json!([edit])).await;
    let edited = bob.told("MESSAGE_MODIFIED").await;

    let edited = &edited[0];
    assert_eq!(edited["messageUId"], sent["messageUId"], "{edited}");
    assert_eq!(edited["content"]["content"], "hello", "{edited}");
}

fn count(told: &Value) -> u64 {
    let conversation = &told["conversationList"][0]["conversation"];
    conversation["unreadMessageCount"].as_u64().unwrap()
}
