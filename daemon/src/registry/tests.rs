//! The registry without sockets, stores or clouds: calls in, effects out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use imlink_ipc_proto::{
    Codec, Conversation, Event, Outcome, Request, Response, SendOptions, Start, limits,
};
use imlink_model::uplink::{self, Command, IdentifiedBy, Restored};
use imlink_model::{
    AppId, AppKey, Body, ClientMessageId, Code, ConnectionStatus, ConversationKind, Direction,
    Flags, Message, Millis, ObjectName, Origin, Seq, SubscriptionName, TargetId, Token, UserId,
};
use imlink_store::Applied;

use super::*;

const CONNECTING: i32 = 1;
const CONNECTED: i32 = 0;
const SIGN_OUT: i32 = 12;
const SUSPEND: i32 = 13;
const TIMEOUT: i32 = 14;

mod connecting {
    use super::*;

    // S4-26
    #[test]
    fn a_call_before_init_is_refused_with_33001() {
        let mut house = House::new();
        let app = house.attach_without_init("notes");

        for request in [
            connect("token"),
            Request::Disconnect {},
            Request::Logout {},
            Request::Conversations { limit: 1 },
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

        assert_eq!(
            house.failure(hasty, limited),
            Some(Code::RC_CONNECT_TIMEOUT)
        );
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
        let id = house.ask(
            back,
            Request::Connect {
                token: secret("token"),
                time_limit: None,
                replay: true,
            },
        );

        assert_eq!(house.failure(back, id), Some(Code::RC_DISCONN_KICK));
        assert_eq!(house.connects(account), asked);
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
}

mod leaving {
    use super::*;

    // P10
    #[test]
    fn disconnect_takes_only_that_app_off() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);

        house.ask(first, Request::Disconnect {});

        assert!(house.heard(first).contains(&Heard::Status(SIGN_OUT, None)));
        assert!(!house.heard(second).contains(&Heard::Status(SIGN_OUT, None)));
        assert!(!house.was_disconnected(account));
        house.ask(second, Request::Disconnect {});
        assert!(
            house.was_disconnected(account),
            "the last one to leave closes the link"
        );
    }

    // P10
    #[test]
    fn an_app_that_crashes_has_not_left() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);

        house.registry.detach(app);
        house.drain();

        assert!(!house.was_disconnected(account));
        assert!(!house.stopped_upstream(account));
    }

    // P10
    #[test]
    fn logout_signs_every_app_out_and_forgets_the_tokens() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);

        let id = house.ask(second, Request::Logout {});

        assert!(house.done(second, id));
        for app in [first, second] {
            assert!(house.heard(app).contains(&Heard::Status(SIGN_OUT, None)));
        }
        assert!(house.was_disconnected(account));
        assert!(
            house
                .seen
                .iter()
                .any(|effect| matches!(effect, Effect::Forget { .. }))
        );
    }

    // P24
    #[test]
    fn after_sign_out_an_app_sees_nothing_until_its_own_connect() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);
        house.ask(first, Request::Disconnect {});
        let before = house.heard(first).len();

        house.suspend(account);
        house.status(account, ConnectionStatus::Connecting, None);

        assert_eq!(house.heard(first).len(), before);
        let id = house.ask(first, connect("token"));
        house.status(account, ConnectionStatus::Connected, None);
        house.uplink(account, uplink::Event::Online);
        assert_eq!(house.connected(first, id), 1);
    }

    #[test]
    fn a_lost_link_is_shown_as_suspend_with_its_code() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);

        house.suspend(account);
        house.suspend(account);

        let code = Some(Code::RC_SOCKET_DISCONNECTED);
        let heard = house.heard(app);
        assert_eq!(heard[heard.len() - 2..], [Heard::Status(SUSPEND, code); 2]);
    }
}

mod joining {
    use super::*;

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
}

mod sending {
    use super::*;

    // S0-01 P23
    #[test]
    fn a_send_before_the_first_success_is_refused_with_30001() {
        let mut house = House::new();
        let app = house.attach("notes");
        house.ask(app, connect("token"));

        let early = house.ask(app, send("hello"));
        assert_eq!(
            house.failure(app, early),
            Some(Code::RC_NET_CHANNEL_INVALID)
        );

        let account = house.only_account();
        house.bring_online(account);
        house.suspend(account);
        let later = house.ask(app, send("hello"));
        assert_eq!(
            house.failure(app, later),
            None,
            "from the first success on it queues"
        );
        assert_eq!(house.commits(), 1);
    }

