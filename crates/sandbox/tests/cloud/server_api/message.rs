//! Messages of app servers.

use imlink_wire::flags::{self, session};
use serde_json::json;

use super::{call, code, form, result};
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
