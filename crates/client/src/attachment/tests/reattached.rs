//! What a new attachment repeats, and what it does not (decisions.md P13, IPC-02).

use std::time::Duration;

use imlink_ipc_proto::{self as proto, Outcome, Request, Response};
use imlink_model::{Code, ConnectionStatus, OutboxId, Seq, Token};

use super::super::{Call, SubscriptionKey, TimeLimit, Unreadable};
use super::bench::{Bench, connect, send, subscribe, token, user};
use crate::{DetachedCalls, Event, SendState};

#[test]
fn init_connect_subscriptions_and_open_receipts_are_repeated_in_this_order() {
    let mut bench = Bench::connected();
    bench.call(subscribe(1));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });
    bench.call(send(2));
    bench.answer(Response::Accepted {
        id: OutboxId(1),
        new: true,
    });
    bench.die();

    bench.reattach();

    let requests = bench.requests();
    let [
        Request::Init { .. },
        Request::Connect {
            token,
            time_limit: None,
            replay: true,
            was_connected: true,
            set_aside: false,
        },
        Request::Subscribe {
            name: Some(name), ..
        },
        Request::SendState { .. },
    ] = requests.as_slice()
    else {
        panic!("{requests:?}");
    };
    assert_eq!(Token::try_from(token), Ok(super::bench::token()));
    assert_eq!(name.as_str(), "inbox");
    assert!(bench.events.contains(&Event::Attached {
        instance: 1,
        reattached: true
    }));
}

// IPC-04
#[test]
fn the_fate_of_a_message_is_asked_for_until_it_is_known() {
    let mut bench = Bench::connected();
    bench.call(send(2));
    bench.answer(Response::Accepted {
        id: OutboxId(1),
        new: true,
    });
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    bench.fail(Code::LOCAL_STOPPING);
    bench.advance_to_deadline();
    let state = proto::SendState::Failed {
        code: Code::UNKNOWN,
    };
    bench.answer(Response::SendState { state: Some(state) });
    bench.die();
    bench.reattach();

    assert_eq!(
        bench.settled.last().unwrap().1,
        SendState::Failed {
            code: Code::UNKNOWN
        }
    );
    assert!(
        !bench
            .requests()
            .iter()
            .any(|request| matches!(request, Request::SendState { .. }))
    );
}

// S4-13
#[test]
fn a_connect_without_a_limit_goes_on_with_the_next_daemon() {
    let mut bench = Bench::initialised();
    let call = bench.call(connect());
    bench.status(ConnectionStatus::Connecting, None);

    bench.die();
    bench.reattach();

    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
    assert!(matches!(
        bench.requests().as_slice(),
        [
            Request::Init { .. },
            Request::Connect {
                replay: true,
                was_connected: false,
                ..
            }
        ]
    ));
    assert_eq!(
        bench.statuses()[1],
        (ConnectionStatus::Suspend, Some(Code::IPC_DISCONNECT))
    );
}

// behaviour.md 2.3, P13
#[test]
fn a_connect_that_its_daemon_never_spoke_of_is_shown_as_begun_and_interrupted_once() {
    let mut bench = Bench::initialised();
    bench.call(connect());

    bench.die();
    bench.reattach();
    bench.die();

    assert_eq!(
        bench.statuses(),
        [
            (ConnectionStatus::Connecting, None),
            (ConnectionStatus::Suspend, Some(Code::IPC_DISCONNECT))
        ]
    );
}

// P23
#[test]
fn a_connect_that_succeeds_with_the_next_daemon_has_succeeded_for_the_one_after_it() {
    let mut bench = Bench::initialised();
    bench.call(connect());
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [
            Request::Init { .. },
            Request::Connect {
                was_connected: true,
                ..
            }
        ]
    ));
}

