//! A daemon that is stopped and goes on: everything waits, nothing ends.

use std::time::{Duration, Instant};

use imlink::{Client, Code, ConnectionStatus, Event, Outcome, Outgoing, Start};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{mailbox, token, with, write};
use imlink_tests::{App, Setup, cloud, next_words, within};
use rustix::process::Signal;

use crate::IMLINK;

/// How long the daemon stands still: what the impatient app waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

// F-I28: no -2 as long as the socket is open, and one answer to each call
#[tokio::test]
async fn calls_of_ten_seconds_in_which_the_daemon_stood_still_are_answered_once_it_goes_on() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut patient = App::connected(&setup, &cloud, "patient", "lei").await;
    let key = cloud.app_key().as_str();
    let impatient = Client::builder(key).socket(setup.socket());
    let mut impatient = App::of(impatient.app_id("impatient").request_timeout(PATIENCE));
    impatient.connect(&cloud, "lei").await;
    let late = App::new(&setup, &cloud, "late");
    within("init", late.client.init()).await.unwrap();
    let begin = patient.client.subscribe_from("inbox", Start::Beginning);
    let mut inbox = within("subscribe", begin).await.unwrap();
    patient.rest().await;
    impatient.rest().await;
    let handshakes = cloud.counters().handshakes;

    daemon.signal(Signal::STOP);
    let start = Instant::now();
    let client = patient.client.clone();
    let mut send = tokio::spawn(async move {
        let message = Outgoing::text(with("han"), "patience");
        client.send(message).await?.outcome().await
    });
    let client = patient.client.clone();
    let history = tokio::spawn(async move { client.history(with("han"), None, 1).await });
    let (client, valid) = (late.client.clone(), token(&cloud, "lei"));
    let connect = tokio::spawn(async move { client.connect(valid).await });
    write(&cloud, "han", "lei", "hello");
    let error = within("its own limit", impatient.client.ping()).await;

    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_TIMEOUT);
    assert!(start.elapsed() >= PATIENCE);
    assert!(!send.is_finished() && !history.is_finished() && !connect.is_finished());
    daemon.signal(Signal::CONT);

    let outcome = within("send", &mut send).await.unwrap().unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    within("history", history).await.unwrap().unwrap();
    within("connect", connect).await.unwrap().unwrap();
    within("the late answer ends nothing", impatient.client.ping())
        .await
        .unwrap();
    let mut timeline = [next_words(&mut inbox).await, next_words(&mut inbox).await];
    timeline.sort();
    assert_eq!(timeline, ["hello", "patience"]);
    assert_eq!(mailbox(&cloud, "han"), ["patience"]);
    for app in [&mut patient, &mut impatient] {
        let noticed = |event: &Event| matches!(event, Event::Detached { .. } | Event::Status(_));
        assert!(!app.rest().await.iter().any(noticed), "the link was kept");
    }
    assert_eq!(cloud.counters().handshakes, handshakes);
}

// F-I28: the link is looked at, and a dead one is replaced
#[tokio::test]
async fn a_link_that_ended_while_the_daemon_stood_still_is_replaced_once_it_goes_on() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.rest().await;

    daemon.signal(Signal::STOP);
    assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Close), 1);
    write(&cloud, "han", "lei", "meanwhile");
    assert_eq!(app.statuses().await, []);
    daemon.signal(Signal::CONT);

    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    assert_eq!(next_words(&mut inbox).await, "meanwhile");
    let detached = |event: &Event| matches!(event, Event::Detached { .. });
    assert!(!app.rest().await.iter().any(detached));
}
