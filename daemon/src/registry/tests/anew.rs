//! Rows that cannot be opened, and accounts that are removed.

use imlink_store::Change;

use super::bench::*;

// F-D09, F-D19
#[test]
fn rows_that_cannot_be_opened_are_set_aside_for_a_connect_that_agrees_only() {
    for code in [Code::RC_DB_CORRUPT, Code::LOCAL_STORE_NEWER] {
        let mut house = House::new();
        house.tokens.remember("token", "alice");
        let app = house.attach("notes");
        let id = house.ask(app, connect("token"));
        assert_eq!(house.opened_with(), [Unreadable::Refuse]);
        let account = house.only_account();
        house.registry.store_opened(account, Err(code));
        house.drain();

        assert_eq!(house.failure(app, id), Some(code));
        let unconnected = i32::from(ConnectionStatus::Unconnected.number());
        assert_eq!(
            house.heard(app)[1..],
            [
                Heard::Database(code),
                Heard::Status(unconnected, Some(code))
            ]
        );
        let history = house.ask(app, Request::Unread {});
        assert_eq!(house.failure(app, history), Some(code), "reads say why too");

        let agreed = house.ask(app, agreeing("token"));
        house.bring_online(account);

        assert_eq!(
            house.opened_with(),
            [Unreadable::Refuse, Unreadable::SetAside]
        );
        assert_eq!(house.connected(app, agreed), 1);
    }
}

#[test]
fn an_app_may_agree_while_the_rows_are_being_opened_for_another() {
    let mut house = House::new();
    house.tokens.remember("token", "alice");
    let (first, second) = (house.attach("first"), house.attach("second"));
    let waiting = house.ask(first, connect("token"));
    let account = house.only_account();
    house.ask(second, agreeing("token"));
    assert_eq!(house.opened_with().len(), 1, "they are being opened");

    house
        .registry
        .store_opened(account, Err(Code::RC_DB_CORRUPT));
    house.drain();

    assert_eq!(house.opened_with().last(), Some(&Unreadable::SetAside));
    assert_eq!(house.failure(first, waiting), None, "it is not over yet");
}

// P8
#[test]
fn an_app_may_agree_with_a_token_that_turns_out_to_be_the_same_users() {
    for failed_before in [false, true] {
        let mut house = House::new();
        house.tokens.remember("token", "alice");
        let (first, second) = (house.attach("first"), house.attach("second"));
        house.ask(first, connect("token"));
        let account = house.only_account();
        let corrupt = |house: &mut House| {
            let result = Err(Code::RC_DB_CORRUPT);
            house.registry.store_opened(account, result);
            house.drain();
        };
        if failed_before {
            corrupt(&mut house);
        }

        let agreed = house.ask(second, agreeing("newer-token"));
        let provisional = AccountId(account.0 + 1);
        house.identify(provisional, "alice", IdentifiedBy::Directory);
        if !failed_before {
            corrupt(&mut house);
        }

        assert_eq!(
            house.opened_with(),
            [Unreadable::Refuse, Unreadable::SetAside],
            "failed before: {failed_before}"
        );
        house.bring_online(account);
        assert_eq!(house.connected(second, agreed), 1);
    }
}

#[test]
fn consent_is_good_for_one_opening() {
    let mut house = House::new();
    house.tokens.remember("token", "alice");
    let app = house.attach("notes");
    house.ask(app, agreeing("token"));
    let account = house.only_account();
    house
        .registry
        .store_opened(account, Err(Code::LOCAL_STORE_FULL));
    house.drain();

    house.ask(app, connect("token"));

    assert_eq!(
        house.opened_with(),
        [Unreadable::SetAside, Unreadable::Refuse]
    );
}

