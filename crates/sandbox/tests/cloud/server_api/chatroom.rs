//! Chatrooms.

use imlink_wire::{
    proto::{ChrmInput, encode_body},
    topic,
};
use serde_json::json;

use super::{call, call_v4, code, form, result, say, target};
use crate::bench::Bench;

fn with_room() -> Bench {
    let mut bench = Bench::new();
    form(
        &mut bench,
        "/chatroom/create.json",
        "chatroom%5Broom%5D=Hall",
    );
    bench
}

#[test]
fn a_room_is_made_shown_and_destroyed_by_either_generation() {
    let mut bench = with_room();
    let create = json!({
        "channelId": "new", "destroyType": 1, "ttlMinutes": 90, "shouldFreeze": true,
        "allowedSendersList": ["alice"], "metadataOwnerId": "alice", "metadata": { "k": "v" },
    });
    result(&mut bench, "/v4/open-channel/create", &create);

    let shown = form(&mut bench, "/chatroom/get.json", "chatroomId=new");
    assert_eq!(
        shown,
        json!({
            "code": 200, "chatroomId": "new", "createTime": bench.now.0, "memberCount": 0,
            "destroyType": 1, "destroyTime": 90, "ban": true,
        })
    );
    let view = bench.app().chatroom(&target("new")).unwrap();
    assert_eq!(view.entries["k"].value, "v");
    assert_eq!(view.exempt.len(), 1);
    let names = form(
        &mut bench,
        "/chatroom/query.json",
        "chatroomId=room&chatroomId=none",
    );
    assert_eq!(names["chatRooms"][0]["name"], "Hall");
    assert_eq!(names["chatRooms"].as_array().unwrap().len(), 1);

    let both = json!({ "channelIds": ["room", "new"] });
    result(&mut bench, "/v4/open-channel/destroy", &both);
    assert_eq!(bench.app().chatrooms().count(), 0);
}

// The vendor's own tests of its Node SDK do all this and expect success.
#[test]
fn what_is_done_to_a_room_that_is_not_there_is_done_to_nobody() {
    let mut bench = Bench::new();
    let id = "chatroomId=nowhere";

    for path in [
        "destroy",
        "user/block/add",
        "user/block/rollback",
        "user/gag/add",
        "user/gag/rollback",
        "ban/add",
        "ban/rollback",
        "user/whitelist/add",
        "keepalive/remove",
    ] {
        let path = format!("/chatroom/{path}.json");
        form(&mut bench, &path, &format!("{id}&userId=alice&minute=5"));
    }
    for path in ["user/block/list", "user/gag/list", "user/query"] {
        let listed = form(&mut bench, &format!("/chatroom/{path}.json"), id);
        assert_eq!(listed["users"], json!([]), "{path}");
    }
    assert_eq!(bench.app().chatrooms().count(), 0);
}

#[test]
fn a_room_ends_when_its_time_is_over() {
    let mut bench = with_room();
    let set = "chatroomId=room&destroyType=1&destroyTime=60";
    form(&mut bench, "/chatroom/destroy/set.json", set);
    bench.pass(60 * 60 * 1000);

    let get = json!({ "channelId": "room" });
    assert_eq!(
        code(&call_v4(&mut bench, "/v4/open-channel/get", &get)),
        (400, 1002)
    );
    let five = "chatroomId=room&destroyTime=5";
    assert_eq!(
        code(&call(&mut bench, "/chatroom/create_new.json", five)),
        (400, 1002)
    );
}

#[test]
fn a_room_that_is_kept_alive_does_not_end() {
    let mut bench = with_room();
    form(
        &mut bench,
        "/chatroom/keepalive/add.json",
        "chatroomId=room",
    );
    bench.pass(100 * 60 * 60 * 1000);

    let kept = form(&mut bench, "/chatroom/keepalive/query.json", "");
    assert_eq!(kept["chatroomIds"], json!(["room"]));
    form(
        &mut bench,
        "/chatroom/keepalive/remove.json",
        "chatroomId=room",
    );
    let kept = form(&mut bench, "/chatroom/keepalive/query.json", "");
    assert_eq!(kept["chatroomIds"], json!([]));
}