// S4-11
#[test]
fn a_connect_with_a_limit_is_over_when_its_daemon_is() {
    let mut bench = Bench::initialised();
    let limit = TimeLimit::from_duration(Duration::from_secs(5));
    bench.call(Call::Connect {
        token: token(),
        limit,
        unreadable: Unreadable::Refuse,
        callback: None,
    });
    bench.status(ConnectionStatus::Connecting, None);

    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }]
    ));
    assert_eq!(
        bench.statuses()[1],
        (ConnectionStatus::Unconnected, Some(Code::IPC_DISCONNECT))
    );
}

// S3-07
#[test]
fn once_connected_a_limit_has_no_meaning_any_more() {
    let mut bench = Bench::initialised();
    let limit = TimeLimit::from_duration(Duration::from_secs(5));
    bench.call(Call::Connect {
        token: token(),
        limit,
        unreadable: Unreadable::Refuse,
        callback: None,
    });
    bench.answer(Response::Connected { user: user("lei") });

    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [
            Request::Init { .. },
            Request::Connect {
                time_limit: None,
                replay: true,
                ..
            }
        ]
    ));
}

// S4-08, decisions.md P11
#[test]
fn after_leaving_or_being_sent_away_nothing_is_connected_again() {
    for end in [
        ConnectionStatus::KickedOffline,
        ConnectionStatus::TokenIncorrect,
        ConnectionStatus::UserBlocked,
        ConnectionStatus::SignOut,
        ConnectionStatus::Timeout,
        ConnectionStatus::UserAbandon,
    ] {
        let mut bench = Bench::connected();
        bench.status(end, Some(Code::UNKNOWN));

        bench.die();
        bench.reattach();

        assert!(
            matches!(bench.requests().as_slice(), [Request::Init { .. }]),
            "{end}"
        );
        assert_eq!(bench.statuses().len(), 1, "{end} stays what the app sees");
    }
}

#[test]
fn a_disconnect_counts_even_if_the_connect_it_meant_succeeds_after_it() {
    let mut bench = Bench::initialised();
    bench.call(connect());
    bench.call(Call::Disconnect);

    bench.answer(Response::Connected { user: user("lei") });
    bench.answer(Response::Done {});
    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }]
    ));
}

#[test]
fn a_disconnect_counts_even_if_the_daemon_dies_before_it_answers() {
    for call in [Call::Disconnect, Call::Logout] {
        let mut bench = Bench::connected();
        bench.call(call);

        bench.die();
        bench.reattach();

        assert!(matches!(
            bench.requests().as_slice(),
            [Request::Init { .. }]
        ));
    }
}

#[test]
fn a_connect_that_can_no_longer_be_repeated_is_shown_and_given_up() {
    let mut bench = Bench::connected();
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});

    bench.fail(Code::LOCAL_ACCOUNTS);
    assert_eq!(
        bench.statuses().last(),
        Some(&(ConnectionStatus::Unconnected, Some(Code::LOCAL_ACCOUNTS)))
    );
    bench.die();
    bench.reattach();

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Init { .. }]
    ));
}

// P9, P11
#[test]
fn what_ended_a_connect_for_good_is_not_tried_again_with_the_next_daemon() {
    for (status, code) in [
        (ConnectionStatus::Timeout, Code::RC_CONNECT_TIMEOUT),
        (
            ConnectionStatus::TokenIncorrect,
            Code::RC_CONN_TOKEN_INCORRECT,
        ),
        (ConnectionStatus::UserBlocked, Code::RC_CONN_USER_BLOCKED),
        (ConnectionStatus::KickedOffline, Code::RC_DISCONN_KICK),
    ] {
        let mut bench = Bench::initialised();
        let call = bench.call(connect());
        bench.status(status, Some(code));
        bench.fail(code);
        assert_eq!(bench.code_of(call), code);
        bench.requests();

        bench.die();
        bench.reattach();
        bench.answer(Response::Ready {});

        let requests = bench.requests();
        let is_connect = |request: &Request| matches!(request, Request::Connect { .. });
        assert!(!requests.iter().any(is_connect), "{code}: {requests:?}");
    }
}

