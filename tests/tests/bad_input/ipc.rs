//! Apps that do not speak the protocol, or no longer.
//!
//! In each test another app is attached and connected from before, and is served on.

use std::time::{Duration, Instant};

use bytes::Bytes;
use imlink::{AppId, AppKey, Code, MessageUid, ObjectName, Outcome, Outgoing, Seq};
use imlink_ipc_proto::{
    Codec, Conversation, Greeting, Hello, Hint, ProtocolRange, Request, Response, SecretText,
    SendOptions, Start, limits,
};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{token, with};
use imlink_tests::raw::{encoded, hello};
use imlink_tests::{App, DEADLINE, Daemon, RawApp, Setup, cloud, eventually, require, within};

use crate::IMLINK;
use crate::stranger::Stranger;

// F-I10, K: who does not begin with IMLK is not answered at all
#[tokio::test]
async fn what_is_no_hello_is_closed_without_a_word() {
    let house = House::open().await;
    let strangers: [&[u8]; 7] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0AUTH EXTERNAL 31303030\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x04\0\0\0IMLX",
        b"\x04\0\0\0imlk",
        b"\x01\0\0\0I",
    ];
    for stranger in strangers {
        let mut app = RawApp::open(&house.setup.socket());

        app.write(stranger);

        assert!(app.is_closed(), "{stranger:?}");
        house.is_served().await;
    }
    house.is_whole().await;
}

// F-I15
#[tokio::test]
async fn an_app_of_another_age_is_told_both_ranges_of_versions() {
    let house = House::open().await;
    for (lowest, highest) in [(0, 0), (2, 2), (2, 9), (u16::MAX, u16::MAX), (9, 1)] {
        let mut app = RawApp::open(&house.setup.socket());
        let protocols = ProtocolRange { lowest, highest };

        app.write(
            &Hello {
                protocols,
                ..hello(Codec::Json)
            }
            .encode(),
        );

        let Some(Greeting::Refused(refused)) = app.greeting() else {
            panic!("{lowest} to {highest} is not refused");
        };
        assert_eq!(refused.code, Code::LOCAL_VERSION);
        assert_eq!(refused.supported, ProtocolRange::SUPPORTED);
        let (theirs, ours) = (protocols.to_string(), ProtocolRange::SUPPORTED.to_string());
        assert!(
            refused.text.contains(&theirs) && refused.text.contains(&ours),
            "{}",
            refused.text
        );
        assert!(app.is_closed());
    }
    // A newer app that still speaks an old version is welcome.
    let mut app = RawApp::open(&house.setup.socket());
    let protocols = ProtocolRange {
        lowest: 1,
        highest: 9,
    };
    app.write(
        &Hello {
            protocols,
            ..hello(Codec::Json)
        }
        .encode(),
    );
    assert!(matches!(app.greeting(), Some(Greeting::Welcome(_))));
    house.is_whole().await;
}

// IPC frozen layout: each wrong field of a Hello is answered in words
#[tokio::test]
async fn a_hello_with_a_wrong_field_is_refused_with_its_name() {
    let house = House::open().await;
    let good = hello(Codec::Json).encode();
    // Offsets in the frame, its length of four bytes included.
    let table: [(usize, u8, Code, &str); 5] = [
        (8, 2, Code::LOCAL_VERSION, "layout 2"),
        (9, 2, Code::LOCAL_BAD_REQUEST, "kind 2"),
        (14, 9, Code::LOCAL_BAD_REQUEST, "codec 9"),
        (16, b' ', Code::LOCAL_BAD_REQUEST, "app"),
        (16, 0xff, Code::LOCAL_BAD_REQUEST, "app id is not UTF-8"),
    ];
    for (offset, byte, code, expected) in table {
        let mut bytes = good.to_vec();
        bytes[offset] = byte;
        let mut app = RawApp::open(&house.setup.socket());

        app.write(&bytes);

        let Some(Greeting::Refused(refused)) = app.greeting() else {
            panic!("{expected}: not refused");
        };
        assert_eq!(refused.code, code, "{expected}");
        assert!(refused.text.contains(expected), "{}", refused.text);
        assert!(app.is_closed());
    }
    house.is_whole().await;
}

