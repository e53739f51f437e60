//! A cloud that takes five messages a second, and two apps that want more (decisions.md P16).

use std::collections::BTreeMap;
use std::time::Duration;

use imlink_model::uplink::{Command, Record, SendOutcome};
use imlink_model::{AppId, OutgoingMessage};
use imlink_wire::ServerPacket;
use imlink_wire::proto::{UpStreamMessage, decode_body};

use super::cloud::{outgoing, puback};
use super::driver::{Driver, SECOND};

/// Five a second, as the vendor's cloud takes them (behaviour.md 13.3).
const LIMIT: u32 = 5;

/// A bucket that fills evenly, as the sandbox has it.
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// What the cloud did with messages, by the numbers they are known under there.
#[derive(Default)]
struct Seen {
    accepted: Vec<u64>,
    refused: usize,
}

impl Bucket {
    fn full() -> Self {
        Self {
            tokens: LIMIT.into(),
            at: Duration::ZERO,
        }
    }

    fn takes(&mut self, now: Duration) -> bool {
        let filled = (now - self.at).as_secs_f64() * f64::from(LIMIT);
        self.tokens = (self.tokens + filled).min(LIMIT.into());
        self.at = now;
        let takes = self.tokens >= 1.0;
        if takes {
            self.tokens -= 1.0;
        }
        takes
    }
}

// F-S44, decisions.md P16
#[test]
fn two_flooding_apps_share_the_rate_and_everything_arrives_once_and_in_order() {
    let mut driver = Driver::online();
    let of_loud = (1..=200).map(|n| message(n, "loud", n % 40));
    let of_quiet = (201..=240).map(|n| message(n, "quiet", 50 + n % 4));
    let all: BTreeMap<u64, OutgoingMessage> = of_loud
        .chain(of_quiet)
        .map(|message| (message.wire_ref, message))
        .collect();
    for message in all.values() {
        driver.command(Command::Send(message.clone()));
    }

    let seen = run(&mut driver, all.len());

    let took = driver.elapsed();
    let fastest = SECOND * u32::try_from(all.len()).unwrap() / LIMIT;
    assert!(
        took < fastest * 3 / 2,
        "{took:?} for what could be {fastest:?}"
    );
    // A first burst finds the limit out; from then on it is seldom run into.
    assert!(
        seen.refused < 64 + all.len() / 4,
        "{} refused",
        seen.refused
    );
    in_order(&seen.accepted, &all);
    // One of two that are accepted is the quiet app's, as long as it has any.
    let quiet = |wire_ref: &&u64| all[*wire_ref].app.id.as_str() == "quiet";
    let last = seen
        .accepted
        .iter()
        .rposition(|wire_ref| quiet(&wire_ref))
        .unwrap();
    assert!(
        last < 2 * 40 + 40,
        "the quiet app waited for {last} messages"
    );
}

// decisions.md P16
#[test]
fn a_limit_that_is_lifted_is_forgotten() {
    let mut driver = Driver::online();
    driver.command(Command::Send(message(1, "notes", 1)));
    let (message_id, ..) = driver.take_publish().unwrap();
    driver.packet(puback(message_id, 20_604, ""));
    let start = driver.elapsed();

    for n in 2..=200 {
        driver.command(Command::Send(message(n, "notes", n)));
    }
    let mut accepted = 0;
    while accepted < 200 {
        match driver.take_publish() {
            Some((message_id, ..)) => {
                accepted += 1;
                driver.packet(puback(message_id, 0, &format!("u{accepted}")));
            }
            None => drop(driver.advance_to_deadline()),
        }
    }

    let took = driver.elapsed() - start;
    assert!((SECOND..5 * SECOND).contains(&took), "{took:?}");
}

/// Answers everything as a cloud with a limit would, until all of it is accepted and recorded.
fn run(driver: &mut Driver, messages: usize) -> Seen {
    let mut seen = Seen::default();
    let mut bucket = Bucket::full();
    let mut sent = 0;
    while sent < messages {
        while let Some((_, record)) = driver.take_record() {
            match record {
                Record::Outcome {
                    outcome: SendOutcome::Sent { .. },
                    ..
                } => sent += 1,
                Record::Outcome {
                    outcome: SendOutcome::Queued,
                    ..
                }
                | Record::Sending { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        if driver.take_ping().is_some() {
            driver.packet(ServerPacket::PingResp);
        }
        let Some((message_id, _, body)) = driver.take_publish() else {
            driver.advance_to_deadline();
            continue;
        };
        let body: UpStreamMessage = decode_body(body).unwrap();
        let wire_ref = u64::try_from(body.client_unique_id.unwrap()).unwrap();
        if bucket.takes(driver.elapsed()) {
            seen.accepted.push(wire_ref);
            driver.packet(puback(message_id, 0, &format!("u{wire_ref}")));
        } else {
            seen.refused += 1;
            driver.packet(puback(message_id, 20_604, ""));
        }
    }
    seen
}

/// Each message once, and those of a conversation as they were accepted from the apps.
fn in_order(accepted: &[u64], all: &BTreeMap<u64, OutgoingMessage>) {
    let mut last = BTreeMap::new();
    assert_eq!(accepted.len(), all.len());
    for wire_ref in accepted {
        let before = last.insert(&all[wire_ref].conversation, wire_ref);
        assert!(before < Some(wire_ref), "{wire_ref} after {before:?}");
    }
}

fn message(id: u64, app: &str, peer: u64) -> OutgoingMessage {
    OutgoingMessage {
        app: AppId::new(app).unwrap().into(),
        ..outgoing(id, &format!("user-{peer}"))
    }
}
