//! Frames that are none, sessions that break off, and an app that never reads.
//!
//! In each test another app is attached and connected from before, and is served on.

use std::time::{Duration, Instant};

use bytes::Bytes;
use imlink::{AppId, Code, Millis, ObjectName};
use imlink_ipc_proto::{
    Codec, Direction, Event, Hello, Request, SecretText, ServerFrame, Side, Start, limits,
};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::token;
use imlink_tests::raw::{encoded, hello};
use imlink_tests::{DEADLINE, RawApp, eventually};

use crate::house::House;
use crate::requests::send;

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

// F-I02, F-I03; issue 4: a slow app is detached with a stated reason and costs others nothing
#[tokio::test]
async fn an_app_that_lets_answers_pile_up_is_detached_and_told_why() {
    let house = House::open().await;
    for codec in Codec::ALL {
        let mut slow = RawApp::attached(&house.setup.socket(), codec);
        let app_key = house.cloud.app_key().clone();
        slow.ask(Request::Init { app_key }).unwrap();
        let (app_key, user) = (None, None);
        slow.ask(Request::Join { app_key, user }).unwrap();
        let Request::Send {
            conversation, body, ..
        } = send(1, &"x".repeat(100 * 1024))
        else {
            unreachable!("a send");
        };
        slow.ask(Request::Insert {
            conversation: conversation.clone(),
            direction: Direction::Sent,
            sender: "lei".try_into().unwrap(),
            object_name: ObjectName::text(),
            body,
            sent_at: Millis(1),
            counted: false,
            client_id: "large".try_into().unwrap(),
        })
        .unwrap();

        let page = Request::History {
            conversation,
            side: Side::Newest,
            object_names: vec![],
            limit: 1,
        };
        // In one write: who is not asked for more meanwhile is not read from any more, and piles
        // up nothing.
        let asked = (100..200).map(|id| encoded(codec, id, page.clone()));
        slow.write(&asked.collect::<Vec<_>>().concat());
        eventually("the slow app is gone", || {
            let report = RawApp::attached(&house.setup.socket(), Codec::Json).status();
            let raw = report.apps.iter().filter(|app| app.app.as_str() == "raw");
            // The one that asks is one of them.
            (raw.count() == 1).then_some(())
        });

        // At once: who takes nothing for 10 s is not told even that.
        let mut last = None;
        while let Some(frame) = slow.frame() {
            last = Some(frame);
        }
        let Some(ServerFrame::Event {
            event: Event::GoingAway { code, message },
            ..
        }) = last
        else {
            panic!("the last frame is {last:?}");
        };
        assert_eq!(
            (code, message.as_str()),
            (Code::LOCAL_SLOW, Code::LOCAL_SLOW.cause())
        );
        house.is_served().await;
    }
    house.is_whole().await;
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
            was_connected: false,
            set_aside: false,
        },
        Request::Subscribe {
            name: Some("inbox".try_into().unwrap()),
            start: Start::Beginning,
            filter: imlink_ipc_proto::Filter::default(),
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
