//! The Server API without HTTP.

use http::{HeaderMap, HeaderName, HeaderValue};
use imlink_sandbox::api::{self, Request, Response};
use imlink_wire::flags::session;
use serde_json::json;

use crate::bench::{Bench, KEY, SECRET, user};

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
fn a_token_of_the_api_connects() {
    let mut bench = Bench::new();

    let response = call(
        &mut bench,
        "/user/getToken.json",
        "userId=jlk&name=Jill&portraitUri=http%3A%2F%2Fx",
    );

    assert_eq!(code(&response), (200, 200));
    assert_eq!(response.body["userId"], "jlk");
    let link = bench.open(response.body["token"].as_str().unwrap());
    assert!(!bench.is_closed(link));
    assert_eq!(
        bench.app().users().collect::<Vec<_>>(),
        [(&user("jlk"), "Jill", "http://x")]
    );
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
fn tokens_issued_before_a_time_expire() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let time = bench.now.0 + 1;

    let body = format!("userId=alice&userId=bob&time={time}");
    assert_eq!(
        code(&call(&mut bench, "/user/token/expire.json", &body)),
        (200, 200)
    );

    assert_eq!(bench.refused(&token), 10);
    let too_many = "userId=u&".repeat(21) + "time=1";
    assert_eq!(
        code(&call(&mut bench, "/user/token/expire.json", &too_many)),
        (400, 1502)
    );
    assert_eq!(
        code(&call(
            &mut bench,
            "/user/token/expire.json",
            "userId=u&time=soon"
        )),
        (400, 1002)
    );
}

#[test]
fn a_user_is_blocked_for_minutes_and_unblocked() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    assert_eq!(
        code(&call(
            &mut bench,
            "/user/block.json",
            "userId=alice&minute=10"
        )),
        (200, 200)
    );
    assert_eq!(bench.refused(&token), 9);
    assert_eq!(
        code(&call(&mut bench, "/user/unblock.json", "userId=alice")),
        (200, 200)
    );
    let link = bench.open(&token);
    assert!(!bench.is_closed(link));

    for minute in ["0", "-1", "43201", "543200", "9999999999999999999999", ""] {
        let body = format!("userId=alice&minute={minute}");
        assert_eq!(
            code(&call(&mut bench, "/user/block.json", &body)),
            (400, 1002),
            "{minute}"
        );
    }
}

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
            imlink_wire::flags::status::of_session(expected),
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
