//! The conversation list and the state of conversations.

use imlink_sandbox::{Heard, Policy};
use serde_json::{Value, json};

use super::{World, arrived, private, say};
use crate::sdk::Sdk;

#[tokio::test]
async fn the_list_has_the_newest_first_with_its_last_message() {
    let Some(world) = World::new("the_list_has_the_newest_first_with_its_last_message") else {
        return;
    };
    let mut alice = world.device("alice").await;
    for (peer, words) in [("bob", "one"), ("carol", "two"), ("bob", "three")] {
        say(&mut alice, private(peer), words).await;
    }

    let list = list(&mut alice).await;

    let shown = |place: usize| {
        let conversation = &list[place];
        let text = &conversation["latestMessage"]["content"]["content"];
        (conversation["targetId"].clone(), text.clone())
    };
    assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
    assert_eq!(shown(0), (json!("bob"), json!("three")));
    assert_eq!(shown(1), (json!("carol"), json!("two")));
}

#[tokio::test]
async fn unread_texts_are_counted_until_they_are_read() {
    let Some(world) = World::new("unread_texts_are_counted_until_they_are_read") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    for words in ["one", "two"] {
        say(&mut alice, private("bob"), words).await;
        bob.expect(arrived(words)).await;
    }

    let before = bob.ask("getUnreadCount", json!([private("alice")])).await;
    bob.ask("clearMessagesUnreadStatus", json!([private("alice")]))
        .await;
    let after = bob.ask("getUnreadCount", json!([private("alice")])).await;

    assert_eq!(before, 2);
    assert_eq!(after, 0);
}

#[tokio::test]
async fn a_removed_conversation_is_off_the_list_until_someone_speaks() {
    let test = "a_removed_conversation_is_off_the_list_until_someone_speaks";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    say(&mut alice, private("bob"), "one").await;

    alice
        .ask("removeConversation", json!([private("bob")]))
        .await;
    let without = list(&mut alice).await;
    say(&mut bob, private("alice"), "two").await;
    alice.expect(arrived("two")).await;
    let with = list(&mut alice).await;

    assert_eq!(without, json!([]));
    assert_eq!(with[0]["targetId"], "bob");
}

// cloud-wire.md 5.7: the message RC:SRSMsg
#[tokio::test]
async fn what_is_read_on_one_device_is_read_on_the_other() {
    let Some(world) = World::new("what_is_read_on_one_device_is_read_on_the_other") else {
        return;
    };

    read_on_both(&world).await;

    assert!(!asked(&world, "updRTime"));
}

// cloud-wire.md 1.3 `sesDriven`, 5.7: PUBLISH updRTime
#[tokio::test]
async fn read_positions_of_their_own_reach_the_other_device_too() {
    let policy = Policy {
        read_positions: true,
        ..Policy::default()
    };
    let test = "read_positions_of_their_own_reach_the_other_device_too";
    let Some(world) = World::under(test, policy) else {
        return;
    };

    read_on_both(&world).await;

    assert!(asked(&world, "updRTime"));
}

/// Two devices of bob have a text; when one says that it is read, the other knows.
async fn read_on_both(world: &World) {
    let mut alice = world.device("alice").await;
    let (mut bob, mut tablet) = world.pair("bob", "bob").await;
    let text = say(&mut alice, private("bob"), "one").await;
    bob.expect(arrived("one")).await;
    tablet.expect(arrived("one")).await;
    let unread = tablet.ask("getUnreadCount", json!([private("alice")]));
    assert_eq!(unread.await, 1);

    let read = json!([private("alice"), text["sentTime"]]);
    bob.ask("sendSyncReadStatusMessage", read).await;

    updated(&mut tablet, "unreadMessageCount", &json!(0)).await;
}

