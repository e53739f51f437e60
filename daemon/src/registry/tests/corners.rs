//! Ways out of the ordinary that once lost an answer, a view or a subscription.

use super::bench::*;

// F-S35
#[test]
fn a_lone_app_keeps_its_subscription_over_a_new_token() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    house.subscribe(account, app, "inbox", 0);
    house.stop(
        account,
        ConnectionStatus::TokenIncorrect,
        Code::RC_CONN_TOKEN_EXPIRE,
    );
    let id = house.ask(app, connect("fresh-token"));
    let next = AccountId(account.0 + 1);
    house.status(next, ConnectionStatus::Connecting, None);
    house.identify(next, "alice", IdentifiedBy::Directory);
    house.open_store(next);
    house.status(next, ConnectionStatus::Connected, None);
    house.uplink(next, uplink::Event::Online);
    assert!(house.stopped_upstream(next), "the two are one user's");
    house.uplink(account, uplink::Event::Online);
    assert_eq!(house.connected(app, id), 1);
    house.stored(account, 1..=1, &Origin::Remote);
    assert_eq!(house.delivered(app), [1]);
}

#[test]
fn joining_a_stopped_account_without_user_is_answered() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.ask(app, connect("token"));
    let account = house.only_account();
    house.stop(
        account,
        ConnectionStatus::TokenIncorrect,
        Code::RC_CONN_TOKEN_INCORRECT,
    );
    let other = house.attach("listen");
    let id = house.ask(
        other,
        Request::Join {
            app_key: None,
            user: None,
        },
    );
    house.pass(Duration::from_secs(3600));
    assert_eq!(house.outcome(other, id).len(), 1);
}

// F-D01
#[test]
fn a_store_that_failed_is_opened_again_by_the_next_connect() {
    let mut house = House::new();
    house.tokens.remember("token", "alice");
    let app = house.attach("notes");
    house.ask(app, connect("token"));
    let account = house.only_account();
    house
        .registry
        .store_opened(account, Err(Code::LOCAL_STORE_FULL));
    house.drain();
    house.ask(app, connect("token"));
    house.identify(account, "alice", IdentifiedBy::Directory);
    let opens = house
        .seen
        .iter()
        .filter(|e| matches!(e, Effect::OpenStore { .. }))
        .count();
    assert_eq!(opens, 2);
}

// P19 P24
#[test]
fn a_connect_while_the_link_is_down_waits_for_it() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_alone(first);
    house.suspend(account);
    let id = house.ask(second, connect_within("token", 1));
    assert_eq!(house.connected(second, id), 0, "{:?}", house.heard(second));
}

#[test]
fn a_request_that_waits_for_rows_is_answered_when_its_account_is_closed() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.ask(app, connect_within("token", 1));
    let read = house.ask(
        app,
        Request::Conversations {
            behind: None,
            limit: 1,
        },
    );
    house.pass(Duration::from_secs(1));
    house.ask(app, connect("another"));
    assert_eq!(house.outcome(app, read).len(), 1);
}

#[test]
fn one_account_is_enough_to_bring_a_new_token() {
    let mut house = House::new();
    house.registry = Registry::new(1);
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    house.stop(
        account,
        ConnectionStatus::TokenIncorrect,
        Code::RC_CONN_TOKEN_EXPIRE,
    );
    let id = house.ask(app, connect("fresh-token"));
    assert_eq!(house.failure(app, id), None);
}

// P24
#[test]
fn a_merge_does_not_reopen_a_view_that_ended() {
    let mut house = House::new();
    let (live_app, hasty, patient) = (house.attach("a"), house.attach("b"), house.attach("c"));
    let live = house.connect_alone(live_app);
    house.ask(hasty, connect_within("other", 1));
    house.ask(patient, connect("other"));
    house.pass(Duration::from_secs(1));
    let before = house.heard(hasty).len();
    house.identify(AccountId(live.0 + 1), "alice", IdentifiedBy::Directory);
    assert_eq!(house.heard(hasty).len(), before, "{:?}", house.heard(hasty));
}

// P10
#[test]
fn a_join_does_not_hold_a_link_that_its_member_gave_up() {
    let mut house = House::new();
    let (app, joiner) = (house.attach("notes"), house.attach("listen"));
    house.ask(app, connect_within("token", 1));
    let account = house.only_account();
    house.ask(
        joiner,
        Request::Join {
            app_key: None,
            user: None,
        },
    );
    house.pass(Duration::from_secs(1));
    house.registry.detach(joiner);
    house.registry.detach(app);
    house.drain();
    assert!(house.stopped_upstream(account), "nobody wants it");
}

// F-S48
#[test]
fn another_users_token_ends_the_subscriptions_of_the_user_before() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    house.subscribe(account, app, "inbox", 0);
    house.stop(
        account,
        ConnectionStatus::KickedOffline,
        Code::RC_DISCONN_KICK,
    );
    house.ask(app, connect("token-of-bob"));

    house.identify(AccountId(account.0 + 1), "bob", IdentifiedBy::Directory);
    house.stored(account, 1..=1, &Origin::Remote);

    assert!(house.delivered(app).is_empty());
}

