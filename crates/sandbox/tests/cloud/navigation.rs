//! Answers of navigation, read as a client reads them.

use std::time::Duration;

use imlink_sandbox::{
    Fault, Gateway, Lasting, NavigationFault, NavigationReply, Policy, UnknownToken,
};
use imlink_wire::{
    ProtocolVersion,
    navigation::{
        GatewayScheme, NavigationError, NavigatorScheme, ReceivedRequest, outcome, script,
    },
};

use crate::bench::{Bench, KEY};

fn two_gateways() -> Policy {
    let second = Gateway {
        weight: 20,
        ..Gateway::websocket("127.0.0.1:2")
    };
    Policy {
        gateways: vec![Gateway::websocket("127.0.0.1:1"), second],
        ..Policy::default()
    }
}

fn ask(bench: &mut Bench, key: &str, token: &str) -> NavigationReply {
    let form: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("token", token), ("v", "5.38.0"), ("platfrom", "browser")])
        .finish();
    let request = ReceivedRequest::parse_v2(Some(key), form.as_bytes()).unwrap();
    let now = bench.now;
    bench.cloud.navigate(&request, now)
}

#[test]
fn a_good_answer_names_the_user_and_the_gateways() {
    let mut bench = Bench::with_policy(two_gateways());
    let token = bench.token("alice");

    let reply = ask(&mut bench, KEY, &token);

    let answer = outcome(reply.status, &reply.body).unwrap();
    assert_eq!(answer.user_id.as_deref(), Some("alice"));
    assert_eq!(answer.log_switch, Some(0));
    assert_eq!(answer.protocol_version(), ProtocolVersion::V3);
    let gateways: Vec<_> = answer
        .gateways(GatewayScheme::Ws)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(gateways, ["ws://127.0.0.1:2", "ws://127.0.0.1:1"]);
    assert_eq!(reply.delay, Duration::ZERO);
}

#[test]
fn the_script_of_version_1_says_the_same() {
    let mut bench = Bench::with_policy(two_gateways());
    let token = bench.token("alice");
    let query = format!("appId={KEY}&token={token}&callBack=getServerEndpoint&v=5.3.4&r=1");
    let request = ReceivedRequest::parse_v1(&query).unwrap();
    let now = bench.now;

    let reply = bench.cloud.navigate(&request, now);

    assert!(reply.body.starts_with(b"getServerEndpoint({"), "a call");
    let answer = script::outcome(reply.status, &reply.body).unwrap();
    assert_eq!(answer.user_id.as_deref(), Some("alice"));
    assert_eq!(answer.server.as_deref(), Some("127.0.0.1:1"));
    assert_eq!(answer.backup_server.as_deref(), Some("127.0.0.1:2"));
}

#[test]
fn an_unknown_token_is_31004_or_nobody_as_the_policy_says() {
    let mut bench = Bench::with_policy(two_gateways());

    let refused = ask(&mut bench, KEY, "nonsense");
    let error = outcome(refused.status, &refused.body).unwrap_err();
    assert_eq!((error.code(), error.is_final()), (31004, true));

    bench.app().policy_mut().unknown_token = UnknownToken::NameNobody;
    let answered = ask(&mut bench, KEY, "nonsense");
    let answer = outcome(answered.status, &answered.body).unwrap();
    assert_eq!(answer.user_id.as_deref(), Some(""));
}

#[test]
fn a_token_that_expired_still_names_its_user_because_the_gateway_refuses_it() {
    let mut bench = Bench::with_policy(two_gateways());
    let token = bench.token("alice");
    bench
        .app()
        .expire_tokens(&crate::bench::user("alice"), None);

    let reply = ask(&mut bench, KEY, &token);

    assert_eq!(
        outcome(reply.status, &reply.body)
            .unwrap()
            .user_id
            .as_deref(),
        Some("alice")
    );
}

#[test]
fn an_unknown_app_key_is_led_to_the_gateway_which_says_31002() {
    let mut bench = Bench::with_policy(two_gateways());

    let reply = ask(&mut bench, "nobody", "any");

    let answer = outcome(reply.status, &reply.body).unwrap();
    assert_eq!(answer.gateways(GatewayScheme::Ws).len(), 2);
    assert_eq!(answer.user_id.as_deref(), Some(""));
}

#[test]
fn the_policy_chooses_version_4_and_anonymous_answers() {
    let mut bench = Bench::with_policy(Policy {
        version_4: true,
        name_user: false,
        ..two_gateways()
    });
    let token = bench.token("alice");

    let reply = ask(&mut bench, KEY, &token);

    let answer = outcome(reply.status, &reply.body).unwrap();
    assert_eq!(answer.protocol_version(), ProtocolVersion::V4);
    assert_eq!(answer.user_id.as_deref(), Some(""));
}

// F-S31
#[test]
fn the_policy_says_what_clients_may_ask_for_and_how_they_tell_what_was_read() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let reply = ask(&mut bench, KEY, &token);
    let answer = outcome(reply.status, &reply.body).unwrap();
    assert_eq!(
        (answer.history_msg, answer.chatroom_msg),
        (Some(true), Some(true))
    );
    assert_eq!(
        (answer.ses_driven, answer.server_save_unread),
        (Some(0), Some(0))
    );
    assert_eq!(answer.msg_modify_minute, Some(24 * 60));

    *bench.app().policy_mut() = Policy {
        history: None,
        chatroom_history: None,
        read_positions: true,
        unread_kept: true,
        edit_time: Duration::from_secs(120),
        ..Policy::default()
    };

    let reply = ask(&mut bench, KEY, &token);
    let answer = outcome(reply.status, &reply.body).unwrap();
    assert_eq!(
        (answer.history_msg, answer.chatroom_msg),
        (Some(false), Some(false))
    );
    assert_eq!(
        (answer.ses_driven, answer.server_save_unread),
        (Some(1), Some(1))
    );
    assert_eq!(answer.msg_modify_minute, Some(2));
}

