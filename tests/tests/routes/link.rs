//! The link to the cloud breaks, in every way the sandbox knows.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use imlink::{Code, ConnectionStatus, Event, Hint, Outcome, Outgoing, Start};
use imlink_sandbox::{
    Drip, Ending, Fault, Lasting, NavigationFault, Sandbox, Scope, TransportFaults,
};
use imlink_tests::cloud::{mailbox, token, user, with, write};
use imlink_tests::{App, DEADLINE, Setup, cloud, next_words, within};
use tokio::task::JoinSet;

use crate::IMLINK;

// S0-19, S1-09, S2-15, S4-07: issue 2, demo step 4; behaviour.md 2.2
#[tokio::test]
async fn a_dropped_link_shows_suspend_connecting_connected_and_costs_no_message() {
    for ending in [Ending::Close, Ending::Reset] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let _daemon = setup.start();
        let mut apps = [
            App::connected(&setup, &cloud, "first", "lei").await,
            App::connected(&setup, &cloud, "second", "lei").await,
        ];
        let mut inboxes = Vec::new();
        for app in &mut apps {
            app.rest().await;
            inboxes.push(app.client.subscribe("inbox").await.unwrap());
        }
        cloud.refuse_connections().unwrap();

        assert_eq!(cloud.drop_links(&Scope::Everyone, ending), 1);
        for app in &mut apps {
            let change = app.shows(ConnectionStatus::Suspend).await;
            assert!(change.code.is_some(), "SUSPEND says why");
            assert!(change.retry_in.is_some(), "and when it is tried again");
        }
        write(&cloud, "han", "lei", "meanwhile");
        let waiting = apps[0].client.send(Outgoing::text(with("han"), "queued"));
        let waiting = within("accepted", waiting).await.unwrap();
        cloud.accept_connections().unwrap();

        for app in &mut apps {
            app.shows(ConnectionStatus::Connecting).await;
            app.shows(ConnectionStatus::Connected).await;
        }
        assert_eq!(next_words(&mut inboxes[0]).await, "meanwhile");
        assert_eq!(next_words(&mut inboxes[1]).await, "meanwhile");
        let outcome = within("its fate", waiting.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
        assert_eq!(mailbox(&cloud, "han"), ["queued"]);
        assert_eq!(next_words(&mut inboxes[0]).await, "queued");
        assert_eq!(next_words(&mut inboxes[1]).await, "queued");
        assert_eq!(cloud.links().len(), 1);
        write(&cloud, "han", "lei", "the end");
        for inbox in &mut inboxes {
            assert_eq!(next_words(inbox).await, "the end", "nothing came twice");
        }
    }
}

// F-S01, P4
#[tokio::test]
async fn a_gateway_that_refuses_is_tried_again_without_a_busy_loop() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);

    let mut waits = Vec::new();
    for _ in 0..4 {
        waits.push(app.shows(ConnectionStatus::Suspend).await.retry_in.unwrap());
    }

    // P4: 0.05, 0.25, 0.5, then 1 s shortened by up to half.
    let milliseconds = [50, 250, 500].map(Duration::from_millis);
    assert_eq!(waits[..3], milliseconds);
    assert!((500..=1000).contains(&waits[3].as_millis()), "{waits:?}");
    cloud.accept_connections().unwrap();
    app.shows(ConnectionStatus::Connected).await;
}

// F-S05; a hint shortens what else takes two pings
#[tokio::test]
async fn a_frozen_link_is_found_out_after_a_hint() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    freeze(&cloud);
    write(&cloud, "han", "lei", "into the ice");
    let receipt = app.client.send(Outgoing::text(with("han"), "out of it"));
    let receipt = within("accepted", receipt).await.unwrap();

    let hint = app.client.hint(Hint::NetworkChanged);
    within("hint", hint).await.unwrap();
    let change = app.shows(ConnectionStatus::Suspend).await;
    cloud.clear_faults();

    assert!(change.code.is_some());
    app.shows(ConnectionStatus::Connected).await;
    // The app's own message is in the timeline too, if the thaw let it through.
    let mut words = next_words(&mut inbox).await;
    if words == "out of it" {
        words = next_words(&mut inbox).await;
    }
    assert_eq!(words, "into the ice");
    // Its bytes went into the ice: nobody can say whether they came through (P17).
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    let arrived = mailbox(&cloud, "han").contains(&"out of it".to_owned());
    assert_eq!(
        arrived,
        matches!(outcome, Outcome::Sent { .. }),
        "{outcome:?}"
    );
}

// F-S08: a link per byte, each user with a cut of its own
#[tokio::test]
async fn a_link_cut_at_any_byte_comes_back_and_brings_every_message_once() {
    const CUTS: std::ops::Range<u64> = 0..40;
    const STRIDE: u64 = 13;
    let cloud = cloud();
    let setup = Setup::new(IMLINK).argument("--max-accounts=64");
    let _daemon = setup.start();

    let mut users = JoinSet::new();
    for cut in CUTS {
        let name = format!("user{cut}");
        let app = App::new(&setup, &cloud, &name);
        write(&cloud, "han", &name, "waiting");
        let cutting = TransportFaults {
            cut_after: Some(cut * STRIDE),
            ..TransportFaults::default()
        };
        let scope = Scope::User(user(&name));
        cloud.set_transport(&scope, &cutting);
        users.spawn(survive_a_cut(app, cloud.clone(), name, scope));
    }
    let survivors = tokio::time::timeout(2 * DEADLINE, users.join_all()).await;

    let suspended = survivors.expect("all in time").into_iter();
    let cut = suspended.filter(|suspended| *suspended).count();
    // Beyond the last byte of a short session there is nothing to cut.
    assert!(cut > 10, "only {cut} links were cut");
}

