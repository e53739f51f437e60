//! A fleet after an outage.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use imlink_connection::{Action, Config, Connection, Input, LinkError};
use imlink_model::uplink::Command;
use imlink_model::{AppKey, Token};

const FLEET: u64 = 1_000;
const OUTAGE: Duration = Duration::from_secs(10 * 60);

// F-S39, P4
#[test]
fn a_fleet_does_not_come_back_in_step_after_ten_minutes() {
    let start = first_instant();
    let mut arrivals = BTreeMap::new();
    for seed in 0..FLEET {
        let arrival = first_attempt_after(start, OUTAGE, seed) - OUTAGE;
        *arrivals.entry(arrival.as_secs()).or_insert(0_u64) += 1;
    }

    assert_eq!(arrivals.values().sum::<u64>(), FLEET);
    let busiest = arrivals.values().max().unwrap();
    assert!(
        busiest * 100 <= FLEET * 4,
        "{busiest} of {FLEET} in one second: {arrivals:?}"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to get a first instant"
)]
fn first_instant() -> Instant {
    Instant::now()
}

/// When a machine whose attempts all fail tries for the first time after the outage.
fn first_attempt_after(start: Instant, outage: Duration, seed: u64) -> Duration {
    let config = Config {
        navigators: vec!["navigator.test".to_owned()],
        ..Config::default()
    };
    let mut machine = Connection::new(config, AppKey::new("key").unwrap(), seed);
    let token = Token::new("token").unwrap();
    machine.handle_input(Input::Command(Command::Connect { token }), start);
    let mut now = start;
    loop {
        while let Some(action) = machine.poll_action() {
            let Action::Navigate { generation, .. } = action else {
                continue;
            };
            if now - start >= outage {
                return now - start;
            }
            let result = Err(LinkError::Refused);
            machine.handle_input(Input::Navigated { generation, result }, now);
        }
        while machine.poll_event().is_some() {}
        now = machine
            .poll_timeout()
            .expect("the next attempt is waited for");
        machine.handle_timeout(now);
    }
}
