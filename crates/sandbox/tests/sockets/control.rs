//! The control API: every method of the handle over HTTP.

use imlink_sandbox::{Config, Sandbox, Tls};
use imlink_wire::ServerPacket;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{
    client::{Client, sandbox, user},
    web::{Answer, request},
};

pub fn control(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Answer {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    request(sandbox, method, &format!("/sandbox/v1{path}"), &[], &body)
}

pub fn post(sandbox: &Sandbox, path: &str, body: Value) -> Value {
    let answer = control(sandbox, "POST", path, body);
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

pub fn get(sandbox: &Sandbox, path: &str) -> Value {
    let answer = control(sandbox, "GET", path, Value::Null);
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

#[tokio::test]
async fn people_come_speak_and_are_watched() {
    let sandbox = sandbox();
    let token = post(&sandbox, "/tokens", json!({ "user": "alice" }))["token"].clone();
    let version = imlink_wire::ProtocolVersion::V3;
    let mut alice = Client::open(&sandbox, token.as_str().unwrap(), version)
        .await
        .unwrap();
    assert!(matches!(alice.next().await, Some(ServerPacket::ConnAck(ack)) if ack.status == 0));

    let message = json!({ "from": "bob", "to": "alice", "content": "{}" });
    let uid = post(&sandbox, "/publish", message)["uid"].clone();

    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::Publish { .. })
    ));
    let stored = get(&sandbox, "/stored?user=alice");
    assert_eq!(stored["messages"][0]["uid"], uid);
    assert_eq!(stored["messages"][0]["object_name"], "RC:TxtMsg");
    let links = get(&sandbox, "/links");
    assert_eq!(
        (&links["links"][0]["user"], &links["links"][0]["class"]),
        (&json!("alice"), &json!("web"))
    );
    assert_eq!(get(&sandbox, "/stats")["messages"], 1);
    let users = get(&sandbox, "/users");
    assert_eq!(users["users"][0]["online"], true);
    assert_eq!(users["users"][0]["blocked_until"], Value::Null);
    assert_eq!(
        get(&sandbox, "/transcript")["records"][0]["heard"]["kind"],
        "handshake"
    );
    let info = get(&sandbox, "/info");
    assert_eq!(info["navigator"], sandbox.navigator());
    assert_eq!(info["app_key"], sandbox.app_key().as_str());
}

#[tokio::test]
async fn people_are_sent_away() {
    let sandbox = sandbox();
    let ended_with = async |path: &str, body: Value, status: u8| {
        let mut alice = Client::online(&sandbox, "alice").await;
        post(&sandbox, path, body);
        assert_eq!(
            alice.next().await,
            Some(ServerPacket::Disconnect { status }),
            "{path}"
        );
        assert_eq!(alice.next().await, None);
    };

    ended_with("/kick", json!({ "user": "alice" }), 1).await;
    ended_with("/disconnect", json!({ "user": "alice", "status": 6 }), 6).await;
    ended_with("/users/delete", json!({ "user": "alice" }), 9).await;
    post(&sandbox, "/users/restore", json!({ "user": "alice" }));
    ended_with("/block", json!({ "user": "alice", "minutes": 5 }), 2).await;
    assert!(get(&sandbox, "/users")["users"][0]["blocked_until"].is_i64());
    post(&sandbox, "/unblock", json!({ "user": "alice" }));
    let token = sandbox.issue_token(&user("alice"));
    post(&sandbox, "/tokens/expire", json!({ "user": "alice" }));

    let version = imlink_wire::ProtocolVersion::V3;
    let mut late = Client::open(&sandbox, &token, version).await.unwrap();
    assert!(matches!(late.next().await, Some(ServerPacket::ConnAck(ack)) if ack.status == 10));
}

#[tokio::test]
async fn an_app_key_is_shut_and_opened() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let token = sandbox.issue_token(&user("alice"));
    let version = imlink_wire::ProtocolVersion::V3;

    post(&sandbox, "/apps/shut", json!({}));

    assert_eq!(alice.next().await, None);
    let mut late = Client::open(&sandbox, &token, version).await.unwrap();
    assert!(matches!(late.next().await, Some(ServerPacket::ConnAck(ack)) if ack.status == 8));
    post(&sandbox, "/apps/open", json!({}));
    Client::online(&sandbox, "alice").await;
}

