//! The Server API without HTTP.

mod chatroom;
mod conversation;
mod fields;
mod group;
mod many;
mod message;
mod mutations;
mod past;
mod table;
mod user;
mod word;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use imlink_model::TargetId;
use imlink_sandbox::{
    Fault, Lasting, LinkId, Rate, ServerApiFault,
    api::{self, Request, Response},
};
use imlink_wire::proto::encode_body;
use serde_json::Value;

use crate::bench::{Bench, KEY, SECRET, text_body};

/// A call signed as the vendor's SDKs sign, with headers of one family.
fn signed(prefix: &str) -> HeaderMap {
    let signature = api::sign(SECRET, "123456.78901", "1408710653");
    let fields = [
        ("App-Key", KEY),
        ("Nonce", "123456.78901"),
        ("Timestamp", "1408710653"),
        ("Signature", signature.as_str()),
    ];
    let header = |(name, value): (&str, &str)| {
        let name = HeaderName::try_from(format!("{prefix}{name}")).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    };
    fields.into_iter().map(header).collect()
}

fn call(bench: &mut Bench, path: &str, body: &str) -> Response {
    call_with(bench, path, &signed(""), body)
}

/// A call of the newer generation.
fn call_v4(bench: &mut Bench, path: &str, body: &Value) -> Response {
    call(bench, path, &body.to_string())
}

/// The result of a call of the newer generation that must succeed.
fn result(bench: &mut Bench, path: &str, body: &Value) -> Value {
    let mut response = call_v4(bench, path, body);
    assert_eq!(code(&response), (200, 0), "{path}: {}", response.body);
    response.body["result"].take()
}

/// The answer of a form that must succeed.
fn form(bench: &mut Bench, path: &str, body: &str) -> Value {
    let response = call(bench, path, body);
    assert_eq!(code(&response), (200, 200), "{path}: {}", response.body);
    response.body
}

/// The status a client's text gets.
fn say(bench: &mut Bench, link: LinkId, topic: &str, target: &str) -> u16 {
    let message_id = bench.publish(link, topic, target, encode_body(&text_body("hi")));
    let acks = bench.acks(link);
    let ack = acks.iter().find(|ack| ack.message_id == message_id);
    ack.expect("the message is acknowledged").status
}

/// The id of a group or chatroom.
fn target(id: &str) -> TargetId {
    TargetId::new(id).unwrap()
}

fn call_with(bench: &mut Bench, path: &str, headers: &HeaderMap, body: &str) -> Response {
    let now = bench.now;
    api::answer(
        &mut bench.cloud,
        Request {
            path,
            headers,
            body: body.as_bytes(),
        },
        now,
    )
}

fn code(response: &Response) -> (u16, u64) {
    assert!(response.body["code"].is_u64(), "{}", response.body);
    if response.status != 200 {
        assert!(
            response.body["errorMessage"].is_string(),
            "{}",
            response.body
        );
    }
    (response.status, response.body["code"].as_u64().unwrap())
}

// server-api.md 10
#[test]
fn the_signature_is_the_vendors() {
    let signature = api::sign("Y1W2MeFwwwRxa0", "14314", "1408710653000");

    assert_eq!(signature, "30be0bbca9c9b2e27578701e9fda2358a814c88f");
}

#[test]
fn either_family_of_headers_is_taken_and_nonces_are_taken_again() {
    let mut bench = Bench::new();

    for prefix in ["", "RC-", ""] {
        let headers = signed(prefix);
        let response = call_with(
            &mut bench,
            "/user/getToken.json",
            &headers,
            "userId=u&name=n",
        );
        assert_eq!(code(&response), (200, 200), "{prefix:?}");
    }
}

