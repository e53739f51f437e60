//! The waits between attempts, seen from outside.

use std::time::Duration;

use imlink_connection::{Config, LinkError};
use imlink_model::ConnectionStatus::{Connected, Connecting, Suspend};
use imlink_model::uplink::{Command, Event, Hint};

use super::driver::{Driver, MS, NAVIGATOR, SECOND, listing};

/// A machine whose navigator never answers anything useful.
fn without_navigation() -> Driver {
    unanswered(Driver::new())
}

fn unanswered(mut driver: Driver) -> Driver {
    driver.restore("alice");
    driver.connect("token-1");
    driver
}

/// Fails this many rounds, and tells the waits between them.
fn waits(driver: &mut Driver, rounds: usize) -> Vec<Duration> {
    (0..rounds)
        .map(|_| {
            driver.fail_navigation(LinkError::Refused);
            driver.advance_to_deadline()
        })
        .collect()
}

const STEPS: [u64; 12] = [
    50, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000, 64_000,
];

fn assert_is_ladder(waits: &[Duration]) {
    for (wait, step) in waits.iter().zip(STEPS.map(Duration::from_millis)) {
        if step < SECOND {
            assert_eq!(*wait, step);
        } else {
            assert!(*wait >= step / 2 && *wait <= step, "{wait:?} for {step:?}");
        }
    }
}

// P4
#[test]
fn the_waits_of_many_machines_fill_each_step_from_its_half_to_its_whole() {
    let config = || Config {
        navigators: vec![NAVIGATOR.to_owned()],
        ..Config::default()
    };
    let machines: Vec<Vec<Duration>> = (0..200)
        .map(|seed| waits(&mut unanswered(Driver::seeded(config(), seed)), STEPS.len()))
        .collect();

    for (round, step) in STEPS.into_iter().map(Duration::from_millis).enumerate() {
        let of_round = machines.iter().map(|waits| waits[round]);
        let (shortest, longest) = (of_round.clone().min().unwrap(), of_round.max().unwrap());
        let shortest_allowed = if step < SECOND { step } else { step / 2 };
        assert!(shortest >= shortest_allowed && longest <= step, "{step:?}");
        assert!(
            shortest <= shortest_allowed + step / 20,
            "{shortest:?} of {step:?}"
        );
        assert!(longest >= step - step / 20, "{longest:?} of {step:?}");
    }
}

// F-S01, P4; behaviour.md 3.1
#[test]
fn attempts_follow_the_ladder_and_each_failure_tells_when_the_next_one_is_due() {
    let mut driver = without_navigation();

    let waits = waits(&mut driver, 12);

    assert_is_ladder(&waits);
    let told: Vec<Duration> = driver
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Status {
                status: Suspend,
                retry_in,
                ..
            } => *retry_in,
            _ => None,
        })
        .collect();
    assert_eq!(told, waits);
    let statuses = driver.statuses();
    assert_eq!(statuses[..2], [(Connecting, None), (Suspend, Some(30_007))]);
    assert_eq!(statuses.len(), 25);
}

#[test]
fn the_first_connect_starts_at_once() {
    let driver = without_navigation();

    assert_eq!(driver.elapsed(), Duration::ZERO);
    assert_eq!(driver.actions.len(), 1);
}

/// Comes online by the kept navigation answer, and stays so long.
fn be_online(driver: &mut Driver, time: Duration) {
    driver.open_dial();
    driver.accept("alice");
    let mut left = time;
    while !left.is_zero() {
        let step = left.min(10 * SECOND);
        driver.advance(step);
        driver.packet(imlink_wire::ServerPacket::PingResp);
        left -= step;
    }
    driver.lose_link(LinkError::Closed);
}

// F-S40
#[test]
fn a_server_that_accepts_and_closes_at_once_is_met_ever_more_slowly() {
    let mut driver = without_navigation();
    driver.answer_navigation(&listing("alice", &["gateway.test"]));

    let waits: Vec<Duration> = (0..10)
        .map(|_| {
            be_online(&mut driver, Duration::ZERO);
            driver.advance_to_deadline()
        })
        .collect();

    assert_is_ladder(&waits);
}

// F-S40, P4
#[test]
fn thirty_stable_seconds_lead_back_to_the_first_step() {
    let mut driver = without_navigation();
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    for _ in 0..5 {
        be_online(&mut driver, Duration::ZERO);
        driver.advance_to_deadline();
    }

    be_online(&mut driver, 30 * SECOND - MS);
    assert!(
        driver.advance_to_deadline() >= 2 * SECOND,
        "not quite stable"
    );
    be_online(&mut driver, 30 * SECOND);

    assert_eq!(driver.advance_to_deadline(), 50 * MS);
}

// P4
#[test]
fn every_hint_restarts_the_ladder() {
    for hint in [Hint::NetworkChanged, Hint::Resumed, Hint::Foreground] {
        let mut driver = without_navigation();
        waits(&mut driver, 8);
        driver.fail_navigation(LinkError::Refused);

        driver.command(Command::Hint(hint));

        assert_eq!(driver.advance_to_deadline(), 50 * MS, "{hint:?}");
        assert_eq!(waits(&mut driver, 2), [250 * MS, 500 * MS]);
    }
}

// F-S24, P4
#[test]
fn a_hint_within_a_second_of_another_waits_for_the_second_to_be_over() {
    for hint in [Hint::NetworkChanged, Hint::Foreground] {
        let mut driver = without_navigation();
        waits(&mut driver, 8);
        driver.fail_navigation(LinkError::Refused);
        driver.command(Command::Hint(Hint::Foreground));
        // The ladder goes on to its fourth step, which is longer than what is left of the second.
        assert_eq!(driver.advance_to_deadline(), 50 * MS);
        assert_eq!(waits(&mut driver, 2), [250 * MS, 500 * MS]);
        driver.fail_navigation(LinkError::Refused);

        driver.command(Command::Hint(hint));

        assert_eq!(driver.advance_to_deadline(), 200 * MS, "{hint:?}");
        assert_eq!(driver.advance_to_deadline(), 50 * MS, "{hint:?}");
    }
}

