//! Control calls that are refused.

use imlink_sandbox::{Config, Sandbox};
use serde_json::json;

use crate::{
    client::sandbox,
    control::control,
    web::{raw, request},
};

#[test]
fn a_call_that_is_none_is_refused_with_a_reason() {
    let sandbox = sandbox();
    let refused = |method: &str, path: &str, body: &str| {
        let answer = request(
            &sandbox,
            method,
            &format!("/sandbox/v1{path}"),
            &[],
            body.as_bytes(),
        );
        assert!(answer.json()["error"].is_string(), "{answer:?}");
        answer.status
    };

    assert_eq!(refused("POST", "/tokens", "not json"), 400);
    assert_eq!(refused("POST", "/tokens", "{}"), 400);
    assert_eq!(refused("POST", "/tokens", r#"{"user":""}"#), 400);
    assert_eq!(
        refused("POST", "/tokens", r#"{"user":"a","unknown":1}"#),
        400
    );
    assert_eq!(
        refused("POST", "/faults", r#"{"fault":"no-such-fault"}"#),
        400
    );
    assert_eq!(
        refused("POST", "/inject", r#"{"link":9,"what":{"binary":"d0"}}"#),
        404
    );
    assert_eq!(
        refused("POST", "/inject", r#"{"link":9,"what":{"binary":"d"}}"#),
        400
    );
    assert_eq!(refused("GET", "/stored", ""), 400);
    assert_eq!(refused("GET", "/links?app=nobody", ""), 404);
    assert_eq!(refused("GET", "/nothing", ""), 404);
    assert_eq!(refused("GET", "/kick", ""), 405);
    for call in ["/kick", "/unblock", "/tokens/expire"] {
        let answer = control(&sandbox, "POST", call, json!({ "user": "nobody" }));
        assert_eq!(answer.status, 404, "{call}");
        assert_eq!(
            answer.json(),
            json!({ "problem": "unknown-user", "error": "no such user: nobody" })
        );
    }
    assert_eq!(
        refused("PATCH", "/transport", r#"{"faults":{"melt":true}}"#),
        400
    );
    let huge = format!(r#"{{"user":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    assert_eq!(refused("POST", "/tokens", &huge), 413);
}

#[test]
fn a_page_of_another_site_cannot_steer_the_sandbox() {
    let sandbox = sandbox();
    let body = br#"{"user":"alice"}"#;
    let asked_from = |origin: &str| {
        let headers = [("Origin", origin)];
        request(&sandbox, "POST", "/sandbox/v1/tokens", &headers, body).status
    };

    assert_eq!(asked_from("http://evil.test"), 403);
    assert_eq!(asked_from("null"), 403);
    assert_eq!(asked_from(&sandbox.navigator()), 200);
}

/// A page whose name has been made to lead to this machine is of one origin with the sandbox.
#[test]
fn a_page_whose_name_leads_to_the_sandbox_cannot_steer_it_either() {
    let sandbox = sandbox();

    assert_eq!(asked_at(&sandbox, "Host: evil.test:7340\r\n"), 403);
    let with_origin = "Host: evil.test:7340\r\nOrigin: http://evil.test:7340\r\n";
    assert_eq!(asked_at(&sandbox, with_origin), 403);
    assert_eq!(asked_at(&sandbox, "Host: 127.0.0.1.evil.test\r\n"), 403);
}

#[test]
fn the_sandbox_answers_to_its_addresses_and_to_the_name_that_clients_are_told() {
    let sandbox = sandbox();
    let named = Sandbox::spawn(Config {
        public_host: Some("box.test".to_owned()),
        ..Config::default()
    })
    .unwrap();

    for host in ["localhost", "localhost:80", "127.0.0.1:80", "[::1]:80"] {
        assert_eq!(
            asked_at(&sandbox, &format!("Host: {host}\r\n")),
            200,
            "{host}"
        );
    }
    assert_eq!(asked_at(&named, "Host: box.test:80\r\n"), 200);
}

/// The status of a call with these headers.
fn asked_at(sandbox: &Sandbox, headers: &str) -> u16 {
    let call = format!("GET /sandbox/v1/info HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    raw(sandbox, call.as_bytes()).status
}