fn join(bench: &mut Bench, name: &str) -> imlink_sandbox::LinkId {
    let link = bench.online(name);
    let input = ChrmInput {
        nothing: 1,
        ..ChrmInput::default()
    };
    bench.query_about(link, topic::JOIN_CHATROOM, "room", encode_body(&input));
    assert!(
        bench
            .app()
            .is_in_chatroom(&target("room"), &crate::bench::user(name))
    );
    link
}

#[test]
fn who_is_in_a_room_is_told_in_every_form() {
    let mut bench = with_room();
    join(&mut bench, "bob");
    bench.pass(1000);
    join(&mut bench, "alice");

    let listed = form(
        &mut bench,
        "/chatroom/user/query.json",
        "chatroomId=room&count=1&order=2",
    );
    assert_eq!(listed["total"], 2);
    assert_eq!(
        listed["users"],
        json!([{ "id": "alice", "time": "2027-01-15 08:00:01" }])
    );
    assert_eq!(listed["members"], listed["users"]);
    let is_in = form(
        &mut bench,
        "/chatroom/user/exist.json",
        "chatroomId=room&userId=bob",
    );
    assert_eq!(is_in["isInChrm"], true);
    let both = "chatroomId=room&userId=bob&userId=carol";
    assert_eq!(
        form(&mut bench, "/chatroom/users/exist.json", both)["result"],
        json!([{ "userId": "bob", "isInChrm": 1 }, { "userId": "carol", "isInChrm": 0 }])
    );
    let ids = json!({ "channelId": "room", "participantIds": ["carol"] });
    assert_eq!(
        result(&mut bench, "/v4/open-channel/participant/exist", &ids)["participants"],
        json!([{ "participantId": "carol", "isInOpenChannel": 0 }])
    );
}

#[test]
fn a_banned_user_is_out_and_listed() {
    let mut bench = with_room();
    join(&mut bench, "bob");
    let ban = json!({ "channelId": "room", "participantIds": ["bob"], "durationMinutes": 5 });
    result(
        &mut bench,
        "/v4/open-channel/participant/ban-list/add",
        &ban,
    );

    assert!(
        !bench
            .app()
            .is_in_chatroom(&target("room"), &crate::bench::user("bob"))
    );
    let listed = form(
        &mut bench,
        "/chatroom/user/block/list.json",
        "chatroomId=room",
    );
    assert_eq!(
        listed["users"],
        json!([{ "userId": "bob", "time": "2027-01-15 08:05:00" }])
    );
    let body = "chatroomId=room&userId=bob";
    form(&mut bench, "/chatroom/user/block/rollback.json", body);
    let listed = form(
        &mut bench,
        "/chatroom/user/block/list.json",
        "chatroomId=room",
    );
    assert_eq!(listed["users"], json!([]));
}

#[test]
fn a_muted_user_may_not_send_in_the_room_or_in_any() {
    let mut bench = with_room();
    let bob = join(&mut bench, "bob");
    let body = "chatroomId=room&userId=bob&minute=5";

    form(&mut bench, "/chatroom/user/gag/add.json", body);
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 23408);
    let listed = form(
        &mut bench,
        "/chatroom/user/gag/list.json",
        "chatroomId=room",
    );
    assert_eq!(listed["users"][0]["userId"], "bob");
    form(&mut bench, "/chatroom/user/gag/rollback.json", body);
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 0);

    let all = json!({ "participantIds": ["bob"], "durationMinutes": 5 });
    result(&mut bench, "/v4/open-channel/global-mute-list/add", &all);
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 23408);
    let listed = form(&mut bench, "/chatroom/user/ban/query.json", "");
    assert_eq!(listed["users"][0]["userId"], "bob");
    form(&mut bench, "/chatroom/user/ban/remove.json", "userId=bob");
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 0);
}

