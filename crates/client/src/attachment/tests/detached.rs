//! While there is no daemon: what calls end with, and how often it is looked for.

use std::time::Duration;

use imlink_ipc_proto::{self as proto, Request, Response};
use imlink_model::{Code, ConnectionStatus, Seq};

use super::super::ladder::TOP;
use super::super::{Call, DialFailure, SubscriptionKey};
use super::bench::{Bench, TIMEOUT, connect, send, subscribe};
use crate::{DetachedCalls, Event};

// IPC-05, decisions.md P13
#[test]
fn no_daemon_at_the_first_attach_is_minus_two_and_says_where_it_was_looked_for() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);

    let init = bench.call(Call::Init);
    bench.nobody_there();

    assert_eq!(bench.code_of(init), Code::IPC_DISCONNECT);
    let (_, result) = &bench.ended[0];
    assert!(result.as_ref().unwrap_err().cause().contains("/x"));
    assert_eq!(
        bench.machine.poll_timeout(),
        None,
        "nothing goes on in the background"
    );
    bench.call(Call::Init);
    assert_eq!(bench.dials, 2, "the app may try again");
}

#[test]
fn a_first_attach_with_patience_tries_until_the_daemon_is_there() {
    let mut bench = Bench::new(DetachedCalls::WaitUpTo(Duration::from_secs(60)));

    let init = bench.call(Call::Init);
    for _ in 0..5 {
        bench.nobody_there();
        assert!(!bench.has_ended(init));
        bench.advance_to_deadline();
    }
    bench.welcome();
    bench.answer(Response::Ready {});

    assert_eq!(bench.code_of(init), Code::SUCCESS);
}

#[test]
fn a_first_attach_without_success_ends_with_its_patience() {
    let mut bench = Bench::new(DetachedCalls::WaitUpTo(Duration::from_secs(3)));

    let init = bench.call(Call::Init);
    while !bench.has_ended(init) {
        bench.nobody_there();
        bench.advance_to_deadline();
    }

    assert_eq!(bench.code_of(init), Code::IPC_DISCONNECT);
}

// F-I06
#[test]
fn a_daemon_whose_queue_is_full_is_there_all_the_same() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);
    let init = bench.call(Call::Init);

    bench
        .machine
        .handle_dial_failed(DialFailure::Busy, bench.now);
    bench.advance_to_deadline();
    assert_eq!(bench.dials, 2);
    bench.welcome();
    bench.answer(Response::Ready {});

    assert_eq!(bench.code_of(init), Code::SUCCESS);
}

#[test]
fn a_daemon_that_does_not_greet_is_given_up() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);
    let init = bench.call(Call::Init);
    bench.machine.handle_dialled(bench.now);
    bench.drain();

    bench.advance_to_deadline();

    assert_eq!(bench.code_of(init), Code::IPC_DISCONNECT);
    assert_eq!(bench.closes, 1);
}

// IPC-01, F-I27
#[test]
fn every_call_under_way_ends_once_with_minus_two_when_the_daemon_dies() {
    let mut bench = Bench::connected();
    bench.call(subscribe(1));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });
    bench.deliver(5, 1);
    bench.forget_log();
    let under_way = [
        bench.call(Call::Init),
        bench.call(Call::DaemonStatus),
        bench.call(connect()),
        bench.call(Call::Join { user: None }),
        bench.call(send(2)),
        bench.call(subscribe(2)),
        bench.call(Call::Acknowledge {
            key: SubscriptionKey(1),
            seq: Seq(1),
        }),
        bench.call(Call::Acknowledge {
            key: SubscriptionKey(1),
            seq: Seq(1),
        }),
        bench.call(Call::Forget {
            key: SubscriptionKey(1),
        }),
        bench.call(Call::Rows(Request::Unread {})),
        bench.call(Call::Ping),
        bench.call(Call::Disconnect),
    ];

    bench.die();
    bench.reattach();
    bench.advance(TIMEOUT * 2);

    for call in under_way {
        assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
    }
}

#[test]
fn calls_in_between_fail_at_once_by_default() {
    let mut bench = Bench::connected();
    bench.die();

    let call = bench.call(send(1));

    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
}

#[test]
fn calls_in_between_wait_behind_what_is_repeated_if_the_app_has_patience() {
    let mut bench = Bench::initialised_with(DetachedCalls::WaitUpTo(Duration::from_secs(10)));
    bench.connect();
    bench.die();
    bench.forget_log();

    let (first, second) = (bench.call(Call::Ping), bench.call(send(1)));
    assert!(bench.ended.is_empty());
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [
            Request::Init { .. },
            Request::Connect { .. },
            Request::Ping {},
            Request::Send { .. }
        ]
    ));
    bench.die();
    assert_eq!(bench.code_of(first), Code::IPC_DISCONNECT);
    assert_eq!(bench.code_of(second), Code::IPC_DISCONNECT);
}

#[test]
fn patience_ends() {
    let patience = Duration::from_secs(10);
    let mut bench = Bench::initialised_with(DetachedCalls::WaitUpTo(patience));
    bench.die();

    let call = bench.call(Call::Ping);
    let end = bench.now + patience;
    while bench.now < end {
        assert!(!bench.has_ended(call));
        let dials = bench.dials;
        bench.advance_to_deadline();
        if bench.dials > dials {
            bench.nobody_there();
        }
    }

    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
}

