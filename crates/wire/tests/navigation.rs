//! Navigation: scheme rules, error mapping, choice of gateways.

use imlink_wire::{
    ProtocolVersion, fuzzing,
    navigation::{
        GatewayAddress, GatewayScheme, MAX_ANSWER, NavigationAnswer, NavigationError,
        NavigationRequest, Navigator, ReceivedRequest, outcome, script,
    },
};
use proptest::prelude::*;

#[test]
fn an_https_navigator_is_asked_for_tls_gateways() {
    let request =
        |navigator| NavigationRequest::new(Navigator::new(navigator).unwrap(), "key", "t@h");

    let https = request("nav.example.org/");
    assert_eq!(https.url(), "https://nav.example.org/v2/navi.json?cloud=0");
    assert_eq!(https.headers()[2].1, "conn=6;rtc=4;log=2;iptype=v4,v6");
    assert_eq!(https.body(), "token=t%40h&v=5.38.0&platfrom=browser");

    let http = request("http://127.0.0.1:8080");
    assert_eq!(http.headers()[2].1, "conn=5;rtc=4;log=2;iptype=v4,v6");
}

// F-K07
#[test]
fn the_token_is_neither_in_the_url_nor_in_debug() {
    let request = NavigationRequest::new(Navigator::new("h").unwrap(), "key", "canary");

    assert!(!request.url().contains("canary"));
    assert!(!format!("{request:?}").contains("canary"));
}