#[test]
fn every_fault_is_what_a_client_takes_it_for() {
    let mut bench = Bench::with_policy(two_gateways());
    let token = bench.token("alice");
    let mut spoiled = |fault: NavigationFault| {
        bench.fault(Fault::Navigation(fault), Lasting::ONCE);
        ask(&mut bench, KEY, &token)
    };

    for (status, code) in [(401, 31004), (403, 31004), (416, 31030), (500, 30007)] {
        let reply = spoiled(NavigationFault::Status(status));
        assert_eq!(
            outcome(reply.status, &reply.body).unwrap_err().code(),
            code,
            "{status}"
        );
    }
    for (fault, error) in [
        (NavigationFault::Empty, NavigationError::Unreadable),
        // A page, as the sign-in of a public network is (F-S26).
        (NavigationFault::NotJson, NavigationError::Portal),
    ] {
        let reply = spoiled(fault);
        assert_eq!(outcome(reply.status, &reply.body), Err(error));
    }
    let reply = spoiled(NavigationFault::Huge(100 * 1024));
    assert_eq!(reply.body.len(), 100 * 1024);
    assert_eq!(
        outcome(reply.status, &reply.body),
        Err(NavigationError::TooLarge)
    );
    let reply = spoiled(NavigationFault::Body(r#"{"code":416}"#.to_owned()));
    assert_eq!(
        outcome(reply.status, &reply.body).unwrap_err().code(),
        31030
    );
    let reply = spoiled(NavigationFault::Redirect("http://127.0.0.1:1/".to_owned()));
    assert_eq!(
        (reply.status, reply.location.as_deref()),
        (302, Some("http://127.0.0.1:1/"))
    );
    let reply = spoiled(NavigationFault::Slow(Duration::from_secs(11)));
    assert_eq!(reply.delay, Duration::from_secs(11));
    assert!(outcome(reply.status, &reply.body).is_ok());
}

/// The transports named to a client that asks so, in order.
fn protocols(
    bench: &mut Bench,
    header: Option<&str>,
    form: &str,
    scheme: NavigatorScheme,
) -> Vec<i64> {
    let token = bench.token("alice");
    let form = format!("token={token}&v=5.38.0{form}");
    let received = ReceivedRequest::parse_v2(Some(KEY), form.as_bytes()).unwrap();
    let request = ReceivedRequest {
        scheme,
        ..received.negotiating(header)
    };
    let now = bench.now;
    let reply = bench.cloud.navigate(&request, now);
    let answer = outcome(reply.status, &reply.body).unwrap();
    let list = answer.server_addr.unwrap();
    list.iter().filter_map(|server| server.protocol).collect()
}

fn all_transports() -> Policy {
    Policy {
        gateways: vec![
            Gateway::websocket("127.0.0.1:5"),
            Gateway::tls("127.0.0.1:2"),
            Gateway::tcp("127.0.0.1:1"),
            Gateway::tls("127.0.0.1:22"),
            Gateway::secure_websocket("127.0.0.1:6"),
        ],
        ..Policy::default()
    }
}

#[test]
fn a_client_is_told_of_the_transports_it_asks_for_and_no_others() {
    use NavigatorScheme::{Http, Https};
    let mut bench = Bench::with_policy(all_transports());

    for (header, form, scheme, told) in [
        // The web SDK, over http and https.
        (
            Some("conn=5;rtc=4;log=2"),
            "&platfrom=browser",
            Http,
            &[5][..],
        ),
        (Some("conn=6;rtc=4;log=2"), "&platfrom=browser", Https, &[6]),
        // The desktop SDK, and a list of more.
        (
            Some("conn=1,2;rtc=4"),
            "&platfrom=electron",
            Http,
            &[2, 1, 2],
        ),
        (Some("conn=1,2,5,6"), "", Http, &[5, 2, 1, 2, 6]),
        (Some("conn=1,2"), "", Http, &[2, 1, 2]),
        (Some("conn=4"), "", Http, &[]),
        // Whoever does not say.
        (None, "&platfrom=browser", Http, &[5]),
        (Some("rtc=4"), "", Http, &[5]),
        (None, "", Https, &[6]),
        (None, "&platfrom=PC", Http, &[2, 1, 2]),
    ] {
        let protocols = protocols(&mut bench, header, form, scheme);
        assert_eq!(protocols, told, "{header:?} {form:?} {scheme:?}");
    }
}

#[test]
fn version_1_addresses_are_of_one_transport_and_say_if_it_is_tls() {
    let mut bench = Bench::with_policy(all_transports());
    let token = bench.token("alice");
    let mut old = |transports: &str| {
        let form = format!("token={token}");
        let received = ReceivedRequest::parse_v2(Some(KEY), form.as_bytes()).unwrap();
        let now = bench.now;
        let request = received.negotiating(Some(&format!("conn={transports}")));
        let reply = bench.cloud.navigate(&request, now);
        let answer = outcome(reply.status, &reply.body).unwrap();
        (answer.server, answer.backup_server, answer.open_tls)
    };
    let some = |text: &str| Some(text.to_owned());

    assert_eq!(
        old("1,2"),
        (some("127.0.0.1:2"), some("127.0.0.1:22"), Some(1))
    );
    assert_eq!(old("1"), (some("127.0.0.1:1"), some(""), Some(0)));
    assert_eq!(old("5"), (some("127.0.0.1:5"), some(""), Some(0)));
    assert_eq!(old("3"), (None, some(""), Some(0)));
}
