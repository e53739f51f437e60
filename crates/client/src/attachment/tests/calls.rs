//! Calls while attached, and before.

use std::time::Duration;

use imlink_ipc_proto::{self as proto, Outcome, Received, Request, Response, UnknownFrame};
use imlink_model::{Code, ConnectionStatus};

use super::super::{Call, CallbackKey, Dropped, ReceiptKey, TimeLimit, Unreadable};
use super::bench::{Bench, TIMEOUT, connect, send, subscribe, token};
use crate::{DetachedCalls, Event, SendState};

// S4-26, decisions.md P14
#[test]
fn before_init_every_call_is_refused_without_asking_the_daemon() {
    let mut bench = Bench::new(DetachedCalls::WaitUpTo(TIMEOUT));

    for call in [
        connect(),
        send(1),
        subscribe(1),
        Call::Ping,
        Call::Disconnect,
    ] {
        let waiter = bench.call(call);
        assert_eq!(bench.code_of(waiter), Code::RC_CLIENT_NOT_INIT);
    }

    assert_eq!(bench.dials, 0);
}

#[test]
fn init_attaches_and_then_asks() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);

    let init = bench.call(Call::Init);
    assert_eq!((bench.dials, bench.requests().len()), (1, 0));
    bench.welcome();
    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }]
    ));
    bench.answer(Response::Ready {});

    assert_eq!(bench.code_of(init), Code::SUCCESS);
    assert_eq!(
        bench.events,
        [Event::Attached {
            instance: 1,
            reattached: false
        }]
    );
}

#[test]
fn the_daemons_status_needs_no_init() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);

    bench.call(Call::DaemonStatus);
    bench.welcome();

    assert_eq!(bench.requests(), [Request::Status {}]);
}

#[test]
fn answers_find_their_calls_in_any_order() {
    let mut bench = Bench::initialised();
    let calls: Vec<u32> = (0..1000).map(|_| bench.call(Call::Ping)).collect();
    assert_eq!(bench.asked.len(), 1000);

    let asked = std::mem::take(&mut bench.asked);
    for (id, _) in asked.into_iter().rev() {
        bench.answer_id(id, Outcome::Ok(Response::Pong {}));
    }

    for call in calls {
        assert_eq!(bench.code_of(call), Code::SUCCESS);
    }
}

// F-I28
#[test]
fn a_silent_daemon_ends_a_call_with_local_timeout_and_its_late_answer_ends_nothing() {
    let mut bench = Bench::initialised();
    let call = bench.call(Call::Ping);

    bench.advance(TIMEOUT - Duration::from_millis(1));
    assert!(!bench.has_ended(call));
    bench.advance(Duration::from_millis(1));
    assert_eq!(bench.code_of(call), Code::LOCAL_TIMEOUT);
    bench.answer(Response::Pong {});

    assert_eq!(bench.code_of(call), Code::LOCAL_TIMEOUT);
    assert_eq!(bench.closes, 0, "a daemon that is slow is not gone");
}

// F-K01
#[test]
fn debug_never_shows_the_token_wherever_it_is_kept() {
    let mut bench = Bench::connected();
    bench.call(connect());

    let connecting = format!("{:?} {:?}", bench.machine, bench.asked);
    bench.die();
    bench.call(Call::Init);
    let kept = format!("{:?}", bench.machine);

    assert!(!connecting.contains("canary") && connecting.contains("Connecting"));
    assert!(!kept.contains("canary") && kept.contains("Token(..)"));
}

// S4-10 S4-12
#[test]
fn a_connect_without_a_limit_waits_for_ever() {
    let mut bench = Bench::initialised();
    let call = bench.call(connect());

    bench.advance(Duration::from_secs(24 * 3600));

    assert!(!bench.has_ended(call));
    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Connect {
            time_limit: None,
            replay: false,
            was_connected: false,
            ..
        }]
    ));
}

