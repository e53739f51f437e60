//! Wrong arguments of what goes to the cloud or is about messages on their way, in both codecs.
//!
//! In each test another app is attached and connected from before, and is served on.

use imlink::{Body, ClientMessageId, Code, MAX_BODY_BYTES, ObjectName, Seq};
use imlink_ipc_proto::{Codec, Conversation, Request, Response, SendOptions, limits};
use imlink_tests::RawApp;
use imlink_tests::cloud::with;

use crate::house::House;
use crate::requests::send;

// behaviour.md 12.2, 12.3: each has its code
#[tokio::test]
async fn what_cannot_be_asked_for_fails_with_its_code_and_nothing_else_happens() {
    let house = House::open().await;
    for codec in Codec::ALL {
        let mut app = RawApp::attached(&house.setup.socket(), codec);
        let app_key = house.cloud.app_key().clone();
        app.ask(Request::Init { app_key }).unwrap();
        assert_code(&mut app, typing(1, "{}"), Code::RC_NET_CHANNEL_INVALID);
        let (app_key, user) = (None, None);
        app.ask(Request::Join { app_key, user }).unwrap();

        let table: Vec<(Request, Code)> = vec![
            (outbox(0), Code::INVALID_PARAMETER_COUNT),
            (
                Request::Withdraw {
                    client_id: nobody(),
                },
                Code::LOCAL_NO_MESSAGE,
            ),
            (
                Request::Resend {
                    client_id: nobody(),
                },
                Code::LOCAL_NO_MESSAGE,
            ),
            (typing(200, "{}"), Code::INVALID_PARAMETER_CONVERSATION_TYPE),
            (
                typing(1, &"x".repeat(MAX_BODY_BYTES + 1)),
                Code::RC_MSG_CONTENT_EXCEED_LIMIT,
            ),
            // A text is no signal: it would be lost at everybody who is away.
            (signal(1, "RC:TxtMsg", "{}"), Code::LOCAL_BAD_REQUEST),
            (recall("XXXX-XXXX-XXXX-XXXX"), Code::new(25101)),
            (
                enter(limits::RECENT_MESSAGES + 1),
                Code::RC_CHATROOM_PATAMETER_INVALID,
            ),
            // There is no such room, and it is not to be made.
            (enter(0), Code::new(23410)),
            (annotate(None), Code::new(34304)),
            (
                annotate(Some("x".repeat(limits::MAX_LOCAL_EXTRA + 1))),
                Code::LOCAL_BAD_REQUEST,
            ),
            (
                with_options(SendOptions {
                    directed: vec!["han".try_into().unwrap()],
                    ..SendOptions::default()
                }),
                Code::new(34296),
            ),
            (
                with_options(SendOptions {
                    expansion: Some("no JSON".to_owned().into()),
                    ..SendOptions::default()
                }),
                Code::INVALID_PARAMETER_MESSAGE_CONTENT,
            ),
            (
                with_options(SendOptions {
                    expansion: Some(r#"{"":{"v":"no key"}}"#.to_owned().into()),
                    ..SendOptions::default()
                }),
                Code::EXPANSION_LIMIT_EXCEET,
            ),
        ];
        for (request, code) in table {
            assert_code(&mut app, request, code);
        }

        // What there is nothing to do for is done.
        let room = "lobby".try_into().unwrap();
        let left = app.ask(Request::LeaveChatroom { room });
        assert_eq!(left, Ok(Response::Done {}));
        assert_eq!(app.ask(Request::Ping {}), Ok(Response::Pong {}));
    }
    house.is_whole().await;
}

fn assert_code(app: &mut RawApp, request: Request, code: Code) {
    let asked = request.clone();
    let failure = app.ask(request).expect_err("a refusal");
    assert_eq!(failure.code, code, "{asked:?}: {}", failure.message);
    assert!(!failure.message.is_empty(), "{asked:?}");
}

fn nobody() -> ClientMessageId {
    ClientMessageId::new("never-sent").unwrap()
}

fn outbox(limit: u16) -> Request {
    Request::Outbox {
        behind: None,
        limit,
    }
}

fn typing(kind: u8, body: &str) -> Request {
    signal(kind, "RC:TypSts", body)
}

fn signal(kind: u8, object_name: &str, body: &str) -> Request {
    Request::Signal {
        conversation: Conversation {
            kind,
            ..with("han").into()
        },
        object_name: ObjectName::new(object_name).unwrap(),
        body: Body::new(body),
    }
}

fn recall(uid: &str) -> Request {
    Request::Recall {
        uid: uid.try_into().unwrap(),
        delete: false,
    }
}

fn enter(recent: u16) -> Request {
    Request::JoinChatroom {
        room: "lobby".try_into().unwrap(),
        create: false,
        recent,
    }
}

fn annotate(extra: Option<String>) -> Request {
    Request::Annotate {
        seq: Seq(77),
        set: 2,
        clear: 0,
        extra: extra.map(Into::into),
    }
}

fn with_options(options: SendOptions) -> Request {
    let Request::Send {
        conversation,
        object_name,
        body,
        client_id,
        ..
    } = send(1, "{}")
    else {
        unreachable!("a send");
    };
    Request::Send {
        conversation,
        object_name,
        body,
        client_id,
        options,
    }
}
