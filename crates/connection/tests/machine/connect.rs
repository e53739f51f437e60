//! From connect to online, in the order apps see it.

use imlink_connection::{Action, Config, LinkError};
use imlink_model::ConnectionStatus::{Connected, Connecting, Suspend, Unconnected};
use imlink_model::uplink::{Event, IdentifiedBy};
use imlink_model::{Code, UserId};
use imlink_wire::{ConnAck, ServerPacket, Session};

use super::driver::{Driver, MS, SECOND, listing};

fn identified(user: &str, by: IdentifiedBy) -> Event {
    Event::Identified {
        user: UserId::new(user).unwrap(),
        by,
    }
}

#[test]
fn a_known_account_goes_online_without_waiting_for_anybody() {
    let mut driver = Driver::new();
    driver.restore("alice");

    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");

    assert_eq!(driver.statuses(), [(Connecting, None), (Connected, None)]);
    assert_eq!(
        driver.news(),
        [identified("alice", IdentifiedBy::Directory), Event::Online]
    );
}

#[test]
fn nothing_is_dialled_before_the_rows_of_the_user_navigation_names_are_there() {
    let mut driver = Driver::new();
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.advance(600 * SECOND);
    assert!(driver.take_dial().is_none());
    assert_eq!(
        driver.news(),
        [identified("alice", IdentifiedBy::Directory)]
    );

    driver.restore("bob");
    assert!(
        driver.take_dial().is_none(),
        "another user's rows do not help"
    );
    driver.restore("alice");

    assert!(driver.take_dial().is_some());
}

#[test]
fn where_navigation_names_nobody_the_gateway_does_and_only_pings_are_sent_until_the_rows_are_there()
{
    let mut driver = Driver::new();
    driver.connect("token-1");
    driver.answer_navigation(&listing("", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");
    driver.packet(ServerPacket::PingResp);
    driver.advance(15 * SECOND);

    assert_eq!(driver.statuses(), [(Connecting, None)]);
    assert_eq!(driver.news(), [identified("alice", IdentifiedBy::Gateway)]);
    assert!(driver.take_ping().is_some() && driver.take_ping().is_some());
    assert!(driver.take_query().is_none());

    driver.restore("alice");
    assert_eq!(driver.statuses(), [(Connected, None)]);
    assert_eq!(driver.news(), [Event::Online]);
    assert!(driver.take_query().is_some());
}

#[test]
fn the_gateway_has_the_last_word_on_whose_token_it_is() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("bob");

    assert_eq!(driver.statuses(), [(Connecting, None)]);
    assert_eq!(
        driver.news(),
        [
            identified("alice", IdentifiedBy::Directory),
            identified("bob", IdentifiedBy::Gateway)
        ]
    );
    assert!(
        driver.take_query().is_none(),
        "nothing is pulled into the wrong rows"
    );
    driver.restore("bob");
    assert_eq!(driver.statuses(), [(Connected, None)]);
}

#[test]
fn a_gateway_that_names_nobody_confirms_the_user_navigation_named_or_is_given_up() {
    let nameless = ServerPacket::ConnAck(ConnAck::accepted(Session::default()));
    let mut named = Driver::new();
    named.restore("alice");
    named.connect("token-1");
    named.answer_navigation(&listing("alice", &["gateway.test"]));
    named.open_dial();
    named.packet(nameless.clone());
    assert_eq!(named.statuses(), [(Connecting, None), (Connected, None)]);

    let mut unnamed = Driver::new();
    unnamed.connect("token-1");
    unnamed.answer_navigation(&listing("", &["gateway.test"]));
    unnamed.open_dial();
    unnamed.packet(nameless);
    assert_eq!(
        unnamed.statuses(),
        [(Connecting, None), (Suspend, Some(35_008))]
    );
    assert!(unnamed.take_close().is_some());
}

#[test]
fn the_first_packets_are_a_ping_and_a_pull() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");

    let packets: Vec<String> = driver
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::Transmit { packet, .. } => Some(format!("{packet:?}")),
            _ => None,
        })
        .collect();
    assert_eq!(packets[0], "PingReq");
    assert!(packets[1].starts_with("Query { topic: \"pullMsg\", target: \"alice\", message_id: 1"));
    assert_eq!(packets.len(), 2);
}

#[test]
fn a_connect_while_online_keeps_its_token_for_the_next_attempt() {
    let mut driver = Driver::online();

    driver.connect("token-2");
    assert!(driver.actions.is_empty() && driver.events.is_empty());

    driver.lose_link(LinkError::Closed);
    driver.advance(50 * MS);
    let asked_with = driver.actions.iter().find_map(|action| match action {
        Action::Navigate { request, .. } => Some(request.token.clone()),
        _ => None,
    });
    assert_eq!(
        asked_with.as_deref(),
        Some("token-2"),
        "another token, another answer"
    );
}

