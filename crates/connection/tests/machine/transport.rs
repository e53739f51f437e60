//! Which gateways are dialled in which form, and what is said there first (decisions.md P20).

use imlink_connection::{Config, Greeting, LinkError, Transport};
use imlink_model::Code;
use imlink_model::ConnectionStatus::{Connecting, KickedOffline, Suspend, Unconnected};
use imlink_model::uplink::Event;
use imlink_wire::status::REDIRECT;
use imlink_wire::tcp::{Connect, Mask};
use imlink_wire::{ProtocolVersion, ServerPacket};

use super::driver::{Driver, MS, NAVIGATOR, listing};

const ONLY_WEB: &str =
    r#"{"userId":"alice","serverAddr":[{"addr":"far.test:1","protocol":6,"weight":1}]}"#;

fn connecting(config: Config) -> Driver {
    let mut driver = Driver::with(Config {
        navigators: vec![NAVIGATOR.to_owned()],
        ..config
    });
    driver.restore("alice");
    driver.connect("token-1@elsewhere.test");
    driver
}

fn speaking(transport: Transport) -> Driver {
    connecting(Config {
        transport,
        ..Config::default()
    })
}

fn tcp_greeting(driver: &mut Driver) -> Connect {
    match driver.take_greeting().expect("a gateway is dialled") {
        (_, Greeting::Tcp(connect)) => connect,
        (target, Greeting::WebSocket(_)) => panic!("a WebSocket to {target}"),
    }
}

fn stopped(driver: &mut Driver) -> Option<Code> {
    driver.news().iter().find_map(|event| match event {
        Event::Stopped { code, .. } => Some(*code),
        _ => None,
    })
}

#[test]
fn the_tcp_form_is_the_default_and_says_what_the_upgrade_url_says() {
    let config = Config {
        device_id: Some("0123456789abcdefghijkl".to_owned()),
        ..Config::default()
    };
    let mut driver = connecting(config);
    driver.answer_navigation(&listing("alice", &["gateway.test:1"]));

    let connect = tcp_greeting(&mut driver);

    assert_eq!(connect.app_key, "sandboxkey");
    assert_eq!(connect.token(), "token-1@");
    assert_eq!(connect.device_id, "0123456789abcdefghijkl");
    assert_eq!(connect.mask, Mask::Constant);
    assert!(!connect.reconnect_kick);
}

#[test]
fn with_open_anti_every_connection_has_a_key_of_its_own() {
    let body = r#"{"userId":"alice","openAnti":1,"serverAddr":[{"addr":"a:1","protocol":2},{"addr":"b:1","protocol":2}]}"#;
    let mut driver = speaking(Transport::Tcp);
    driver.answer_navigation(body);

    let first = tcp_greeting(&mut driver).mask;
    driver.lose_link(LinkError::Refused);
    let second = tcp_greeting(&mut driver).mask;

    assert_eq!(first.version(), ProtocolVersion::V4);
    assert_eq!(second.version(), ProtocolVersion::V4);
    assert_ne!(first, second);
}

#[test]
fn websocket_is_spoken_where_it_is_configured() {
    let mut driver = speaking(Transport::WebSocket);
    driver.answer_navigation(ONLY_WEB);

    let (target, greeting) = driver.take_greeting().unwrap();

    assert_eq!(target.to_string(), "wss://far.test:1");
    assert!(matches!(greeting, Greeting::WebSocket(_)), "{greeting:?}");
}

#[test]
fn gateways_are_tried_in_order_and_the_one_that_worked_is_first_after() {
    let body = r#"{"userId":"alice","serverAddr":[
        {"addr":"127.0.0.1:1","protocol":1,"weight":5},{"addr":"tls.test:1","protocol":2,"weight":5},
        {"addr":"web.test:1","protocol":6,"weight":9},{"addr":"best.test:1","protocol":2,"weight":7}]}"#;
    let mut driver = speaking(Transport::Auto);
    driver.answer_navigation(body);

    assert_eq!(driver.fail_dial(LinkError::Refused), "best.test:1");
    assert_eq!(driver.fail_dial(LinkError::Refused), "tls.test:1");
    assert_eq!(driver.open_dial(), "127.0.0.1:1");
    driver.accept("alice");
    driver.lose_link(LinkError::Reset);
    driver.advance(50 * MS);

    assert_eq!(driver.fail_dial(LinkError::Refused), "127.0.0.1:1");
    assert_eq!(driver.fail_dial(LinkError::Refused), "best.test:1");
    assert_eq!(driver.fail_dial(LinkError::Refused), "tls.test:1");
    assert!(driver.take_dial().is_none(), "never the web slot");
}

