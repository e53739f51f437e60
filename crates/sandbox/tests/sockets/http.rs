//! Navigation and Server API over HTTP.

use imlink_sandbox::{Fault, Heard, Lasting, NavigationFault, Sandbox, Scope, api};
use imlink_wire::navigation::{GatewayScheme, NavigationRequest, navigators, outcome};

use crate::{
    client::{sandbox, user},
    web::{Answer, raw, request},
};

/// Asks as the SDK asks, at the navigator the token names.
fn navigate(sandbox: &Sandbox, token: &str) -> Answer {
    let navigator = navigators(token, &[])
        .into_iter()
        .next()
        .expect("the token names one");
    assert_eq!(navigator.to_string(), sandbox.navigator());
    let asked = NavigationRequest::new(navigator, sandbox.app_key().as_str(), token);
    let headers = asked.headers();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    request(
        sandbox,
        NavigationRequest::METHOD,
        NavigationRequest::PATH,
        &headers,
        asked.body().as_bytes(),
    )
}

#[test]
fn navigation_leads_a_token_to_the_gateway() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));

    let answer = navigate(&sandbox, &token);

    assert!(
        answer.has_header("access-control-allow-origin: *"),
        "{}",
        answer.head
    );
    let read = outcome(answer.status, &answer.body).unwrap();
    assert_eq!(read.user_id.as_deref(), Some("alice"));
    let gateways = read.gateways(GatewayScheme::Ws);
    assert_eq!(gateways.len(), 1);
    assert_eq!(gateways[0].authority, sandbox.gateway_address().to_string());
}

#[test]
fn a_chunked_request_is_answered_too() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    let form = format!(
        "token={}&v=5.38.0&platfrom=browser",
        token.replace('@', "%40")
    );
    let asked = format!(
        "POST /v2/navi.json?cloud=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRC-Appkey: {}\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{form}\r\n0\r\n\r\n",
        sandbox.app_key(),
        form.len()
    );

    assert_eq!(raw(&sandbox, asked.as_bytes()).status, 200);
}

#[test]
fn version_1_gets_a_script() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    let path = format!(
        "/navi.js?appId={}&token={token}&callBack=getServerEndpoint&v=5.3.4&r=1",
        sandbox.app_key()
    );

    let answer = request(&sandbox, "GET", &path, &[], b"");

    assert!(
        answer.text().starts_with("getServerEndpoint({"),
        "{}",
        answer.text()
    );
    let bad = request(
        &sandbox,
        "GET",
        &path.replace("getServerEndpoint", "alert(1)//"),
        &[],
        b"",
    );
    assert_eq!(bad.status, 400);
}

#[test]
fn a_browser_may_ask_after_its_preflight() {
    let sandbox = sandbox();
    let preflight = [
        ("Origin", "http://localhost:3000"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "rc-appkey,rc-negotiate"),
    ];

    let answer = request(
        &sandbox,
        "OPTIONS",
        "/v2/navi.json?cloud=0",
        &preflight,
        b"",
    );

    assert_eq!(answer.status, 204);
    assert!(
        answer.has_header("access-control-allow-origin: *"),
        "{}",
        answer.head
    );
    assert!(
        answer.has_header("access-control-allow-methods: post"),
        "{}",
        answer.head
    );
    assert!(
        answer.has_header("access-control-allow-headers: rc-appkey, rc-negotiate, content-type"),
        "{}",
        answer.head
    );
}

#[test]
fn navigation_that_is_none_is_a_400() {
    let sandbox = sandbox();
    let key = sandbox.app_key().as_str();

    for (headers, body) in [
        (&[][..], &b"token=x"[..]),
        (&[("RC-Appkey", key)][..], b""),
        (&[("RC-Appkey", key)][..], b"\xFF\xFE"),
    ] {
        let answer = request(&sandbox, "POST", "/v2/navi.json", headers, body);
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.has_header("access-control-allow-origin: *"));
    }
    let huge = vec![b'x'; 2 * 1024 * 1024];
    let answer = request(
        &sandbox,
        "POST",
        "/v2/navi.json",
        &[("RC-Appkey", key)],
        &huge,
    );
    assert_eq!(answer.status, 413);
}

