//! Whether the link is alive, seen from outside.

use std::time::Duration;

use imlink_connection::{Input, LinkError, Timings};
use imlink_model::ConnectionStatus::{Connecting, Suspend};
use imlink_model::uplink::{Command, Cursor, Hint};
use imlink_wire::{DecodeError, ServerPacket};

use super::cloud::notification;
use super::driver::{Driver, MS, SECOND};

// P6: also those that the shell keeps, as it alone sees a socket that takes no more
#[test]
fn the_deadlines_of_a_link_are_the_documented_ones() {
    let Timings {
        ping,
        pong,
        open,
        connack,
        write,
        ..
    } = Timings::default();

    assert_eq!([ping, pong, connack], [15 * SECOND; 3]);
    assert_eq!([open, write], [10 * SECOND; 2]);
}

// F-S05, P6
#[test]
fn a_frozen_link_is_given_up_within_thirty_seconds_of_its_last_byte() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);

    driver.advance(15 * SECOND - MS);
    assert!(driver.take_ping().is_none());
    driver.advance(MS);
    assert!(driver.take_ping().is_some());
    driver.advance(15 * SECOND - MS);
    assert!(driver.events.is_empty());
    driver.advance(MS);

    assert_eq!(driver.statuses(), [(Suspend, Some(30_012))]);
    assert!(driver.take_close().is_some());
    driver.advance(50 * MS);
    assert_eq!(driver.statuses(), [(Connecting, None)]);
    assert!(driver.take_dial().is_some());
}

// F-S20, P6
#[test]
fn data_keeps_a_link_alive_whose_pongs_are_two_minutes_late() {
    let mut driver = Driver::online();

    for second in 0..120 {
        driver.advance(SECOND);
        driver.packet(notification(1, second));
        driver.forget();
    }

    assert_eq!(driver.connection.snapshot().status.name(), "CONNECTED");
}

// F-S47
#[test]
fn bytes_of_an_unfinished_packet_are_life() {
    let mut driver = Driver::online();

    for _ in 0..60 {
        driver.advance(5 * SECOND);
        let generation = driver.link();
        driver.input(Input::Alive { generation });
    }

    assert_eq!(driver.connection.snapshot().status.name(), "CONNECTED");
}

// F-A09
#[test]
fn ten_minutes_without_a_turn_are_one_ping_and_one_attempt_late_not_forty() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);

    driver.stall(600 * SECOND);

    assert!(driver.take_ping().is_some());
    assert!(
        driver.take_ping().is_none(),
        "the missed ones are not made up for"
    );
    assert!(driver.take_close().is_none(), "nobody was asked in vain");
    driver.packet(ServerPacket::PingResp);
    assert_eq!(driver.connection.snapshot().status.name(), "CONNECTED");

    driver.lose_link(LinkError::Closed);
    driver.forget();
    driver.stall(600 * SECOND);

    assert!(driver.take_dial().is_some());
    assert!(driver.take_dial().is_none(), "one attempt");
}

#[test]
fn the_round_trip_is_the_time_from_ping_to_pong() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    driver.advance(15 * SECOND);
    driver.advance(123 * MS);

    driver.packet(ServerPacket::PingResp);

    assert_eq!(driver.connection.snapshot().round_trip, Some(123 * MS));
}

// F-S22, F-S23
#[test]
fn a_hint_probes_an_online_link_at_once_and_allows_five_seconds() {
    for hint in [Hint::NetworkChanged, Hint::Resumed, Hint::Foreground] {
        let mut driver = Driver::online();
        driver.packet(ServerPacket::PingResp);
        driver.advance(SECOND);

        driver.command(Command::Hint(hint));
        assert!(driver.take_ping().is_some());
        driver.advance(5 * SECOND - MS);
        assert!(driver.events.is_empty());
        driver.advance(MS);

        assert_eq!(driver.statuses(), [(Suspend, Some(30_012))], "{hint:?}");
    }
}

// F-S22, F-S23, F-S24
#[test]
fn a_hint_soon_after_another_is_put_off_and_a_waking_is_not() {
    for (second, put_off) in [
        (Hint::NetworkChanged, 100 * MS),
        (Hint::Resumed, Duration::ZERO),
    ] {
        let mut driver = Driver::online();
        driver.packet(ServerPacket::PingResp);
        driver.command(Command::Hint(Hint::Foreground));
        assert!(driver.take_ping().is_some());
        driver.packet(ServerPacket::PingResp);
        driver.advance(900 * MS);

        driver.command(Command::Hint(second));

        if !put_off.is_zero() {
            driver.advance(put_off - MS);
            assert!(driver.take_ping().is_none(), "{second:?}");
            driver.advance(MS);
        }
        assert!(driver.take_ping().is_some(), "{second:?}");
    }
}

// F-S21
#[test]
fn clocks_that_jump_by_years_move_no_timer() {
    const YEARS: i64 = 10 * 365 * 24 * 60 * 60 * 1_000;
    let mut driver = Driver::online_with(Cursor::default(), 0);
    for server_time in [YEARS, -YEARS, i64::MAX, i64::MIN, 0] {
        driver.connect_again_at(server_time);
        driver.packet(ServerPacket::PingResp);
        driver.forget();

        driver.advance(15 * SECOND - MS);
        assert!(driver.take_ping().is_none(), "{server_time}");
        driver.advance(MS);

        assert!(driver.take_ping().is_some(), "{server_time}");
        assert!(driver.events.is_empty(), "{server_time}");
        driver.stay_online(30 * SECOND);
    }
}

#[test]
fn an_answered_probe_changes_nothing() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    driver.command(Command::Hint(Hint::Resumed));

    driver.packet(ServerPacket::PingResp);
    driver.advance(14 * SECOND);

    assert!(driver.events.is_empty());
}

// F-S09
#[test]
fn garbage_ends_the_link_and_an_unknown_packet_does_not() {
    let mut driver = Driver::online();
    let generation = driver.link();

    driver.input(Input::Packet {
        generation,
        packet: Err(DecodeError::Kind(9)),
    });
    driver.packet(ServerPacket::ConnAck(imlink_wire::ConnAck::refused(4)));
    assert!(driver.events.is_empty());
    driver.input(Input::Packet {
        generation,
        packet: Err(DecodeError::Truncated("topic")),
    });

    assert_eq!(driver.statuses(), [(Suspend, Some(30_011))]);
    assert_eq!(driver.connection.snapshot().dropped.packets, 3);
}
