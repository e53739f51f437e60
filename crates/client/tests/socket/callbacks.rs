//! The callback form.

use std::time::Duration;

use imlink::{Client, Code, ConnectCallback, ConnectionStatus};
use tokio::sync::mpsc;

use crate::daemon::{Daemon, soon, token};

/// Connects in the callback form; the callbacks arrive as texts.
fn connect(client: &Client) -> mpsc::UnboundedReceiver<String> {
    let (called, calls) = mpsc::unbounded_channel();
    let (opened, succeeded, failed) = (called.clone(), called.clone(), called);
    let callback = ConnectCallback::new(
        move |user| succeeded.send(format!("success {user}")).unwrap(),
        move |error| failed.send(format!("error {}", error.code())).unwrap(),
    )
    .on_database_opened(move |code| opened.send(format!("opened {code}")).unwrap());
    client.connect_with(token(), Duration::ZERO, callback);
    calls
}

async fn all(mut calls: mpsc::UnboundedReceiver<String>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(call) = soon(calls.recv()).await {
        all.push(call);
    }
    all
}

// S4-14 S4-16, decisions.md P19
#[tokio::test]
async fn status_database_and_success_are_called_in_the_documented_order() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;
    let (seen, mut heard) = mpsc::unbounded_channel();
    let (opened, succeeded) = (seen.clone(), seen.clone());
    client.on_status(|_| panic!("the app's fault"));
    client.on_status(move |change| seen.send(change.status.name().to_owned()).unwrap());
    let callback = ConnectCallback::new(
        move |user| succeeded.send(format!("success {user}")).unwrap(),
        |error| panic!("{error}"),
    )
    .on_database_opened(move |code| opened.send(format!("opened {code}")).unwrap());

    client.connect_with(token(), Duration::from_secs(5), callback);
    peer.connect().await;

    for expected in ["CONNECTING", "opened 0", "CONNECTED", "success lei"] {
        assert_eq!(soon(heard.recv()).await.as_deref(), Some(expected));
    }
    assert_eq!(client.status(), ConnectionStatus::Connected);
}

// S4-17 S4-26, S0-17, S0-18
#[tokio::test]
async fn before_init_the_error_callback_is_called() {
    let daemon = Daemon::new();

    let calls = all(connect(&daemon.client())).await;

    assert_eq!(calls, [format!("error {}", Code::RC_CLIENT_NOT_INIT)]);
}

// S4-27, S0-20
#[tokio::test]
async fn a_second_connect_clears_no_callback_and_doubles_none() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;

    let first = connect(&client);
    let (first_id, _) = peer.request().await;
    let second = connect(&client);
    peer.fail_next(Code::RC_CONNECTION_EXIST).await;
    let opened = imlink_ipc_proto::Event::DatabaseOpened {
        code: Code::SUCCESS,
    };
    peer.event(opened).await;
    let user = crate::daemon::lei();
    peer.answer(first_id, imlink_ipc_proto::Response::Connected { user })
        .await;

    assert_eq!(all(second).await, ["error 34001"]);
    assert_eq!(all(first).await, ["opened 0", "success lei"]);
}

// IPC-01
#[tokio::test]
async fn the_daemons_death_is_an_error_once() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;

    let calls = connect(&client);
    peer.request().await;
    drop(peer);

    assert_eq!(all(calls).await, ["error -2"]);
}

#[tokio::test]
async fn dropping_the_client_ends_a_connect_in_the_callback_form_too() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;
    let calls = connect(&client);
    peer.request().await;

    drop(client);

    assert_eq!(
        all(calls).await,
        [format!("error {}", Code::ENGINE_DROPPED)]
    );
}
