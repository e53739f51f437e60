//! A token that is refused, and the app's token provider (decisions.md P3).

use std::time::Duration;

use imlink_ipc_proto::{Request, Response};
use imlink_model::{Code, ConnectionStatus, Token};

use super::super::renewal::ANSWER_LIMIT;
use super::super::{Call, CallbackKey, TimeLimit, Unreadable};
use super::bench::{Bench, connect, user};

const EXPIRED: Code = Code::RC_CONN_TOKEN_EXPIRE;

fn fresh(number: u32) -> Token {
    Token::new(format!("fresh-{number}")).unwrap()
}

/// The daemon refuses the connect that is under way.
fn refuse(bench: &mut Bench, code: Code) {
    bench.status(ConnectionStatus::TokenIncorrect, Some(code));
    bench.fail(code);
}

/// The account is live, and the cloud stops it for its token.
fn stop(bench: &mut Bench) {
    bench.status(ConnectionStatus::TokenIncorrect, Some(EXPIRED));
}

/// The token of the one connect that is under way.
fn connects_with(bench: &Bench) -> Token {
    let requests = bench.requests();
    let [Request::Connect { token, replay, .. }] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert!(!replay, "it was asked for anew");
    Token::try_from(token).unwrap()
}

// S0-21, S2-16, S3-13
#[test]
fn a_refused_connect_goes_on_with_the_token_of_the_provider() {
    for code in [Code::RC_CONN_TOKEN_INCORRECT, EXPIRED] {
        let mut bench = Bench::providing();
        let call = bench.call(connect());

        refuse(&mut bench, code);

        let (_, refused) = bench.questions.last().unwrap().clone();
        assert_eq!((refused.code, refused.attempt), (code, 1));
        assert_eq!(refused.user, None);
        assert!(!bench.has_ended(call));
        bench.provide(Ok(fresh(1)));
        assert_eq!(connects_with(&bench), fresh(1));
        bench.answer(Response::Connected { user: user("lei") });
        assert_eq!(bench.code_of(call), Code::SUCCESS);
    }
}

// S0-23
#[test]
fn an_account_that_is_stopped_for_its_token_is_connected_again_by_the_provider() {
    let mut bench = Bench::providing();
    bench.connect();
    bench.forget_log();

    stop(&mut bench);

    let (_, refused) = bench.questions.last().unwrap().clone();
    assert_eq!(refused.user, Some(user("lei")));
    bench.provide(Ok(fresh(1)));
    assert_eq!(connects_with(&bench), fresh(1));
    bench.answer(Response::Connected { user: user("lei") });
    bench.die();
    bench.reattach();
    let again = bench
        .requests()
        .into_iter()
        .find_map(|request| match request {
            Request::Connect { token, .. } => Some(Token::try_from(&token).unwrap()),
            _ => None,
        });
    assert_eq!(
        again,
        Some(fresh(1)),
        "the new token is the app's from now on"
    );
}

// S0-21, S2-16, S3-13, P3: never a loop
#[test]
fn a_provider_of_wrong_tokens_is_asked_four_times_and_later_each_time() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    let start = bench.now;
    let mut asked_at = Vec::new();

    refuse(&mut bench, EXPIRED);
    for number in 1..=4 {
        while bench.questions.len() < number {
            bench.advance_to_deadline();
        }
        asked_at.push(bench.now - start);
        bench.provide(Ok(fresh(1)));
        refuse(&mut bench, EXPIRED);
    }

    assert_eq!(bench.code_of(call), EXPIRED);
    bench.advance(Duration::from_secs(3600));
    assert_eq!(bench.questions.len(), 4);
    let seconds = Duration::from_secs;
    let waits: Vec<_> = asked_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(asked_at[0], Duration::ZERO);
    for (wait, longest) in waits.into_iter().zip([1, 2, 4].map(seconds)) {
        assert!((longest / 2..=longest).contains(&wait), "{wait:?}");
    }
}

