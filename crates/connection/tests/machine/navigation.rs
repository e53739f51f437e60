//! Asking where the gateways are.

use imlink_connection::{Config, LinkError, ProxyFault};
use imlink_model::Code;
use imlink_model::ConnectionStatus::{
    Connecting, ProxyUnavailable, Suspend, TokenIncorrect, Unconnected,
};
use imlink_model::uplink::Event;

use super::driver::{Driver, MS, SECOND, listing};

fn with_navigators(names: &[&str]) -> Driver {
    let navigators = names.iter().map(|name| (*name).to_owned()).collect();
    let mut driver = Driver::with(Config {
        navigators,
        ..Config::default()
    });
    driver.restore("alice");
    driver
}

fn stopped(driver: &mut Driver) -> Option<i32> {
    driver.news().iter().find_map(|event| match event {
        Event::Stopped { code, .. } => Some(code.number()),
        _ => None,
    })
}

#[test]
fn navigators_of_the_token_come_before_those_of_the_configuration() {
    let mut driver = with_navigators(&["n1", "n2"]);
    driver.connect("abc@t1;n2");

    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(driver.actions.iter().find_map(navigator_of).unwrap());
        driver.fail_navigation(LinkError::Unresolved);
    }

    assert_eq!(asked, ["https://t1", "https://n2", "https://n1"]);
    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(30_009))],
        "none of the names has an address"
    );
}

fn navigator_of(action: &imlink_connection::Action) -> Option<String> {
    match action {
        imlink_connection::Action::Navigate { request, .. } => Some(request.navigator.to_string()),
        _ => None,
    }
}

#[test]
fn a_silent_navigator_is_given_ten_seconds() {
    let mut driver = with_navigators(&["n1", "n2"]);
    driver.connect("token-1");
    driver.take_navigation();

    driver.advance(10 * SECOND - MS);
    assert!(driver.take_navigation().is_none());
    driver.advance(MS);

    assert!(driver.take_close().is_some());
    assert_eq!(driver.take_navigation().unwrap().1, "https://n2");
}

// F-S26, F-S31
#[test]
fn what_is_no_answer_sends_the_question_to_the_next_navigator() {
    let huge = format!(r#"{{"code":200,"x":"{}"}}"#, "y".repeat(70_000));
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, &*huge),
        (302, ""),
        (500, ""),
        (204, ""),
        (200, "[]"),
    ] {
        let mut driver = with_navigators(&["n1", "n2"]);
        driver.connect("token-1");

        driver.answer_navigation_with(status, body);

        assert_eq!(
            driver.take_navigation().unwrap().1,
            "https://n2",
            "{status}"
        );
    }
}

#[test]
fn another_code_in_a_good_answer_ends_the_round() {
    let mut driver = with_navigators(&["n1", "n2"]);
    driver.connect("token-1");

    driver.answer_navigation(r#"{"code":500}"#);

    assert!(driver.take_navigation().is_none());
    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(30_007))]
    );
}

// F-S34
#[test]
fn a_refused_token_and_an_expired_licence_are_final() {
    let refusals = [
        (401, "", 31_004, TokenIncorrect),
        (403, "", 31_004, TokenIncorrect),
        (200, r#"{"code":401}"#, 31_004, TokenIncorrect),
        (200, r#"{"code":403}"#, 31_004, TokenIncorrect),
        (416, "", 31_030, Unconnected),
        (200, r#"{"code":416}"#, 31_030, Unconnected),
    ];
    for (status, body, code, shown) in refusals {
        let mut driver = with_navigators(&["n1", "n2"]);
        driver.connect("token-1");

        driver.answer_navigation_with(status, body);

        assert_eq!(driver.statuses(), [(Connecting, None), (shown, Some(code))]);
        assert_eq!(stopped(&mut driver), Some(code));
        driver.advance(3600 * SECOND);
        assert!(driver.actions.is_empty(), "no attempt after a final code");
    }
}

#[test]
fn without_any_navigator_a_connect_ends_at_once_and_says_so() {
    let mut driver = with_navigators(&[]);

    driver.connect("token-1");

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Unconnected, Some(90_016))]
    );
    assert_eq!(
        stopped(&mut driver),
        Some(Code::LOCAL_NO_NAVIGATOR.number())
    );
    assert!(driver.connection.poll_timeout().is_none());
}

