//! Requests that can be read and not be done.
//!
//! In each test another app is attached and connected from before, and is served on.

use imlink::{
    AppKey, Body, ClientMessageId, Code, MAX_BODY_BYTES, Millis, ObjectName, Outgoing, Seq,
};
use imlink_ipc_proto::{
    Codec, Conversation, Filter, Hint, Request, Response, SecretText, SendOptions, Side, Start,
    limits,
};
use imlink_tests::cloud::{user, with};
use imlink_tests::{RawApp, within};
use serde_json::{Value, json};

use crate::house::House;

// IPC-04: only that request fails
#[tokio::test]
async fn a_request_nobody_knows_is_answered_and_the_connection_goes_on() {
    let house = House::open().await;
    let json = br#"{"Request":{"id":"7","request":{"Teleport":{"where":"home"}}}}"#;
    // Frame 0 with id 7, and a request of a kind that does not exist.
    let bincode = [0, 7, 250];
    let bodies: [(Codec, &[u8]); 2] = [(Codec::Json, json), (Codec::Bincode, &bincode)];
    for (codec, body) in bodies {
        let mut app = RawApp::attached(&house.setup.socket(), codec);

        app.write_body(body);

        let failure = app.answer(7).unwrap().unwrap_err();
        assert_eq!(failure.code, Code::LOCAL_BAD_REQUEST, "{codec:?}");
        assert_eq!(app.ask(Request::Ping {}), Ok(Response::Pong {}));
    }
    house.is_whole().await;
}

