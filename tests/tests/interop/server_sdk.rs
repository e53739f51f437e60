//! The vendor's server SDK, as an app server uses it: unchanged, only its host set.
//!
//! What it does is seen where it matters: at the sandbox, and at a web SDK that is online.

mod app_server;

use imlink::{Millis, TargetId};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{cloud, user, with};
use imlink_tests::require;
use serde_json::{Value, json};

use crate::installed::Interop;
use crate::sdk::Sdk;
use app_server::AppServer;

/// A cloud, and an app server that talks to it, if this machine can run the SDK.
fn world(test: &str) -> Option<(Interop, Sandbox, AppServer)> {
    let interop = require(test, Interop::find())?;
    let sandbox = cloud();
    let server = AppServer::start(&interop, &sandbox);
    Some((interop, sandbox, server))
}

fn target(id: &str) -> TargetId {
    TargetId::new(id).unwrap()
}

/// What a user's mailbox holds: object names and contents.
fn mailbox(sandbox: &Sandbox, name: &str) -> Vec<(String, String)> {
    let stored = sandbox.stored(&user(name)).into_iter();
    stored
        .map(|message| (message.object_name, message.content))
        .collect()
}

fn text(words: &str) -> (String, String) {
    let content = json!({ "content": words }).to_string();
    ("RC:TxtMsg".to_owned(), content)
}

// server-api.md 3
#[tokio::test]
async fn a_user_it_registers_connects_and_is_online() {
    let test = "a_user_it_registers_connects_and_is_online";
    let Some((interop, sandbox, mut server)) = world(test) else {
        return;
    };
    let alice = json!({ "id": "alice", "name": "Alice", "portrait": "http://127.0.0.1/a.png" });
    let mut registered = server.done("User.register", alice);
    assert_eq!(registered["userId"], "alice");
    let online = |server: &mut AppServer| {
        server.done("User.OnlineStatus.get", json!({ "id": "alice" }))["status"].take()
    };

    assert_eq!(online(&mut server), "0");
    let mut web = Sdk::web(&interop, &sandbox).await;
    web.tell("connect", json!({ "token": registered["token"].take() }));
    web.expect(json!({ "event": "connected", "userId": "alice" }))
        .await;
    assert_eq!(online(&mut server), "1");

    let renamed = json!({ "id": "alice", "name": "Al", "portrait": "http://127.0.0.1/b.png" });
    server.done("User.update", renamed);
    let shown = sandbox.with_app(|app| app.registered_user(&user("alice")).unwrap());
    assert_eq!(
        (shown.name.as_str(), shown.portrait.as_str()),
        ("Al", "http://127.0.0.1/b.png")
    );
}

#[test]
fn it_blocks_blacklists_and_tags_users() {
    let Some((_, sandbox, mut server)) = world("it_blocks_blacklists_and_tags_users") else {
        return;
    };

    server.done("User.Block.add", json!({ "id": "alice", "minute": 30 }));
    let blocked = server.done("User.Block.getList", Value::Null);
    assert_eq!(blocked["users"][0]["userId"], "alice");
    server.done("User.Block.remove", json!({ "id": "alice" }));
    let now = Millis(i64::MIN);
    assert_eq!(sandbox.with_app(|app| app.blocked_users(now)), []);

    let list = json!({ "id": "alice", "blacklist": [{ "id": "bob" }, { "id": "carol" }] });
    server.done("User.Blacklist.add", list);
    assert!(sandbox.with_app(|app| app.is_blacklisted(&user("alice"), &user("bob"))));
    let list = json!({ "id": "alice", "blacklist": [{ "id": "bob" }] });
    server.done("User.Blacklist.remove", list);
    let left = server.done("User.Blacklist.getList", json!({ "id": "alice" }));
    assert_eq!(left["users"], json!([{ "id": "carol" }]));

    server.done("User.Tag.set", json!({ "id": "alice", "tags": ["vip"] }));
    let tags = server.done("User.Tag.getList", json!({ "id": "alice" }));
    assert_eq!(tags["tags"], json!({ "alice": ["vip"] }));
    let many = json!({ "users": [{ "id": "alice" }, { "id": "bob" }], "tags": ["b"] });
    server.done("User.Tag.batchSet", many);
    assert_eq!(
        sandbox.with_app(|app| app.tags(&user("bob")).to_vec()),
        ["b"]
    );
}