#[test]
fn an_answer_is_used_for_two_hours_and_asked_for_again_after() {
    let mut driver = with_navigators(&["n1"]);
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");
    for _ in 0..719 {
        driver.advance(10 * SECOND);
        driver.packet(imlink_wire::ServerPacket::PingResp);
    }

    driver.lose_link(LinkError::Closed);
    driver.advance(50 * MS);
    assert!(driver.take_navigation().is_none());
    driver.fail_dial(LinkError::Refused);
    driver.forget();

    let mut driver = with_navigators(&["n1"]);
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");
    for _ in 0..720 {
        driver.advance(10 * SECOND);
        driver.packet(imlink_wire::ServerPacket::PingResp);
    }
    driver.lose_link(LinkError::Closed);
    driver.advance(50 * MS);
    assert!(driver.take_navigation().is_some());
}

// F-S30
#[test]
fn after_all_addresses_of_a_kept_answer_failed_navigation_is_asked_again() {
    let mut driver = with_navigators(&["n1"]);
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["dead-1", "dead-2"]));
    driver.fail_dial(LinkError::Refused);
    driver.fail_dial(LinkError::Refused);
    driver.advance_to_deadline();
    assert!(
        driver.take_navigation().is_none(),
        "the answer is a moment old"
    );
    driver.fail_dial(LinkError::Refused);
    driver.fail_dial(LinkError::Refused);

    driver.advance_to_deadline();

    driver.answer_navigation(&listing("alice", &["alive"]));
    assert_eq!(driver.open_dial(), "alive");
}

// F-S30
#[test]
fn nine_dead_addresses_and_a_live_one_end_at_the_live_one_in_the_first_round() {
    let mut driver = with_navigators(&["n1"]);
    driver.connect("token-1");
    let gateways = [
        "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "alive",
    ];
    driver.answer_navigation(&listing("alice", &gateways));

    for _ in 0..9 {
        driver.fail_dial(LinkError::Refused);
    }

    assert_eq!(driver.open_dial(), "alive");
    assert_eq!(driver.elapsed(), std::time::Duration::ZERO);
}

// F-S02, F-S31
#[test]
fn the_last_good_list_is_used_where_navigation_gives_none() {
    for (status, body) in [
        (500, ""),
        (200, r#"{"code":200,"serverAddr":[]}"#),
        (200, "nonsense"),
    ] {
        let mut driver = with_navigators(&["n1"]);
        driver.connect("token-1");
        driver.answer_navigation(&listing("alice", &["old"]));
        for _ in 0..2 {
            driver.fail_dial(LinkError::Refused);
            driver.advance_to_deadline();
        }

        driver.answer_navigation_with(status, body);

        assert_eq!(driver.open_dial(), "old");
    }
}

#[test]
fn a_list_without_addresses_and_nothing_kept_is_no_server() {
    let mut driver = with_navigators(&["n1"]);
    driver.connect("token-1");

    driver.answer_navigation(r#"{"code":200,"userId":"alice","serverAddr":[]}"#);

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(35_008))]
    );
}

// F-S33, decisions.md P2
#[test]
fn a_proxy_that_does_not_work_ends_a_first_connect_and_is_waited_for_later() {
    let mut first = with_navigators(&["n1"]);
    first.connect("token-1");
    first.fail_navigation(LinkError::Proxy(ProxyFault::Silent));
    assert_eq!(
        first.statuses(),
        [(Connecting, None), (ProxyUnavailable, Some(31_028))]
    );
    assert_eq!(stopped(&mut first), Some(31_028));

    let mut later = Driver::online();
    later.lose_link(LinkError::Reset);
    later.advance(50 * MS);
    later.fail_dial(LinkError::Proxy(ProxyFault::Silent));
    later.statuses();
    assert_eq!(later.advance_to_deadline(), 250 * MS);
    assert_eq!(later.statuses(), [(Connecting, None)]);
    later.fail_dial(LinkError::Proxy(ProxyFault::Silent));
    assert_eq!(later.statuses(), [(ProxyUnavailable, Some(31_028))]);
    assert_eq!(stopped(&mut later), None);
}
