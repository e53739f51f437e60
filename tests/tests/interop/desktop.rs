//! The vendor's desktop SDK, which speaks the TCP form, and an app behind our daemon.

use std::env;

use imlink::{Conversation, Direction, UserId};
use imlink_sandbox::{
    Config, DeviceClass, Ending, Gateway, Policy, Sandbox, Scope, Tls, TransportFaults,
    UnknownToken,
};
use imlink_tests::{Missing, require};
use serde_json::json;

use crate::app::{App, text};
use crate::installed::Interop;
use crate::sdk::Sdk;
use crate::{alice, bob};

// cloud-tcp.md 3: the constant mask, version 3
#[tokio::test]
async fn texts_go_both_ways_between_the_desktop_sdk_and_an_app() {
    let test = "texts_go_both_ways_between_the_desktop_sdk_and_an_app";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy::default());
    let app = App::connect(&sandbox, &alice()).await;
    let desktop = connected(&interop, &sandbox, &bob()).await;

    let links = sandbox.links();
    let link = links.iter().find(|link| link.user == bob()).unwrap();
    assert_eq!(link.class, DeviceClass::Desktop);
    talk(desktop, app).await;
}

// cloud-tcp.md 3: a mask of each connection's own, version 4
#[tokio::test]
async fn texts_go_both_ways_under_a_mask_the_sdk_makes_up() {
    let test = "texts_go_both_ways_under_a_mask_the_sdk_makes_up";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy {
        version_4: true,
        ..Policy::default()
    });
    let app = App::connect(&sandbox, &alice()).await;
    let desktop = connected(&interop, &sandbox, &bob()).await;

    talk(desktop, app).await;
}

// cloud-tcp.md 1: protocol 2; the addon verifies no certificate
#[tokio::test]
async fn texts_go_both_ways_over_tls() {
    let Some(interop) = require("texts_go_both_ways_over_tls", find()) else {
        return;
    };
    let config = Config {
        tls: Some(Tls::default()),
        ..Config::default()
    };
    let sandbox = Sandbox::spawn(config).unwrap();
    let app = App::connect(&sandbox, &alice()).await;
    let only = Gateway::tls(sandbox.tls_address().unwrap().to_string());
    sandbox.change_policy(|policy| policy.gateways = vec![only]);
    let desktop = connected(&interop, &sandbox, &bob()).await;

    talk(desktop, app).await;
}

// cloud-tcp.md 5
#[tokio::test]
async fn a_token_that_only_the_gateway_refuses_is_31004() {
    let test = "a_token_that_only_the_gateway_refuses_is_31004";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy {
        unknown_token: UnknownToken::NameNobody,
        ..Policy::default()
    });
    let mut desktop = Sdk::desktop(&interop, &sandbox).await;

    desktop.tell("connect", json!({ "token": "a-token-nobody-issued" }));

    desktop
        .expect(json!({ "event": "connect-failed", "code": 31004 }))
        .await;
}

// cloud-tcp.md 5
#[tokio::test]
async fn a_kick_gives_the_desktop_sdk_31010() {
    let Some(interop) = require("a_kick_gives_the_desktop_sdk_31010", find()) else {
        return;
    };
    let sandbox = sandbox(Policy::default());
    let mut desktop = connected(&interop, &sandbox, &bob()).await;

    assert_eq!(sandbox.kick(&bob()), 1);

    desktop
        .expect(json!({ "event": "state", "name": "DISCONNECT", "code": 31010 }))
        .await;
}

#[tokio::test]
async fn a_desktop_sdk_that_lost_its_link_comes_back_and_misses_nothing() {
    let test = "a_desktop_sdk_that_lost_its_link_comes_back_and_misses_nothing";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy::default());
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut desktop = connected(&interop, &sandbox, &bob()).await;

    assert_eq!(sandbox.drop_links(&Scope::User(bob()), Ending::Close), 1);
    app.send(&bob(), "meanwhile").await;

    desktop
        .expect_states(&["SUSPEND", "CONNECTING", "CONNECTED"])
        .await;
    desktop
        .expect(json!({ "event": "message", "from": "alice", "text": "meanwhile" }))
        .await;
    desktop.tell("send", json!({ "target": "alice", "text": "back" }));
    assert_eq!(text(&app.next().await), "meanwhile", "its own");
    assert_eq!(text(&app.next().await), "back");
}

