//! Messages of app servers.

use imlink_wire::flags::{self, session};
use serde_json::json;

use super::{call, call_v4, code, form, result};
use crate::bench::{Bench, user};

#[test]
fn a_private_message_reaches_every_receiver_under_its_own_uid() {
    let mut bench = Bench::new();
    let body = "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=RC:TxtMsg\
                &content=%7B%22content%22%3A%22hi%22%7D&pushContent=p&isIncludeSender=1";

    let response = call(&mut bench, "/message/private/publish.json", body);

    assert_eq!(code(&response), (200, 200));
    let bobs = bench.app().stored(&user("bob"));
    let carols = bench.app().stored(&user("carol"));
    assert_eq!(
        response.body["messageUIDs"],
        json!([
            { "userId": "bob", "messageUID": bobs[0].uid },
            { "userId": "carol", "messageUID": carols[0].uid },
        ])
    );
    assert_ne!(bobs[0].uid, carols[0].uid);
    assert_eq!(bobs[0].content, r#"{"content":"hi"}"#);
    assert_eq!(
        bench.app().stored(&user("alice")).len(),
        2,
        "the sender's copies"
    );
}

#[test]
fn the_sender_has_no_copy_unless_asked_for() {
    let mut bench = Bench::new();
    let body = "fromUserId=alice&toUserId=bob&objectName=app:Order&content=anything";

    assert_eq!(
        code(&call(&mut bench, "/message/private/publish.json", body)),
        (200, 200)
    );

    assert_eq!(bench.app().stored(&user("alice")), []);
    assert_eq!(bench.app().stored(&user("bob"))[0].content, "anything");
}

#[test]
fn keeping_and_counting_follow_the_caller_then_the_class() {
    let flags = [
        (
            "objectName=RC:TxtMsg&content=%7B%7D",
            session::PERSISTED | session::COUNTED,
        ),
        ("objectName=RC:CmdMsg&content=%7B%7D", 0),
        (
            "objectName=app:Order&content=x",
            session::PERSISTED | session::COUNTED,
        ),
        (
            "objectName=app:Order&content=x&isPersisted=0&isCounted=0",
            0,
        ),
        (
            "objectName=RC:CmdMsg&content=%7B%7D&isPersisted=1&expansion=true",
            session::PERSISTED | session::EXPANDABLE,
        ),
    ];
    for (fields, expected) in flags {
        let mut bench = Bench::new();
        let bob = bench.online("bob");

        let body = format!("fromUserId=alice&toUserId=bob&{fields}");
        assert_eq!(
            code(&call(&mut bench, "/message/private/publish.json", &body)),
            (200, 200)
        );

        let message = &bench.pull(bob, 0, 0).list[0];
        assert_eq!(
            message.status,
            flags::status::of_session(expected),
            "{fields}"
        );
    }
}

#[test]
fn a_message_that_is_none_is_refused_before_anybody_gets_it() {
    let mut bench = Bench::new();
    let base = "fromUserId=alice&toUserId=bob";
    let huge = "x".repeat(128 * 1024 + 1);
    let crowd = "toUserId=u&".repeat(1001);
    let mut publish = |body: &str| code(&call(&mut bench, "/message/private/publish.json", body));

    assert_eq!(publish(base), (400, 1002));
    assert_eq!(
        publish("toUserId=bob&objectName=a:b&content=x"),
        (400, 1002)
    );
    assert_eq!(
        publish("fromUserId=alice&objectName=a:b&content=x"),
        (400, 1002)
    );
    assert_eq!(
        publish(&format!("{base}&objectName=RC:TxtMsg&content=notjson")),
        (400, 1002)
    );
    assert_eq!(
        publish(&format!("{base}&objectName=RC:TxtMsg&content=5")),
        (400, 1002)
    );
    assert_eq!(
        publish(&format!("{base}&objectName={}&content=x", "y".repeat(33))),
        (400, 1005)
    );
    assert_eq!(
        publish(&format!("{base}&objectName=a:b&content={huge}")),
        (400, 1005)
    );
    assert_eq!(
        publish(&format!("fromUserId=a&{crowd}objectName=a:b&content=x")),
        (400, 1502)
    );
    assert_eq!(
        publish(&format!(
            "{base}&objectName=a:b&content=x&isIncludeSender=perhaps"
        )),
        (400, 1002)
    );
    assert_eq!(bench.app().stored(&user("bob")), []);
    assert_eq!(bench.app().counters().refused_api_calls, 9);
}

#[test]
fn the_newer_generation_sends_to_users_as_the_older_does() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    let body = json!({
        "fromUserId": "alice",
        "toUserIds": ["bob"],
        "messageType": "RC:TxtMsg",
        "content": { "content": "hi" },
        "hasMetadata": true,
        "metadata": { "k": "v" },
        "disablePush": true,
        "disableUpdateLastMsg": true,
        "needReadReceipt": 1,
    });

    let sent = result(&mut bench, "/v4/direct-channel/message/send", &body);

    let message = bench.pull(bob, 0, 0).list.remove(0);
    assert_eq!(
        sent["messageIds"],
        json!([{ "userId": "bob", "messageId": message.msg_id }])
    );
    assert_eq!(
        message.content, r#"{"content":"hi"}"#,
        "an object is taken for its text"
    );
    assert_eq!(message.extra_content.as_deref(), Some(r#"{"k":{"v":"v"}}"#));
    assert_eq!(message.option_bits, Some(3));
    let bits = session::PERSISTED | session::COUNTED | session::SILENT | session::EXPANDABLE;
    assert_eq!(message.status, flags::status::of_session(bits));
}

#[test]
fn those_who_blacklisted_the_sender_are_left_out_if_asked() {
    let mut bench = Bench::new();
    form(
        &mut bench,
        "/user/blacklist/add.json",
        "userId=bob&blackUserId=alice",
    );
    let body = "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=a:b&content=x";
    let path = "/message/private/publish.json";

    let sent = form(&mut bench, path, &format!("{body}&verifyBlacklist=1"));
    assert_eq!(sent["messageUIDs"][0]["userId"], "carol");
    assert_eq!(bench.app().stored(&user("bob")), []);
    form(&mut bench, path, body);
    assert_eq!(bench.app().stored(&user("bob")).len(), 1);
}

#[test]
fn a_status_message_reaches_who_is_online_and_is_not_kept() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    let body = "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=RC:TypSts&content=%7B%7D";

    form(&mut bench, "/statusmessage/private/publish.json", body);

    assert_eq!(bench.heard(bob).len(), 1, "handed over at once");
    for name in ["bob", "carol"] {
        assert_eq!(bench.app().stored(&user(name)), []);
    }
}

#[test]
fn a_group_message_reaches_members_or_those_it_is_directed_at() {
    let mut bench = Bench::new();
    let create = "groupId=g&groupName=G&userId=alice&userId=bob&userId=carol";
    form(&mut bench, "/group/create.json", create);
    let path = "/message/group/publish.json";
    let body = "fromUserId=nobody&toGroupId=g&objectName=RC:TxtMsg&content=%7B%7D";

    let sent = form(&mut bench, path, body);
    assert_eq!(sent["messageUIDs"][0]["groupId"], "g");
    let directed = json!({
        "fromUserId": "alice", "toChannelIds": ["g"], "toUserIds": ["bob"],
        "messageType": "RC:TxtMsg", "content": "{}", "hasMention": 1,
    });
    let v4 = "/v4/group-channel/message/send";
    let sent = result(&mut bench, v4, &directed);
    assert_eq!(sent["messageIds"][0]["channelId"], "g");

    let count = |bench: &mut Bench, name| bench.app().stored(&user(name)).len();
    assert_eq!(count(&mut bench, "bob"), 2);
    assert_eq!(count(&mut bench, "carol"), 1);
    assert_eq!(count(&mut bench, "alice"), 1, "the sender has no copy");
    let nowhere = body.replace("toGroupId=g", "toGroupId=nowhere");
    form(&mut bench, path, &nowhere);
    let four = format!("{body}&toGroupId=a&toGroupId=b&toGroupId=c");
    assert_eq!(code(&call(&mut bench, path, &four)), (400, 1502));
    form(
        &mut bench,
        "/group/create.json",
        "groupId=h&groupName=H&userId=alice",
    );
    let both = format!("{body}&toGroupId=h&toUserId=bob");
    assert_eq!(code(&call(&mut bench, path, &both)), (400, 1002));
}

#[test]
fn a_chatroom_message_is_said_in_the_rooms_named_or_in_all() {
    let mut bench = Bench::new();
    form(
        &mut bench,
        "/chatroom/create.json",
        "chatroom%5Ba%5D=A&chatroom%5Bb%5D=B",
    );
    let body = "fromUserId=alice&toChatroomId=a&objectName=RC:TxtMsg&content=%7B%7D";
    let path = "/message/chatroom/publish.json";

    let sent = form(&mut bench, path, body);
    assert_eq!(sent["messageUIDs"][0]["chatroomId"], "a");
    let all = json!({ "fromUserId": "alice", "messageType": "RC:TxtMsg", "content": "{}" });
    let sent = result(&mut bench, "/v4/open-channel/message/broadcast", &all);
    assert!(sent["messageId"].is_string(), "{sent}");

    let mut said = |room: &str| {
        let room = imlink_model::TargetId::new(room).unwrap();
        bench.app().said_in_chatroom(&room).len()
    };
    assert_eq!((said("a"), said("b")), (2, 1));
    let nowhere = body.replace("=a&", "=nowhere&");
    form(&mut bench, path, &nowhere);
}

#[test]
fn a_system_message_comes_from_the_app() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    let body = "fromUserId=notices&toUserId=bob&objectName=RC:TxtMsg&content=%7B%7D";

    let sent = form(&mut bench, "/message/system/publish.json", body);

    let message = bench.pull(bob, 0, 0).list.remove(0);
    assert_eq!(
        (message.r#type, message.from_user_id.as_str()),
        (6, "notices")
    );
    assert_eq!(sent["messageUIDs"][0]["messageUID"], json!(message.msg_id));
    let crowd = format!("{body}{}", "&toUserId=u".repeat(100));
    assert_eq!(
        code(&call(&mut bench, "/message/system/publish.json", &crowd)),
        (400, 1502)
    );
}

#[test]
fn the_vendors_prefix_is_for_the_vendors_classes() {
    let mut bench = Bench::new();
    let base = "fromUserId=alice&toUserId=bob&content=%7B%7D";
    let path = "/message/private/publish.json";

    let own = format!("{base}&objectName=RC:MyOwn");
    assert_eq!(code(&call(&mut bench, path, &own)), (400, 1002));
    form(&mut bench, path, &format!("{base}&objectName=RC:CmdMsg"));
    form(&mut bench, path, &format!("{base}&objectName=My:RC:Own"));
}

/// Sends one text from alice to bob and says its uid.
fn sent_text(bench: &mut Bench, fields: &str) -> String {
    let body = format!(
        "fromUserId=alice&toUserId=bob&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22a%22%7D\
         &isIncludeSender=1{fields}"
    );
    let sent = form(bench, "/message/private/publish.json", &body);
    sent["messageUIDs"][0]["messageUID"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_broadcast_reaches_every_user_and_an_online_one_who_is_online() {
    let mut bench = Bench::new();
    bench.token("carol");
    let bob = bench.online("bob");
    let body = "fromUserId=app&objectName=RC:TxtMsg&content=%7B%7D";

    let all = form(&mut bench, "/message/broadcast.json", body);
    let online = json!({ "fromUserId": "app", "messageType": "RC:TxtMsg", "content": "{}" });
    let path = "/v4/system-channel/message/broadcast-online";
    let online = result(&mut bench, path, &online);

    let bobs = bench.pull(bob, 0, 0).list;
    let uids: Vec<_> = bobs.iter().map(|message| json!(message.msg_id)).collect();
    assert_eq!(
        uids,
        [all["messageUID"].clone(), online["messageId"].clone()]
    );
    assert_eq!(bench.app().stored(&user("carol")).len(), 1);

    let recall = format!(
        "fromUserId=app&messageUID={}",
        all["messageUID"].as_str().unwrap()
    );
    form(&mut bench, "/message/broadcast/recall.json", &recall);
    let carols = bench.app().stored(&user("carol"));
    assert_eq!(carols.last().unwrap().object_name, "RC:RcCmd");
}

#[test]
fn a_recalled_message_is_told_to_the_other_side() {
    let mut bench = Bench::new();
    let uid = sent_text(&mut bench, "");
    let body = format!(
        "fromUserId=alice&conversationType=1&targetId=bob&messageUID={uid}&sentTime=1&isAdmin=1"
    );

    form(&mut bench, "/message/recall.json", &body);

    let bobs = bench.app().stored(&user("bob"));
    let told: serde_json::Value = serde_json::from_str(&bobs.last().unwrap().content).unwrap();
    assert_eq!(
        (&told["messageUId"], &told["isAdmin"]),
        (&json!(uid), &json!(true))
    );
    let unknown = body.replace("conversationType=1", "conversationType=10");
    assert_eq!(
        code(&call(&mut bench, "/message/recall.json", &unknown)),
        (400, 1002)
    );
}

#[test]
fn a_message_is_expanded_and_shows_it() {
    let mut bench = Bench::new();
    let uid = sent_text(
        &mut bench,
        "&expansion=true&extraContent=%7B%22a%22%3A%221%22%7D",
    );
    let base = format!("msgUID={uid}&userId=bob&conversationType=1&targetId=alice");
    bench.pass(1000);

    let set = format!("{base}&extraKeyVal=%7B%22b%22%3A%222%22%7D");
    form(&mut bench, "/message/expansion/set.json", &set);
    let query = format!("msgUID={uid}&pageNo=1");
    let shown = form(&mut bench, "/message/expansion/query.json", &query);
    assert_eq!(shown["extraContent"]["a"]["v"], "1");
    assert_eq!(
        shown["extraContent"]["b"],
        json!({ "v": "2", "ts": bench.now.0 })
    );

    form(
        &mut bench,
        "/message/expansion/delete.json",
        &format!("{base}&extraKey=%5B%22a%22%5D"),
    );
    let path = "/v4/channel-type/message/metadata/list";
    let listed = result(&mut bench, path, &json!({ "messageId": uid }));
    assert_eq!(listed["metadata"].as_array().unwrap().len(), 1);
    assert_eq!(listed["metadata"][0]["key"], "b");

    let plain = sent_text(&mut bench, "");
    let set = set.replace(&uid, &plain);
    assert_eq!(
        code(&call(&mut bench, "/message/expansion/set.json", &set)),
        (400, 1002)
    );
}

#[test]
fn history_is_listed_newest_first_and_cleaned() {
    let mut bench = Bench::new();
    let first = sent_text(&mut bench, "");
    bench.pass(1000);
    let second = sent_text(&mut bench, "");
    let now = bench.now.0;
    let query = json!({
        "userId": "bob", "targetId": "alice", "startTime": now, "endTime": now - 1000,
        "includeStart": true, "pageSize": 10,
    });
    let path = "/v3/message/private/query.json";
    let uids = |answer: &serde_json::Value| {
        let data = answer["data"].as_array().unwrap().iter();
        data.map(|row| row["messageUID"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    let listed = form(&mut bench, path, &query.to_string());
    assert_eq!(uids(&listed), [second.clone(), first.clone()]);
    assert_eq!(listed["data"][0]["targetId"], "alice");
    assert_eq!(listed["data"][0]["msgTime"], now);
    let v4 = json!({
        "userId": "bob", "channelId": "alice", "startAt": now, "endAt": 0, "includeStart": false,
    });
    let v4_path = "/v4/direct-channel/history-message/list";
    assert_eq!(
        code(&call_v4(&mut bench, v4_path, &v4)),
        (400, 1002),
        "too long a time"
    );
    let v4 = json!({
        "userId": "bob", "channelId": "alice", "startAt": now, "endAt": now - 1000,
        "includeStart": false,
    });
    let listed = result(&mut bench, v4_path, &v4);
    assert_eq!(listed["messages"][0]["messageId"], json!(first));
    assert_eq!(listed["messages"].as_array().unwrap().len(), 1);

    let clean = format!(
        "conversationType=1&fromUserId=bob&targetId=alice&msgTimestamp={}",
        now - 1
    );
    form(
        &mut bench,
        "/conversation/message/history/clean.json",
        &clean,
    );
    let listed = form(&mut bench, path, &query.to_string());
    assert_eq!(uids(&listed), [second]);
}

#[test]
fn the_history_of_a_room_is_listed_newest_first() {
    let mut bench = Bench::new();
    form(
        &mut bench,
        "/chatroom/create.json",
        "chatroom%5Broom%5D=Hall",
    );
    let body = "fromUserId=alice&toChatroomId=room&objectName=RC:TxtMsg&content=%7B%7D";
    for _ in 0..3 {
        form(&mut bench, "/message/chatroom/publish.json", body);
        bench.pass(1000);
    }
    let now = bench.now.0;
    let query = json!({
        "userId": "alice", "channelId": "room", "startAt": now, "endAt": now - 2000,
        "includeStart": true, "pageSize": 100,
    });

    let listed = result(&mut bench, "/v4/open-channel/history-message/list", &query);

    let times = listed["messages"].as_array().unwrap().iter();
    let times: Vec<_> = times.map(|row| row["sentAt"].as_i64().unwrap()).collect();
    assert_eq!(times, [now - 1000, now - 2000]);
}

#[test]
fn a_template_is_filled_for_every_receiver() {
    let mut bench = Bench::new();
    let body = json!({
        "fromUserId": "school", "objectName": "RC:TxtMsg", "content": "{\"content\":\"{name}: {mark}\"}",
        "toUserId": ["bob", "carol"],
        "values": [{ "{name}": "Bob", "{mark}": 90 }, { "{name}": "Carol", "{mark}": "95" }],
        "pushContent": ["{name}!", "{name}?"], "pushData": ["", ""],
    });

    let sent = form(
        &mut bench,
        "/message/private/publish_template.json",
        &body.to_string(),
    );

    assert_eq!(sent["messageUIDs"].as_array().unwrap().len(), 2);
    let content = |bench: &mut Bench, name| bench.app().stored(&user(name))[0].content.clone();
    assert_eq!(content(&mut bench, "bob"), r#"{"content":"Bob: 90"}"#);
    assert_eq!(content(&mut bench, "carol"), r#"{"content":"Carol: 95"}"#);
    let mut short = body;
    short["values"] = json!([{ "{name}": "Bob" }]);
    let path = "/message/system/publish_template.json";
    assert_eq!(code(&call_v4(&mut bench, path, &short)), (400, 1002));
}

#[test]
fn forbidden_words_are_listed_refused_and_allowed_again() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    form(&mut bench, "/sensitiveword/add.json", "word=spam");
    assert_eq!(
        code(&call(&mut bench, "/sensitiveword/add.json", "word=-")),
        (400, 1002)
    );
    let many = json!({ "words": [{ "word": "egg", "replacement": "***" }] });
    result(&mut bench, "/v4/profanity-word/batch/add", &many);

    assert_eq!(bench.say_acked(alice, "bob", "spam").status, 21501);
    let listed = form(&mut bench, "/sensitiveword/list.json", "type=2");
    assert_eq!(
        listed["words"],
        json!([
            { "word": "egg", "replaceWord": "***", "type": "0" },
            { "word": "spam", "replaceWord": "", "type": "1" },
        ])
    );
    form(
        &mut bench,
        "/sensitiveword/batch/delete.json",
        "words=spam&words=egg",
    );
    assert_eq!(bench.say_acked(alice, "bob", "spam egg").status, 0);
}