// decisions.md P13
#[test]
fn the_daemon_is_looked_for_on_the_ladder_for_as_long_as_it_takes() {
    let mut bench = Bench::connected();
    bench.die();

    let mut waits = Vec::new();
    for _ in 0..20 {
        let before = bench.now;
        bench.advance_to_deadline();
        waits.push(bench.now - before);
        bench.nobody_there();
    }

    assert!(waits[0] <= Duration::from_millis(50), "{waits:?}");
    assert!(
        waits[10..]
            .iter()
            .all(|wait| (TOP / 2..=TOP).contains(wait)),
        "{waits:?}"
    );
    assert_eq!(bench.dials, 20);
}

#[test]
fn the_ladder_begins_again_only_after_an_attachment_that_lasted() {
    let mut bench = Bench::connected();
    for _ in 0..6 {
        bench.die();
        bench.reattach();
    }
    let before = bench.now;
    bench.die();
    bench.advance_to_deadline();
    assert!(bench.now - before > Duration::from_secs(1) - Duration::from_millis(1));
    bench.welcome();

    bench.advance(Duration::from_secs(10));
    let before = bench.now;
    bench.die();
    bench.advance_to_deadline();

    assert!(bench.now - before <= Duration::from_millis(50));
}

// F-I15, F-I22
#[test]
fn a_refused_client_says_so_once_and_tries_again_at_the_top_step_only() {
    let mut bench = Bench::connected();
    bench.die();
    bench.forget_log();
    bench.advance_to_deadline();

    for _ in 0..3 {
        bench.refuse(Code::LOCAL_VERSION);
        let before = bench.now;
        bench.advance_to_deadline();
        assert!(bench.now - before >= TOP / 2);
    }

    let detached: Vec<_> = bench
        .events
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Detached {
                    code: Code::LOCAL_VERSION,
                    ..
                }
            )
        })
        .collect();
    assert_eq!(detached.len(), 1);
    assert_eq!(bench.closes, 3);
}

#[test]
fn a_first_attach_that_is_refused_ends_with_the_daemons_code_and_is_not_repeated() {
    for patience in [DetachedCalls::FailAtOnce, DetachedCalls::WaitUpTo(TIMEOUT)] {
        let mut bench = Bench::new(patience);
        let init = bench.call(Call::Init);

        bench.refuse(Code::LOCAL_DENIED);

        assert_eq!(bench.code_of(init), Code::LOCAL_DENIED);
        assert_eq!(bench.machine.poll_timeout(), None);
    }
}

// IPC-03, decisions.md P13
#[test]
fn the_app_sees_one_suspend_with_minus_two_and_then_what_the_daemon_says() {
    let mut bench = Bench::connected();

    bench.die();
    for _ in 0..3 {
        bench.advance_to_deadline();
        bench.nobody_there();
    }
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.status(ConnectionStatus::Connecting, None);
    bench.status(ConnectionStatus::Connected, None);

    assert_eq!(
        bench.statuses(),
        [
            (ConnectionStatus::Suspend, Some(Code::IPC_DISCONNECT)),
            (ConnectionStatus::Connecting, None),
            (ConnectionStatus::Connected, None),
        ]
    );
}

// behaviour.md 2.3, P13: no status follows itself; `Detached` tells of the -2
#[test]
fn a_link_that_is_suspended_already_is_not_suspended_once_more_when_the_daemon_goes_too() {
    let mut bench = Bench::connected();
    bench.status(
        ConnectionStatus::Suspend,
        Some(Code::RC_SOCKET_DISCONNECTED),
    );
    bench.forget_log();

    bench.die();
    bench.reattach();
    bench.die();

    assert_eq!(bench.statuses(), []);
    let detached = |event: &&Event| {
        let code = Code::IPC_DISCONNECT;
        matches!(event, Event::Detached { code: told, .. } if *told == code)
    };
    assert_eq!(bench.events.iter().filter(detached).count(), 2);
}

#[test]
fn an_app_that_never_connected_sees_no_status() {
    let mut bench = Bench::initialised();

    bench.die();

    assert_eq!(bench.statuses(), []);
    assert!(matches!(bench.events.as_slice(), [Event::Detached { .. }]));
}

// S4-08
#[test]
fn leaving_while_detached_fails_but_is_not_undone_by_the_next_attachment() {
    let mut bench = Bench::connected();
    bench.die();
    bench.forget_log();

    let call = bench.call(Call::Disconnect);
    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
    assert_eq!(
        bench.statuses(),
        [(ConnectionStatus::SignOut, Some(Code::ACTIVE_DISCONNECT))]
    );
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }]
    ));
}

// F-I29
#[test]
fn a_daemon_that_says_it_goes_is_waited_for_but_not_for_ever() {
    let mut bench = Bench::connected();
    let call = bench.call(Call::Ping);

    let message = "the daemon is stopping".to_owned();
    bench.event(proto::Event::GoingAway {
        code: Code::LOCAL_STOPPING,
        message,
    });
    bench.answer(Response::Pong {});
    assert_eq!(
        bench.code_of(call),
        Code::SUCCESS,
        "what it still answers counts"
    );
    bench.advance_to_deadline();

    assert_eq!(bench.closes, 1);
    assert!(bench.events.iter().any(|event| matches!(
        event,
        Event::Detached { code: Code::IPC_DISCONNECT, reason } if reason.contains("stopping")
    )));
}
