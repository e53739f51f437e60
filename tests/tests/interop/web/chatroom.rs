//! Chatrooms.

use imlink_sandbox::{Ending, Scope};
use serde_json::{Value, json};

use super::{World, arrived, private, say, text};
use crate::bob;
use crate::sdk::Sdk;

#[tokio::test]
async fn those_in_a_room_hear_each_other_and_whoever_left_hears_nothing() {
    let test = "those_in_a_room_hear_each_other_and_whoever_left_hears_nothing";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;
    join(&mut bob).await;

    let sent = say(&mut alice, room(), "hello, room").await;
    let heard = bob.expect(arrived("hello, room")).await;
    bob.ask("quitChatRoom", json!(["plaza"])).await;
    say(&mut alice, room(), "anyone here?").await;
    say(&mut alice, private("bob"), "bob?").await;
    let next = bob.expect(json!({ "event": "message" })).await;

    assert_eq!(heard["kind"], 4);
    assert_eq!(heard["target"], "plaza");
    assert_eq!(heard["from"], "alice");
    assert_eq!(heard["uid"], sent["messageUId"]);
    assert_eq!(next["text"], "bob?");
}

// cloud-wire.md 5.9
#[tokio::test]
async fn whoever_joins_gets_as_many_of_the_last_messages_as_asked() {
    let test = "whoever_joins_gets_as_many_of_the_last_messages_as_asked";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;
    for words in ["one", "two", "three"] {
        say(&mut alice, room(), words).await;
    }

    bob.ask("joinChatRoom", json!(["plaza", { "count": 2 }]))
        .await;
    let first = bob.expect(json!({ "event": "message" })).await;
    let second = bob.expect(json!({ "event": "message" })).await;

    assert_eq!(first["text"], "two");
    assert_eq!(second["text"], "three");
}

#[tokio::test]
async fn a_room_that_does_not_exist_cannot_be_joined_as_an_existing_one() {
    let test = "a_room_that_does_not_exist_cannot_be_joined_as_an_existing_one";
    let Some(world) = World::new(test) else {
        return;
    };
    let mut alice = world.device("alice").await;

    let joined = alice
        .call("joinExistChatRoom", json!(["nowhere", { "count": 1 }]))
        .await;

    assert_eq!(joined["code"], 23410);
}

#[tokio::test]
async fn someone_outside_a_room_may_not_write_to_it() {
    let Some(world) = World::new("someone_outside_a_room_may_not_write_to_it") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;

    let sent = bob.call("sendMessage", json!([room(), text("me?")])).await;

    assert_eq!(sent["code"], 23406);
}

#[tokio::test]
async fn an_entry_reaches_the_others_and_is_only_its_owners_to_change() {
    let test = "an_entry_reaches_the_others_and_is_only_its_owners_to_change";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;
    join(&mut bob).await;

    alice
        .ask("setChatRoomEntry", json!(["plaza", entry("sunny")]))
        .await;
    let changed = told(&mut bob, "updatedEntries").await;
    let foreign = bob
        .call("setChatRoomEntry", json!(["plaza", entry("rainy")]))
        .await;
    let read = bob.ask("getChatRoomEntry", json!(["plaza", "mood"])).await;
    bob.ask("forceSetChatRoomEntry", json!(["plaza", entry("windy")]))
        .await;
    let forced = told(&mut alice, "updatedEntries").await;

    assert_eq!(changed[0]["key"], "mood");
    assert_eq!(changed[0]["value"], "sunny");
    assert_eq!(changed[0]["chatroomId"], "plaza");
    assert_eq!(foreign["code"], 23424);
    assert_eq!(read, "sunny");
    assert_eq!(forced[0]["value"], "windy");
}

#[tokio::test]
async fn a_room_tells_how_many_are_in_it() {
    let Some(world) = World::new("a_room_tells_how_many_are_in_it") else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;
    join(&mut bob).await;

    let which = json!(["plaza", { "count": 10, "order": 1 }]);
    let info = alice.ask("getChatRoomInfo", which).await;

    assert_eq!(info["userCount"], 2, "{info}");
    assert_eq!(info["userInfos"][0]["id"], "alice");
    assert_eq!(info["userInfos"][1]["id"], "bob");
}

// cloud-wire.md 5.9, rejoin
#[tokio::test]
async fn after_a_lost_link_the_room_is_joined_again_and_nothing_is_missed() {
    let test = "after_a_lost_link_the_room_is_joined_again_and_nothing_is_missed";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut alice, mut bob) = world.pair("alice", "bob").await;
    join(&mut alice).await;
    join(&mut bob).await;

    let sandbox = &world.sandbox;
    assert_eq!(
        sandbox.drop_links(&Scope::User(self::bob()), Ending::Close),
        1
    );
    bob.expect_states(&["SUSPEND"]).await;
    say(&mut alice, room(), "meanwhile").await;

    bob.expect(arrived("meanwhile")).await;
    let rejoined = told(&mut bob, "rejoinedRoom").await;
    say(&mut alice, room(), "afterwards").await;
    bob.expect(arrived("afterwards")).await;
    assert_eq!(rejoined["chatroomId"], "plaza");
}

async fn join(sdk: &mut Sdk) {
    sdk.ask("joinChatRoom", json!(["plaza", { "count": 10 }]))
        .await;
}

/// The next of these that the SDK tells about a room.
async fn told(sdk: &mut Sdk, what: &str) -> Value {
    loop {
        let told = sdk.told("CHATROOM").await;
        if let Some(value) = told.get(what) {
            return value.clone();
        }
    }
}

fn room() -> Value {
    json!({ "conversationType": 4, "targetId": "plaza" })
}

fn entry(mood: &str) -> Value {
    json!({ "key": "mood", "value": mood })
}
