//! The daemon is told to stop.

use imlink::{Code, ConnectionStatus, Event, Outcome, Outgoing};
use imlink_tests::cloud::{mailbox, with, write};
use imlink_tests::{App, Setup, cloud, next_words, soon, within};
use rustix::process::Signal;

use crate::IMLINK;

// F-I29: apps are told, the cloud is told, and the exit status is that of success
#[tokio::test]
async fn an_orderly_stop_says_goodbye_to_apps_and_cloud() {
    for signal in [Signal::TERM, Signal::INT] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let mut daemon = setup.start();
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;

        daemon.signal(signal);

        app.sees("the goodbye", |event| match event {
            Event::GoingAway { code, .. } => {
                assert_eq!(*code, Code::LOCAL_STOPPING);
                Some(())
            }
            Event::Detached { reason, .. } => panic!("without a word: {reason}"),
            _ => None,
        })
        .await;
        app.sees("the end", |event| match event {
            Event::Detached { code, .. } => {
                assert_eq!(*code, Code::IPC_DISCONNECT);
                Some(())
            }
            _ => None,
        })
        .await;
        assert_eq!(daemon.ended().code(), Some(0), "{signal:?}");
        soon("the link is closed", || {
            cloud.links().is_empty().then_some(())
        })
        .await;
    }
}

// F-I29: what was accepted is kept, what comes meanwhile waits
#[tokio::test]
async fn after_an_orderly_stop_the_next_daemon_goes_on_where_the_last_one_stopped() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    let mut receipts = Vec::new();
    let all: Vec<String> = (0..20).map(|number| format!("number {number}")).collect();
    for words in &all {
        let message = Outgoing::text(with("han"), words);
        receipts.push(within("accepted", app.client.send(message)).await.unwrap());
    }

    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
    write(&cloud, "han", "lei", "meanwhile");
    app.shows(ConnectionStatus::Suspend).await;
    let _daemon = setup.start();

    app.shows(ConnectionStatus::Connected).await;
    let mut timeline = Vec::new();
    while timeline.len() < all.len() + 1 {
        timeline.push(next_words(&mut inbox).await);
    }
    let received = |words: &&String| words.as_str() == "meanwhile";
    assert_eq!(timeline.iter().filter(received).count(), 1);
    for receipt in &receipts {
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    assert_eq!(mailbox(&cloud, "han"), all);
}

// F-I30
#[tokio::test]
async fn a_hang_up_means_nothing() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    daemon.signal(Signal::HUP);
    daemon.log().wait_for("SIGHUP means nothing here");

    within("the daemon answers", app.client.ping())
        .await
        .unwrap();
    assert_eq!(app.client.status(), ConnectionStatus::Connected);
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
}

// F-I29: an app that does not read cannot keep the daemon
#[tokio::test]
async fn a_stop_does_not_wait_for_an_app_that_stands_still() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let _app = App::connected(&setup, &cloud, "notes", "lei").await;
    let _silent = std::os::unix::net::UnixStream::connect(setup.socket()).unwrap();

    daemon.signal(Signal::TERM);

    assert_eq!(daemon.ended().code(), Some(0));
}
