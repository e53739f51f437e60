//! The Server API as the vendor's server SDKs of other languages really speak it
//! (server-api.md 1, 2), replayed as plain HTTP.

use imlink_sandbox::{Sandbox, api};
use serde_json::{Value, json};

use crate::{
    client::{sandbox, user},
    web::{Answer, request},
};

/// How one SDK signs and names its calls.
struct Dialect {
    name: &'static str,
    nonce: &'static str,
    timestamp: &'static str,
    content_type: &'static str,
    /// Names of key, nonce, timestamp and signature.
    headers: [&'static str; 4],
    more: &'static [(&'static str, &'static str)],
}

const PLAIN: [&str; 4] = ["App-Key", "Nonce", "Timestamp", "Signature"];
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

/// Seconds, and a nonce of up to 19 digits.
const GO: Dialect = Dialect {
    name: "Go",
    nonce: "5577006791947779410",
    timestamp: "1795231766",
    content_type: FORM,
    headers: PLAIN,
    more: &[
        ("X-Request-Id", "3b241101-e2bb-4255-8caf-4136c566a962"),
        ("User-Agent", "rc-go-sdk/4.0.7"),
    ],
};

/// Seconds, and a fraction for a nonce.
const JAVA: Dialect = Dialect {
    name: "Java",
    nonce: "438281.92750812",
    timestamp: "1795231766",
    content_type: "application/x-www-form-urlencoded;charset=UTF-8",
    headers: PLAIN,
    more: &[("X-Request-ID", "3b241101e2bb42558caf4136c566a962")],
};

/// Seconds.
const PYTHON: Dialect = Dialect {
    name: "Python",
    nonce: "0",
    timestamp: "1795231766",
    content_type: FORM,
    headers: ["app-key", "nonce", "timestamp", "signature"],
    more: &[("Accept-Encoding", "identity")],
};

/// The second family of names, for platforms that strip the first.
const PREFIXED: Dialect = Dialect {
    name: "prefixed",
    nonce: "14314",
    timestamp: "1795231766000",
    content_type: FORM,
    headers: ["RC-App-Key", "RC-Nonce", "RC-Timestamp", "RC-Signature"],
    more: &[],
};

/// Milliseconds, and JSON only.
const NEXCONN: Dialect = Dialect {
    name: "Nexconn",
    nonce: "812649017",
    timestamp: "1795231766100",
    content_type: JSON,
    headers: PLAIN,
    more: &[("X-Request-ID", "3b241101-e2bb-4255-8caf-4136c566a962")],
};

impl Dialect {
    fn call(&self, sandbox: &Sandbox, path: &str, body: &str) -> Answer {
        let secret = sandbox.secret();
        let signature = api::sign(secret.reveal(), self.nonce, self.timestamp);
        let key = sandbox.app_key().as_str();
        let values = [key, self.nonce, self.timestamp, signature.as_str()];
        let mut headers: Vec<_> = self.headers.into_iter().zip(values).collect();
        headers.push(("Content-Type", self.content_type));
        headers.extend(self.more);
        request(sandbox, "POST", path, &headers, body.as_bytes())
    }

