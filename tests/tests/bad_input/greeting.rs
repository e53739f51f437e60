//! The first frame: strangers, apps of another age, silence, crowds and other users.
//!
//! In each test another app is attached and connected from before, and is served on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use imlink::Code;
use imlink_ipc_proto::{Codec, Greeting, Hello, ProtocolRange, limits};
use imlink_tests::raw::hello;
use imlink_tests::{App, RawApp, Stranger, require, within};

use crate::IMLINK;
use crate::house::House;

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

// F-I06
#[tokio::test]
async fn a_flood_of_connections_keeps_nobody_from_attaching() {
    let house = House::open().await;
    let socket = house.setup.socket();
    let flooding = Arc::new(AtomicBool::new(true));
    let flood = |_| {
        let (socket, flooding) = (socket.clone(), Arc::clone(&flooding));
        std::thread::spawn(move || {
            let mut connects = 0_u64;
            while flooding.load(Ordering::Relaxed) {
                // Its queue may be full: as an attacker would, try on.
                connects += u64::from(RawApp::try_open(&socket).is_ok());
            }
            connects
        })
    };
    let flood: Vec<_> = (0..2).map(flood).collect();

    for _ in 0..5 {
        let app = App::new(&house.setup, &house.cloud, "newcomer");
        within("init", app.client.init()).await.unwrap();
    }
    flooding.store(false, Ordering::Relaxed);

    let connects: u64 = flood.into_iter().map(|it| it.join().unwrap()).sum();
    assert!(connects > 100, "only {connects} connects are no flood");
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

// F-I22
#[tokio::test]
async fn another_users_app_is_turned_away_with_the_kernels_word_on_who_it_is() {
    let test = "another_users_app_is_turned_away_with_the_kernels_word_on_who_it_is";
    let Some(stranger) = require(test, Stranger::find(IMLINK.0)) else {
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
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("LOCAL_DENIED"), "{said}");
    let why = format!("rule of [[allow]] matches uid {}", stranger.uid());
    assert!(said.contains(&why), "{said}");
    house.daemon.log().wait_for("An app was turned away");
    let uid = format!("uid={}", stranger.uid());
    house.daemon.log().wait_for(&uid);
    house.is_whole().await;
}