#[test]
fn in_a_frozen_room_only_the_exempt_may_send() {
    let mut bench = with_room();
    let (alice, bob) = (join(&mut bench, "alice"), join(&mut bench, "bob"));
    form(&mut bench, "/chatroom/ban/add.json", "chatroomId=room");
    form(
        &mut bench,
        "/chatroom/user/ban/whitelist/add.json",
        "chatroomId=room&userId=alice",
    );

    assert_eq!(say(&mut bench, alice, topic::CHATROOM, "room"), 0);
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 23408);
    let room = json!({ "channelId": "room" });
    let check = result(&mut bench, "/v4/open-channel/freeze/check", &room);
    assert_eq!(check["status"], 1);
    let listed = form(&mut bench, "/chatroom/ban/query.json", "");
    assert_eq!(listed["chatroomIds"], json!(["room"]));
    let path = "/v4/open-channel/participant/allowed-sender-list/get";
    assert_eq!(
        result(&mut bench, path, &room)["participantIds"],
        json!(["alice"])
    );

    result(&mut bench, "/v4/open-channel/freeze-list/remove", &room);
    assert_eq!(say(&mut bench, bob, topic::CHATROOM, "room"), 0);
}

#[test]
fn a_protected_user_stays_in_the_room() {
    let mut bench = with_room();
    let bob = join(&mut bench, "bob");
    let alice = join(&mut bench, "alice");
    form(
        &mut bench,
        "/chatroom/user/whitelist/add.json",
        "chatroomId=room&userId=bob",
    );
    let now = bench.now;
    for link in [alice, bob] {
        bench.cloud.closed(link, now);
    }
    bench.pass(30 * 60 * 1000);
    let said = "fromUserId=app&toChatroomId=room&objectName=a:b&content=x";
    for _ in 0..100 {
        form(&mut bench, "/message/chatroom/publish.json", said);
    }

    let listed = form(
        &mut bench,
        "/chatroom/user/query.json",
        "chatroomId=room&count=9&order=1",
    );
    assert_eq!(listed["users"][0]["id"], "bob");
    assert_eq!(listed["total"], 1);
    let listed = form(
        &mut bench,
        "/chatroom/user/whitelist/query.json",
        "chatroomId=room",
    );
    assert_eq!(listed["users"], json!(["bob"]));
}

#[test]
fn entries_are_set_listed_and_removed_by_either_generation() {
    let mut bench = with_room();
    let set = "chatroomId=room&userId=alice&key=mood&value=fine&autoDelete=1";
    form(&mut bench, "/chatroom/entry/set.json", set);
    let many = json!({ "channelId": "room", "metadataOwnerId": "bob", "metadata": { "a": 1 } });
    result(&mut bench, "/v4/open-channel/metadata/batch/set", &many);

    let listed = form(
        &mut bench,
        "/chatroom/entry/query.json",
        "chatroomId=room&keys=mood",
    );
    assert_eq!(
        listed["keys"],
        json!([{
            "key": "mood", "value": "fine", "userId": "alice", "autoDelete": "1",
            "lastSetTime": "2027-01-15 08:00:00",
        }])
    );
    let path = "/v4/open-channel/metadata/batch/get";
    let listed = result(&mut bench, path, &json!({ "channelId": "room" }));
    assert_eq!(listed["metadata"][0]["value"], "1");
    assert_eq!(listed["metadata"][1]["shouldAutoDelete"], 1);

    form(
        &mut bench,
        "/chatroom/entry/remove.json",
        "chatroomId=room&userId=bob&key=mood",
    );
    let remove = json!({ "channelId": "room", "metadataOwnerId": "bob", "metadataKeys": ["a"] });
    result(
        &mut bench,
        "/v4/open-channel/metadata/batch/remove",
        &remove,
    );
    assert!(
        bench
            .app()
            .chatroom(&target("room"))
            .unwrap()
            .entries
            .is_empty()
    );
    let bad = "chatroomId=room&userId=alice&key=two%20words&value=x";
    assert_eq!(
        code(&call(&mut bench, "/chatroom/entry/set.json", bad)),
        (400, 1002)
    );
}