    /// What a call that must succeed answers.
    fn done(&self, sandbox: &Sandbox, path: &str, body: &str) -> Value {
        let answer = self.call(sandbox, path, body);
        let code = if path.starts_with("/v4/") { 0 } else { 200 };
        let said = answer.json();
        assert_eq!(
            (answer.status, &said["code"]),
            (200, &json!(code)),
            "{} {path}: {said}",
            self.name
        );
        assert!(
            answer.has_header("content-type: application/json"),
            "{}",
            answer.head
        );
        said
    }
}

#[test]
fn every_dialect_of_forms_is_understood() {
    for dialect in [GO, JAVA, PYTHON, PREFIXED] {
        let sandbox = sandbox();
        let call = |path: &str, body: &str| dialect.done(&sandbox, path, body);

        let token = "userId=alice&name=%E5%B0%8F%E6%98%8E+A&portraitUri=";
        assert_eq!(call("/user/getToken.json", token)["userId"], "alice");
        // Go reads the status as a text.
        assert_eq!(
            call("/user/checkOnline.json", "userId=alice")["status"],
            "0"
        );
        call("/user/block.json", "minute=10&userId=alice&userId=bob");
        assert_eq!(
            call("/user/block/query.json", "")["users"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        call("/user/unblock.json", "userId=alice&userId=bob");
        call("/user/blacklist/add.json", "blackUserId=bob&userId=alice");
        assert_eq!(
            call("/user/blacklist/query.json", "userId=alice")["users"],
            json!(["bob"])
        );
        call("/user/deactivate.json", "userId=x%2Cy");
        // Go doubles this slash.
        let deactivated = call("//user/deactivate/query.json", "pageNo=1&pageSize=50");
        assert_eq!(deactivated["users"], json!(["x", "y"]));

        call(
            "/group/create.json",
            "groupId=g&groupName=G&userId=alice&userId=bob",
        );
        assert_eq!(
            call("/group/user/query.json", "groupId=g")["users"],
            json!([{ "id": "alice" }, { "id": "bob" }])
        );
        call("/chatroom/create.json", "chatroom%5Bhall%5D=Hall");
        let members = call(
            "/chatroom/user/query.json",
            "chatroomId=hall&count=2&order=1",
        );
        assert_eq!(members["total"], 0);
    }
}

#[test]
fn a_message_with_every_field_an_sdk_sends_arrives() {
    for dialect in [GO, JAVA, PYTHON, PREFIXED] {
        let sandbox = sandbox();
        let body = "fromUserId=alice&toUserId=bob&objectName=RC%3ATxtMsg\
                    &content=%7B%22content%22%3A%22hi+%26+%E4%BD%A0%22%2C%22user%22%3A%7B%7D%7D\
                    &pushContent=&pushData=&count=1&verifyBlacklist=0&isPersisted=1&isCounted=1\
                    &contentAvailable=0&isIncludeSender=0&expansion=false&extraContent=\
                    &disablePush=false&pushExt=&busChannel=&disableUpdateLastMsg=false&sdkOwn=1";

        let sent = dialect.done(&sandbox, "/message/private/publish.json", body);

        let stored = sandbox.stored(&user("bob"));
        assert_eq!(
            stored[0].content, r#"{"content":"hi & 你","user":{}}"#,
            "{}",
            dialect.name
        );
        assert_eq!(
            sent["messageUIDs"],
            json!([{ "userId": "bob", "messageUID": stored[0].uid }])
        );
    }
}

#[test]
fn the_calls_that_take_json_are_understood() {
    let sandbox = sandbox();
    let go = Dialect {
        content_type: JSON,
        ..GO
    };

    let tags = r#"{"userIds":["alice"],"tags":["a"]}"#;
    go.done(&sandbox, "/user/tag/batch/set.json", tags);
    let tags = GO.done(&sandbox, "/user/tags/get.json", "userIds=alice");
    assert_eq!(tags["result"]["alice"], json!(["a"]));
    let history = r#"{"userId":"alice","targetId":"bob","startTime":2,"endTime":1,"pageSize":50}"#;
    let history = go.done(&sandbox, "/v3/message/private/query.json", history);
    assert_eq!(history["data"], json!([]));
}

#[test]
fn the_newer_generation_is_understood() {
    let sandbox = sandbox();
    let call =
        |path: &str, body: Value| NEXCONN.done(&sandbox, path, &body.to_string())["result"].take();

    let issued = call(
        "/v4/auth/access-token/issue",
        json!({ "userId": "alice", "name": "Alice", "avatarUrl": "" }),
    );
    assert!(issued["accessToken"].is_string());
    let status = call(
        "/v4/user/connection-status/get",
        json!({ "userId": "alice" }),
    );
    assert_eq!(status["status"], "0");
    let message = json!({
        "fromUserId": "alice", "toUserIds": ["bob"], "messageType": "RC:TxtMsg",
        "content": "{\"content\":\"hi\"}", "isEchoToSender": 1, "shouldPersist": 1,
        "verifyBlocklist": 0, "contentAvailable": 0, "hasMetadata": false, "disablePush": false,
    });
    let sent = call("/v4/direct-channel/message/send", message);
    assert_eq!(
        sent["messageIds"][0]["messageId"],
        sandbox.stored(&user("bob"))[0].uid
    );

    let refused = NEXCONN.call(&sandbox, "/v4/user/get", "{}");
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (400, &json!(1003))
    );
    let unknown = NEXCONN.call(&sandbox, "/v4/community-channel/create", "{}");
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (404, &json!(404))
    );
}