#[test]
fn tokens_that_are_good_for_a_moment_only_are_wrong_ones() {
    let mut bench = Bench::providing();
    bench.connect();

    for _ in 0..10 {
        stop(&mut bench);
        bench.advance(Duration::from_secs(5));
        if bench.asked.is_empty() && bench.questions.len() < 5 {
            bench.provide(Ok(fresh(1)));
        }
        if !bench.asked.is_empty() {
            bench.answer(Response::Connected { user: user("lei") });
        }
    }

    assert_eq!(bench.questions.len(), 4);
}

#[test]
fn a_token_that_was_good_for_long_begins_a_new_row() {
    let mut bench = Bench::providing();
    bench.connect();

    for number in 1..=10 {
        bench.advance(Duration::from_secs(31));
        stop(&mut bench);
        assert_eq!(bench.questions.len(), number);
        bench.provide(Ok(fresh(1)));
        bench.answer(Response::Connected { user: user("lei") });
    }
}

#[test]
fn a_provider_without_a_token_ends_the_connect_with_the_refusal() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    refuse(&mut bench, EXPIRED);

    bench.provide(Err(Some("no session".into())));

    let (_, result) = bench.ended.last().unwrap();
    let error = result.as_ref().unwrap_err();
    assert_eq!(bench.code_of(call), EXPIRED);
    assert!(error.cause().ends_with("no session"), "{error}");
    bench.advance(Duration::from_secs(3600));
    assert_eq!(bench.questions.len(), 1);
}

#[test]
fn a_silent_provider_is_given_up_and_its_late_token_is_not_used() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    refuse(&mut bench, EXPIRED);

    bench.advance(ANSWER_LIMIT);

    assert_eq!(bench.code_of(call), EXPIRED);
    bench.provide(Ok(fresh(1)));
    assert_eq!(bench.requests(), []);
}

// S4-28, P9: the limit is that of the whole connect
#[test]
fn the_limit_of_a_connect_also_ends_the_wait_for_a_provider() {
    let mut bench = Bench::providing();
    let limit = TimeLimit::from_duration(Duration::from_secs(5));
    let call = bench.call(Call::Connect {
        token: fresh(0),
        limit,
        unreadable: Unreadable::Refuse,
        callback: None,
    });
    bench.advance(Duration::from_secs(2));
    refuse(&mut bench, EXPIRED);
    bench.provide(Ok(fresh(1)));
    let [Request::Connect { time_limit, .. }] = bench.requests()[..] else {
        panic!("{:?}", bench.requests());
    };
    assert_eq!(time_limit, Some(3));
    refuse(&mut bench, EXPIRED);

    bench.advance(Duration::from_secs(4));

    assert_eq!(bench.code_of(call), Code::RC_CONNECT_TIMEOUT);
    let last = bench.statuses().pop();
    let timed_out = (ConnectionStatus::Timeout, Some(Code::RC_CONNECT_TIMEOUT));
    assert_eq!(last, Some(timed_out));
}

// S4-27, P7
#[test]
fn a_second_connect_leaves_the_one_that_waits_for_a_provider_alone() {
    let mut bench = Bench::providing();
    let first = bench.call(connect());
    refuse(&mut bench, EXPIRED);

    let second = bench.call(connect());

    assert_eq!(bench.code_of(second), Code::RC_CONNECTION_EXIST);
    bench.provide(Ok(fresh(1)));
    bench.answer(Response::Connected { user: user("lei") });
    assert_eq!(bench.code_of(first), Code::SUCCESS);
}

#[test]
fn an_app_that_connects_again_by_itself_is_not_disturbed_by_its_provider() {
    let mut bench = Bench::providing();
    bench.connect();
    stop(&mut bench);

    let call = bench.call(connect());
    bench.provide(Ok(fresh(1)));

    assert_eq!(bench.requests().len(), 1);
    bench.answer(Response::Connected { user: user("lei") });
    assert_eq!(bench.code_of(call), Code::SUCCESS);
}