/// Connects through a link that is cut, and sees one message exactly once. Says whether it was
/// cut at all.
async fn survive_a_cut(mut app: App, cloud: Sandbox, name: String, scope: Scope) -> bool {
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(&cloud, &name));
    let connecting = tokio::spawn(async move { client.connect(token).await });

    let mut suspended = false;
    app.sees("a cut, or everything that waited", |event| match event {
        Event::Status(change) if change.status == ConnectionStatus::Suspend => {
            suspended = true;
            Some(())
        }
        Event::Synchronized => Some(()),
        _ => None,
    })
    .await;
    cloud.set_transport(&scope, &TransportFaults::default());
    let found = tokio::time::timeout(2 * DEADLINE, connecting).await;
    found.expect("connected in time").unwrap().unwrap();

    let start = app.client.subscribe_from("inbox", Start::Beginning);
    let mut inbox = within("subscribe", start).await.unwrap();
    assert_eq!(next_words(&mut inbox).await, "waiting");
    write(&cloud, "han", &name, "the end");
    assert_eq!(next_words(&mut inbox).await, "the end");
    suspended
}

// F-S47
#[tokio::test]
async fn a_slow_link_is_slow_and_nothing_else() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let slow = TransportFaults {
        delay_up: Duration::from_millis(200),
        delay_down: Duration::from_millis(200),
        ..TransportFaults::default()
    };
    cloud.set_transport(&Scope::Everyone, &slow);

    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    exchange(&cloud, &app).await;

    assert_eq!(cloud.counters().handshakes, 1);
}

// F-S07 below its deadline: pieces are put together
#[tokio::test]
async fn a_link_that_brings_single_bytes_is_read() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let drip = TransportFaults {
        drip: Some(Drip {
            bytes: 1,
            every: Duration::from_micros(100),
        }),
        ..TransportFaults::default()
    };
    cloud.set_transport(&Scope::Everyone, &drip);

    exchange(&cloud, &app).await;

    assert_eq!(cloud.counters().handshakes, 1);
}

// fault switch "answer slowly"
#[tokio::test]
async fn a_navigator_that_answers_slowly_is_waited_for() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let slow = NavigationFault::Slow(Duration::from_secs(1));
    cloud.add_fault(Fault::Navigation(slow), Scope::Everyone, Lasting::ONCE);

    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    exchange(&cloud, &app).await;

    assert_eq!(cloud.counters().navigations, 1);
}

/// Has a message go each way.
async fn exchange(cloud: &Sandbox, app: &App) {
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(cloud, "han", "lei", "there");
    assert_eq!(next_words(&mut inbox).await, "there");
    let receipt = app.client.send(Outgoing::text(with("han"), "and back"));
    let receipt = within("send", receipt).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(cloud, "han"), ["and back"]);
}

fn freeze(cloud: &Sandbox) {
    let frozen = TransportFaults {
        freeze: true,
        ..TransportFaults::default()
    };
    cloud.set_transport(&Scope::Everyone, &frozen);
}

// F-S06; decisions.md P6: a timing of the configuration
#[tokio::test]
async fn a_gateway_that_does_not_read_is_left_by_the_deadline_of_a_write() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let file = setup.home().join("imlinkd.toml");
    fs::write(&file, "[timings]\nwrite = 1\n").unwrap();
    let setup = setup.argument(format!("--config={}", file.display()));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let deaf = TransportFaults {
        stop_reading: true,
        ..TransportFaults::default()
    };
    cloud.set_transport(&Scope::Everyone, &deaf);

    // More than the sockets take, one in each conversation so that none waits for another.
    let friends: Vec<String> = (0..64).map(|number| format!("friend-{number}")).collect();
    let words = "x".repeat(120 * 1024);
    let mut receipts = Vec::new();
    for friend in &friends {
        let message = Outgoing::text(with(friend), &words);
        receipts.push(within("accepted", app.client.send(message)).await.unwrap());
    }
    let start = Instant::now();
    let change = app.shows(ConnectionStatus::Suspend).await;

    assert_eq!(change.code, Some(Code::RC_SOCKET_DISCONNECTED));
    let default = Duration::from_secs(10);
    assert!(start.elapsed() < default, "{:?}", start.elapsed());
    let late = app.client.send(Outgoing::text(with("late"), "not lost"));
    let late = within("accepted", late).await.unwrap();
    cloud.clear_faults();
    app.shows(ConnectionStatus::Connected).await;
    let fate = within("its fate", late.outcome()).await.unwrap();
    assert!(matches!(fate, Outcome::Sent { .. }), "{fate:?}");
    assert_eq!(mailbox(&cloud, "late"), ["not lost"]);
    let mut sent = BTreeSet::new();
    for (friend, receipt) in friends.iter().zip(&receipts) {
        match within("its fate", receipt.outcome()).await.unwrap() {
            Outcome::Sent { .. } => assert!(sent.insert(friend)),
            Outcome::InDoubt => {}
            other => panic!("{friend}: {other:?}"),
        }
    }
    for friend in &friends {
        let there = mailbox(&cloud, friend).len();
        assert!(there <= 1, "{friend} has it {there} times");
        assert!(there == 1 || !sent.contains(friend), "{friend} has nothing");
    }
}
