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
fn the_end_of_a_link_for_good_ends_the_memory_and_a_broken_way_does_not() {
    for (code, forgets) in [
        (Code::RC_CONN_TOKEN_EXPIRE, 1),
        (Code::RC_CONN_TOKEN_INCORRECT, 1),
        (Code::RC_CONN_PROXY_UNAVAILABLE, 0),
    ] {
        let mut house = house();
        let account = hold(&mut house);

        house.stop(account, ConnectionStatus::Unconnected, code);

        assert_eq!(discarded(&house), forgets, "{code}");
        assert!(
            house.stopped_upstream(account),
            "nobody is there to want it"
        );
    }
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