#[test]
fn every_error_has_the_documented_code_and_finality() {
    let cases: [(u16, &str, i32, bool); 13] = [
        (401, "", 31004, true),
        (403, "{}", 31004, true),
        (200, r#"{"code":401}"#, 31004, true),
        (200, r#"{"code":403}"#, 31004, true),
        (416, "", 31030, true),
        (200, r#"{"code":416}"#, 31030, true),
        (200, r#"{"code":500}"#, 30007, true),
        (500, "", 30007, false),
        (302, "", 30007, false),
        (200, "", 30007, false),
        (200, "<html>sign in</html>", 30007, false),
        (200, "[200]", 30007, false),
        (200, r#"{"code":200"#, 30007, false),
    ];
    for (status, body, code, is_final) in cases {
        let error = outcome(status, body.as_bytes()).unwrap_err();
        assert_eq!(
            (error.code(), error.is_final()),
            (code, is_final),
            "{status} {body}"
        );
        let error = script::outcome(status, format!("x({body});").as_bytes()).unwrap_err();
        assert_eq!(
            (error.code(), error.is_final()),
            (code, is_final),
            "script {status} {body}"
        );
    }
    let silence = NavigationError::NoAnswer;
    assert_eq!((silence.code(), silence.is_final()), (30007, false));
}

// F-S31
#[test]
fn an_answer_beyond_the_limit_is_not_parsed() {
    let padded = |length: usize| [br#"{"code":200}"#, b" ".repeat(length - 12).as_slice()].concat();

    assert!(outcome(200, &padded(MAX_ANSWER)).is_ok());
    assert_eq!(
        outcome(200, &padded(MAX_ANSWER + 1)),
        Err(NavigationError::TooLarge)
    );
    assert_eq!(
        script::outcome(200, &padded(MAX_ANSWER + 1)),
        Err(NavigationError::TooLarge)
    );
}

#[test]
fn switches_are_read_whatever_their_json_type() {
    let body =
        br#"{"code":"200","openAnti":true,"historyMsg":1,"kvStorage":"1","joinMChrm":"false",
        "sesDriven":null,"ugMsg":[],"userId":7,"unknown":{"a":[1]},
        "serverAddr":["oops",{"protocol":5},{"addr":"a:1","protocol":"5","weight":"3"}]}"#;

    let answer = outcome(200, body).unwrap();

    assert_eq!(answer.protocol_version(), ProtocolVersion::V4);
    assert_eq!(answer.history_msg, Some(true));
    assert_eq!(answer.kv_storage, Some(1));
    assert_eq!(answer.join_many_chatrooms, Some(false));
    assert_eq!(
        (answer.ses_driven, answer.ug_msg, answer.user_id.as_deref()),
        (None, None, None)
    );
    assert_eq!(shown(&answer), ["ws://a:1"]);
}

#[test]
fn gateways_are_tried_by_falling_weight_each_once() {
    let body = br#"{"serverAddr":[{"addr":"a:1","protocol":5,"weight":1},{"addr":"b:1","protocol":6,"weight":9},
        {"addr":"a:1","protocol":5,"weight":7},{"addr":"","protocol":5,"weight":99},{"addr":"c:1","protocol":5},
        {"addr":"d:1","protocol":6,"weight":7}]}"#;

    let answer = outcome(200, body).unwrap();

    assert_eq!(
        shown(&answer),
        ["wss://b:1", "wss://d:1", "ws://a:1", "ws://c:1"]
    );
}

// P20: no hardware address, though the desktop SDK adds one as `m` where it finds one
#[test]
fn the_desktop_sdks_question_is_put_word_for_word() {
    let navigator = Navigator::new("nav.example").unwrap();

    let request = NavigationRequest::of_desktop(navigator, "appkey01", "tok+@h");

    assert_eq!(request.url(), "https://nav.example/v2/navi.json?cloud=0");
    assert_eq!(
        request
            .headers()
            .map(|(name, value)| format!("{name}: {value}")),
        [
            "RC-Appkey: appkey01",
            "Content-Type: Application/x-www-form-urlencoded",
            "RC-Negotiate: conn=1,2;rtc=4;log=2;iptype=v4,v6",
        ]
    );
    assert_eq!(
        request.body(),
        "token=tok%2B%40h&v=5.46.1&platfrom=electron"
    );
}

#[test]
fn the_protocol_says_the_form_and_whether_it_is_over_tls() {
    for (protocol, expected) in [
        ("1", "tcp://a:1"),
        ("2", "tls://a:1"),
        ("5", "ws://a:1"),
        ("6", "wss://a:1"),
        ("null", "wss://a:1"),
    ] {
        let body = format!(r#"{{"serverAddr":[{{"addr":"a:1","protocol":{protocol}}}]}}"#);
        let answer = outcome(200, body.as_bytes()).unwrap();

        assert_eq!(shown(&answer), [expected], "{protocol}");
    }
}

#[test]
fn a_gateway_we_cannot_speak_to_is_left_out() {
    let entries = [0, 3, 4, 7, 11, 12, -1, i64::MAX]
        .map(|protocol| format!(r#"{{"addr":"a:{protocol}","protocol":{protocol},"weight":9}}"#));
    let body = format!(
        r#"{{"serverAddr":[{},{{"addr":"b:1","protocol":1}}],"server":"c:1"}}"#,
        entries.join(",")
    );

    let answer = outcome(200, body.as_bytes()).unwrap();

    assert_eq!(shown(&answer), ["tcp://b:1"]);
}

#[test]
fn at_equal_weight_tls_goes_first_whatever_the_form() {
    let body = br#"{"serverAddr":[{"addr":"a:1","protocol":1},{"addr":"b:1","protocol":5},
        {"addr":"c:1","protocol":2},{"addr":"d:1","protocol":6},{"addr":"e:1","protocol":1,"weight":1}]}"#;

    let answer = outcome(200, body).unwrap();

    assert_eq!(
        shown(&answer),
        [
            "tcp://e:1",
            "tls://c:1",
            "wss://d:1",
            "tcp://a:1",
            "ws://b:1"
        ]
    );
}

#[test]
fn open_tls_says_what_version_1_gateways_are_to_a_client_of_the_tcp_form() {
    for (body, expected) in [
        (r#"{"server":"a:1","openTLS":1}"#, "tls://a:1"),
        (r#"{"server":"a:1","openTLS":0}"#, "tcp://a:1"),
        (r#"{"server":"a:1"}"#, "tcp://a:1"),
    ] {
        let answer = outcome(200, body.as_bytes()).unwrap();

        let gateways = answer.gateways(answer.version_1_tcp_scheme());

        assert_eq!(gateways[0].to_string(), expected, "{body}");
    }
}

#[test]
fn version_1_gateways_follow_the_navigators_scheme() {
    let body = br#"cb({"server":"a:1","backupServer":"b:1, a:1,,c:1","bs":"ignored:1"});"#;
    let answer = script::outcome(200, body).unwrap();
    assert_eq!(shown(&answer), ["wss://a:1", "wss://b:1", "wss://c:1"]);
    let plain = answer.gateways(GatewayScheme::Ws);
    assert_eq!(
        plain
            .iter()
            .map(GatewayAddress::to_string)
            .collect::<Vec<_>>(),
        ["ws://a:1", "ws://b:1", "ws://c:1"]
    );

    let older =
        script::outcome(200, br#"cb({"server":"a:1","backupServer":"","bs":"d:1"})"#).unwrap();
    assert_eq!(shown(&older), ["wss://a:1", "wss://d:1"]);
}

// F-S30
#[test]
fn an_answer_without_addresses_has_no_gateways() {
    for body in [
        "{}",
        r#"{"serverAddr":[]}"#,
        r#"{"server":"","serverAddr":null}"#,
    ] {
        assert!(
            shown(&outcome(200, body.as_bytes()).unwrap()).is_empty(),
            "{body}"
        );
    }
}

#[test]
fn a_private_deployment_is_recognised() {
    assert!(
        outcome(200, br#"{"type":1}"#)
            .unwrap()
            .is_private_deployment()
    );
    assert!(
        !outcome(200, br#"{"type":0}"#)
            .unwrap()
            .is_private_deployment()
    );
}

#[test]
fn a_rendered_script_is_read_again() {
    let answer = NavigationAnswer {
        code: Some(200),
        user_id: Some("};u".into()),
        server: Some("a:1".into()),
        ..NavigationAnswer::default()
    };

    let rendered = script::render("getServerEndpoint", &answer);

    assert_eq!(
        rendered,
        r#"getServerEndpoint({"code":200,"userId":"};u","server":"a:1"});"#
    );
    assert_eq!(script::outcome(200, rendered.as_bytes()), Ok(answer));
}

proptest! {
    #[test]
    fn any_token_arrives_as_it_was_sent(token in "\\PC{1,80}", key in "[a-z0-9]{1,20}") {
        let request = NavigationRequest::new(Navigator::new("h").unwrap(), key.as_str(), token.as_str());

        let received = ReceivedRequest::parse_v2(Some(&request.app_key), request.body().as_bytes()).unwrap();

        prop_assert_eq!(received.token, token);
        prop_assert_eq!(received.app_key, key);
    }

    #[test]
    fn any_body_gives_an_answer_or_an_error(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::navigation_answer(&body);
    }
}

fn shown(answer: &NavigationAnswer) -> Vec<String> {
    answer
        .gateways(GatewayScheme::Wss)
        .iter()
        .map(GatewayAddress::to_string)
        .collect()
}