#[test]
fn a_call_without_its_good_signature_is_refused_and_does_nothing() {
    let mut bench = Bench::new();
    let good = signed("");
    let mut wrong = good.clone();
    wrong.insert(
        "Signature",
        HeaderValue::from_static("30be0bbca9c9b2e27578701e9fda2358a814c88f"),
    );
    let mut unknown = good.clone();
    unknown.insert("App-Key", HeaderValue::from_static("nobody"));
    let mut tampered = good.clone();
    tampered.insert("Timestamp", HeaderValue::from_static("1408710654"));

    let path = "/user/getToken.json";
    for name in ["App-Key", "Nonce", "Timestamp", "Signature"] {
        let mut missing = good.clone();
        missing.remove(name);
        assert_eq!(
            code(&call_with(&mut bench, path, &missing, "userId=u&name=n")),
            (401, 1004),
            "{name}"
        );
    }
    for headers in [&wrong, &tampered] {
        assert_eq!(
            code(&call_with(&mut bench, path, headers, "userId=u&name=n")),
            (401, 1004)
        );
    }
    assert_eq!(
        code(&call_with(&mut bench, path, &unknown, "userId=u&name=n")),
        (401, 1001)
    );
    assert_eq!(bench.app().users().count(), 0);
}

#[test]
fn fields_are_checked_and_unknown_ones_ignored() {
    let mut bench = Bench::new();
    let mut token = |body: &str| code(&call(&mut bench, "/user/getToken.json", body));
    let long = "x".repeat(65);

    assert_eq!(token(""), (400, 1003));
    assert_eq!(token("name=n"), (400, 1002));
    assert_eq!(token("userId=&name=n"), (400, 1002));
    assert_eq!(token("userId=u"), (400, 1002));
    assert_eq!(token(&format!("userId={long}&name=n")), (400, 1005));
    assert_eq!(
        token(&format!("userId=u&name={}", "x".repeat(129))),
        (400, 1005)
    );
    assert_eq!(token("userId=%1B&name=n"), (400, 1002));
    assert_eq!(token("%%%&&&=&&userId=u&name=%FF&x=1"), (200, 200));
}

#[test]
fn slashes_may_be_doubled_and_other_paths_are_404() {
    let mut bench = Bench::new();

    for path in ["//user/getToken.json", "/user//getToken.json"] {
        assert_eq!(
            code(&call(&mut bench, path, "userId=u&name=n")),
            (200, 200),
            "{path}"
        );
    }
    for path in [
        "/",
        "/user",
        "/user/getToken",
        "/user/getToken.json/x",
        "/getToken.json",
    ] {
        assert_eq!(
            code(&call(&mut bench, path, "userId=u&name=n")),
            (404, 404),
            "{path}"
        );
    }
}

#[test]
fn calls_beyond_the_rate_are_refused_path_by_path() {
    let mut bench = Bench::new();
    bench.app().policy_mut().api_rate = Some(Rate {
        messages: 2,
        per: Duration::from_secs(1),
    });
    let online = |bench: &mut Bench| code(&call(bench, "/user/checkOnline.json", "userId=u"));

    assert_eq!(online(&mut bench), (200, 200));
    assert_eq!(online(&mut bench), (200, 200));
    assert_eq!(online(&mut bench), (429, 1008));
    form(&mut bench, "/user/block/query.json", "");
    bench.pass(1000);
    assert_eq!(online(&mut bench), (200, 200));
}

#[test]
fn a_fault_refuses_a_call_that_then_does_nothing_or_delays_its_answer() {
    let mut bench = Bench::new();
    let token = "userId=u&name=n";
    let path = "/user/getToken.json";

    for (status, expected) in [(503, 1000), (504, 1050)] {
        let fault = Fault::ServerApi(ServerApiFault::Status(status));
        bench.fault(fault, Lasting::ONCE);
        assert_eq!(code(&call(&mut bench, path, token)), (status, expected));
    }
    assert_eq!(bench.app().registered_users().count(), 0);
    let delay = Duration::from_secs(9);
    bench.fault(Fault::ServerApi(ServerApiFault::Slow(delay)), Lasting::ONCE);
    let slow = call(&mut bench, path, token);
    assert_eq!((code(&slow), slow.delay), ((200, 200), delay));
    assert_eq!(call(&mut bench, path, token).delay, Duration::ZERO);
}

// F-K07
#[test]
fn an_answer_does_not_show_the_token_it_holds() {
    let mut bench = Bench::new();

    let answer = call(&mut bench, "/user/getToken.json", "userId=u&name=n");

    let token = answer.body["token"].as_str().unwrap();
    assert!(!format!("{answer:?}").contains(token), "it is shown");
}