#[test]
fn a_token_refused_while_a_newer_one_waits_makes_room_for_it_at_once() {
    let mut driver = Driver::new();
    driver.connect("token-1");
    driver.connect("token-2");

    driver.answer_navigation_with(401, "");

    assert!(driver.take_navigation().is_some());
    assert_eq!(driver.statuses(), [(Connecting, None)]);
}

// F-S30, F-S04, P6
#[test]
fn addresses_are_tried_by_falling_weight_each_with_its_own_deadlines() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a", "b", "c"]));

    assert_eq!(driver.take_dial().unwrap().1.authority, "a");
    driver.advance(10 * SECOND - MS);
    assert!(driver.take_dial().is_none());
    driver.advance(MS);
    assert!(driver.take_close().is_some());
    assert_eq!(driver.open_dial(), "b");
    driver.advance(15 * SECOND - MS);
    assert!(driver.take_dial().is_none());
    driver.advance(MS);
    assert_eq!(driver.fail_dial(LinkError::Refused), "c");

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(31_000))],
        "one of them took the connection and said nothing"
    );
}

#[test]
fn the_address_that_worked_is_dialled_first_the_next_time() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.fail_dial(LinkError::Refused);
    assert_eq!(driver.open_dial(), "b");
    driver.accept("alice");

    driver.lose_link(LinkError::Reset);
    driver.advance(50 * MS);

    assert!(driver.take_navigation().is_none(), "the answer is kept");
    assert_eq!(driver.open_dial(), "b");
}

#[test]
fn garbage_before_connack_costs_only_that_address() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.open_dial();

    driver.packet(ServerPacket::PingResp);
    assert!(
        driver.take_dial().is_none(),
        "a packet that is not expected is dropped"
    );
    let generation = driver.link();
    driver.input(imlink_connection::Input::Packet {
        generation,
        packet: Err(imlink_wire::DecodeError::Empty),
    });

    assert_eq!(driver.open_dial(), "b");
    assert_eq!(driver.connection.snapshot().dropped.packets, 2);
}

// F-S26, decisions.md P20
#[test]
fn the_token_is_never_told_in_clear_text_beyond_this_machine() {
    let navigators = vec![
        "http://far.test".to_owned(),
        "http://127.0.0.1:8080".to_owned(),
    ];
    let mut driver = Driver::with(Config {
        navigators,
        ..Config::default()
    });
    driver.restore("alice");
    driver.connect("token-1");
    let (_, navigator) = driver.take_navigation().unwrap();
    assert_eq!(navigator, "http://127.0.0.1:8080");

    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    let clear = r#"{"userId":"alice","serverAddr":[
        {"addr":"far.test:80","protocol":1,"weight":9},{"addr":"[::1]:80","protocol":1,"weight":1}]}"#;
    driver.answer_navigation(clear);
    assert_eq!(driver.fail_dial(LinkError::Refused), "[::1]:80");
    assert!(driver.take_dial().is_none());

    let navigators = vec!["http://far.test".to_owned()];
    let mut risky = Driver::with(Config {
        navigators,
        clear_text: true,
        ..Config::default()
    });
    risky.connect("token-1");
    assert!(risky.take_navigation().is_some());
}

#[test]
fn late_completions_of_an_earlier_attempt_change_nothing() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a"]));
    let (late, _) = driver.take_dial().unwrap();
    driver.advance(10 * SECOND);
    driver.forget();

    driver.input(imlink_connection::Input::Opened { generation: late });
    driver.input(imlink_connection::Input::Packet {
        generation: late,
        packet: Ok(ServerPacket::ConnAck(ConnAck::refused(4))),
    });
    driver.input(imlink_connection::Input::Lost {
        generation: late,
        error: LinkError::Closed,
    });

    assert!(driver.events.is_empty() && driver.actions.is_empty());
}

// decisions.md P8
#[test]
fn where_another_account_is_live_a_token_of_nobody_known_is_not_dialled_with() {
    let navigators = vec!["navigator.test".to_owned()];
    let config = Config {
        navigators,
        refuse_unnamed: true,
        ..Config::default()
    };
    let mut unnamed = Driver::with(config.clone());
    unnamed.connect("token-1");
    unnamed.answer_navigation(&listing("", &["gateway.test"]));
    assert!(unnamed.take_dial().is_none());
    assert_eq!(
        unnamed.statuses(),
        [(Connecting, None), (Unconnected, Some(34_001))]
    );
    assert_eq!(
        unnamed.news(),
        [Event::Stopped {
            code: Code::RC_CONNECTION_EXIST,
            because: None,
        }]
    );
    unnamed.connect("token-1");
    assert!(unnamed.take_navigation().is_some(), "asked anew");

    let mut named = Driver::with(config);
    named.restore("alice");
    named.connect("token-1");
    named.answer_navigation(&listing("alice", &["gateway.test"]));
    assert!(named.take_dial().is_some());
}