// F-I11
#[tokio::test]
async fn a_length_that_is_not_allowed_closes_the_connection() {
    let house = House::open().await;
    let largest_greeting = u32::try_from(limits::MAX_GREETING).unwrap();
    for length in [0, largest_greeting + 1, u32::MAX] {
        let mut app = RawApp::open(&house.setup.socket());

        app.write(&length.to_le_bytes());

        assert!(app.is_closed(), "{length} before the greeting");
        house.is_served().await;
    }
    let largest = u32::try_from(limits::MAX_FRAME).unwrap();
    for length in [0, largest + 1, 1 << 31, u32::MAX] {
        let mut app = RawApp::attached(&house.setup.socket(), Codec::Json);

        app.write(&length.to_le_bytes());

        assert!(app.is_closed(), "{length} after the greeting");
        house.is_served().await;
    }
    house.is_whole().await;
}

// F-I12, F-I13, F-I14
#[tokio::test]
async fn garbage_after_a_good_hello_closes_the_connection() {
    let house = House::open().await;
    let zeros = vec![0; limits::MAX_FRAME];
    let brackets = vec![b'['; 100_000];
    let json: [&[u8]; 6] = [
        b"garbage",
        b"{\"Request\":{\"id\":\"1\",\"request\":{\"Ping\":{}}}",
        b"\xff\xfe\xfd",
        b"null",
        &brackets,
        &zeros,
    ];
    let bombs: Vec<Vec<u8>> = [u64::MAX, 1 << 62, 1 << 40, 1 << 31]
        .into_iter()
        .flat_map(bincode_bombs)
        .collect();
    let mut bincode: Vec<&[u8]> = vec![b"\xff\xff\xff\xff", b"\x09garbage", &brackets];
    bincode.extend(bombs.iter().map(Vec::as_slice));

    for (codec, bodies) in [(Codec::Json, json.as_slice()), (Codec::Bincode, &bincode)] {
        for body in bodies {
            let mut app = RawApp::attached(&house.setup.socket(), codec);
            let start = Instant::now();

            app.write_body(body);

            let shown = Bytes::copy_from_slice(&body[..body.len().min(16)]);
            assert!(app.is_closed(), "{codec:?} {shown:?}");
            assert!(start.elapsed() < DEADLINE / 4, "{codec:?} {shown:?}");
            house.is_served().await;
        }
    }
    house.is_whole().await;
}

// F-I13, F-I14: in bincode zeros are an Init with an empty key, and much behind it
#[tokio::test]
async fn a_frame_of_zeros_is_a_bad_request() {
    let house = House::open().await;
    let mut app = RawApp::attached(&house.setup.socket(), Codec::Bincode);

    app.write_body(&vec![0; limits::MAX_FRAME]);

    let failure = app.answer(0).unwrap().unwrap_err();
    assert_eq!(failure.code, Code::LOCAL_BAD_REQUEST);
    house.is_whole().await;
}

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
        before: None,
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

        assert_eq!(code(history(0)), Err(Code::LOCAL_BAD_REQUEST));
        assert_eq!(
            code(Request::Conversations { limit: 0 }),
            Err(Code::LOCAL_BAD_REQUEST)
        );
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
        assert_eq!(code(send(200, "{}")), Err(Code::LOCAL_BAD_REQUEST));
        assert_eq!(
            code(send(6, "{}")),
            Err(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE)
        );
        let longer = "x".repeat(imlink::MAX_BODY_BYTES + 1);
        assert_eq!(
            code(send(1, &longer)),
            Err(Code::RC_MSG_CONTENT_EXCEED_LIMIT)
        );
        let Ok(Response::Subscribed {
            subscription,
            after,
        }) = code(Request::Subscribe {
            name: None,
            start: Start::Now,
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
                })
                .unwrap_err();

            assert_eq!(failure.code, Code::INVALID_ARGUMENT_TOKEN);
            assert!(!failure.message.contains("canary"), "{}", failure.message);
        }
    }
    assert!(!house.daemon.log().text().contains("canary"));
    house.is_whole().await;
}