// server-api.md 4
#[tokio::test]
async fn a_private_message_it_sends_arrives_and_is_recalled() {
    let test = "a_private_message_it_sends_arrives_and_is_recalled";
    let Some((interop, sandbox, mut server)) = world(test) else {
        return;
    };
    let mut bob = Sdk::connected(&interop, &sandbox, &user("bob")).await;

    let message = json!({
        "senderId": "alice", "targetId": "bob", "objectName": "RC:TxtMsg",
        "content": { "content": "hello, 世界 & more=1" },
    });
    let sent = server.done("Message.Private.send", message);
    let arrived = json!({ "event": "message", "text": "hello, 世界 & more=1" });
    let arrived = bob.expect(arrived).await;
    assert_eq!(arrived["from"], "alice");
    assert_eq!(arrived["uid"], sent["messageUIDs"][0]["messageUID"]);

    let recall = json!({
        "senderId": "alice", "targetId": "bob", "uId": arrived["uid"], "sentTime": 1,
    });
    server.done("Message.Private.recall", recall);
    let (object_name, content) = mailbox(&sandbox, "bob").pop().unwrap();
    assert_eq!(object_name, "RC:RcCmd");
    assert!(
        content.contains(arrived["uid"].as_str().unwrap()),
        "{content}"
    );
}

#[test]
fn a_template_it_sends_is_filled_for_each() {
    let Some((_, sandbox, mut server)) = world("a_template_it_sends_is_filled_for_each") else {
        return;
    };

    let template = json!({
        "senderId": "school", "objectName": "RC:TxtMsg",
        "template": { "content": "{name}: {mark}" },
        "content": {
            "bob": { "data": { "{name}": "Bob", "{mark}": "90" }, "push": "{name}!" },
            "carol": { "data": { "{name}": "Carol", "{mark}": "95" }, "push": "{name}!" },
        },
    });
    server.done("Message.Private.sendTemplate", template);

    assert_eq!(mailbox(&sandbox, "bob"), [text("Bob: 90")]);
    assert_eq!(mailbox(&sandbox, "carol"), [text("Carol: 95")]);
}

#[test]
fn system_messages_and_broadcasts_reach_everyone_they_are_for() {
    let test = "system_messages_and_broadcasts_reach_everyone_they_are_for";
    let Some((_, sandbox, mut server)) = world(test) else {
        return;
    };
    for name in ["bob", "carol"] {
        server.done(
            "User.register",
            json!({ "id": name, "name": name, "portrait": "http://127.0.0.1/p.png" }),
        );
    }

    let notice = json!({
        "senderId": "app", "targetId": ["bob"], "objectName": "RC:TxtMsg",
        "content": { "content": "to bob" },
    });
    server.done("Message.System.send", notice);
    let broadcast = json!({
        "senderId": "app", "objectName": "RC:TxtMsg", "content": { "content": "to all" },
    });
    server.done("Message.System.broadcast", broadcast);

    assert_eq!(mailbox(&sandbox, "bob"), [text("to bob"), text("to all")]);
    assert_eq!(mailbox(&sandbox, "carol"), [text("to all")]);
}

// server-api.md 7
#[test]
fn it_silences_a_conversation_and_finds_no_logs() {
    let test = "it_silences_a_conversation_and_finds_no_logs";
    let Some((_, sandbox, mut server)) = world(test) else {
        return;
    };
    let level = || sandbox.with_app(|app| app.silence_of(&user("alice"), &with("bob")));
    let conversation = json!({ "type": "PRIVATE", "userId": "alice", "targetId": "bob" });

    server.done("Conversation.mute", conversation.clone());
    assert_eq!(level(), Some(5));
    server.done("Conversation.unmute", conversation);
    assert_eq!(level(), Some(0));
    let log = server.done("Message.History.get", json!({ "date": "2026112114" }));
    assert_eq!(log["url"], "");
}

