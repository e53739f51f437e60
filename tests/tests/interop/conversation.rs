//! The SDK and an app behind our daemon talk with each other through the sandbox.

use imlink::Conversation;
use imlink_sandbox::{Config, Ending, Sandbox, Scope, Tls};
use imlink_tests::{require, secrecy};
use serde_json::json;

use crate::app::{App, text};
use crate::installed::Interop;
use crate::sdk::Sdk;
use crate::{alice, bob};

// issue 2, "Real clients and the honest judge"
#[tokio::test]
async fn the_sdk_connects_and_gets_its_user_id() {
    let Some(interop) = require("the_sdk_connects_and_gets_its_user_id", Interop::find()) else {
        return;
    };
    let sandbox = sandbox();

    let mut sdk = Sdk::web(&interop, &sandbox).await;
    sdk.tell(
        "connect",
        json!({ "token": secrecy::noted(sandbox.issue_token(&bob())) }),
    );

    sdk.expect(json!({ "event": "connected", "userId": "bob" }))
        .await;
}

#[tokio::test]
async fn a_text_goes_from_the_sdk_to_an_app_and_the_answer_back() {
    let test = "a_text_goes_from_the_sdk_to_an_app_and_the_answer_back";
    let Some(interop) = require(test, Interop::find()) else {
        return;
    };
    let sandbox = sandbox();
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut sdk = Sdk::connected(&interop, &sandbox, &bob()).await;

    sdk.tell(
        "send",
        json!({ "target": "alice", "text": "hello \u{1f44b}" }),
    );
    let sent = sdk.expect(json!({ "event": "sent" })).await;
    let received = app.next().await;

    let message = received.message();
    assert_eq!(message.sender, bob());
    assert_eq!(message.conversation, Conversation::private(bob()));
    assert_eq!(message.object_name.as_str(), "RC:TxtMsg");
    assert_eq!(text(&received), "hello \u{1f44b}");
    assert_eq!(message.uid.as_ref().unwrap().as_str(), sent["uid"]);
    assert_eq!(message.sent_at.0, sent["time"].as_i64().unwrap());

    let (uid, at) = app.send(&bob(), "hi \u{1f44b}").await;
    let answer = json!({ "event": "message", "from": "alice", "text": "hi \u{1f44b}" });
    let answer = sdk.expect(answer).await;

    assert_eq!(answer["uid"], uid);
    assert_eq!(answer["time"], at);
    assert_eq!(answer["own"], false);
}

// issue 3: TLS on both doors, and the certificate is verified
#[tokio::test]
async fn a_text_goes_to_an_app_over_https_and_wss() {
    let test = "a_text_goes_to_an_app_over_https_and_wss";
    let Some(interop) = require(test, Interop::find()) else {
        return;
    };
    let config = Config {
        tls: Some(Tls::default()),
        ..Config::default()
    };
    let sandbox = Sandbox::spawn(config).unwrap();
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut sdk = Sdk::web_over_tls(&interop, &sandbox).await;
    // What follows the @ of a token names navigation in the clear.
    let token = secrecy::noted(sandbox.issue_token(&bob()));
    let token = token.split_inclusive('@').next().unwrap();
    sdk.tell("connect", json!({ "token": token }));
    sdk.expect(json!({ "event": "connected" })).await;

    sdk.tell("send", json!({ "target": "alice", "text": "sealed" }));

    assert_eq!(text(&app.next().await), "sealed");
}

#[tokio::test]
async fn a_bad_token_gives_the_sdk_31004() {
    let Some(interop) = require("a_bad_token_gives_the_sdk_31004", Interop::find()) else {
        return;
    };
    let sandbox = sandbox();

    let mut sdk = Sdk::web(&interop, &sandbox).await;
    sdk.tell("connect", json!({ "token": "a-token-nobody-issued" }));

    sdk.expect(json!({ "event": "connect-failed", "code": 31004 }))
        .await;
}

#[tokio::test]
async fn a_kick_gives_the_sdk_31010() {
    let Some(interop) = require("a_kick_gives_the_sdk_31010", Interop::find()) else {
        return;
    };
    let sandbox = sandbox();
    let mut sdk = Sdk::connected(&interop, &sandbox, &bob()).await;

    assert_eq!(sandbox.kick(&bob()), 1);

    sdk.expect(json!({ "event": "state", "name": "DISCONNECT", "code": 31010 }))
        .await;
}

#[tokio::test]
async fn after_its_socket_is_dropped_the_sdk_reconnects_and_messages_flow() {
    let test = "after_its_socket_is_dropped_the_sdk_reconnects_and_messages_flow";
    let Some(interop) = require(test, Interop::find()) else {
        return;
    };
    let sandbox = sandbox();
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut sdk = Sdk::connected(&interop, &sandbox, &bob()).await;

    assert_eq!(sandbox.drop_links(&Scope::User(bob()), Ending::Close), 1);
    sdk.expect_states(&["SUSPEND", "CONNECTING", "CONNECTED"])
        .await;

    sdk.tell("send", json!({ "target": "alice", "text": "after" }));
    assert_eq!(text(&app.next().await), "after");
    app.send(&bob(), "after, too").await;
    sdk.expect(json!({ "event": "message", "from": "alice", "text": "after, too" }))
        .await;
}

fn sandbox() -> Sandbox {
    Sandbox::spawn(Config::default()).unwrap()
}