// F-D07, F-D09
#[test]
fn rows_that_turn_out_to_be_unreadable_end_the_account_and_every_app_hears_why() {
    let mut house = House::new();
    let (first, second) = (house.attach("first"), house.attach("second"));
    let account = house.connect_both(first, second);
    let code = Code::RC_DB_CORRUPT;

    house.registry.reading_failed(account, code);
    house.drain();

    let unconnected = i32::from(ConnectionStatus::Unconnected.number());
    let told = [
        Heard::Database(code),
        Heard::Status(unconnected, Some(code)),
    ];
    for app in [first, second] {
        assert!(house.heard(app).ends_with(&told), "{:?}", house.heard(app));
        let read = house.ask(app, Request::Unread {});
        assert_eq!(house.failure(app, read), Some(code));
    }
    assert!(house.was_disconnected(account));
    let last = house.commands(account).last();
    assert!(matches!(last, Some(Command::Unload)), "{last:?}");
    house.registry.reading_failed(account, code);
    house.drain();
    assert!(house.heard(first).ends_with(&told), "once");

    let agreed = house.ask(first, agreeing("token"));
    assert_eq!(house.opened_with().last(), Some(&Unreadable::SetAside));
    house.registry.reading_failed(account, code);
    house.drain();
    assert_eq!(
        house.failure(first, agreed),
        None,
        "that was said of those before"
    );
    house.bring_online(account);
    assert_eq!(house.connected(first, agreed), 1);
}

// P11: what ended an account is told once, and nothing follows before a connect
#[test]
fn what_ended_an_account_stands_whatever_becomes_of_its_rows() {
    let code = Code::RC_DB_CORRUPT;
    let mut kicked = House::new();
    let app = kicked.attach("notes");
    let account = kicked.connect_alone(app);
    let why = (ConnectionStatus::KickedOffline, Code::RC_DISCONN_KICK);
    kicked.stop(account, why.0, why.1);
    kicked.registry.reading_failed(account, code);
    kicked.assert_stands(app, why, code);

    let mut refused = House::new();
    refused.tokens.remember("token", "mallory");
    let app = refused.attach("notes");
    let asked = refused.ask(app, connect("token"));
    let account = refused.only_account();
    refused.identify(account, "alice", IdentifiedBy::Directory);
    let why = (
        ConnectionStatus::TokenIncorrect,
        Code::RC_CONN_TOKEN_INCORRECT,
    );
    assert_eq!(refused.failure(app, asked), Some(why.1));
    refused.registry.store_opened(account, Err(code));
    refused.assert_stands(app, why, code);
}

// F-D07: no subscription waits in vain
#[test]
fn a_subscription_goes_on_when_its_rows_are_open_again() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let inbox = house.subscribe(account, app, "inbox", 0);
    house.stored(account, 1..=2, &Origin::Remote);
    house.stored(account, 5..=5, &Origin::Remote);
    assert_eq!(house.last_read(), Some((Seq(2), 63)));
    let then = Then::Deliver {
        subscription: SubscriptionId(inbox),
    };
    house.registry.read(then, Err(Code::RC_DB_CORRUPT));
    house.registry.reading_failed(account, Code::RC_DB_CORRUPT);
    house.drain();
    let reads = house.reads();

    house.ask(app, agreeing("token"));
    let opened = OpenedRows {
        last_seq: Seq(5),
        ..rows_of("alice")
    };
    house.registry.store_opened(account, Ok(opened));
    house.drain();

    let known = house.position(|effect| {
        matches!(effect, Effect::Commit { change: Change::Subscribe { subscription, .. }, then: Then::Deliver { .. }, .. }
            if subscription.name.as_str() == "inbox")
    });
    assert!(known.is_some(), "rows that were begun anew know of it");
    assert_eq!(
        (house.reads(), house.last_read()),
        (reads + 1, Some((Seq(2), 63)))
    );
    let gone = Gap {
        first: Seq(1),
        last: Seq(5),
        lost: None,
        cause: imlink_store::GapCause::RolledBack,
    };
    house.stretch(inbox, &[], &[gone], 5);
    assert_eq!(house.told(app).last(), Some(&Told::Gap(1)));
    house.stored(account, 6..=6, &Origin::Remote);
    assert_eq!(house.delivered(app), [1, 2, 6]);
}