#[tokio::test]
async fn faults_are_armed_and_cleared() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;

    post(
        &sandbox,
        "/faults",
        json!({ "fault": "no-pong", "lasting": "until-cleared" }),
    );
    post(
        &sandbox,
        "/faults",
        json!({ "fault": { "topic": { "topic": "ppMsgP", "status": 405 } }, "scope": { "user": "alice" } }),
    );
    alice.send(imlink_wire::ClientPacket::PingReq).await;
    alice.say("bob", "x", 1).await;
    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::PubAck { status: 405, .. })
    ));

    let answer = control(&sandbox, "DELETE", "/faults", Value::Null);
    assert_eq!(answer.status, 200);
    alice.ping().await;

    post(
        &sandbox,
        "/transport",
        json!({ "scope": { "user": "alice" }, "faults": { "stop_reading": true } }),
    );
    let link = sandbox.links()[0].link;
    post(
        &sandbox,
        "/inject",
        json!({ "link": link, "what": { "binary": "d0" } }),
    );
    assert_eq!(alice.next().await, Some(ServerPacket::PingResp), "injected");
    assert_eq!(
        post(&sandbox, "/drop", json!({ "ending": "reset" }))["links"],
        1
    );
    assert_eq!(alice.next().await, None);
}

#[test]
fn faults_are_listed_with_those_of_the_transport() {
    let sandbox = sandbox();
    let for_alice = json!({ "user": "alice" });
    let twice = json!({ "fault": "drop-ack", "scope": for_alice, "lasting": { "times": 2 } });

    post(&sandbox, "/faults", twice.clone());
    post(&sandbox, "/faults", json!({ "fault": "no-pong" }));
    post(
        &sandbox,
        "/transport",
        json!({ "scope": for_alice, "faults": { "freeze": true } }),
    );

    let listed = get(&sandbox, "/faults");
    assert_eq!(
        listed["faults"],
        json!([twice, { "fault": "no-pong", "scope": "everyone", "lasting": { "times": 1 } }])
    );
    assert_eq!(listed["transport"].as_array().unwrap().len(), 1);
    assert_eq!(listed["transport"][0]["scope"], for_alice);
    assert_eq!(listed["transport"][0]["faults"]["freeze"], true);
    assert_eq!(get(&sandbox, "/faults")["faults"], listed["faults"]);

    assert_eq!(
        control(&sandbox, "DELETE", "/faults", Value::Null).status,
        200
    );
    assert_eq!(
        get(&sandbox, "/faults"),
        json!({ "faults": [], "transport": [] })
    );
}

