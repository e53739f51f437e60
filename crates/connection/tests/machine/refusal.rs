//! CONNACK and DISCONNECT, every status of them.

use std::time::Duration;

use imlink_connection::LinkError;
use imlink_model::ConnectionStatus::{
    self, Connected, Connecting, KickedOffline, Suspend, TokenIncorrect, Unconnected, UserAbandon,
    UserBlocked,
};
use imlink_model::uplink::{Command, Event, Hint, Network};
use imlink_wire::ServerPacket;

use super::driver::{Driver, MS, SECOND, listing};

/// A machine whose gateway is about to answer.
pub fn greeting() -> Driver {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.open_dial();
    driver.forget();
    driver
}

pub fn assert_stopped(driver: &mut Driver, shown: ConnectionStatus, code: i32) {
    assert_eq!(driver.statuses(), [(shown, Some(code))]);
    let stopped =
        |event: &Event| matches!(event, Event::Stopped { code: c, .. } if c.number() == code);
    assert_eq!(
        driver.news().iter().filter(|event| stopped(event)).count(),
        1
    );
    assert!(driver.take_close().is_some(), "the link is closed");
    // Invariant 11: nothing but a connect wakes it.
    driver.forget();
    driver.advance(1800 * SECOND);
    driver.command(Command::Network(Network::Unavailable));
    driver.command(Command::Network(Network::Available));
    for hint in [Hint::NetworkChanged, Hint::Resumed, Hint::Foreground] {
        driver.command(Command::Hint(hint));
    }
    driver.lose_link(LinkError::Closed);
    driver.advance(1800 * SECOND);
    assert!(
        driver.actions.is_empty() && driver.events.is_empty(),
        "{code}"
    );
    driver.connect("token-2");
    assert!(
        driver.take_navigation().is_some(),
        "a connect starts at once"
    );
}

fn shown_for(code: i32) -> ConnectionStatus {
    match code {
        31_004 | 31_020 => TokenIncorrect,
        31_009 | 31_011 => UserBlocked,
        31_010 | 31_023 => KickedOffline,
        31_029 => UserAbandon,
        _ => Unconnected,
    }
}

// F-S34, F-S35, F-S37, P3, P11, S4-19 to S4-29
#[test]
fn every_documented_connack_status_but_redirect_is_final() {
    let documented: Vec<(u8, i32)> = imlink_wire::status::CONNACK_CODES
        .iter()
        .map(|row| (row.0, row.1))
        .collect();
    assert_eq!(documented.len(), 21);
    for (status, code) in documented {
        if status == 0 || status == 6 {
            continue;
        }
        let mut driver = greeting();
        driver.refuse(status);

        assert!(driver.take_dial().is_none(), "a refusal stops the search");
        assert_stopped(&mut driver, shown_for(code), code);
    }
}

// F-S38, P11
#[test]
fn an_unknown_connack_status_is_shown_as_unknown_and_retried_after_64_seconds() {
    for status in [21, 22, 23, 24, 25, 255] {
        let mut driver = greeting();
        driver.refuse(status);
        assert_eq!(driver.statuses(), [(Suspend, Some(-1))]);

        driver.command(Command::Hint(Hint::Foreground));
        driver.advance(64 * SECOND - MS);
        assert!(driver.take_dial().is_none());
        driver.advance(MS);

        assert_eq!(driver.statuses(), [(Connecting, None)]);
        assert!(driver.take_dial().is_some());
    }
}

// F-S36, F-S37, P11
#[test]
fn every_disconnect_status_has_its_consequence() {
    for status in 0..=12 {
        let mut driver = Driver::online();
        driver.packet(ServerPacket::Disconnect { status });
        match imlink_wire::status::disconnect_code(status) {
            Some(31_006) => {
                assert_eq!(
                    driver.statuses(),
                    [(Suspend, Some(30_011)), (Connecting, None)]
                );
                assert!(
                    driver.take_navigation().is_some(),
                    "at once, and asked anew"
                );
            }
            Some(code) => assert_stopped(&mut driver, shown_for(code), code),
            None => {
                assert_eq!(driver.statuses(), [(Suspend, Some(-1))]);
                assert_eq!(driver.advance_to_deadline(), 64 * SECOND);
            }
        }
    }
}

#[test]
fn a_disconnect_before_connack_counts_like_one_after() {
    let mut driver = greeting();

    driver.packet(ServerPacket::Disconnect { status: 1 });

    assert_stopped(&mut driver, KickedOffline, 31_010);
}

// F-S32
#[test]
fn three_redirects_are_followed_at_once_and_then_by_the_ladder() {
    let mut driver = greeting();
    for _ in 0..3 {
        driver.refuse(6);
        assert_eq!(driver.elapsed(), Duration::ZERO);
        assert!(driver.events.is_empty(), "a redirect is no error");
        driver.answer_navigation(&listing("alice", &["a", "b"]));
        driver.open_dial();
    }

    driver.refuse(6);
    assert_eq!(driver.statuses(), [(Suspend, Some(30_011))]);
    assert_eq!(driver.advance_to_deadline(), 50 * MS);
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.open_dial();
    driver.refuse(6);
    assert_eq!(driver.advance_to_deadline(), 250 * MS);
}

#[test]
fn a_redirect_forgets_the_answer_and_the_address_that_worked() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::Disconnect { status: 6 });
    driver.fail_navigation(LinkError::Refused);

    assert!(driver.take_dial().is_none(), "there is no last good list");
    driver.advance_to_deadline();
    driver.answer_navigation(&listing("alice", &["other", "gateway.test"]));
    assert_eq!(driver.open_dial(), "other");
}

#[test]
fn a_stable_connection_allows_redirects_at_once_again() {
    let mut driver = greeting();
    for _ in 0..3 {
        driver.refuse(6);
        driver.answer_navigation(&listing("alice", &["a"]));
        driver.open_dial();
    }
    driver.accept("alice");
    driver.advance(14 * SECOND);
    driver.packet(ServerPacket::PingResp);
    driver.advance(16 * SECOND);
    driver.statuses();

    driver.packet(ServerPacket::Disconnect { status: 6 });

    assert_eq!(
        driver.statuses(),
        [(Suspend, Some(30_011)), (Connecting, None)]
    );
}

#[test]
fn a_kick_during_a_wait_for_rows_is_final_too() {
    let mut driver = Driver::new();
    driver.connect("token-1");
    driver.answer_navigation(&listing("", &["a"]));
    driver.open_dial();
    driver.accept("alice");
    driver.forget();

    driver.packet(ServerPacket::Disconnect { status: 1 });

    assert_stopped(&mut driver, KickedOffline, 31_010);
}

#[test]
fn a_connect_after_a_final_code_goes_online_again() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::Disconnect { status: 7 });
    driver.forget();

    driver.connect("token-2");
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");

    assert_eq!(driver.statuses(), [(Connecting, None), (Connected, None)]);
}
