//! What this cloud does not serve gets an answer all the same.

use imlink_sandbox::Heard;
use serde_json::{Value, json};

use super::{World, private, say};

// cloud-wire.md 3.6: a QUERY without an answer holds a client up for its whole timeout
#[tokio::test]
async fn what_is_not_served_is_refused_and_never_left_without_an_answer() {
    let test = "what_is_not_served_is_refused_and_never_left_without_an_answer";
    let Some(world) = World::new(test) else {
        return;
    };
    let mut alice = world.device("alice").await;

    for (method, args, topic) in unserved() {
        let called = alice.call(method, args).await;
        assert!(
            asked(&world, topic),
            "{method} does not ask {topic}: {called}"
        );
        // The cloud's own word: the SDK has others for what it refuses itself and for a timeout.
        assert_eq!(called["code"], 32546, "{method}: {called}");
    }

    say(&mut alice, private("bob"), "still here").await;
}

/// Whether a client has sent that query.
fn asked(world: &World, wanted: &str) -> bool {
    let mut records = world.sandbox.transcript().into_iter();
    records.any(|record| {
        matches!(record.heard, Heard::Packet { packet, topic, .. }
            if packet == "QUERY" && topic == wanted)
    })
}

/// Methods that wait for the answer and hand it on, and the queries they make.
fn unserved() -> [(&'static str, Value, &'static str); 2] {
    [
        (
            "getUltraGroupDefaultNotificationLevel",
            json!([{ "targetId": "group", "channelId": "channel" }]),
            "ugUnpushQuery",
        ),
        ("getFileToken", json!([1, "picture.png"]), "qnTkn"),
    ]
}