// F-I01
#[tokio::test]
async fn an_app_that_dies_at_any_byte_of_its_session_disturbs_nobody() {
    let house = House::open().await;
    for codec in Codec::ALL {
        let session = session(&house.cloud, codec);
        for cut in 0..session.len() {
            let mut app = RawApp::open(&house.setup.socket());
            app.write(&session[..cut]);
            match cut % 2 {
                // It says that nothing more comes, and reads to the end.
                0 => {
                    app.finish();
                    app.read_to_end();
                }
                // It is gone.
                _ => drop(app),
            }
        }
        house.is_served().await;
    }
    let mut observer = RawApp::attached(&house.setup.socket(), Codec::Json);
    eventually("only those who are there are counted", || {
        // The house's own app, and who asks.
        (observer.status().apps.len() == 2).then_some(())
    });
    house.is_whole().await;
}

// F-I16
#[tokio::test]
async fn who_says_nothing_is_closed_after_two_seconds() {
    let house = House::open().await;
    let start = Instant::now();
    let mut silent = RawApp::open(&house.setup.socket());
    let mut halting = RawApp::open(&house.setup.socket());
    halting.write(&hello(Codec::Json).encode()[..10]);

    assert!(silent.is_closed());
    assert!(halting.is_closed());

    let waited = start.elapsed();
    assert!(waited >= limits::HELLO_DEADLINE, "{waited:?}");
    assert!(waited < 2 * limits::HELLO_DEADLINE, "{waited:?}");
    house.is_whole().await;
}

// F-I16
#[tokio::test]
async fn silent_connections_are_bounded_and_the_next_one_is_closed_at_once() {
    let house = House::open().await;
    let mut silent: Vec<RawApp> = (0..limits::PENDING_HELLOS)
        .map(|_| RawApp::open(&house.setup.socket()))
        .collect();
    let start = Instant::now();

    let mut next = RawApp::open(&house.setup.socket());

    assert!(next.is_closed());
    assert!(
        start.elapsed() < limits::HELLO_DEADLINE,
        "that is the others' time"
    );
    house.is_served().await;
    // The others had their time.
    assert!(silent.iter_mut().all(RawApp::is_closed));
    house.is_whole().await;
}

// F-I34: a crowd is not a flood
#[tokio::test]
async fn many_apps_that_come_at_once_and_say_hello_are_all_let_in() {
    let house = House::open().await;
    let hello = hello(Codec::Json).encode();

    let mut crowd: Vec<RawApp> = (0..5 * limits::PENDING_HELLOS)
        .map(|_| {
            let mut app = RawApp::open(&house.setup.socket());
            app.write(&hello);
            app
        })
        .collect();

    for app in &mut crowd {
        assert!(matches!(app.greeting(), Some(Greeting::Welcome(_))));
    }
    house.is_whole().await;
}

// F-I04, F-I32
#[tokio::test]
async fn an_app_that_asks_and_never_reads_delays_nobody() {
    let house = House::open().await;
    let mut greedy = RawApp::attached(&house.setup.socket(), Codec::Json);
    greedy.gives_up_writing_after(Duration::from_millis(200));
    let request = encoded(Codec::Json, 1, Request::Status {});
    // Until its own buffers are full: the daemon has stopped reading by then.
    let asked = (0..100_000)
        .take_while(|_| greedy.try_write(&request))
        .count();
    assert!(asked > limits::PENDING_REQUESTS, "{asked}");

    for _ in 0..50 {
        let start = Instant::now();
        house.is_served().await;
        assert!(start.elapsed() < Duration::from_secs(2));
    }
    house.is_whole().await;
}

