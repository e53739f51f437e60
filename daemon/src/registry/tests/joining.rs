//! Taking part in an account that is live already.

use super::bench::*;

#[test]
fn without_a_live_account_there_is_nothing_to_join() {
    let mut house = House::new();
    let app = house.attach_without_init("cli");

    let id = house.ask(
        app,
        Request::Join {
            app_key: None,
            user: None,
        },
    );

    assert_eq!(house.failure(app, id), Some(Code::LOCAL_NO_ACCOUNT));
}

#[test]
fn the_one_live_account_is_joined_without_a_token() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let cli = house.attach("cli");

    let id = house.ask(
        cli,
        Request::Join {
            app_key: None,
            user: None,
        },
    );

    assert_eq!(house.connected(cli, id), 1);
    house.ask(app, Request::Disconnect {});
    assert!(
        house.was_disconnected(account),
        "who joins does not hold the link"
    );
}

#[test]
fn of_two_accounts_one_has_to_be_named() {
    let mut house = House::new();
    let (alices, bobs) = (house.attach("notes"), house.attach("bar"));
    house.ask(alices, connect("token"));
    house.ask(bobs, connect("token-of-bob"));
    house.identify(AccountId(1), "alice", IdentifiedBy::Directory);
    house.identify(AccountId(2), "bob", IdentifiedBy::Directory);
    let cli = house.attach("cli");

    let ambiguous = house.ask(
        cli,
        Request::Join {
            app_key: None,
            user: None,
        },
    );
    let bob = Some(UserId::new("bob").unwrap());
    let named = house.ask(
        cli,
        Request::Join {
            app_key: None,
            user: bob,
        },
    );

    assert_eq!(house.failure(cli, ambiguous), Some(Code::LOCAL_AMBIGUOUS));
    assert_eq!(house.connected(cli, named), 1);
}