// S4-11
#[test]
fn the_daemon_keeps_the_limit_of_a_connect_and_the_client_only_that_of_a_silent_daemon() {
    let mut bench = Bench::initialised();
    let limit = TimeLimit::from_duration(Duration::from_secs(5));
    let call = bench.call(Call::Connect {
        token: token(),
        limit,
        unreadable: Unreadable::Refuse,
        callback: None,
    });
    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Connect {
            time_limit: Some(5),
            ..
        }]
    ));

    bench.advance(Duration::from_secs(5) + TIMEOUT);

    assert_eq!(bench.code_of(call), Code::LOCAL_TIMEOUT);
}

// S4-27
#[test]
fn a_second_connect_is_refused_and_leaves_the_first_alone() {
    let mut bench = Bench::connected();

    let second = bench.call(connect());
    bench.fail(Code::RC_CONNECTION_EXIST);
    assert_eq!(bench.code_of(second), Code::RC_CONNECTION_EXIST);
    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }, Request::Connect { replay: true, .. }]
    ));
}

// S4-14 S0-20
#[test]
fn database_opened_is_told_once_and_to_the_oldest_connect() {
    let mut bench = Bench::initialised();
    for key in [1, 2] {
        let callback = Some(CallbackKey(key));
        bench.call(Call::Connect {
            token: token(),
            limit: None,
            unreadable: Unreadable::Refuse,
            callback,
        });
    }

    bench.event(proto::Event::DatabaseOpened {
        code: Code::SUCCESS,
    });

    assert_eq!(bench.opened, [(CallbackKey(1), Code::SUCCESS)]);
}

#[test]
fn what_this_client_is_too_old_to_understand_costs_at_most_the_call() {
    let mut bench = Bench::initialised();
    let call = bench.call(Call::Ping);

    bench.receive(Received::Unknown(UnknownFrame::Frame));
    bench.receive(Received::Unknown(UnknownFrame::Event { sequence: 9 }));
    bench.event(proto::Event::Status {
        status: 77,
        code: None,
        retry_in_ms: None,
    });
    assert!(!bench.has_ended(call));
    let (id, _) = bench.asked.remove(0);
    bench.receive(Received::Unknown(UnknownFrame::Response { id }));

    assert_eq!(bench.code_of(call), Code::LOCAL_VERSION);
    assert_eq!((bench.events.as_slice(), bench.closes), (&[][..], 0));
}

#[test]
fn a_receipt_shows_the_fate_of_its_message_until_it_is_dropped() {
    let mut bench = Bench::connected();
    let call = bench.call(send(1));
    let Some((_, Request::Send { client_id, .. })) = bench.asked.first().cloned() else {
        panic!("a send is asked");
    };
    bench.answer(Response::Accepted {
        id: imlink_model::OutboxId(4),
        new: true,
    });
    assert_eq!(bench.code_of(call), Code::SUCCESS);

    let in_doubt = proto::Event::SendResult {
        id: imlink_model::OutboxId(4),
        client_id,
        result: proto::SendResult::InDoubt,
    };
    bench.event(in_doubt.clone());
    assert_eq!(bench.settled, [(vec![ReceiptKey(1)], SendState::InDoubt)]);
    bench.drop(Dropped::Receipt(ReceiptKey(1)));
    bench.event(in_doubt);

    assert_eq!(bench.settled.len(), 1);
    assert!(matches!(
        bench.events.last(),
        Some(Event::SendResult { .. })
    ));
}

#[test]
fn a_client_that_is_dropped_ends_every_call() {
    let mut bench = Bench::connected();
    let calls = [
        bench.call(connect()),
        bench.call(Call::Ping),
        bench.call(subscribe(1)),
    ];

    bench.machine.handle_drop();
    bench.drain();

    for call in calls {
        assert_eq!(bench.code_of(call), Code::ENGINE_DROPPED);
    }
}

#[test]
fn the_daemons_status_events_pass_as_they_are() {
    let mut bench = Bench::connected();

    bench.status(
        ConnectionStatus::Suspend,
        Some(Code::RC_SOCKET_DISCONNECTED),
    );
    bench.event(proto::Event::Synchronized {});

    assert_eq!(
        bench.statuses(),
        [(
            ConnectionStatus::Suspend,
            Some(Code::RC_SOCKET_DISCONNECTED)
        )]
    );
    assert_eq!(bench.events.last(), Some(&Event::Synchronized));
}