// P20
#[test]
fn a_first_connect_ends_where_the_settings_forbid_every_gateway() {
    let clear = r#"{"userId":"alice","serverAddr":[{"addr":"far.test:80","protocol":1}]}"#;
    for (transport, body) in [
        (Transport::Auto, ONLY_WEB),
        (Transport::Tcp, ONLY_WEB),
        (Transport::Auto, clear),
        (Transport::WebSocket, clear),
    ] {
        let mut driver = speaking(transport);

        driver.answer_navigation(body);

        assert!(driver.take_dial().is_none(), "{transport} {body}");
        assert_eq!(
            driver.statuses(),
            [(Connecting, None), (Unconnected, Some(90_017))]
        );
        assert_eq!(stopped(&mut driver), Some(Code::LOCAL_TRANSPORT));
        assert!(driver.connection.poll_timeout().is_none());
    }
}

#[test]
fn an_account_that_was_online_waits_until_a_gateway_it_may_use_is_offered_again() {
    let mut driver = Driver::online();
    // A redirect, so that nothing better is remembered.
    driver.packet(ServerPacket::Disconnect { status: REDIRECT });
    driver.statuses();

    driver.answer_navigation(ONLY_WEB);

    assert_eq!(driver.statuses(), [(Suspend, Some(90_017))]);
    assert_eq!(stopped(&mut driver), None);
    driver.advance_to_deadline();
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    assert_eq!(driver.open_dial(), "gateway.test");
}

#[test]
fn a_list_of_unknown_protocols_is_a_list_without_gateways() {
    let mut driver = speaking(Transport::Auto);

    driver.answer_navigation(
        r#"{"userId":"alice","serverAddr":[{"addr":"a:1","protocol":3},{"addr":"b:1","protocol":77}]}"#,
    );

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(35_008))]
    );
}

// F-S27
#[test]
fn a_certificate_nobody_vouches_for_is_told_as_the_cause_and_tried_again() {
    let mut driver = speaking(Transport::Tcp);
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.fail_dial(LinkError::Insecure);
    driver.fail_dial(LinkError::Refused);

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(90_018))]
    );
    driver.advance_to_deadline();
    driver.fail_dial(LinkError::Refused);
    driver.fail_dial(LinkError::Refused);
    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(35_008))]
    );

    let mut at_navigation = speaking(Transport::Tcp);
    at_navigation.fail_navigation(LinkError::Insecure);
    at_navigation.fail_navigation(LinkError::Unresolved);
    assert_eq!(
        at_navigation.statuses(),
        [(Connecting, None), (Suspend, Some(90_018))]
    );
}

// F-S36, P12
#[test]
fn a_reconnect_that_yields_ends_with_31023_and_is_not_repeated() {
    let config = Config {
        reconnect_kick: true,
        ..Config::default()
    };
    let mut driver = connecting(config);
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    assert!(tcp_greeting(&mut driver).reconnect_kick);
    driver.accept("alice");
    driver.lose_link(LinkError::Reset);
    driver.advance(50 * MS);
    assert!(tcp_greeting(&mut driver).reconnect_kick);
    driver.statuses();

    driver.refuse(13);

    assert_eq!(driver.statuses(), [(KickedOffline, Some(31_023))]);
    assert_eq!(
        stopped(&mut driver),
        Some(Code::RC_DISCONN_SAME_CLIENT_ON_LINE)
    );
    assert!(driver.take_close().is_some());
    assert!(driver.connection.poll_timeout().is_none());
}