// cloud-wire.md 1.3 `serverSaveUnread`
#[tokio::test]
async fn a_new_device_learns_what_is_unread_from_the_cloud() {
    let policy = Policy {
        unread_kept: true,
        ..Policy::default()
    };
    let test = "a_new_device_learns_what_is_unread_from_the_cloud";
    let Some(world) = World::under(test, policy) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    for words in ["one", "two"] {
        say(&mut alice, private("bob"), words).await;
        bob.expect(arrived(words)).await;
    }

    let mut tablet = world.device("bob").await;
    tablet.expect(arrived("two")).await;
    let unread = tablet.ask("getUnreadCount", json!([private("alice")]));

    assert_eq!(unread.await, 2);
    assert!(asked(&world, "pullSe"));
}

/// Whether any client has sent that topic.
fn asked(world: &World, wanted: &str) -> bool {
    let heard = world.sandbox.transcript().into_iter();
    heard
        .map(|record| record.heard)
        .any(|heard| matches!(heard, Heard::Packet { topic, .. } if topic == wanted))
}

// cloud-wire.md 5.8
#[tokio::test]
async fn what_one_device_sets_of_a_conversation_reaches_the_other() {
    let test = "what_one_device_sets_of_a_conversation_reaches_the_other";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut tablet) = world.pair("alice", "alice").await;
    say(&mut alice, private("bob"), "hello").await;
    tablet.expect(arrived("hello")).await;

    alice
        .ask("batchSetConversationToTop", json!([[private("bob")], true]))
        .await;
    updated(&mut tablet, "isTop", &json!(true)).await;
    alice
        .ask(
            "setConversationNotificationLevel",
            json!([private("bob"), 5]),
        )
        .await;
    updated(&mut tablet, "notificationLevel", &json!(5)).await;
    let top = tablet.ask("getTopConversationList", json!([])).await;
    let level = tablet
        .ask("getConversationNotificationLevel", json!([private("bob")]))
        .await;

    assert_eq!(top[0]["targetId"], "bob", "{top}");
    assert_eq!(level, 5);
}

#[tokio::test]
async fn a_new_device_learns_the_state_of_conversations() {
    let Some(world) = World::new("a_new_device_learns_the_state_of_conversations") else {
        return;
    };
    let mut alice = world.device("alice").await;
    say(&mut alice, private("bob"), "hello").await;
    alice
        .ask("batchSetConversationToTop", json!([[private("bob")], true]))
        .await;

    let mut tablet = world.device("alice").await;
    tablet.told("CONVERSATIONS_SETTINGS_SYNCED").await;
    let list = list(&mut tablet).await;

    assert_eq!(list[0]["targetId"], "bob");
    assert_eq!(list[0]["isTop"], true, "{list}");
}

#[tokio::test]
async fn a_tag_keeps_conversations_together() {
    let Some(world) = World::new("a_tag_keeps_conversations_together") else {
        return;
    };
    let mut alice = world.device("alice").await;
    say(&mut alice, private("bob"), "hello").await;

    let tag = json!([{ "tagId": "work", "tagName": "Work" }]);
    alice.ask("addTag", tag).await;
    alice
        .ask("addConversationsToTag", json!(["work", [private("bob")]]))
        .await;
    let tags = alice.ask("getTags", json!([])).await;
    let of_bob = alice
        .ask("getTagsFromConversation", json!([private("bob")]))
        .await;

    assert_eq!(tags[0]["tagName"], "Work", "{tags}");
    assert_eq!(of_bob[0]["tagId"], "work", "{of_bob}");
}

async fn list(sdk: &mut Sdk) -> Value {
    sdk.ask("getConversationList", json!([{ "count": 10 }]))
        .await
}

/// Waits until the SDK tells of a conversation that has this.
async fn updated(sdk: &mut Sdk, field: &str, value: &Value) {
    loop {
        let told = sdk.told("CONVERSATION").await;
        let list = told["conversationList"].as_array().unwrap();
        if list
            .iter()
            .any(|entry| entry["conversation"][field] == *value)
        {
            return;
        }
    }
}
