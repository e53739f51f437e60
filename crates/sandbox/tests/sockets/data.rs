//! A directory that keeps the state over restarts.

mod killed;
mod refused;

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::Duration,
};

use imlink_model::{AppKey, TargetId};
use imlink_sandbox::{ChatroomOptions, Config, Destruction, EntryRules, Sandbox, Secret};
use imlink_wire::{ProtocolVersion, ServerPacket};
use tempfile::TempDir;

use crate::client::{Client, user};

#[tokio::test]
async fn a_restart_keeps_tokens_messages_groups_and_rooms() {
    let home = home();
    let first = sandbox(home.path());
    let (alice, bob) = (user("alice"), user("bob"));
    let token = first.issue_token(&bob);
    let expired = first.issue_token(&alice);
    first.expire_tokens(&alice);
    let uid = first.publish(&alice, &bob, "RC:TxtMsg", r#"{"content":"kept"}"#);
    first.change_policy(|policy| policy.unread_kept = true);
    make_group_and_room(&first);
    drop(first);

    let second = sandbox(home.path());

    let mut client = Client::open(&second, &token, ProtocolVersion::V3)
        .await
        .unwrap();
    assert_eq!(connack(&mut client).await, 0);
    let pulled = client.pull().await;
    assert_eq!(pulled.list.len(), 1);
    assert_eq!(pulled.list[0].msg_id.as_deref(), Some(uid.as_str()));
    assert_eq!(pulled.list[0].content, r#"{"content":"kept"}"#);
    let mut refused = Client::open(&second, &expired, ProtocolVersion::V3)
        .await
        .unwrap();
    assert_eq!(connack(&mut refused).await, 10, "expired, not unknown");
    second.with_app(|app| {
        assert!(app.policy().unread_kept);
        assert_eq!(app.group(&id("g")).unwrap().name, "The group");
        let room = app.chatroom(&id("lobby")).unwrap();
        assert_eq!(room.destruction, Destruction::Never);
        assert_eq!(room.entries["mood"].value, "good");
    });
}

#[test]
fn the_clock_stays_as_far_ahead() {
    let home = home();
    let hour = Duration::from_secs(3600);
    let first = sandbox(home.path());
    first.advance_clock(hour);
    first.publish(&user("a"), &user("b"), "RC:TxtMsg", "{}");
    let before = first.stored(&user("b"))[0].time;
    drop(first);

    let second = sandbox(home.path());
    second.publish(&user("a"), &user("c"), "RC:TxtMsg", "{}");

    assert!(second.stored(&user("c"))[0].time >= before);
}

#[test]
fn every_app_key_leads_to_the_addresses_of_this_run() {
    let home = home();
    let (other, secret) = (AppKey::new("other").unwrap(), Secret::new("its own"));
    let first = sandbox(home.path());
    drop(first.app(&other, &secret));
    drop(first);

    let second = sandbox(home.path());

    let other = second.existing_app(&other).unwrap();
    assert_eq!(other.secret(), secret);
    for app in [&second, &other] {
        let policy = app.with_app(|app| app.policy().clone());
        let addresses: Vec<_> = policy.gateways.iter().map(|to| to.addr.as_str()).collect();
        assert!(addresses.contains(&second.gateway_address().to_string().as_str()));
        assert!(addresses.contains(&second.tcp_address().to_string().as_str()));
        assert_eq!(policy.navigator, Some(second.navigator()));
    }
}

#[test]
fn directory_and_files_are_for_their_owner_only() {
    let home = home();
    let path = home.path().join("deep/down");

    drop(sandbox(&path));

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("state")), 0o600);
    assert_eq!(mode(&path.join("lock")), 0o600);
}

#[test]
fn a_link_to_a_directory_is_as_good() {
    let (home, place) = (home(), home());
    let link = home.path().join("link");
    symlink(place.path(), &link).unwrap();

    drop(sandbox(&link));

    assert!(place.path().join("state").exists());
}

// A file as the first version wrote it; it may never be made anew.
#[tokio::test]
async fn a_state_of_format_1_is_read() {
    let home = home();
    let format_1 = include_bytes!("data/format-1");
    fs::write(home.path().join("state"), format_1).unwrap();

    let sandbox = sandbox(home.path());

    let token = include_str!("data/format-1.token").trim();
    let mut client = Client::open(&sandbox, token, ProtocolVersion::V3)
        .await
        .unwrap();
    assert_eq!(connack(&mut client).await, 0);
    let stored = sandbox.stored(&user("bob"));
    let contents: Vec<_> = stored
        .iter()
        .map(|stored| stored.content.as_str())
        .collect();
    assert_eq!(contents, ["to bob", "to the group"]);
    sandbox.with_app(|app| {
        assert_eq!(app.group(&id("g")).unwrap().name, "The group");
        let room = app.chatroom(&id("lobby")).unwrap();
        assert_eq!(room.entries["mood"].value, "good");
        assert_eq!(app.said_in_chatroom(&id("lobby")).len(), 1);
    });
}

/// A directory that only we can use.
fn home() -> TempDir {
    let closed = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new()
        .permissions(closed)
        .tempdir()
        .unwrap()
}

fn make_group_and_room(sandbox: &Sandbox) {
    let now = imlink_model::Millis(1_800_000_000_000);
    let (alice, bob) = (user("alice"), user("bob"));
    sandbox.with_app(|app| {
        app.join_group(&id("g"), Some("The group"), [alice.clone(), bob], now);
        let options = ChatroomOptions {
            destruction: Destruction::Never,
            ..ChatroomOptions::default()
        };
        app.create_chatroom(&id("lobby"), "The lobby", options, now);
        let mood = ("mood", "good");
        app.set_chatroom_entry(&id("lobby"), &alice, mood, EntryRules::default(), now)
            .unwrap();
    });
}

async fn connack(client: &mut Client) -> u8 {
    match client.next().await {
        Some(ServerPacket::ConnAck(connack)) => connack.status,
        other => panic!("no CONNACK: {other:?}"),
    }
}

fn sandbox(data: &Path) -> Sandbox {
    Sandbox::spawn(config(data)).unwrap()
}

fn config(data: &Path) -> Config {
    Config {
        data: Some(data.to_owned()),
        ..Config::default()
    }
}

fn id(text: &str) -> TargetId {
    TargetId::new(text).unwrap()
}