#[test]
fn navigation_goes_wrong_on_demand() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    let spoiled = |fault| {
        sandbox.add_fault(Fault::Navigation(fault), Scope::Everyone, Lasting::ONCE);
        navigate(&sandbox, &token)
    };

    assert_eq!(spoiled(NavigationFault::Status(500)).status, 500);
    assert_eq!(spoiled(NavigationFault::Empty).body, b"");
    assert!(spoiled(NavigationFault::Huge(200_000)).body.len() >= 200_000);
    let redirected = spoiled(NavigationFault::Redirect("http://127.0.0.1:9/".to_owned()));
    assert_eq!(redirected.status, 302);
    assert!(
        redirected.has_header("location: http://127.0.0.1:9/"),
        "{}",
        redirected.head
    );
    assert_eq!(navigate(&sandbox, &token).status, 200);
}

// F-K07
#[test]
fn the_transcript_tells_the_navigation_request_without_the_token() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    navigate(&sandbox, &token);

    let records = sandbox.transcript();

    let Heard::Navigation {
        request,
        headers,
        body,
    } = &records[0].heard
    else {
        panic!()
    };
    assert_eq!(request, "POST /v2/navi.json?cloud=0");
    assert_eq!(body, "token=<token>&v=5.38.0&platfrom=browser");
    let negotiate = headers
        .iter()
        .find(|(name, _)| name == "rc-negotiate")
        .unwrap();
    assert_eq!(negotiate.1, "conn=5;rtc=4;log=2;iptype=v4,v6");
}

fn call(sandbox: &Sandbox, path: &str, secret: &str, body: &[u8]) -> Answer {
    let signature = api::sign(secret, "14314", "1408710653000");
    let headers = [
        ("app-key", sandbox.app_key().as_str()),
        ("NONCE", "14314"),
        ("Timestamp", "1408710653000"),
        ("signature", &signature),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    request(sandbox, "POST", path, &headers, body)
}

#[test]
fn the_server_api_issues_tokens_and_sends_messages() {
    let sandbox = sandbox();
    let secret = sandbox.secret();

    let issued = call(
        &sandbox,
        "/user/getToken.json",
        secret.reveal(),
        b"userId=alice&name=Alice",
    );
    assert_eq!((issued.status, &issued.json()["code"]), (200, &200.into()));
    assert_eq!(
        navigate(&sandbox, issued.json()["token"].as_str().unwrap()).status,
        200
    );

    let form =
        b"fromUserId=a&toUserId=bob&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22x%22%7D";
    let sent = call(
        &sandbox,
        "//message/private/publish.json",
        secret.reveal(),
        form,
    );
    assert_eq!(sent.json()["messageUIDs"][0]["userId"], "bob");
    assert_eq!(
        sandbox.stored(&user("bob"))[0].uid,
        sent.json()["messageUIDs"][0]["messageUID"]
    );
}

#[test]
fn every_refusal_of_the_server_api_is_a_json_object_with_a_code() {
    let sandbox = sandbox();
    let secret = sandbox.secret();
    let path = "/user/getToken.json";
    let refused = |answer: &Answer| {
        let body = answer.json();
        assert!(body["errorMessage"].is_string(), "{body}");
        (answer.status, body["code"].as_u64().unwrap())
    };

    assert_eq!(
        refused(&call(&sandbox, path, "wrong", b"userId=u&name=n")),
        (401, 1004)
    );
    assert_eq!(
        refused(&request(&sandbox, "POST", path, &[], b"userId=u&name=n")),
        (401, 1004)
    );
    assert_eq!(
        refused(&call(&sandbox, path, secret.reveal(), b"")),
        (400, 1003)
    );
    assert_eq!(
        refused(&call(&sandbox, path, secret.reveal(), b"\xFF\x00=%%")),
        (400, 1002)
    );
    assert_eq!(
        refused(&call(&sandbox, "/nowhere.json", secret.reveal(), b"x=1")),
        (404, 404)
    );
    assert_eq!(
        refused(&request(&sandbox, "GET", path, &[], b"")),
        (401, 1007)
    );
    let huge = vec![b'x'; 2 * 1024 * 1024];
    assert_eq!(
        refused(&call(&sandbox, path, secret.reveal(), &huge)),
        (413, 1508)
    );
    assert_eq!(sandbox.counters().api_calls, 0);
}

#[test]
fn what_is_no_http_disturbs_nobody() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));

    for garbage in [
        &b"\x16\x03\x01\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ] {
        assert_eq!(raw(&sandbox, garbage).status, 400);
    }

    assert_eq!(navigate(&sandbox, &token).status, 200);
}
