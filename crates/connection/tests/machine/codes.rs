//! Every code of a connection (behaviour.md 3.2 and 12.1): what brings it about, what an app sees,
//! and what follows.

use std::time::Duration;

use imlink_connection::{HttpAnswer, Input, LinkError};
use imlink_model::ConnectionStatus::{
    self, Connected, KickedOffline, Suspend, TokenIncorrect, Unconnected, UserAbandon, UserBlocked,
};
use imlink_model::uplink::{AskId, Command, Event, Record, SendOutcome, Signal};
use imlink_model::{Body, Code, Conversation, ObjectName, UserId};
use imlink_wire::ServerPacket;

use super::cloud::{outgoing, puback};
use super::driver::{Driver, MS, SECOND, listing};
use super::refusal::{assert_stopped, greeting};

/// What follows a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// Nothing, until a connect.
    Nothing,
    /// The next attempt, after the ladder's first step.
    Ladder,
    /// The next attempt, after this long, whatever happens meanwhile.
    Slowly(Duration),
    /// The next attempt, at once; the code is not shown to an app that connects.
    AtOnce,
}

/// A machine to which something has just happened.
type Situation = fn() -> Driver;

const SLOW: Then = Then::Slowly(Duration::from_secs(64));

/// The codes of the link itself, those of a CONNACK or DISCONNECT by its status.
const CODES: [(i32, ConnectionStatus, Then, Situation); 31] = [
    (-1, Suspend, SLOW, || refused(21)),
    (-1, Suspend, SLOW, || ended(3)),
    (30_007, Suspend, Then::Ladder, navigator_down),
    (30_010, Suspend, Then::Ladder, || {
        no_gateway(LinkError::NoSocket)
    }),
    (30_011, Suspend, Then::Ladder, || lost(LinkError::Closed)),
    // Sent elsewhere, which is 31006 and not shown.
    (30_011, Suspend, Then::AtOnce, || ended(6)),
    (30_012, Suspend, Then::Ladder, frozen),
    (30_015, Suspend, SLOW, || navigator_says(429)),
    (31_000, Suspend, Then::Ladder, silent_gateways),
    (31_001, Unconnected, Then::Nothing, || refused(1)),
    (31_001, Unconnected, Then::Nothing, || ended(8)),
    (31_003, Unconnected, Then::Nothing, || refused(3)),
    (31_007, Unconnected, Then::Nothing, || refused(7)),
    (31_010, KickedOffline, Then::Nothing, || ended(1)),
    (31_011, UserBlocked, Then::Nothing, || ended(2)),
    (31_011, UserBlocked, Then::Nothing, || ended(5)),
    (31_020, TokenIncorrect, Then::Nothing, || ended(7)),
    (31_021, Unconnected, Then::Nothing, || refused(11)),
    (31_022, Unconnected, Then::Nothing, || refused(12)),
    (31_023, KickedOffline, Then::Nothing, || refused(13)),
    (31_024, Unconnected, Then::Nothing, || refused(14)),
    (31_025, Unconnected, Then::Nothing, || refused(15)),
    (31_026, Unconnected, Then::Nothing, || refused(16)),
    (31_027, Unconnected, Then::Nothing, || refused(17)),
    (31_028, Unconnected, Then::Nothing, || refused(18)),
    (31_029, UserAbandon, Then::Nothing, || refused(19)),
    (31_029, UserAbandon, Then::Nothing, || ended(9)),
    (31_030, Unconnected, Then::Nothing, || refused(20)),
    (32_054, Suspend, Then::Ladder, || lost(LinkError::Reset)),
    (32_061, Suspend, Then::Ladder, || lost(LinkError::Refused)),
    (35_008, Suspend, Then::Ladder, || {
        no_gateway(LinkError::Refused)
    }),
];

// P11, F-S36, F-S37, F-S38
#[test]
fn every_code_is_shown_with_its_status_and_followed_by_what_is_documented() {
    for (code, shown, then, situation) in CODES {
        let mut driver = situation();
        if then == Then::Nothing {
            assert_stopped(&mut driver, shown, code);
            continue;
        }

        let told = driver.statuses();
        let waited = match then {
            Then::AtOnce => {
                assert_eq!(
                    told,
                    [(shown, Some(code)), (ConnectionStatus::Connecting, None)]
                );
                continue;
            }
            Then::Nothing => unreachable!("looked at above"),
            Then::Ladder | Then::Slowly(_) => driver.advance_to_deadline(),
        };

        assert_eq!(told, [(shown, Some(code))]);
        let expected = match then {
            Then::Slowly(wait) => wait,
            Then::Nothing | Then::Ladder | Then::AtOnce => 50 * MS,
        };
        assert_eq!(waited, expected, "{code}");
        let next = driver.statuses();
        assert_eq!(next, [(ConnectionStatus::Connecting, None)], "{code}");
        assert!(driver.news().is_empty(), "{code} is no end");
    }
}

/// The table of codes and the machine must agree about what stops.
#[test]
fn what_stops_the_machine_is_what_the_table_of_codes_calls_terminal() {
    for (code, _, then, _) in CODES {
        let is_terminal = Code::new(code).is_terminal();
        assert_eq!(is_terminal, then == Then::Nothing, "{code}");
    }
}

