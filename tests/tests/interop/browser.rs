//! The web SDK in a real browser: what Node cannot show, CORS and the browser's own WebSocket.

use imlink_sandbox::{Config, Sandbox};
use imlink_tests::require;
use serde_json::json;

use crate::app::{App, text};
use crate::installed::{Chromium, Interop};
use crate::sdk::Sdk;
use crate::{alice, bob};

// issue 3, "one smoke run in headless Chromium"
#[tokio::test]
async fn a_page_of_another_origin_connects_and_talks_with_an_app() {
    let test = "a_page_of_another_origin_connects_and_talks_with_an_app";
    let found = Interop::find().and_then(|interop| Ok((interop, Chromium::find()?)));
    let Some((interop, chromium)) = require(test, found) else {
        return;
    };
    let sandbox = Sandbox::spawn(Config::default()).unwrap();
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut page = Sdk::in_browser(&interop, chromium, &sandbox).await;
    page.connect(&sandbox, &bob()).await;

    page.tell("send", json!({ "target": "alice", "text": "from a page" }));
    let sent = page.expect(json!({ "event": "sent" })).await;
    let received = app.next().await;
    let (uid, _) = app.send(&bob(), "to a page").await;
    let answer = page.expect(json!({ "event": "message", "from": "alice" }));
    let answer = answer.await;

    assert_eq!(text(&received), "from a page");
    assert_eq!(
        received.message().uid.as_ref().unwrap().as_str(),
        sent["uid"]
    );
    assert_eq!(answer["text"], "to a page");
    assert_eq!(answer["uid"], uid);
}