// F-I22
#[tokio::test]
async fn another_users_app_is_turned_away_without_a_word() {
    let test = "another_users_app_is_turned_away_without_a_word";
    let Some(stranger) = require(test, Stranger::find()) else {
        return;
    };
    let house = House::open().await;
    let status = |house: &House| {
        let mut own = house.setup.imlink();
        own.env("IMLINK_SOCKET", house.setup.socket());
        let output = stranger.run(&own, "status").output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };

    // The directory is closed to others: they do not even get to the socket.
    let (code, said) = status(&house);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("Permission denied"), "{said}");

    // And if somebody opens it, the kernel's word on who it is counts.
    stranger.let_in(&house.setup.socket());
    let (code, said) = status(&house);
    assert_eq!(code, Some(4), "{said}");
    house
        .daemon
        .log()
        .wait_for("Another user's app was turned away");
    let uid = format!("uid={}", stranger.uid());
    house.daemon.log().wait_for(&uid);
    house.is_whole().await;
}

/// A daemon with one app that is attached and connected.
struct House {
    cloud: Sandbox,
    setup: Setup,
    daemon: Daemon,
    app: App,
}

impl House {
    async fn open() -> Self {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let daemon = setup.start();
        let app = App::connected(&setup, &cloud, "house", "lei").await;
        Self {
            cloud,
            setup,
            daemon,
            app,
        }
    }

    /// The daemon serves the app that was there before.
    async fn is_served(&self) {
        within("the daemon answers", self.app.client.ping())
            .await
            .unwrap();
    }

    /// And it does all of its work, by the same process and on the same link.
    async fn is_whole(&self) {
        let message = Outgoing::text(with("han"), "still here");
        let receipt = within("send", self.app.client.send(message)).await.unwrap();
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        let Outcome::Sent { uid, .. } = outcome else {
            panic!("{outcome:?}");
        };
        let arrived = self.cloud.stored(&cloud::user("han"));
        assert!(
            arrived
                .iter()
                .any(|message| uid == MessageUid::new(&*message.uid).unwrap())
        );
        assert_eq!(self.cloud.counters().handshakes, 1);
        let status = within("status", self.app.client.daemon_status())
            .await
            .unwrap();
        assert_eq!(status.pid, self.daemon.pid());
    }
}

/// Everything an app says in a short life.
fn session(cloud: &Sandbox, codec: Codec) -> Vec<u8> {
    let requests = [
        Request::Init {
            app_key: cloud.app_key().clone(),
        },
        Request::Connect {
            token: SecretText::from(&token(cloud, "lei")),
            time_limit: None,
            replay: false,
        },
        Request::Subscribe {
            name: Some("inbox".try_into().unwrap()),
            start: Start::Beginning,
        },
        send(1, r#"{"content":"hi"}"#),
        Request::Disconnect {},
    ];
    let mut session = Hello {
        app: AppId::new("short").unwrap(),
        ..hello(codec)
    }
    .encode()
    .to_vec();
    for (id, request) in (1..).zip(requests) {
        session.extend_from_slice(&encoded(codec, id, request));
    }
    session
}

fn send(kind: u8, body: &str) -> Request {
    let target = "han".try_into().unwrap();
    Request::Send {
        conversation: Conversation {
            kind,
            target,
            channel: None,
        },
        object_name: ObjectName::text(),
        body: imlink::Body::new(body),
        client_id: Outgoing::text(with("han"), "").client_id().clone(),
        options: SendOptions::default(),
    }
}

/// A token as an app wrote it, whatever that is.
fn secret(text: &str) -> SecretText {
    serde_json::from_value(serde_json::Value::from(text)).unwrap()
}

/// Frames that promise so many bytes of one text: an app key, a token, a user.
fn bincode_bombs(length: u64) -> Vec<Vec<u8>> {
    // Frame 0 with id 1; Init, Connect, and Join with no app key but a user. 253 announces a
    // length of eight bytes.
    let heads: [&[u8]; 3] = [&[0, 1, 0], &[0, 1, 1], &[0, 1, 2, 0, 1]];
    heads
        .map(|head| {
            let mut body = head.to_vec();
            body.push(253);
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(b"short");
            body
        })
        .into()
}