// server-api.md 5
#[tokio::test]
async fn a_group_lives_its_life() {
    let Some((interop, sandbox, mut server)) = world("a_group_lives_its_life") else {
        return;
    };
    let create =
        json!({ "id": "g", "name": "Crew", "members": [{ "id": "alice" }, { "id": "bob" }] });
    server.done("Group.create", create);
    let mut bob = Sdk::connected(&interop, &sandbox, &user("bob")).await;

    let message = json!({
        "senderId": "alice", "targetId": "g", "objectName": "RC:TxtMsg",
        "content": { "content": "to us" },
    });
    let sent = server.done("Message.Group.send", message);
    let arrived = bob
        .expect(json!({ "event": "message", "text": "to us" }))
        .await;
    assert_eq!(
        (&arrived["kind"], &arrived["target"]),
        (&json!(3), &json!("g"))
    );
    assert_eq!(arrived["uid"], sent["messageUIDs"][0]["messageUID"]);
    let mention = json!({
        "senderId": "alice", "targetId": "g", "objectName": "RC:TxtMsg",
        "content": {
            "content": "look, bob",
            "mentionedInfo": { "type": 2, "userIds": ["bob"], "pushContent": "look" },
        },
    });
    server.done("Message.Group.sendMention", mention);
    let arrived = bob
        .expect(json!({ "event": "message", "text": "look, bob" }))
        .await;
    assert_eq!(arrived["mentioned"], true);
    let recall = json!({
        "senderId": "alice", "targetId": "g", "uId": arrived["uid"], "sentTime": 1,
    });
    server.done("Message.Group.recall", recall);

    server.done(
        "Group.join",
        json!({ "id": "g", "name": "Crew", "member": { "id": "carol" } }),
    );
    server.done(
        "Group.quit",
        json!({ "id": "g", "member": { "id": "alice" } }),
    );
    server.done("Group.update", json!({ "id": "g", "name": "Gang" }));
    let members = server.done("Group.get", json!({ "id": "g" }));
    assert_eq!(
        members["members"],
        json!([{ "id": "bob" }, { "id": "carol" }])
    );
    let groups = json!({ "id": "dave", "groups": [{ "id": "g", "name": "Gang" }] });
    server.done("Group.sync", groups);
    let view = sandbox.with_app(|app| app.group(&target("g")).unwrap());
    assert_eq!(view.name, "Gang");
    assert!(view.members.contains_key(&user("dave")));

    let mute = json!({ "id": "g", "members": [{ "id": "bob" }], "minute": 60 });
    server.done("Group.Mute.Member.add", mute);
    let muted = server.done("Group.Mute.Member.getList", json!({ "id": "g" }));
    assert_eq!(muted["members"][0]["id"], "bob");
    server.done("Group.Mute.All.add", json!({ "groups": [{ "id": "g" }] }));
    assert!(sandbox.with_app(|app| app.group(&target("g")).unwrap().frozen));
    server.done(
        "Group.dismiss",
        json!({ "id": "g", "member": { "id": "bob" } }),
    );
    assert_eq!(sandbox.with_app(|app| app.group(&target("g"))), None);
}

#[test]
fn a_chatroom_lives_its_life() {
    let Some((_, sandbox, mut server)) = world("a_chatroom_lives_its_life") else {
        return;
    };
    server.done("Chatroom.create", json!({ "id": "room", "name": "Hall" }));
    let said = || sandbox.with_app(|app| app.said_in_chatroom(&target("room")).len());

    let message = json!({
        "senderId": "alice", "targetId": "room", "objectName": "RC:TxtMsg",
        "content": { "content": "hello, all" },
    });
    server.done("Message.Chatroom.send", message);
    let broadcast = json!({
        "senderId": "app", "objectName": "RC:TxtMsg", "content": { "content": "to all rooms" },
    });
    server.done("Message.Chatroom.broadcast", broadcast);
    assert_eq!(said(), 2);
    let members = server.done(
        "Chatroom.get",
        json!({ "id": "room", "count": 10, "order": 1 }),
    );
    assert_eq!(
        (&members["total"], &members["members"]),
        (&json!(0), &json!([]))
    );
    let asked = json!({ "id": "room", "members": [{ "id": "alice" }] });
    let is_in = server.done("Chatroom.isExist", asked);
    assert_eq!(is_in["members"], json!([{ "id": "alice", "isInChrm": 0 }]));

    let ban = json!({ "id": "room", "members": [{ "id": "bob" }], "minute": 10 });
    server.done("Chatroom.Block.add", ban.clone());
    server.done("Chatroom.Gag.add", ban);
    let view = sandbox.with_app(|app| app.chatroom(&target("room")).unwrap());
    assert!(view.banned.contains_key(&user("bob")) && view.muted.contains_key(&user("bob")));
    let banned = server.done("Chatroom.Block.getList", json!({ "id": "room" }));
    assert_eq!(banned["members"][0]["id"], "bob");
    server.done("Chatroom.destory", json!({ "id": "room" }));
    assert_eq!(sandbox.with_app(|app| app.chatrooms().count()), 0);
}

// server-api.md 2
#[test]
fn what_the_server_refuses_is_an_answer_with_its_code() {
    let test = "what_the_server_refuses_is_an_answer_with_its_code";
    let Some((_, _sandbox, mut server)) = world(test) else {
        return;
    };

    let dash = server.call("Sensitive.add", json!({ "keyword": "-" }));

    assert_eq!(dash["code"], 1002);
    assert_eq!(dash["msg"], "word has no letter and no digit");
}