// F-S22
#[test]
fn a_machine_that_woke_is_not_put_off() {
    let mut driver = without_navigation();
    waits(&mut driver, 8);
    driver.fail_navigation(LinkError::Refused);
    driver.command(Command::Hint(Hint::Foreground));
    driver.advance(50 * MS);
    driver.fail_navigation(LinkError::Refused);

    driver.command(Command::Hint(Hint::Resumed));

    assert_eq!(driver.advance_to_deadline(), 50 * MS);
}

#[test]
fn an_attempt_that_began_after_a_change_is_not_doubted_for_it() {
    let mut driver = without_navigation();
    waits(&mut driver, 8);
    driver.fail_navigation(LinkError::Refused);
    driver.command(Command::Hint(Hint::Foreground));
    driver.advance(50 * MS);
    driver.fail_navigation(LinkError::Refused);
    driver.command(Command::Hint(Hint::NetworkChanged));
    driver.advance(250 * MS);
    driver.take_navigation().unwrap();

    assert_eq!(driver.advance_to_deadline(), 700 * MS, "the hint's second");
    assert_eq!(driver.advance_to_deadline(), 10 * SECOND - 700 * MS);
    assert_eq!(driver.advance_to_deadline(), 50 * MS, "the ladder again");
}

// F-S24, P4
#[test]
fn hints_within_a_second_of_one_another_count_once() {
    let mut driver = without_navigation();
    waits(&mut driver, 8);
    driver.fail_navigation(LinkError::Refused);
    driver.command(Command::Hint(Hint::NetworkChanged));
    driver.advance(50 * MS);
    driver.fail_navigation(LinkError::Refused);

    driver.command(Command::Hint(Hint::NetworkChanged));

    assert_eq!(driver.advance_to_deadline(), 250 * MS, "the ladder goes on");
}

// F-S22, F-S23
#[test]
fn an_attempt_from_before_a_sleep_is_soon_given_up_and_the_ladder_starts_again() {
    for hint in [Hint::NetworkChanged, Hint::Resumed] {
        let mut driver = without_navigation();
        waits(&mut driver, 8);
        let (asked, _) = driver.take_navigation().unwrap();
        driver.advance(SECOND);
        driver.command(Command::Hint(hint));

        driver.advance(5 * SECOND - MS);
        assert_eq!(driver.take_close(), None, "{hint:?}");
        driver.advance(MS);

        assert_eq!(driver.take_close(), Some(asked), "{hint:?}");
        assert_eq!(driver.advance_to_deadline(), 50 * MS, "{hint:?}");
    }
}

// F-S22, F-S23
#[test]
fn a_dial_from_before_a_sleep_gives_way_to_the_next_gateway() {
    let mut driver = without_navigation();
    driver.answer_navigation(&listing("alice", &["gone.test", "here.test"]));
    let (gone, _) = driver.take_dial().unwrap();
    driver.advance(9 * SECOND);
    driver.command(Command::Hint(Hint::Resumed));
    assert_eq!(
        driver.time_to_deadline(),
        Some(SECOND),
        "it has no more time than before"
    );

    driver.advance(SECOND);

    assert_eq!(driver.take_close(), Some(gone));
    assert_eq!(driver.take_dial().unwrap().1.authority, "here.test");
    driver.command(Command::Hint(Hint::Resumed));
    driver.advance(5 * SECOND);
    assert!(driver.take_close().is_some());
    assert_eq!(driver.advance_to_deadline(), 50 * MS);
}

#[test]
fn an_app_in_the_foreground_is_no_reason_to_doubt_an_attempt() {
    let mut driver = without_navigation();
    waits(&mut driver, 8);
    driver.take_navigation().unwrap();

    driver.command(Command::Hint(Hint::Foreground));

    assert_eq!(driver.advance_to_deadline(), 10 * SECOND);
    assert_eq!(driver.advance_to_deadline(), 50 * MS);
}

#[test]
fn a_new_token_does_not_cut_a_wait_short() {
    let mut driver = without_navigation();
    waits(&mut driver, 8);
    driver.fail_navigation(LinkError::Refused);
    driver.forget();

    driver.connect("token-2");

    assert!(driver.actions.is_empty() && driver.events.is_empty());
    assert!(driver.advance_to_deadline() >= 16 * SECOND);
    assert!(driver.take_navigation().is_some());
}

#[test]
fn the_snapshot_counts_attempts_and_tells_the_next_one() {
    let mut driver = without_navigation();
    waits(&mut driver, 3);
    driver.fail_navigation(LinkError::Refused);

    let snapshot = driver.connection.snapshot();

    assert_eq!(snapshot.attempt, 4);
    assert_eq!(snapshot.status, Suspend);
    assert_eq!(snapshot.cause.unwrap().number(), 30_007);
    assert_eq!(snapshot.next_attempt, driver.connection.poll_timeout());
    driver.advance_to_deadline();
    driver.answer_navigation(&listing("alice", &["gateway.test"]));
    driver.open_dial();
    driver.accept("alice");
    let snapshot = driver.connection.snapshot();
    assert_eq!((snapshot.status, snapshot.attempt), (Connected, 0));
    assert_eq!(snapshot.gateway.unwrap().authority, "gateway.test");
}
