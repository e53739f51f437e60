//! Navigations: the request rebuilt and read, the answer mapped and rendered.

use imlink_wire::{
    ProtocolVersion,
    navigation::{
        GatewayScheme, NavigationAnswer, NavigationRequest, Navigator, ReceivedRequest, outcome,
    },
};
use serde_json::Value;

use crate::{NAVIGATIONS, Unchecked, vectors};

#[test]
fn every_navigation_request_is_rebuilt_and_every_answer_understood() {
    let vectors = vectors();

    let mut looked_at = 0;
    for navigation in vectors["navigation"].as_array().unwrap() {
        check(navigation);
        looked_at += 1;
    }

    assert_eq!(looked_at, NAVIGATIONS);
}

fn check(navigation: &Value) {
    let mut stated = Unchecked::new(navigation["scenario"].as_str().unwrap(), navigation);
    stated.take("scenario");

    let token = check_request(&mut stated);
    let status = u16::try_from(stated.take("status").as_u64().unwrap()).unwrap();
    let body = stated.take("response");
    let answer = outcome(status, body.as_str().unwrap().as_bytes()).unwrap();
    check_answer(&answer, &token, body.as_str().unwrap());

    stated.assert_nothing_left();
}

/// Rebuilds the request from what our own reader found in it; returns the token.
fn check_request(stated: &mut Unchecked) -> String {
    let body = stated.take("body");
    let body = body.as_str().unwrap();
    let headers = stated.take("headers");
    let mut headers = Unchecked::new(&stated.of, &headers);
    let app_key = headers.left["RC-Appkey"].as_str().unwrap().to_owned();

    let received = ReceivedRequest::parse_v2(Some(&app_key), body.as_bytes()).unwrap();
    let navigator = Navigator::new("http://127.0.0.1:1").unwrap();
    let request = NavigationRequest::new(navigator, received.app_key, received.token.as_str());

    assert_eq!(received.sdk_version, request.sdk_version, "{}", stated.of);
    assert_eq!(received.callback, None);
    assert_eq!(request.body(), body, "{}", stated.of);
    stated.expect("method", NavigationRequest::METHOD);
    stated.expect("path", NavigationRequest::PATH);
    for (name, value) in request.headers() {
        headers.expect(name, value);
    }
    headers.assert_nothing_left();
    received.token
}

fn check_answer(answer: &NavigationAnswer, token: &str, body: &str) {
    let mut stated = Unchecked::new(token, &serde_json::from_str(body).unwrap());
    // Read by other clients, or by nobody.
    for ignored in ["openHttpDNS", "compDays"] {
        stated.take(ignored);
    }
    for (key, value) in serde_json::to_value(answer).unwrap().as_object().unwrap() {
        stated.expect(key, value.clone());
    }
    stated.assert_nothing_left();

    let expected_version = if body.contains("\"openAnti\":1") {
        ProtocolVersion::V4
    } else {
        ProtocolVersion::V3
    };
    assert_eq!(answer.protocol_version(), expected_version);
    assert_eq!(
        answer.user_id.as_deref(),
        Some(if token == "tok-alice" { "alice" } else { "" })
    );
    let gateways = answer.gateways(GatewayScheme::Wss);
    assert_eq!(gateways.len(), answer.server_addr.as_ref().unwrap().len());
    assert!(
        gateways
            .iter()
            .all(|gateway| gateway.scheme == GatewayScheme::Ws)
    );
}