#[test]
fn who_leaves_meanwhile_is_not_connected_again() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    refuse(&mut bench, EXPIRED);

    bench.call(Call::Disconnect);
    bench.provide(Ok(fresh(1)));

    assert_eq!(bench.code_of(call), Code::LOCAL_CANCELLED);
    assert!(matches!(bench.requests()[..], [Request::Disconnect {}]));
}

// P13
#[test]
fn a_token_that_comes_while_no_daemon_is_there_is_for_the_next_one() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    refuse(&mut bench, EXPIRED);

    bench.die();
    bench.provide(Ok(fresh(1)));
    bench.reattach();

    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
    let [Request::Init { .. }, Request::Connect { token, .. }] = &bench.requests()[..] else {
        panic!("{:?}", bench.requests());
    };
    assert_eq!(Token::try_from(token), Ok(fresh(1)));
}

#[test]
fn the_next_daemon_refuses_the_old_token_and_gets_the_new_one() {
    let mut bench = Bench::providing();
    bench.connect();
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});

    refuse(&mut bench, EXPIRED);

    bench.provide(Ok(fresh(1)));
    assert_eq!(connects_with(&bench), fresh(1));
    assert_eq!(bench.questions.len(), 1, "it is one refusal");
}

#[test]
fn only_a_refusal_of_the_token_asks_the_provider() {
    for code in [
        Code::RC_CONN_ID_REJECT,
        Code::RC_CONN_USER_BLOCKED,
        Code::RC_DISCONN_KICK,
        Code::RC_CONNECT_TIMEOUT,
    ] {
        let mut bench = Bench::providing();
        let call = bench.call(connect());
        bench.status(ConnectionStatus::Unconnected, Some(code));

        bench.fail(code);

        assert_eq!(bench.code_of(call), code);
        assert!(bench.questions.is_empty());
    }
}

#[test]
fn without_a_provider_every_refusal_is_the_last_word() {
    let mut bench = Bench::initialised();
    let call = bench.call(connect());

    refuse(&mut bench, EXPIRED);

    assert_eq!(bench.code_of(call), EXPIRED);
    assert!(bench.questions.is_empty());
}

// F-S35: another app brought the token
#[test]
fn an_app_whose_account_another_made_live_again_takes_part_with_the_next_daemon() {
    let mut bench = Bench::connected();
    stop(&mut bench);
    bench.status(ConnectionStatus::Connecting, None);
    bench.status(ConnectionStatus::Connected, None);

    bench.die();
    bench.reattach();

    let [Request::Init { .. }, Request::Join { user: joined, .. }] = &bench.requests()[..] else {
        panic!("{:?}", bench.requests());
    };
    assert_eq!(joined, &Some(user("lei")));
}

#[test]
fn who_brings_its_token_second_takes_part_in_what_the_first_made() {
    let mut bench = Bench::providing();
    let call = bench.call(connect());
    refuse(&mut bench, EXPIRED);
    bench.provide(Ok(fresh(1)));

    bench.fail(Code::RC_CONNECTION_EXIST);

    assert!(matches!(bench.requests()[..], [Request::Join { .. }]));
    bench.answer(Response::Connected { user: user("lei") });
    assert_eq!(bench.code_of(call), Code::SUCCESS);
}

// S0-20: called once each
#[test]
fn the_callbacks_of_a_connect_are_told_of_the_database_once_over_all_its_tokens() {
    let mut bench = Bench::providing();
    let opened = || imlink_ipc_proto::Event::DatabaseOpened {
        code: Code::SUCCESS,
    };
    bench.call(Call::Connect {
        token: fresh(0),
        limit: None,
        unreadable: Unreadable::Refuse,
        callback: Some(CallbackKey(1)),
    });
    bench.event(opened());
    refuse(&mut bench, EXPIRED);
    bench.provide(Ok(fresh(1)));

    bench.event(opened());

    assert_eq!(bench.opened, [(CallbackKey(1), Code::SUCCESS)]);
}
