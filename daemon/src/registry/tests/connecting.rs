//! Connecting: who gets which account, and one result for each connect.

use super::bench::*;

// S4-26
#[test]
fn a_call_before_init_is_refused_with_33001() {
    let mut house = House::new();
    let app = house.attach_without_init("notes");

    for request in [
        connect("token"),
        Request::Disconnect {},
        Request::Logout {},
        Request::Conversations {
            behind: None,
            limit: 1,
        },
    ] {
        let id = house.ask(app, request);
        assert_eq!(house.failure(app, id), Some(Code::RC_CLIENT_NOT_INIT));
    }
}

#[test]
fn two_apps_of_one_user_share_one_account() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));

    let one = house.ask(first, connect("token"));
    let two = house.ask(second, connect("token"));

    let account = house.only_account();
    house.bring_online(account);
    assert_eq!(house.connected(first, one), 1);
    assert_eq!(house.connected(second, two), 1);
}

// S4-14 S4-16
#[test]
fn events_come_as_connecting_database_connected_success() {
    let mut house = House::new();
    let app = house.attach("notes");
    let id = house.ask(app, connect("token"));
    let account = house.only_account();

    house.bring_online(account);

    assert_eq!(
        house.heard(app),
        [
            Heard::Status(CONNECTING, None),
            Heard::Database(Code::SUCCESS),
            Heard::Status(CONNECTED, None),
            Heard::Connected(id),
        ]
    );
}

// P24
#[test]
fn an_app_that_comes_to_a_live_account_sees_connecting_then_connected() {
    let mut house = House::new();
    let first = house.attach("notes");
    house.ask(first, connect("token"));
    let account = house.only_account();
    house.bring_online(account);
    let late = house.attach("bar");

    let id = house.ask(late, connect("token"));

    assert_eq!(
        house.heard(late),
        [
            Heard::Status(CONNECTING, None),
            Heard::Database(Code::SUCCESS),
            Heard::Status(CONNECTED, None),
            Heard::Connected(id),
        ]
    );
}

// S4-27
#[test]
fn a_second_connect_gets_34001_and_the_first_still_gets_its_one_answer() {
    let mut house = House::new();
    let app = house.attach("notes");
    let first = house.ask(app, connect("token"));
    let second = house.ask(app, connect("token"));
    assert_eq!(house.failure(app, second), Some(Code::RC_CONNECTION_EXIST));

    let account = house.only_account();
    house.bring_online(account);
    let third = house.ask(app, connect("token"));

    assert_eq!(house.connected(app, first), 1);
    assert_eq!(house.failure(app, third), Some(Code::RC_CONNECTION_EXIST));
}

// P7
#[test]
fn a_connected_app_with_another_users_token_gets_34001() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);

    let id = house.ask(app, connect("token-of-bob"));

    assert_eq!(house.failure(app, id), Some(Code::RC_CONNECTION_EXIST));
}

// P8
#[test]
fn a_new_token_of_a_live_user_is_merged_before_any_dialling() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    house.ask(first, connect("token"));
    let live = house.only_account();
    house.bring_online(live);
    let id = house.ask(second, connect("another-token"));
    let provisional = AccountId(live.0 + 1);
    assert!(house.refuses_unnamed(provisional));

    house.identify(provisional, "alice", IdentifiedBy::Directory);

    assert!(house.stopped_upstream(provisional));
    assert_eq!(house.connected(second, id), 1);
    assert_eq!(house.newest_token(live).as_deref(), Some("another-token"));
    let times = house
        .heard(second)
        .iter()
        .filter(|h| **h == Heard::Status(CONNECTING, None))
        .count();
    assert_eq!(times, 1, "CONNECTING is shown once");
}

// S4-28 P9 F-S42
#[test]
fn a_time_limit_ends_the_connect_of_that_app_only() {
    let mut house = House::new();
    let (hasty, patient) = (house.attach("notes"), house.attach("bar"));
    let limited = house.ask(hasty, connect_within("token", 1));
    let unlimited = house.ask(patient, connect("token"));

    house.pass(Duration::from_millis(999));
    assert_eq!(house.failure(hasty, limited), None);
    house.pass(Duration::from_millis(1));

    let refused = house.failure(hasty, limited).unwrap();
    assert_eq!(refused, Code::RC_CONNECT_TIMEOUT);
    assert!(refused.is_terminal(), "it takes a connect of this app's");
    assert!(
        house
            .heard(hasty)
            .contains(&Heard::Status(TIMEOUT, Some(Code::RC_CONNECT_TIMEOUT)))
    );
    let account = house.only_account();
    assert!(
        !house.was_disconnected(account),
        "the other app still wants the link"
    );
    house.bring_online(account);
    assert_eq!(house.connected(patient, unlimited), 1);
    assert!(
        !house.heard(hasty).contains(&Heard::Status(CONNECTED, None)),
        "its view ended"
    );
}

// P9
#[test]
fn the_link_is_given_up_when_the_last_waiting_app_timed_out() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.ask(app, connect_within("token", 1));
    let account = house.only_account();

    house.pass(Duration::from_secs(1));

    assert!(house.was_disconnected(account));
    let again = house.ask(app, connect("token"));
    assert_eq!(
        house.failure(app, again),
        None,
        "a connect by hand starts again"
    );
}

