//! Accounts that the daemon itself wants, because it remembers their tokens.

use super::bench::*;

fn house() -> House {
    let mut house = House::new();
    house.registry = Registry::new(MAX_ACCOUNTS).remembering();
    house
}

fn hold(house: &mut House) -> AccountId {
    let (key, token) = (AppKey::new("key").unwrap(), Token::new("token").unwrap());
    assert!(house.registry.hold(key, UserId::new("alice").ok(), token));
    house.drain();
    house.only_account()
}

fn kept(house: &House) -> Vec<&str> {
    let tokens = house.seen.iter().filter_map(|effect| match effect {
        Effect::Keep { token, .. } => Some(token.reveal()),
        _ => None,
    });
    tokens.collect()
}

fn discarded(house: &House) -> usize {
    let is_one = |effect: &&Effect| matches!(effect, Effect::Discard { .. });
    house.seen.iter().filter(is_one).count()
}

// decisions.md P10, P15
#[test]
fn a_remembered_account_connects_without_an_app_and_survives_the_leaving_of_all() {
    let mut house = house();
    let account = hold(&mut house);
    assert!(house.seen.iter().any(|effect| matches!(
        effect,
        Effect::Uplink {
            command: Command::Resume { .. },
            ..
        }
    )));
    house.bring_online(account);
    let app = house.attach("notes");
    house.ask(app, connect("token"));

    house.ask(app, Request::Disconnect {});

    assert!(house.heard(app).contains(&Heard::Status(SIGN_OUT, None)));
    assert!(!house.was_disconnected(account));
    assert!(!house.stopped_upstream(account));
}

// decisions.md P10, P15
#[test]
fn a_logout_ends_a_remembered_account() {
    let mut house = house();
    let account = hold(&mut house);
    house.bring_online(account);
    let app = house.attach("notes");
    house.ask(app, connect("token"));

    house.ask(app, Request::Logout {});

    assert!(house.was_disconnected(account));
    assert!(
        !house.registry.token_kept(account),
        "a late answer means nothing"
    );
}

// decisions.md P15
#[test]
fn a_token_is_kept_once_its_link_has_come_up_and_never_without_remembering() {
    for remembers in [true, false] {
        let mut house = match remembers {
            true => house(),
            false => House::new(),
        };
        let app = house.attach("notes");
        house.ask(app, connect("token"));
        assert_eq!(
            kept(&house),
            [] as [&str; 0],
            "nobody knows yet whether it is good"
        );

        let account = house.only_account();
        house.bring_online(account);

        match remembers {
            true => assert_eq!(kept(&house), ["token"]),
            false => assert_eq!(kept(&house), [] as [&str; 0]),
        }
    }
}

// decisions.md P11, P15
#[test]
fn the_clouds_last_word_on_an_account_ends_the_memory() {
    let last_words = [
        31_001, 31_002, 31_003, 31_004, 31_005, 31_007, 31_008, 31_009, 31_010, 31_011, 31_012,
        31_020, 31_021, 31_022, 31_023, 31_024, 31_025, 31_026, 31_027, 31_029, 31_030,
    ];
    for code in last_words.map(Code::new) {
        let mut house = house();
        let account = hold(&mut house);

        house.stop(account, ConnectionStatus::Unconnected, code);

        assert_eq!(discarded(&house), 1, "{code}");
        assert!(house.stopped_upstream(account), "nobody wants it: {code}");
    }
}

// decisions.md P15
#[test]
fn what_is_missing_on_this_machine_leaves_the_memory_and_is_shown() {
    for code in [
        Code::RC_CONN_PROXY_UNAVAILABLE,
        Code::LOCAL_NO_NAVIGATOR,
        Code::LOCAL_TRANSPORT,
        Code::RC_CONNECTION_EXIST,
        Code::LOCAL_STORE_FULL,
        Code::LOCAL_STORE_READ_ONLY,
        Code::LOCAL_STORE_FAILED,
        Code::LOCAL_STORE_NEWER,
        Code::RC_DB_CORRUPT,
        Code::RC_DB_SQL_ERROR,
    ] {
        let mut house = house();
        let account = hold(&mut house);

        match code.number() {
            31_028 | 34_001 | 90_016 | 90_017 => {
                house.stop(account, ConnectionStatus::Unconnected, code);
            }
            _ => house.registry.store_opened(account, Err(code)),
        }
        house.drain();

        assert_eq!(discarded(&house), 0, "{code}");
        assert!(!house.stopped_upstream(account), "it is there to be seen");
        assert!(house.registry.token_kept(account), "{code}");
        house.tokens.remember("token", "alice");
        let app = house.attach("notes");
        house.ask(app, connect("token"));
        assert_eq!(house.connects(account), 1, "an app begins it again: {code}");
    }
}

// decisions.md P15
#[test]
fn a_token_that_is_refused_before_its_user_is_known_is_not_used_again() {
    for (code, ends) in [
        (Code::RC_CONN_TOKEN_INCORRECT, true),
        (Code::RC_CONN_PROXY_UNAVAILABLE, false),
    ] {
        let mut house = house();
        let (key, token) = (AppKey::new("key").unwrap(), Token::new("token").unwrap());
        house.registry.hold(key, None, token);
        house.drain();
        let account = house.only_account();

        house.stop(account, ConnectionStatus::Unconnected, code);

        let disused = house.seen.iter().any(
            |effect| matches!(effect, Effect::Disuse { token, .. } if token.reveal() == "token"),
        );
        assert_eq!(disused, ends, "{code}");
        assert_eq!(house.stopped_upstream(account), ends, "{code}");
    }
}

// decisions.md P7, P15
#[test]
fn an_account_that_is_remembered_and_stopped_takes_its_place_among_the_open_ones() {
    let mut house = house();
    house.registry = Registry::new(1).remembering();
    let account = hold(&mut house);
    house.stop(
        account,
        ConnectionStatus::Unconnected,
        Code::LOCAL_NO_NAVIGATOR,
    );
    let app = house.attach("notes");

    let id = house.ask(app, connect("of-somebody-else"));

    assert_eq!(house.failure(app, id), Some(Code::LOCAL_ACCOUNTS));
}

// decisions.md P7, P15
#[test]
fn no_more_accounts_are_held_than_may_be_open() {
    let mut house = house();
    house.registry = Registry::new(1).remembering();
    hold(&mut house);

    let (key, token) = (AppKey::new("key").unwrap(), Token::new("other").unwrap());

    assert!(!house.registry.hold(key, UserId::new("bob").ok(), token));
}