// S4-26, P14, P23, P26: one wrong argument each, and its code
#[tokio::test]
async fn a_request_that_cannot_be_done_fails_with_its_code_and_nothing_else_happens() {
    let house = House::open().await;
    let mut early = RawApp::attached(&house.setup.socket(), Codec::Json);
    let history = |limit| Request::History {
        conversation: with("han").into(),
        side: Side::Newest,
        object_names: Vec::new(),
        limit,
    };
    assert_eq!(
        early.ask(history(1)).unwrap_err().code,
        Code::RC_CLIENT_NOT_INIT
    );

    for codec in Codec::ALL {
        let mut app = RawApp::attached(&house.setup.socket(), codec);
        let mut code = |request| app.ask(request).map_err(|failure| failure.code);
        let app_key = house.cloud.app_key().clone();
        assert_eq!(code(Request::Init { app_key }), Ok(Response::Ready {}));
        assert_eq!(code(history(1)), Err(Code::LOCAL_NO_ACCOUNT));
        let hint = Hint::Foreground;
        assert_eq!(code(Request::Hint { hint }), Ok(Response::Done {}));
        let join = Request::Join {
            app_key: None,
            user: None,
        };
        let Ok(Response::Connected { .. }) = code(join) else {
            panic!("the account of the house is live");
        };

        assert_eq!(code(history(0)), Err(Code::INVALID_PARAMETER_COUNT));
        assert_eq!(
            code(Request::Conversations {
                behind: None,
                limit: 0
            }),
            Err(Code::INVALID_PARAMETER_COUNT)
        );
        let search = |keyword: &str| Request::Search {
            keyword: keyword.to_owned().into(),
            conversation: None,
            before: None,
            limit: 1,
        };
        assert_eq!(code(search(" ")), Err(Code::LOCAL_BAD_REQUEST));
        let insert = |kind, body: String, sent_at| Request::Insert {
            conversation: Conversation {
                kind,
                ..with("han").into()
            },
            direction: imlink_ipc_proto::Direction::Received,
            sender: user("han"),
            object_name: ObjectName::text(),
            body: Body::new(body),
            sent_at: Millis(sent_at),
            counted: false,
            client_id: ClientMessageId::new("inserted").unwrap(),
        };
        assert_eq!(
            code(insert(200, "{}".into(), 1)),
            Err(Code::INVALID_PARAMETER_CONVERSATION_TYPE)
        );
        assert_eq!(
            code(insert(1, "x".repeat(MAX_BODY_BYTES + 1), 1)),
            Err(Code::RC_MSG_CONTENT_EXCEED_LIMIT)
        );
        assert_eq!(
            code(insert(1, "{}".into(), -1)),
            Err(Code::INVALID_PARAMETER_TIMESTAMP)
        );
        let read = Request::MarkRead {
            conversation: with("han").into(),
            up_to: Millis(-1),
        };
        assert_eq!(code(read), Err(Code::INVALID_PARAMETER_TIMESTAMP));
        let delete = |seqs| Request::Delete { seqs };
        assert_eq!(
            code(delete(Vec::new())),
            Err(Code::INVALID_PARAMETER_MESSAGE_ARRAY)
        );
        let draft = Request::SetDraft {
            conversation: with("han").into(),
            text: Some("x".repeat(MAX_BODY_BYTES + 1).into()),
        };
        assert_eq!(code(draft), Err(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        let other_key = Request::Init {
            app_key: AppKey::new("other").unwrap(),
        };
        assert_eq!(code(other_key), Err(Code::LOCAL_BAD_REQUEST));
        let acknowledge = Request::Acknowledge {
            subscription: 77,
            seq: Seq(1),
        };
        assert_eq!(code(acknowledge), Err(Code::LOCAL_NO_SUBSCRIPTION));
        let unsubscribe = Request::Unsubscribe {
            subscription: 77,
            forget: true,
        };
        assert_eq!(code(unsubscribe), Err(Code::LOCAL_NO_SUBSCRIPTION));
        assert_eq!(
            code(send(200, "{}")),
            Err(Code::INVALID_PARAMETER_CONVERSATION_TYPE)
        );
        assert_eq!(
            code(send(6, "{}")),
            Err(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE)
        );
        let longer = "x".repeat(MAX_BODY_BYTES + 1);
        assert_eq!(
            code(send(1, &longer)),
            Err(Code::RC_MSG_CONTENT_EXCEED_LIMIT)
        );
        let Ok(Response::Subscribed {
            subscription,
            after,
            ..
        }) = code(Request::Subscribe {
            name: None,
            start: Start::Now,
            filter: Filter::default(),
        })
        else {
            panic!("not subscribed");
        };
        let beyond = Request::Acknowledge {
            subscription,
            seq: Seq(after.0 + 5),
        };
        assert_eq!(code(beyond), Err(Code::LOCAL_BAD_REQUEST));
        assert_eq!(code(Request::Ping {}), Ok(Response::Pong {}));
    }
    house.is_whole().await;
}

// S0-14
// behaviour.md 10: a text that can be no token is the vendor's 34407
#[tokio::test]
async fn a_text_that_is_no_token_is_refused_and_not_repeated() {
    let house = House::open().await;
    for codec in Codec::ALL {
        let mut app = RawApp::attached(&house.setup.socket(), codec);
        let app_key = house.cloud.app_key().clone();
        app.ask(Request::Init { app_key }).unwrap();
        for wrong in ["", "canary 1", "canary\n", &"canary".repeat(10_000)] {
            let failure = app
                .ask(Request::Connect {
                    token: secret(wrong),
                    time_limit: None,
                    replay: false,
                    was_connected: false,
                    set_aside: false,
                })
                .unwrap_err();

            assert_eq!(failure.code, Code::INVALID_ARGUMENT_TOKEN);
            assert!(!failure.message.contains("canary"), "{}", failure.message);
        }
    }
    assert!(!house.daemon.log().text().contains("canary"));
    house.is_whole().await;
}

// issue 4: each refuses bad input with its documented code
#[tokio::test]
async fn a_list_with_more_than_it_may_have_fails_and_nothing_of_it_is_done() {
    let house = House::open().await;
    let mut app = RawApp::attached(&house.setup.socket(), Codec::Json);
    let app_key = house.cloud.app_key().clone();
    app.ask(Request::Init { app_key }).unwrap();
    let (app_key, user) = (None, None);
    app.ask(Request::Join { app_key, user }).unwrap();
    let (names, conversations) = (limits::FILTERED_NAMES, limits::FILTERED_CONVERSATIONS);
    let entries = usize::from(limits::PAGE_ENTRIES);
    let mut code = |request: Value| {
        let frame = json!({ "Request": { "id": "7", "request": request } });
        app.write_body(frame.to_string().as_bytes());
        let answer = app.answer(7).unwrap();
        answer.map_err(|failure| (failure.code, failure.message.is_empty()))
    };

    for most in [
        history(names),
        subscribe(conversations, names),
        delete(entries),
    ] {
        assert!(code(most.clone()).is_ok(), "{most}");
    }
    for more in [
        history(names + 1),
        subscribe(conversations + 1, 0),
        subscribe(0, names + 1),
        delete(entries + 1),
    ] {
        let refused = Err((Code::LOCAL_BAD_REQUEST, false));
        assert_eq!(code(more.clone()), refused, "{more}");
    }
    // The client refuses before it writes.
    let client = &house.app.client;
    let refused = within("an answer", client.delete(vec![Seq(77); entries + 1])).await;
    assert_eq!(refused.unwrap_err().code(), Code::LOCAL_BAD_REQUEST);
    house.is_whole().await;
}

fn history(names: usize) -> Value {
    let conversation = serde_json::to_value(Conversation::from(with("han"))).unwrap();
    let names = vec!["RC:TxtMsg"; names];
    json!({ "History": {
        "conversation": conversation, "side": "Newest", "object_names": names, "limit": 1,
    } })
}

fn subscribe(conversations: usize, names: usize) -> Value {
    let conversation = serde_json::to_value(Conversation::from(with("han"))).unwrap();
    let filter = json!({
        "conversations": vec![conversation; conversations],
        "object_names": vec!["RC:TxtMsg"; names],
    });
    json!({ "Subscribe": { "name": null, "start": "Now", "filter": filter } })
}

fn delete(entries: usize) -> Value {
    json!({ "Delete": { "seqs": vec!["77"; entries] } })
}

/// A message to somebody in a conversation of that kind.
pub fn send(kind: u8, body: &str) -> Request {
    let target = "han".try_into().unwrap();
    Request::Send {
        conversation: Conversation {
            kind,
            target,
            channel: None,
        },
        object_name: ObjectName::text(),
        body: Body::new(body),
        client_id: Outgoing::text(with("han"), "").client_id().clone(),
        options: SendOptions::default(),
    }
}

/// A token as an app wrote it, whatever that is.
fn secret(text: &str) -> SecretText {
    serde_json::from_value(Value::from(text)).unwrap()
}