// P7
#[test]
fn one_account_more_than_allowed_is_refused() {
    let mut house = House::new();
    for number in 0..MAX_ACCOUNTS {
        let app = house.attach(&format!("app{number}"));
        house.ask(app, connect(&format!("token{number}")));
    }
    let app = house.attach("late");

    let id = house.ask(app, connect("one-too-many"));

    assert_eq!(house.failure(app, id), Some(Code::LOCAL_ACCOUNTS));
}

// P11 F-S34
#[test]
fn a_terminal_code_reaches_every_app_once_and_nothing_reconnects() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let one = house.ask(first, connect("token"));
    let two = house.ask(second, connect("token"));
    let account = house.only_account();
    let asked = house.connects(account);

    house.stop(
        account,
        ConnectionStatus::TokenIncorrect,
        Code::RC_CONN_TOKEN_INCORRECT,
    );

    assert_eq!(
        house.failure(first, one),
        Some(Code::RC_CONN_TOKEN_INCORRECT)
    );
    assert_eq!(
        house.failure(second, two),
        Some(Code::RC_CONN_TOKEN_INCORRECT)
    );
    house.pass(Duration::from_secs(3600));
    assert_eq!(
        house.connects(account),
        asked,
        "no attempt until an explicit connect"
    );
    house.ask(first, connect("token"));
    assert_eq!(house.connects(account), asked + 1);
}

// P8; behaviour.md 10
#[test]
fn a_new_token_of_a_connected_app_is_kept_if_navigation_names_the_same_user() {
    for (user, kept) in [("alice", "fresh"), ("bob", "token")] {
        let mut house = House::new();
        let (app, guest) = (house.attach("notes"), house.attach("guest"));
        let live = house.connect_alone(app);

        let id = house.ask(app, connect("fresh"));

        assert_eq!(house.failure(app, id), Some(Code::RC_CONNECTION_EXIST));
        let probe = AccountId(live.0 + 1);
        assert_eq!(house.connects(probe), 1);
        let (app_key, nobody) = (None, None);
        let join = Request::Join {
            app_key,
            user: nobody,
        };
        let joined = house.ask(guest, join);
        assert_eq!(house.connected(guest, joined), 1, "there is one account");
        house.identify(probe, user, IdentifiedBy::Directory);
        assert!(house.stopped_upstream(probe), "nothing is dialled");
        assert_eq!(house.newest_token(live).as_deref(), Some(kept), "{user}");
        assert!(!house.was_disconnected(live));
    }
}

// P8, P10
#[test]
fn a_token_is_asked_about_only_as_long_as_the_link_is_wanted_and_no_newer_one_is_brought() {
    let mut house = House::new();
    let app = house.attach("notes");
    let live = house.connect_alone(app);
    let (first, second) = (AccountId(live.0 + 1), AccountId(live.0 + 2));

    house.ask(app, connect("fresh"));
    house.ask(app, connect("fresher"));
    assert!(house.stopped_upstream(first));
    assert!(!house.stopped_upstream(second));
    house.ask(app, Request::Disconnect {});

    assert!(house.stopped_upstream(second));
}

// P8: whoever may connect takes the question over
#[test]
fn a_token_that_is_asked_about_can_be_connected_with() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("other"));
    let live = house.connect_alone(app);
    house.ask(app, connect("of-bob"));
    let bobs = AccountId(live.0 + 1);

    house.ask(other, connect("of-bob"));
    house.ask(app, Request::Disconnect {});

    assert!(!house.stopped_upstream(bobs));
    house.identify(bobs, "bob", IdentifiedBy::Directory);
    assert!(!house.stopped_upstream(bobs));
}

// P11 F-S36
#[test]
fn an_app_that_comes_back_does_not_start_a_stopped_account_again() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    house.stop(
        account,
        ConnectionStatus::KickedOffline,
        Code::RC_DISCONN_KICK,
    );
    let asked = house.connects(account);

    let back = house.attach("notes");
    let id = house.ask(back, connect_again("token", true));

    assert_eq!(house.failure(back, id), Some(Code::RC_DISCONN_KICK));
    assert_eq!(house.connects(account), asked);
    assert_eq!(house.resumes(account), 0);
}

// P2, P13: what ends a first connect does not end one that had succeeded
#[test]
fn an_app_that_had_been_connected_goes_on_and_one_that_had_not_connects() {
    for (was_connected, resumes) in [(true, 1), (false, 0)] {
        let mut house = House::new();
        let back = house.attach("notes");

        house.ask(back, connect_again("token", was_connected));

        let account = house.only_account();
        assert_eq!(house.resumes(account), resumes);
        assert_eq!(house.connects(account), 1 - resumes);
    }
}

// F-A15
#[test]
fn an_account_that_nobody_needs_is_closed() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    house.ask(app, Request::Disconnect {});
    assert!(!house.stopped_upstream(account), "the app may still read");

    house.registry.detach(app);
    house.drain();

    assert!(house.stopped_upstream(account));
}
