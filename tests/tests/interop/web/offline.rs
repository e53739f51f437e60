//! What waits for a user who is away, and what comes from the app itself.

use imlink::UserId;
use imlink_sandbox::{Draft, SenderCopy, Target};
use serde_json::json;

use super::{World, arrived, private, say};

#[tokio::test]
async fn texts_to_someone_away_are_there_in_their_order_when_he_comes() {
    let test = "texts_to_someone_away_are_there_in_their_order_when_he_comes";
    let Some(world) = World::new(test) else {
        return;
    };
    let mut alice = world.device("alice").await;
    for words in ["one", "two", "three"] {
        say(&mut alice, private("bob"), words).await;
    }

    let mut bob = world.device("bob").await;

    for words in ["one", "two", "three"] {
        let message = bob.expect(json!({ "event": "message" })).await;
        assert_eq!(message["text"], words);
        assert_eq!(message["offline"], true);
    }
    bob.told("PULL_OFFLINE_MESSAGE_FINISHED").await;
}

#[tokio::test]
async fn a_message_of_the_app_itself_is_a_system_message() {
    let Some(world) = World::new("a_message_of_the_app_itself_is_a_system_message") else {
        return;
    };
    let mut bob = world.device("bob").await;

    let [from, to] = ["shop", "bob"].map(|name| UserId::new(name).unwrap());
    let content = r#"{"content":"your parcel is here"}"#;
    let draft = Draft::new(from, Target::System(to), "RC:TxtMsg", content);
    world.sandbox.publish_draft(draft, SenderCopy::Excluded);
    let message = bob.expect(arrived("your parcel is here")).await;

    assert_eq!(message["kind"], 6);
    assert_eq!(message["target"], "shop");
    assert_eq!(message["own"], false);
}
