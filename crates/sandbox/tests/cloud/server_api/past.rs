//! What becomes of messages that were sent: recalls, expansions, histories.

use serde_json::json;

use super::{call, call_v4, code, form, result};
use crate::bench::{Bench, user};

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
fn there_are_no_logs_of_messages_to_fetch() {
    let mut bench = Bench::new();

    let log = form(&mut bench, "/message/history.json", "date=2014010101");

    assert_eq!(
        (&log["url"], &log["date"]),
        (&json!(""), &json!("2014010101"))
    );
    form(
        &mut bench,
        "/message/history/delete.json",
        "date=2014010101",
    );
}