// decisions.md P10; issue 4: `imlink purge` (an account)
#[test]
fn a_purge_signs_every_app_out_and_removes_the_rows_when_they_are_closed() {
    let mut house = House::new();
    let (first, second) = (house.attach("first"), house.attach("second"));
    let account = house.connect_both(first, second);

    let id = house.ask(first, purge("alice"));

    for app in [first, second] {
        assert_eq!(
            house.heard(app).last(),
            Some(&Heard::Status(SIGN_OUT, None))
        );
    }
    assert!(house.was_disconnected(account) && house.stopped_upstream(account));
    let closed = house.position(|effect| matches!(effect, Effect::CloseStore { .. }));
    let purged = house.position(|effect| matches!(effect, Effect::Purge { .. }));
    assert!(closed.unwrap() < purged.unwrap());
    assert!(!house.done(first, id), "nothing is removed yet");
    house.registry.purged(first, id, Ok(()));
    house.drain();
    assert!(house.done(first, id));
    let read = house.ask(second, Request::Unread {});
    assert_eq!(house.failure(second, read), Some(Code::LOCAL_NO_ACCOUNT));
}

#[test]
fn an_account_that_is_not_live_is_removed_all_the_same() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let id = house.ask(app, purge("somebody-else"));

    assert!(!house.stopped_upstream(account), "the live one goes on");
    house.registry.purged(app, id, Err(Code::LOCAL_STORE_FULL));
    house.drain();
    assert_eq!(house.failure(app, id), Some(Code::LOCAL_STORE_FULL));
}

// behaviour.md U13
#[test]
fn what_concerns_other_apps_takes_the_admin_right() {
    let mut house = House::new();
    let (owner, guest) = (house.attach("owner"), house.attach_as("guest", Right::Send));
    let account = house.connect_both(owner, guest);

    for request in [purge("alice"), Request::Logout {}] {
        let id = house.ask(guest, request);

        assert_eq!(house.failure(guest, id), Some(Code::LOCAL_DENIED));
    }
    assert!(!house.was_disconnected(account));
}

// F-D01, F-D05
#[test]
fn apps_hear_once_that_rows_cannot_be_written_and_once_that_they_can_be_again() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    for code in [Code::LOCAL_STORE_FULL, Code::LOCAL_STORE_FULL] {
        house.registry.writable_turned(account, code);
    }
    house.drain();
    assert_eq!(house.writable(app), [Code::LOCAL_STORE_FULL]);
    let late = house.attach("late");
    house.ask(late, connect("token"));
    assert_eq!(
        house.writable(late),
        [Code::LOCAL_STORE_FULL],
        "who comes later is told too"
    );

    house.registry.writable_turned(account, Code::SUCCESS);
    house.drain();

    for app in [app, late] {
        assert_eq!(house.writable(app), [Code::LOCAL_STORE_FULL, Code::SUCCESS]);
    }
    let writable = house
        .commands(account)
        .filter(|command| matches!(command, Command::Writable));
    assert_eq!(writable.count(), 1, "what waits in the cloud comes at once");
}

// F-D02
#[test]
fn that_rows_cannot_be_written_is_told_after_they_are_opened() {
    let mut house = House::new();
    house.tokens.remember("token", "alice");
    let app = house.attach("notes");
    house.ask(app, connect("token"));
    let account = house.only_account();
    let full = Code::LOCAL_STORE_FULL;
    house.registry.writable_turned(account, full);
    house.drain();
    assert_eq!(house.writable(app), []);

    house.open_store(account);

    let opened = house.position(|effect| {
        matches!(
            effect,
            Effect::Event {
                event: Event::DatabaseOpened {
                    code: Code::SUCCESS
                },
                ..
            }
        )
    });
    let told = house.position(|effect| {
        matches!(
            effect,
            Effect::Event {
                event: Event::DatabaseWritable { .. },
                ..
            }
        )
    });
    assert!(opened.unwrap() < told.unwrap());
}

fn agreeing(token: &str) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: None,
        replay: false,
        was_connected: false,
        set_aside: true,
    }
}

fn purge(user: &str) -> Request {
    Request::Purge {
        app_key: AppKey::new("key").unwrap(),
        user: UserId::new(user).unwrap(),
    }
}

impl House {
    /// An app saw its account end, then heard of the rows, and nothing else.
    fn assert_stands(&mut self, app: PeerId, ended: (ConnectionStatus, Code), of_rows: Code) {
        self.drain();
        let told = [
            Heard::Status(ended.0.number().into(), Some(ended.1)),
            Heard::Database(of_rows),
        ];
        assert!(self.heard(app).ends_with(&told), "{:?}", self.heard(app));
    }
}
