//! Entries for fuzz targets and for the tests that replay their corpus.
//!
//! Each takes any bytes, panics if a promise of this crate is broken, and returns whether the bytes
//! were understood, so that a test can tell a corpus that reaches the far side from one that does
//! not.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use imlink_model::{AppKey, Millis};

use crate::{
    AppSettings, Cloud, Policy, Secret,
    api::{self, Request, Response},
};

/// The app key of fuzzed calls.
const KEY: &str = "key";
/// Its secret.
const SECRET: &str = "secret";
/// When they are made.
const NOW: Millis = Millis(1_800_000_000_000);

/// Calls of the Server API, one after the other in one cloud, with a byte 0 between: the path, then
/// headers beside the good signature, a line each, then an empty line, then the body.
pub fn server_api(data: &[u8]) -> bool {
    let key = AppKey::new(KEY).expect("the key is one");
    let app = AppSettings {
        key,
        secret: Secret::new(SECRET),
        policy: Policy::default(),
    };
    let mut cloud = Cloud::new(app, 7);
    let mut understood = true;
    for call in data.split(|byte| *byte == 0) {
        understood &= server_api_call(&mut cloud, call);
    }
    understood
}

/// One such call in this cloud. Says whether it was carried out.
pub fn server_api_call(cloud: &mut Cloud, call: &[u8]) -> bool {
    let (head, body) = head_and_body(call);
    let mut lines = head.split('\n');
    let path = lines.next().unwrap_or_default();
    let headers = headers(lines);
    let request = Request {
        path,
        headers: &headers,
        body,
    };

    let answer = api::answer(cloud, request, NOW);

    while cloud.poll_output().is_some() {}
    check(path, &answer)
}

/// Every answer is a JSON object with a code, and a refusal says why.
fn check(path: &str, answer: &Response) -> bool {
    let code = answer.body["code"].as_u64().expect("there is a code");
    let refusal = answer.body["errorMessage"].as_str();
    let is_done = answer.status == 200;
    if is_done {
        let success = if path.contains("v4") { 0 } else { 200 };
        assert_eq!(code, success, "{path}");
        assert_eq!(refusal, None, "{path}");
    } else {
        assert!((400..600).contains(&answer.status), "{path}");
        assert!(refusal.is_some_and(|reason| !reason.is_empty()), "{path}");
    }
    is_done
}

fn head_and_body(call: &[u8]) -> (Cow<'_, str>, &[u8]) {
    const END: &[u8] = b"\n\n";
    let end = call.windows(END.len()).position(|window| window == END);
    let (head, body) = match end {
        Some(end) => (&call[..end], &call[end + END.len()..]),
        None => (call, &[][..]),
    };
    (String::from_utf8_lossy(head), body)
}

fn headers<'l>(lines: impl Iterator<Item = &'l str>) -> HeaderMap {
    let signature = api::sign(SECRET, "1", "2");
    let good = [
        ("App-Key", KEY),
        ("Nonce", "1"),
        ("Timestamp", "2"),
        ("Signature", signature.as_str()),
    ];
    let own = lines.filter_map(|line| line.split_once(':'));
    let all = good.into_iter().chain(own);
    let valid = all.filter_map(|(name, value)| {
        let name = HeaderName::try_from(name.trim()).ok()?;
        Some((name, HeaderValue::from_str(value.trim()).ok()?))
    });
    // Of a name that is there twice the last counts.
    valid.fold(HeaderMap::new(), |mut headers, (name, value)| {
        headers.insert(name, value);
        headers
    })
}