    // P23
    #[test]
    fn an_app_that_is_back_may_send_at_once() {
        let mut house = House::new();
        let app = house.attach("notes");
        house.tokens.remember("token", "alice");
        house.ask(
            app,
            Request::Connect {
                token: secret("token"),
                time_limit: None,
                replay: true,
            },
        );
        let account = house.only_account();
        house.open_store(account);

        house.ask(app, send("hello"));

        assert_eq!(house.commits(), 1);
    }

    // F-D21
    #[test]
    fn a_body_over_128_kb_is_refused_with_30016_before_anything_is_stored() {
        let mut house = House::new();
        let app = house.attach("notes");
        house.connect_alone(app);

        let fits = house.ask(app, send(&"x".repeat(128 * 1024)));
        let over = house.ask(app, send(&"x".repeat(128 * 1024 + 1)));

        assert_eq!(house.failure(app, fits), None);
        assert_eq!(
            house.failure(app, over),
            Some(Code::RC_MSG_CONTENT_EXCEED_LIMIT)
        );
        assert_eq!(house.commits(), 1);
    }

    #[test]
    fn a_request_that_needs_the_rows_waits_until_they_are_open() {
        let mut house = House::new();
        let app = house.attach("notes");
        house.ask(app, connect("token"));
        let account = house.only_account();
        let id = house.ask(app, Request::Conversations { limit: 5 });
        assert_eq!(house.reads(), 0);

        house.bring_online(account);

        assert_eq!(house.reads(), 1);
        assert_eq!(house.failure(app, id), None);
    }

    #[test]
    fn a_store_that_cannot_be_opened_ends_the_connect() {
        let mut house = House::new();
        let app = house.attach("notes");
        let id = house.ask(app, connect("token"));
        let account = house.only_account();
        house.identify(account, "alice", IdentifiedBy::Directory);

        house
            .registry
            .store_opened(account, Err(Code::LOCAL_STORE_FAILED));
        house.drain();

        assert!(
            house
                .heard(app)
                .contains(&Heard::Database(Code::LOCAL_STORE_FAILED))
        );
        assert_eq!(house.failure(app, id), Some(Code::LOCAL_STORE_FAILED));
        assert!(house.was_disconnected(account));
    }
}

mod delivering {
    use super::*;

    #[test]
    fn new_messages_go_to_every_subscription_in_order() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);
        house.subscribe(account, first, "inbox", 0);
        house.subscribe(account, second, "inbox", 0);

        house.stored(account, 1..=3, &Origin::Remote);

        assert_eq!(house.delivered(first), [1, 2, 3]);
        assert_eq!(house.delivered(second), [1, 2, 3]);
        assert_eq!(
            house.reads(),
            0,
            "who has everything gets it without reading"
        );
    }

    // P18
    #[test]
    fn what_an_app_sent_comes_to_every_app_marked_as_its_own() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);
        house.subscribe(account, first, "inbox", 0);
        house.subscribe(account, second, "inbox", 0);

        house.stored(account, 1..=1, &Origin::App(AppId::new("notes").unwrap()));
        house.stored(account, 2..=2, &Origin::Remote);

        assert_eq!(house.delivered(first), [1, 2]);
        assert_eq!(house.delivered(second), [1, 2]);
    }

    // F-I02
    #[test]
    fn a_subscription_that_does_not_acknowledge_gets_one_window_and_then_reads_on() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);
        let number = house.subscribe(account, app, "inbox", 0);
        let window = u64::from(limits::WINDOW_MESSAGES);

        house.stored(account, 1..=window + 10, &Origin::Remote);
        assert_eq!(house.delivered(app).len(), usize::try_from(window).unwrap());
        assert_eq!(house.reads(), 0);

        house.ask(
            app,
            Request::Acknowledge {
                subscription: number,
                seq: Seq(4),
            },
        );
        assert_eq!(house.last_read(), Some((Seq(window), 4)));
        house.page(number, window + 1..=window + 4);

        assert_eq!(house.delivered(app).last(), Some(&(window + 4)));
    }

    // F-S17
    #[test]
    fn messages_that_come_out_of_turn_are_read_in_order() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);
        let number = house.subscribe(account, app, "inbox", 0);

        house.stored(account, 2..=2, &Origin::Remote);
        assert!(house.delivered(app).is_empty());
        house.page(number, 1..=2);

        assert_eq!(house.delivered(app), [1, 2]);
    }

    // F-D07
    #[test]
    fn a_row_that_cannot_be_read_does_not_hold_up_those_behind_it() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);
        let number = house.subscribe(account, app, "inbox", 0);

        house.stored(account, 2..=3, &Origin::Remote);
        house.page(number, 2..=3);

        assert_eq!(house.delivered(app), [2, 3]);
    }

    // P7 F-I37
    #[test]
    fn a_subscription_in_use_is_refused_and_its_holder_named() {
        let mut house = House::new();
        let (first, twin) = (house.attach("notes"), house.attach("notes"));
        let account = house.connect_both(first, twin);
        house.subscribe(account, first, "inbox", 0);

        let id = house.ask(twin, subscribe("inbox"));

        assert_eq!(house.failure(twin, id), Some(Code::LOCAL_SUBSCRIPTION_BUSY));
        assert!(
            house
                .failure_text(twin, id)
                .contains(&format!("pid {}", pid_of(first)))
        );
    }

    // F-I37
    #[test]
    fn another_apps_subscription_cannot_be_acknowledged() {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("bar"));
        let account = house.connect_both(first, second);
        let number = house.subscribe(account, first, "inbox", 0);
        house.stored(account, 1..=1, &Origin::Remote);

        let id = house.ask(
            second,
            Request::Acknowledge {
                subscription: number,
                seq: Seq(1),
            },
        );

        assert_eq!(house.failure(second, id), Some(Code::LOCAL_NO_SUBSCRIPTION));
    }

    #[test]
    fn what_was_never_delivered_cannot_be_acknowledged() {
        let mut house = House::new();
        let app = house.attach("notes");
        let account = house.connect_alone(app);
        let number = house.subscribe(account, app, "inbox", 0);

        let id = house.ask(
            app,
            Request::Acknowledge {
                subscription: number,
                seq: Seq(9),
            },
        );

        assert_eq!(house.failure(app, id), Some(Code::LOCAL_BAD_REQUEST));
    }
}