// P8, P11: what is refused is not the newer one
#[test]
fn a_refusal_that_crosses_a_newer_token_is_not_the_answer_to_that() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    house.suspend(account);
    let fresh = house.ask(first, Request::Disconnect {});
    assert_eq!(house.failure(first, fresh), None);
    let connect = house.ask(first, connect("token"));
    let brought = house.connects(account) as u64;

    let (code, because) = (Code::RC_CONN_TOKEN_EXPIRE, None);
    let refused = Some(code);
    house.status(account, ConnectionStatus::TokenIncorrect, refused);
    let stopped = uplink::Event::Stopped { code, because };
    house.uplink_after(account, stopped.clone(), brought - 1);

    assert_eq!(house.failure(first, connect), None, "it was not meant");
    house.status(account, ConnectionStatus::Connecting, None);
    house.status(account, ConnectionStatus::Connected, None);
    house.uplink(account, uplink::Event::Online);
    assert_eq!(house.connected(first, connect), 1);
    let numbers = [
        ConnectionStatus::TokenIncorrect,
        ConnectionStatus::Connecting,
        ConnectionStatus::Connected,
    ]
    .map(|status| i32::from(status.number()));
    let seen = house.heard(second);
    let seen: Vec<i32> = seen
        .iter()
        .filter_map(|heard| match heard {
            Heard::Status(number, _) => Some(*number),
            _ => None,
        })
        .collect();
    assert!(seen.ends_with(&numbers), "{seen:?}");

    // Nobody waits: nothing goes on.
    house.uplink_after(account, stopped, brought - 1);
    assert!(house.was_disconnected(account));
}

// P10 P11
#[test]
fn a_token_whose_app_left_before_its_user_was_named_brings_no_link_back() {
    for ends_by_itself in [true, false] {
        let mut house = House::new();
        let (kicked, hasty) = (house.attach("notes"), house.attach("clock"));
        let account = house.connect_alone(kicked);
        house.stop(
            account,
            ConnectionStatus::KickedOffline,
            Code::RC_DISCONN_KICK,
        );
        let before = house.connects(account);
        house.ask(hasty, connect_within("of-alice-too", 1));

        match ends_by_itself {
            true => house.pass(Duration::from_secs(1)),
            false => drop(house.ask(hasty, Request::Disconnect {})),
        }
        house.identify(AccountId(account.0 + 1), "alice", IdentifiedBy::Directory);

        assert_eq!(
            house.connects(account),
            before,
            "a comeback nobody asked for"
        );
        let again = house.ask(kicked, connect("token"));
        assert_eq!(house.failure(kicked, again), None, "it was not wanted");
        assert_eq!(house.connects(account), before + 1);
    }
}

// P10
#[test]
fn a_link_that_everybody_left_is_not_made_for_one_who_has_left_too() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_alone(first);
    house.ask(first, Request::Disconnect {});
    let before = house.connects(account);
    house.ask(second, connect("of-alice-too"));
    house.ask(second, Request::Disconnect {});

    house.identify(AccountId(account.0 + 1), "alice", IdentifiedBy::Directory);

    assert_eq!(house.connects(account), before);
    assert!(house.stopped_upstream(AccountId(account.0 + 1)));
}

// P11, P19
#[test]
fn what_a_driver_said_before_it_heard_of_the_end_is_not_shown() {
    let mut house = House::new();
    house.tokens.remember("token", "alice");
    let app = house.attach("notes");
    house.ask(app, connect("token"));
    let account = house.only_account();
    house
        .registry
        .store_opened(account, Err(Code::LOCAL_STORE_NEWER));
    house.drain();
    let before = house.heard(app);

    house.status(account, ConnectionStatus::Connecting, None);
    house.status(account, ConnectionStatus::Connected, None);
    house.uplink(account, uplink::Event::Online);
    house.status(account, ConnectionStatus::Unconnected, None);

    assert_eq!(house.heard(app), before);
    let again = house.ask(app, connect("token"));
    assert_eq!(house.failure(app, again), None, "nothing is connected");
}

// P10
#[test]
fn a_link_that_came_up_as_the_last_app_left_holds_nothing() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.ask(app, connect("token"));
    let account = house.only_account();
    house.identify(account, "alice", IdentifiedBy::Directory);
    house.open_store(account);
    house.ask(app, Request::Disconnect {});

    house.status(account, ConnectionStatus::Connected, None);
    house.uplink(account, uplink::Event::Online);
    house.status(account, ConnectionStatus::Unconnected, None);
    house.registry.detach(app);
    house.drain();

    assert!(house.stopped_upstream(account), "nobody wants it");
}
