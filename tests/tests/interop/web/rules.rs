//! Rules of the cloud that a user runs into.

use std::time::Duration;

use imlink_sandbox::Policy;
use serde_json::json;

use super::{World, private, say, text};
use crate::sdk::Sdk;
use crate::{alice, bob};

// decisions.md P27
#[tokio::test]
async fn a_second_page_ends_the_first_where_one_device_is_the_rule() {
    let test = "a_second_page_ends_the_first_where_one_device_is_the_rule";
    let policy = Policy {
        one_device: true,
        ..Policy::default()
    };
    let Some(world) = World::under(test, policy) else {
        return;
    };
    let mut first = world.device("bob").await;

    let _second = world.device("bob").await;

    disconnected(&mut first, 31010).await;
}

#[tokio::test]
async fn a_user_who_is_blocked_by_the_app_is_disconnected() {
    let Some(world) = World::new("a_user_who_is_blocked_by_the_app_is_disconnected") else {
        return;
    };
    let mut page = world.device("bob").await;

    world.sandbox.block(&bob(), Duration::from_secs(60));

    disconnected(&mut page, 31011).await;
}

#[tokio::test]
async fn someone_on_the_black_list_is_refused_until_he_is_taken_off() {
    let test = "someone_on_the_black_list_is_refused_until_he_is_taken_off";
    let Some(world) = World::new(test) else {
        return;
    };
    let (mut hers, mut his) = world.pair("alice", "bob").await;

    let sandbox = &world.sandbox;
    sandbox.with_app(|app| app.blacklist(&alice(), &bob()));
    let refused = his
        .call("sendMessage", json!([private("alice"), text("hello?")]))
        .await;
    sandbox.with_app(|app| app.unblacklist(&alice(), &bob()));
    say(&mut his, private("alice"), "hello!").await;
    let first = hers.expect(json!({ "event": "message" })).await;

    assert_eq!(refused["code"], 405);
    assert_eq!(first["text"], "hello!");
}

async fn disconnected(sdk: &mut Sdk, code: u16) {
    sdk.expect(json!({ "event": "state", "name": "DISCONNECT", "code": code }))
        .await;
}