/// Ways out of the ordinary that once lost an answer, a view or a subscription.
mod corners {
    use super::*;

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
        let read = house.ask(app, Request::Conversations { limit: 1 });
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
}

/// What an app heard, boiled down.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Heard {
    Status(i32, Option<Code>),
    Database(Code),
    Connected(u64),
}

const MAX_ACCOUNTS: usize = 3;

struct House {
    registry: Registry,
    tokens: KnownTokens,
    now: Instant,
    last_peer: u64,
    last_request: u64,
    seen: Vec<Effect>,
}

impl House {
    fn new() -> Self {
        Self {
            registry: Registry::new(MAX_ACCOUNTS),
            tokens: KnownTokens::default(),
            now: Instant::now(),
            last_peer: 0,
            last_request: 0,
            seen: Vec::new(),
        }
    }

    fn attach_without_init(&mut self, app: &str) -> PeerId {
        self.last_peer += 1;
        let id = PeerId(self.last_peer);
        self.registry.attach(
            id,
            PeerIdentity {
                uid: 1000,
                pid: pid_of(id),
                app: AppId::new(app).unwrap(),
                client: "test".into(),
                codec: Codec::Json,
                attached_at: Millis(0),
            },
        );
        id
    }

    fn attach(&mut self, app: &str) -> PeerId {
        let peer = self.attach_without_init(app);
        self.ask(
            peer,
            Request::Init {
                app_key: AppKey::new("key").unwrap(),
            },
        );
        peer
    }

    fn ask(&mut self, peer: PeerId, request: Request) -> u64 {
        self.last_request += 1;
        self.registry
            .handle_request(peer, self.last_request, request, self.now, &self.tokens);
        self.drain();
        self.last_request
    }

    fn uplink(&mut self, account: AccountId, event: uplink::Event) {
        self.registry.handle_uplink(account, event, Millis(0));
        self.drain();
    }

    fn status(&mut self, account: AccountId, status: ConnectionStatus, cause: Option<Code>) {
        self.uplink(
            account,
            uplink::Event::Status {
                status,
                cause,
                retry_in: None,
            },
        );
    }

    fn suspend(&mut self, account: AccountId) {
        let cause = Some(Code::RC_SOCKET_DISCONNECTED);
        self.status(account, ConnectionStatus::Suspend, cause);
    }

    fn stop(&mut self, account: AccountId, status: ConnectionStatus, code: Code) {
        self.status(account, status, Some(code));
        self.uplink(account, uplink::Event::Stopped { code });
    }