#[test]
fn one_transport_fault_is_changed_beside_the_others() {
    let sandbox = sandbox();
    let change = |faults: Value| {
        let answer = control(&sandbox, "PATCH", "/transport", json!({ "faults": faults }));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["faults"].clone()
    };

    change(json!({ "cut_after": 100 }));
    let both = change(json!({ "stop_reading": true }));
    assert_eq!(
        (&both["cut_after"], &both["stop_reading"]),
        (&json!(100), &json!(true))
    );
    let one = change(json!({ "cut_after": null }));

    assert_eq!(
        (&one["cut_after"], &one["stop_reading"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(get(&sandbox, "/faults")["transport"][0]["faults"], one);
}

#[tokio::test]
async fn gateway_rules_and_clock_are_changed() {
    let sandbox = sandbox();

    post(&sandbox, "/gateway", json!({ "listening": false }));
    assert!(TcpStream::connect(sandbox.gateway_address()).await.is_err());
    post(&sandbox, "/gateway", json!({ "listening": true }));
    Client::online(&sandbox, "alice").await.ping().await;

    let mut policy = get(&sandbox, "/policy");
    let gateways = sandbox.with_app(|app| app.policy().gateways.clone());
    policy["one_device"] = true.into();
    assert_eq!(control(&sandbox, "PUT", "/policy", policy).status, 200);
    assert!(sandbox.with_app(|app| app.policy().one_device));
    assert_eq!(
        sandbox.with_app(|app| app.policy().gateways.clone()),
        gateways,
        "the rest is kept"
    );

    let before = sandbox.with_app(|_| std::time::SystemTime::now());
    post(&sandbox, "/clock", json!({ "advance_seconds": 86_400 }));
    sandbox.publish(&user("a"), &user("b"), "RC:TxtMsg", "{}");
    let before = before
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let stamped = u128::try_from(sandbox.stored(&user("b"))[0].time.0).unwrap();
    assert!(stamped >= before + 86_400_000);
}

#[test]
fn another_app_is_made_and_named_by_its_key() {
    let sandbox = sandbox();

    post(&sandbox, "/apps", json!({ "key": "other", "secret": "s" }));
    post(
        &sandbox,
        "/publish?app=other",
        json!({ "from": "a", "to": "b", "content": "{}" }),
    );

    assert_eq!(get(&sandbox, "/stored?user=b")["messages"], json!([]));
    assert_eq!(
        get(&sandbox, "/stored?user=b&app=other")["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        get(&sandbox, "/apps")["apps"],
        json!(["imlink-sandbox", "other"])
    );
    let again = post(&sandbox, "/apps", json!({ "key": "other", "secret": "t" }));
    assert_eq!(again["secret"], "s", "an app keeps its secret");
    let [one, two] = ["one", "two"].map(|key| post(&sandbox, "/apps", json!({ "key": key })));
    assert_ne!(one["secret"], two["secret"], "a secret is made");
}

#[test]
fn groups_and_chatrooms_are_made_listed_and_ended() {
    let sandbox = sandbox();
    let gathering = |id: &str, name: &str, members: Value| json!({ "id": id, "name": name, "members": members, "frozen": false });

    post(
        &sandbox,
        "/groups/join",
        json!({ "group": "team", "name": "The team", "users": ["bob"] }),
    );
    post(
        &sandbox,
        "/groups/join",
        json!({ "group": "team", "users": ["alice"] }),
    );
    post(&sandbox, "/chatrooms", json!({ "chatroom": "lobby" }));

    assert_eq!(
        get(&sandbox, "/groups")["groups"],
        json!([gathering("team", "The team", json!(["alice", "bob"]))])
    );
    assert_eq!(
        get(&sandbox, "/chatrooms")["chatrooms"],
        json!([gathering("lobby", "", json!([]))])
    );
    for (path, body, problem) in [
        (
            "/groups/dismiss",
            json!({ "group": "team" }),
            "unknown-group",
        ),
        (
            "/chatrooms/destroy",
            json!({ "chatroom": "lobby" }),
            "unknown-chatroom",
        ),
    ] {
        post(&sandbox, path, body.clone());
        let again = control(&sandbox, "POST", path, body);
        assert_eq!(
            (again.status, &again.json()["problem"]),
            (404, &json!(problem))
        );
    }
    assert_eq!(get(&sandbox, "/groups")["groups"], json!([]));
    assert_eq!(get(&sandbox, "/chatrooms")["chatrooms"], json!([]));
}

#[test]
fn the_authority_and_addresses_over_tls_are_told_where_there_are_any() {
    let clear = sandbox();
    let secure = Sandbox::spawn(Config {
        tls: Some(Tls::default()),
        ..Config::default()
    })
    .unwrap();

    let missing = control(&clear, "GET", "/ca.pem", Value::Null);
    let pem = control(&secure, "GET", "/ca.pem", Value::Null);
    let info = get(&secure, "/info");

    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["problem"], "no-tls");
    assert_eq!(get(&clear, "/info")["secure"], Value::Null);
    assert!(pem.has_header("content-type: application/pem-certificate-chain"));
    assert_eq!(Some(pem.text().as_str()), secure.ca_pem());
    assert_eq!(
        info["secure"]["navigator"].as_str(),
        secure.https_navigator().as_deref()
    );
    assert_eq!(info["tcp"], secure.tcp_address().to_string());
}
