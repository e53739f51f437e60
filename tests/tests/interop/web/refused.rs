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
        assert!(asked(&world, topic), "{method} does not ask {topic}");
        let code = called["code"].as_i64().unwrap();
        assert!(code > 0, "{method}: {called}");
        // The codes of the SDK's own timeouts.
        assert!(![30003, 30010, 30011].contains(&code), "{method}: {called}");
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

/// Methods, and the queries they make.
fn unserved() -> [(&'static str, Value, &'static str); 2] {
    [
        ("addFriend", json!(["bob", 1, ""]), "friendAdd"),
        ("getFileToken", json!([1, "picture.png"]), "qnTkn"),
    ]
}