    fn identify(&mut self, account: AccountId, user: &str, by: IdentifiedBy) {
        self.uplink(
            account,
            uplink::Event::Identified {
                user: UserId::new(user).unwrap(),
                by,
            },
        );
    }

    fn open_store(&mut self, account: AccountId) {
        let restored = Restored {
            user: UserId::new("alice").unwrap(),
            cursor: uplink::Cursor::default(),
            queued: Vec::new(),
            in_doubt: Vec::new(),
        };
        self.registry.store_opened(account, Ok((restored, Seq(0))));
        self.drain();
    }

    fn bring_online(&mut self, account: AccountId) {
        self.status(account, ConnectionStatus::Connecting, None);
        self.identify(account, "alice", IdentifiedBy::Directory);
        self.open_store(account);
        self.status(account, ConnectionStatus::Connected, None);
        self.uplink(account, uplink::Event::Online);
        let (token, user) = ("token".to_owned(), "alice".to_owned());
        self.tokens.0.borrow_mut().insert(token, user);
    }

    fn connect_alone(&mut self, peer: PeerId) -> AccountId {
        self.ask(peer, connect("token"));
        let account = self.only_account();
        self.bring_online(account);
        account
    }

    fn connect_both(&mut self, first: PeerId, second: PeerId) -> AccountId {
        self.ask(first, connect("token"));
        self.ask(second, connect("token"));
        let account = self.only_account();
        self.bring_online(account);
        account
    }

    fn subscribe(&mut self, account: AccountId, peer: PeerId, name: &str, after: u64) -> u32 {
        let request = self.ask(peer, subscribe(name));
        let then = self
            .seen
            .iter()
            .find_map(|effect| match effect {
                Effect::Commit { then, .. } => match then {
                    Then::Subscribe { request: id, .. } if *id == request => Some(then.clone()),
                    _ => None,
                },
                _ => None,
            })
            .expect("a durable subscription is committed");
        let Then::Subscribe { subscription, .. } = then else {
            unreachable!()
        };
        self.registry
            .committed(account, then, Ok(Applied::Subscribed { after: Seq(after) }));
        self.drain();
        subscription.0
    }

    fn stored(&mut self, account: AccountId, seqs: std::ops::RangeInclusive<u64>, origin: &Origin) {
        let messages = seqs.map(|seq| message(seq, origin.clone())).collect();
        self.registry.stored(account, messages);
        self.drain();
    }