// decisions.md P18
#[tokio::test]
async fn the_desktop_sdk_and_an_app_of_one_user_see_what_the_other_sends() {
    let test = "the_desktop_sdk_and_an_app_of_one_user_see_what_the_other_sends";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy::default());
    let mut app = App::connect(&sandbox, &alice()).await;
    let mut desktop = connected(&interop, &sandbox, &alice()).await;

    desktop.tell("send", json!({ "target": "bob", "text": "at my desk" }));
    let seen = app.next().await;
    app.send(&bob(), "in my app").await;
    let echo = desktop
        .expect(json!({ "event": "message", "text": "in my app" }))
        .await;

    assert_eq!(text(&seen), "at my desk");
    assert_eq!(seen.message().direction, Direction::Sent);
    assert_eq!(seen.message().conversation, Conversation::private(bob()));
    assert_eq!(echo["own"], true);
    assert_eq!(echo["target"], "bob");
}

#[tokio::test]
async fn texts_to_a_desktop_sdk_that_was_away_are_there_in_their_order() {
    let test = "texts_to_a_desktop_sdk_that_was_away_are_there_in_their_order";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy::default());
    let app = App::connect(&sandbox, &alice()).await;
    for words in ["one", "two", "three"] {
        app.send(&bob(), words).await;
    }

    let mut desktop = connected(&interop, &sandbox, &bob()).await;

    for words in ["one", "two", "three"] {
        let message = desktop.expect(json!({ "event": "message" })).await;
        assert_eq!(message["text"], words);
        assert_eq!(message["offline"], true);
    }
}

// decisions.md P12: the SDK's reconnects always carry the reconnect kick
#[tokio::test]
async fn a_desktop_sdk_that_comes_back_yields_to_the_device_in_its_place() {
    let test = "a_desktop_sdk_that_comes_back_yields_to_the_device_in_its_place";
    let Some(interop) = require(test, find()) else {
        return;
    };
    let sandbox = sandbox(Policy {
        one_device: true,
        ..Policy::default()
    });
    let mut lost = connected(&interop, &sandbox, &bob()).await;
    let mut present = Sdk::desktop(&interop, &sandbox).await;

    // Its first attempt fails, so that the other is there before the second.
    let cut = TransportFaults {
        cut_after: Some(0),
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::Everyone, &cut);
    // Unless an answer that was still due has been cut, and the link with it.
    sandbox.drop_links(&Scope::User(bob()), Ending::Close);
    lost.expect_states(&["SUSPEND", "CONNECTING", "SUSPEND"])
        .await;
    sandbox.set_transport(&Scope::Everyone, &TransportFaults::default());
    present.connect(&sandbox, &bob()).await;

    lost.expect(json!({ "event": "state", "name": "DISCONNECT", "code": 31023 }))
        .await;
    assert_eq!(sandbox.links().len(), 1);
}

/// A desktop SDK of Bob and an app of Alice exchange a text each.
async fn talk(mut desktop: Sdk, mut app: App) {
    let words = "hello \u{1f44b}";
    desktop.tell("send", json!({ "target": "alice", "text": words }));
    let sent = desktop.expect(json!({ "event": "sent" })).await;
    let received = app.next().await;
    let (uid, at) = app.send(&bob(), "hi \u{1f44b}").await;
    let answer = desktop
        .expect(json!({ "event": "message", "from": "alice" }))
        .await;

    let message = received.message();
    assert_eq!(message.sender, bob());
    assert_eq!(text(&received), words);
    assert_eq!(message.uid.as_ref().unwrap().as_str(), sent["uid"]);
    assert_eq!(message.sent_at.0, sent["time"].as_i64().unwrap());
    assert_eq!(answer["text"], "hi \u{1f44b}");
    assert_eq!(answer["uid"], uid);
    assert_eq!(answer["time"], at);
    assert_eq!(answer["own"], false);
}

async fn connected(interop: &Interop, sandbox: &Sandbox, user: &UserId) -> Sdk {
    let mut sdk = Sdk::desktop(interop, sandbox).await;
    sdk.connect(sandbox, user).await;
    sdk
}

fn sandbox(policy: Policy) -> Sandbox {
    let config = Config {
        policy,
        ..Config::default()
    };
    Sandbox::spawn(config).unwrap()
}

/// The scripts, on a platform the addon is built for.
fn find() -> Result<Interop, Missing> {
    let platform = (env::consts::OS, env::consts::ARCH);
    if !matches!(platform, ("linux", "x86_64" | "aarch64")) {
        return Err(Missing(format!("there is no addon for {platform:?}")));
    }
    Interop::find()
}