#[test]
fn a_status_that_says_why_is_not_followed_by_another() {
    let mut bench = Bench::connected();
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.forget_log();

    bench.status(
        ConnectionStatus::TokenIncorrect,
        Some(Code::RC_CONN_TOKEN_EXPIRE),
    );
    bench.fail(Code::RC_CONN_TOKEN_EXPIRE);

    assert_eq!(bench.statuses().len(), 1);
}

#[test]
fn a_joined_account_is_joined_again_as_soon_as_it_is_live() {
    let mut bench = Bench::initialised();
    bench.call(Call::Join { user: None });
    bench.answer(Response::Connected { user: user("lei") });
    bench.call(subscribe(1));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});

    for _ in 0..3 {
        let requests = bench.requests();
        let [
            Request::Join {
                user: Some(same), ..
            },
            Request::Subscribe { .. },
        ] = requests.as_slice()
        else {
            panic!("{requests:?}");
        };
        assert_eq!(same, &user("lei"));
        bench.fail(Code::LOCAL_NO_ACCOUNT);
        bench.fail(Code::LOCAL_NO_ACCOUNT);
        bench.advance(Duration::from_secs(2));
    }
    bench.answer(Response::Connected { user: user("lei") });
    bench.answer(Response::Subscribed {
        subscription: 6,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });

    bench.deliver(6, 1);
    assert_eq!(bench.delivered.len(), 1);
    assert!(bench.subscriptions_ended.is_empty());
}

#[test]
fn a_subscription_that_is_still_held_is_asked_for_again_and_ends_if_it_stays_so() {
    let mut bench = Bench::connected();
    bench.call(subscribe(1));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    let mut refusals = 0;
    while bench.subscriptions_ended.is_empty() {
        bench.fail(Code::LOCAL_SUBSCRIPTION_BUSY);
        refusals += 1;
        bench.advance(Duration::from_secs(2));
    }

    assert_eq!(refusals, 10);
    let [(SubscriptionKey(1), Some(error))] = bench.subscriptions_ended.as_slice() else {
        panic!("it ends with an error");
    };
    assert_eq!(error.code(), Code::LOCAL_SUBSCRIPTION_BUSY);
}

#[test]
fn a_daemon_that_does_not_know_the_app_any_more_is_tried_again_at_the_top_step() {
    let mut bench = Bench::connected();
    bench.die();
    bench.reattach();
    bench.forget_log();

    bench.fail(Code::LOCAL_DENIED);
    let before = bench.now;
    bench.advance_to_deadline();

    assert_eq!((bench.closes, bench.dials), (1, 1));
    assert!(bench.now - before >= Duration::from_secs(1));
}

#[test]
fn a_late_success_counts_for_the_next_attachment() {
    let mut bench = Bench::initialised();
    let limit = TimeLimit::from_duration(Duration::from_secs(1));
    let call = bench.call(Call::Connect {
        token: token(),
        limit,
        unreadable: Unreadable::Refuse,
        callback: None,
    });
    bench.advance(Duration::from_secs(60));
    assert_eq!(bench.code_of(call), Code::LOCAL_TIMEOUT);

    let (id, _) = bench.asked.remove(0);
    bench.answer_id(id, Outcome::Ok(Response::Connected { user: user("lei") }));
    bench.die();
    bench.reattach();

    assert!(
        bench
            .requests()
            .iter()
            .any(|request| matches!(request, Request::Connect { .. }))
    );
}

#[test]
fn what_was_asked_before_init_is_not_repeated() {
    let mut bench = Bench::new(DetachedCalls::FailAtOnce);
    bench.call(Call::DaemonStatus);
    bench.welcome();

    bench.die();

    assert_eq!(bench.machine.poll_timeout(), None, "nobody wants a daemon");
}