    fn page(&mut self, subscription: u32, seqs: std::ops::RangeInclusive<u64>) {
        let messages = seqs.map(|seq| message(seq, Origin::Remote)).collect();
        let then = Then::Deliver {
            subscription: SubscriptionId(subscription),
        };
        self.registry.read(then, Ok(Found::Messages(messages)));
        self.drain();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.registry.handle_timeout(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(effect) = self.registry.poll_effect() {
            self.seen.push(effect);
        }
    }

    fn only_account(&self) -> AccountId {
        let started: Vec<AccountId> = self
            .seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::StartUpstream { account, .. } => Some(*account),
                _ => None,
            })
            .collect();
        assert_eq!(started.len(), 1, "one account for all");
        started[0]
    }

    fn refuses_unnamed(&self, wanted: AccountId) -> bool {
        self.seen.iter().any(|effect| {
            matches!(effect, Effect::StartUpstream { account, refuse_unnamed: true, .. } if *account == wanted)
        })
    }

    fn outcome(&self, peer: PeerId, id: u64) -> Vec<&Outcome> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Answer {
                    peer: to,
                    request,
                    outcome,
                } if *to == peer && *request == id => Some(outcome),
                _ => None,
            })
            .collect()
    }

    /// The code of the failure, if it failed; asserts that there is one answer at most.
    fn failure(&self, peer: PeerId, id: u64) -> Option<Code> {
        match self.outcome(peer, id)[..] {
            [Outcome::Failed(failure)] => Some(failure.code),
            [Outcome::Ok(_)] | [] => None,
            ref more => panic!("{} answers to one request", more.len()),
        }
    }

    fn failure_text(&self, peer: PeerId, id: u64) -> String {
        match self.outcome(peer, id)[..] {
            [Outcome::Failed(failure)] => failure.message.clone(),
            ref other => panic!("{other:?}"),
        }
    }

    fn connected(&self, peer: PeerId, id: u64) -> usize {
        let success =
            |outcome: &&&Outcome| matches!(outcome, Outcome::Ok(Response::Connected { .. }));
        self.outcome(peer, id).iter().filter(success).count()
    }

    fn done(&self, peer: PeerId, id: u64) -> bool {
        matches!(self.outcome(peer, id)[..], [Outcome::Ok(Response::Done {})])
    }

    fn heard(&self, peer: PeerId) -> Vec<Heard> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Event {
                    peer: to,
                    event: Event::Status { status, code, .. },
                } if *to == peer => Some(Heard::Status(*status, *code)),
                Effect::Event {
                    peer: to,
                    event: Event::DatabaseOpened { code },
                } if *to == peer => Some(Heard::Database(*code)),
                Effect::Answer {
                    peer: to,
                    request,
                    outcome: Outcome::Ok(Response::Connected { .. }),
                } if *to == peer => Some(Heard::Connected(*request)),
                _ => None,
            })
            .collect()
    }

    fn delivered(&self, peer: PeerId) -> Vec<u64> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Deliver {
                    peer: to, message, ..
                } if *to == peer => Some(message.seq.0),
                _ => None,
            })
            .collect()
    }

    fn commands(&self, account: AccountId) -> impl Iterator<Item = &Command> {
        self.seen.iter().filter_map(move |effect| match effect {
            Effect::Uplink {
                account: to,
                command,
            } if *to == account => Some(command),
            _ => None,
        })
    }

    fn was_disconnected(&self, account: AccountId) -> bool {
        self.commands(account)
            .any(|command| matches!(command, Command::Disconnect { .. }))
    }

    fn connects(&self, account: AccountId) -> usize {
        self.commands(account)
            .filter(|c| matches!(c, Command::Connect { .. }))
            .count()
    }

    fn newest_token(&self, account: AccountId) -> Option<String> {
        self.commands(account)
            .filter_map(|command| match command {
                Command::Connect { token } => Some(token.reveal().to_owned()),
                _ => None,
            })
            .last()
    }

    fn stopped_upstream(&self, account: AccountId) -> bool {
        self.seen.iter().any(
            |effect| matches!(effect, Effect::StopUpstream { account: gone } if *gone == account),
        )
    }

    fn commits(&self) -> usize {
        self.seen
            .iter()
            .filter(|effect| matches!(effect, Effect::Commit { .. }))
            .count()
    }

    fn reads(&self) -> usize {
        self.seen
            .iter()
            .filter(|effect| matches!(effect, Effect::Read { .. }))
            .count()
    }

    fn last_read(&self) -> Option<(Seq, usize)> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Read {
                    read: Read::After { seq, limit, .. },
                    ..
                } => Some((*seq, *limit)),
                _ => None,
            })
            .last()
    }
}

#[derive(Default)]
struct KnownTokens(RefCell<BTreeMap<String, String>>);

impl KnownTokens {
    fn remember(&self, token: &str, user: &str) {
        self.0.borrow_mut().insert(token.into(), user.into());
    }
}

impl Tokens for KnownTokens {
    fn known_user(&self, _: &AppKey, token: &Token) -> Option<UserId> {
        self.0
            .borrow()
            .get(token.reveal())
            .map(|user| UserId::new(user.clone()).unwrap())
    }
}

fn pid_of(peer: PeerId) -> u32 {
    4000 + u32::try_from(peer.0).unwrap()
}

fn secret(token: &str) -> imlink_ipc_proto::SecretText {
    (&Token::new(token).unwrap()).into()
}

fn connect(token: &str) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: None,
        replay: false,
    }
}

fn connect_within(token: &str, seconds: u32) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: Some(seconds),
        replay: false,
    }
}

fn subscribe(name: &str) -> Request {
    Request::Subscribe {
        name: Some(SubscriptionName::new(name).unwrap()),
        start: Start::Now,
    }
}

fn send(body: &str) -> Request {
    Request::Send {
        conversation: Conversation {
            kind: ConversationKind::Private.number(),
            target: TargetId::new("bob").unwrap(),
            channel: None,
        },
        object_name: ObjectName::text(),
        body: Body::new(body),
        client_id: ClientMessageId::new("1").unwrap(),
        options: SendOptions::default(),
    }
}

fn message(seq: u64, origin: Origin) -> Message {
    Message {
        seq: Seq(seq),
        uid: None,
        conversation: imlink_model::Conversation::private(UserId::new("bob").unwrap()),
        direction: Direction::Received,
        origin,
        sender: UserId::new("bob").unwrap(),
        object_name: ObjectName::text(),
        body: Body::new("{}"),
        sent_at: Millis(1),
        received_at: Millis(2),
        flags: Flags::default(),
        client_id: None,
        expansion: None,
        offline: false,
    }
}
