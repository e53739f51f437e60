//! One message for many: broadcasts and templates.

use serde_json::json;

use super::{call_v4, code, form, result};
use crate::bench::{Bench, user};

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