/// 31006 is followed, not shown: an app that connects sees nothing of it.
#[test]
fn a_redirected_connect_shows_nothing_and_goes_on() {
    let mut driver = greeting();

    driver.refuse(6);

    assert_eq!(driver.statuses(), []);
    assert_eq!(driver.elapsed(), Duration::ZERO);
    assert!(driver.take_navigation().is_some(), "asked anew");
}

/// 30001, 30002 and 30003 are about messages: the link stays as it is.
#[test]
fn codes_of_messages_leave_the_link_alone() {
    for (code, then) in [
        (30_001, SendOutcome::Queued),
        (30_002, SendOutcome::Queued),
        (30_003, SendOutcome::InDoubt),
    ] {
        let mut driver = Driver::online();
        driver.command(Command::Send(outgoing(1, "bob")));
        let (message_id, _, _) = driver.take_publish().unwrap();
        driver.forget();

        driver.packet(puback(message_id, code, ""));

        let (_, record) = driver.take_record().unwrap();
        let id = imlink_model::OutboxId(1);
        assert_eq!(record, Record::Outcome { id, outcome: then }, "{code}");
        assert_eq!(driver.connection.snapshot().status, Connected);
        assert!(driver.events.is_empty() && driver.take_close().is_none());
    }
}

/// Without a link there is nobody to say it to, and the ladder is not disturbed.
#[test]
fn what_needs_a_link_now_is_refused_with_30001_without_one() {
    let mut driver = lost(LinkError::Closed);
    driver.forget();

    driver.command(Command::Signal {
        ask: AskId(1),
        signal: Signal {
            conversation: Conversation::private(UserId::new("bob").unwrap()),
            object_name: ObjectName::text(),
            body: Body::new("{}"),
        },
    });

    let (ask, result) = (AskId(1), Err(Code::RC_NET_CHANNEL_INVALID));
    assert_eq!(driver.news(), [Event::Answered { ask, result }]);
    assert_eq!(driver.advance_to_deadline(), 50 * MS);
}

/// CONNACK with a status, at a first connect.
fn refused(status: u8) -> Driver {
    let mut driver = greeting();
    driver.refuse(status);
    driver
}

/// DISCONNECT with a status, of an account that is online.
fn ended(status: u8) -> Driver {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::Disconnect { status });
    driver
}

fn lost(error: LinkError) -> Driver {
    let mut driver = Driver::online();
    driver.lose_link(error);
    driver
}

/// Nothing comes any more, not even a pong.
fn frozen() -> Driver {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    driver.advance(30 * SECOND);
    driver
}

fn connecting() -> Driver {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.statuses();
    driver
}

fn navigator_down() -> Driver {
    let mut driver = connecting();
    driver.fail_navigation(LinkError::Refused);
    driver
}

fn navigator_says(status: u16) -> Driver {
    let mut driver = connecting();
    driver.answer_navigation_with(status, "");
    driver
}

fn no_gateway(error: LinkError) -> Driver {
    let mut driver = connecting();
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.news();
    driver.fail_dial(error);
    driver.fail_dial(error);
    driver
}

/// Two gateways that take the connection: one never says a word, the other hangs up.
fn silent_gateways() -> Driver {
    let mut driver = connecting();
    driver.answer_navigation(&listing("alice", &["a", "b"]));
    driver.news();
    driver.open_dial();
    driver.advance(15 * SECOND);
    driver.fail_dial(LinkError::Closed);
    driver
}

// F-S41
#[test]
fn a_navigator_that_asks_for_time_gets_it_up_to_ten_minutes() {
    for (asked, waited) in [(7, 7), (600, 600), (601, 600), (u32::MAX, 600)] {
        for status in [429, 503] {
            let mut driver = connecting();
            let (generation, _) = driver.take_navigation().unwrap();
            driver.input(Input::Navigated {
                generation,
                result: Ok(HttpAnswer {
                    status,
                    body: bytes::Bytes::new(),
                    retry_after: Some(asked * SECOND),
                }),
            });

            driver.command(Command::Hint(imlink_model::uplink::Hint::Foreground));

            assert_eq!(driver.advance_to_deadline(), waited * SECOND);
            assert!(driver.take_navigation().is_some());
        }
    }
}

// F-S41
#[test]
fn while_a_navigator_has_its_time_the_gateways_it_named_are_tried() {
    let mut driver = no_gateway(LinkError::Refused);
    driver.advance_to_deadline();
    driver.fail_dial(LinkError::Refused);
    driver.fail_dial(LinkError::Refused);
    driver.advance_to_deadline();
    let (generation, _) = driver.take_navigation().expect("the list is doubted");
    driver.input(Input::Navigated {
        generation,
        result: Ok(HttpAnswer {
            status: 503,
            body: bytes::Bytes::new(),
            retry_after: Some(20 * SECOND),
        }),
    });
    let asked_for_time = driver.elapsed();

    let mut rounds = 0;
    while driver.take_navigation().is_none() {
        driver.fail_dial(LinkError::Refused);
        driver.fail_dial(LinkError::Refused);
        driver.advance_to_deadline();
        rounds += 1;
    }

    assert!(rounds >= 4, "{rounds} rounds on the ladder meanwhile");
    assert!(driver.elapsed() - asked_for_time >= 20 * SECOND);
}
