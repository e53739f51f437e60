//! What is accepted, and what is refused before anything is stored.

use super::bench::*;

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

// P23: also when the daemon is another one
#[test]
fn an_app_that_is_back_may_send_at_once_if_it_had_been_connected() {
    for (was_connected, refused) in [(true, None), (false, Some(Code::RC_NET_CHANNEL_INVALID))] {
        let mut house = House::new();
        let app = house.attach("notes");
        house.tokens.remember("token", "alice");
        house.ask(app, connect_again("token", was_connected));
        let account = house.only_account();
        house.open_store(account);

        let id = house.ask(app, send("hello"));

        assert_eq!(house.failure(app, id), refused);
        assert_eq!(house.commits(), usize::from(was_connected));
    }
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
    let id = house.ask(
        app,
        Request::Conversations {
            behind: None,
            limit: 5,
        },
    );
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

#[test]
fn options_that_a_conversation_does_not_take_are_refused_with_their_codes() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);
    let some = SendOptions {
        directed: vec![UserId::new("bob").unwrap()],
        ..SendOptions::default()
    };
    let expandable = SendOptions {
        expandable: true,
        ..SendOptions::default()
    };
    let with = |expansion: &str| SendOptions {
        expansion: Some(expansion.to_owned().into()),
        ..SendOptions::default()
    };
    let (private, group, room) = (
        ConversationKind::Private,
        ConversationKind::Group,
        ConversationKind::Chatroom,
    );
    let good = r#"{"k":{"v":"v"}}"#;

    for (kind, options, refused) in [
        (group, some.clone(), None),
        (private, some.clone(), Some(34_296)),
        (room, some, Some(34_296)),
        (private, expandable.clone(), None),
        (room, expandable, Some(34_008)),
        (group, with(good), None),
        (room, with(good), Some(34_008)),
        (private, with("{}"), None),
        (private, with(r#"{"k":"v"}"#), Some(34_205)),
        (
            private,
            with(&" ".repeat(limits::MAX_EXPANSION + 1)),
            Some(34_010),
        ),
    ] {
        let id = house.ask(app, send_to(kind, options.clone()));

        let code = house.failure(app, id).map(Code::number);
        assert_eq!(code, refused, "{kind:?} {options:?}");
    }
}

fn send_to(kind: ConversationKind, asked: SendOptions) -> Request {
    match send("hello") {
        Request::Send {
            mut conversation,
            object_name,
            body,
            client_id,
            options: _,
        } => {
            conversation.kind = kind.number();
            Request::Send {
                conversation,
                object_name,
                body,
                client_id,
                options: asked,
            }
        }
        _ => unreachable!("it sends"),
    }
}
