//! The daemon is killed, and what of it apps notice.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use imlink::{Client, Code, ConnectionStatus, Error, Event, Outcome, Outgoing};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{mailbox, token, user, with, write};
use imlink_tests::{App, Setup, cloud, next_words, within};
use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::IMLINK;

// S4-18, P13, F-I27: every kind of call, each of them once
#[tokio::test]
async fn every_call_under_way_ends_with_minus_2() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let connecting = App::new(&setup, &cloud, "connecting");
    within("init", connecting.client.init()).await.unwrap();
    let inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "hello");
    let mut inbox = inbox;
    let delivery = within("hello", inbox.next()).await.unwrap().unwrap();

    // A daemon that stands still answers nothing.
    daemon.signal(Signal::STOP);
    let mut calls = Calls::default();
    let client = &app.client;
    calls.start("ping", client, |client| async move { client.ping().await });
    calls.start("send", client, |client| async move {
        client
            .send(Outgoing::text(with("han"), "x"))
            .await
            .map(drop)
    });
    calls.start("history", client, |client| async move {
        client.history(with("han"), None, 1).await.map(drop)
    });
    calls.start("conversations", client, |client| async move {
        client.conversations(1).await.map(drop)
    });
    calls.start("subscribe", client, |client| async move {
        client.subscribe("other").await.map(drop)
    });
    calls.start("send state", client, |client| async move {
        let id = Outgoing::text(with("han"), "x").client_id().clone();
        client.send_state(id).await.map(drop)
    });
    calls.start("daemon status", client, |client| async move {
        client.daemon_status().await.map(drop)
    });
    calls.start("disconnect", client, |client| async move {
        client.disconnect().await
    });
    let token = token(&cloud, "lei");
    calls.start("connect", &connecting.client, |client| async move {
        client.connect(token).await.map(drop)
    });
    calls.start("acknowledge", client, |_| async move {
        delivery.acknowledge().await
    });
    calls.are_under_way().await;

    daemon.kill();

    for (name, result) in within("every call ends", calls.0.join_all()).await {
        let error = result.expect_err(name);
        assert_eq!(error.code(), Code::IPC_DISCONNECT, "{name}");
        assert!(error.is_retryable(), "{name}");
    }
}

// S4-18, P13; issue 2, demo step 5
#[tokio::test]
async fn apps_are_attached_and_connected_again_without_doing_anything() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut apps = [
        App::connected(&setup, &cloud, "first", "lei").await,
        App::connected(&setup, &cloud, "second", "lei").await,
    ];
    let mut inboxes = Vec::new();
    for app in &mut apps {
        app.rest().await;
        inboxes.push(app.client.subscribe("inbox").await.unwrap());
    }
    let first_pid = daemon.pid();

    daemon.kill();
    for app in &mut apps {
        app.sees("the attachment breaks", |event| match event {
            Event::Detached { code, .. } => {
                assert_eq!(*code, Code::IPC_DISCONNECT);
                Some(())
            }
            Event::Status(change) => panic!("{change:?} before the cause"),
            _ => None,
        })
        .await;
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::IPC_DISCONNECT));
    }
    write(&cloud, "han", "lei", "while nobody was there");
    let daemon = setup.start();

    assert_ne!(daemon.pid(), first_pid);
    for (app, inbox) in apps.iter_mut().zip(&mut inboxes) {
        let seen = app.sees("attached again", reattached).await;
        assert!(seen, "the same app, not a new one");
        app.shows(ConnectionStatus::Connecting).await;
        app.shows(ConnectionStatus::Connected).await;
        assert_eq!(next_words(inbox).await, "while nobody was there");
    }
    assert_eq!(cloud.links().len(), 1);
    write(&cloud, "han", "lei", "the end");
    for (app, inbox) in apps.iter_mut().zip(&mut inboxes) {
        assert_eq!(next_words(inbox).await, "the end", "nothing came twice");
        assert!(!app.rest().await.iter().any(signed_out), "never SIGN_OUT");
    }
}

// F-D10, F-I27
#[tokio::test]
async fn what_was_accepted_and_not_yet_sent_is_sent_by_the_next_daemon() {
    accepted_survives(Signal::KILL).await;
}

// F-A12: what an overflown stack, memory that is refused and an abort end in
#[tokio::test]
async fn what_was_accepted_is_sent_by_the_next_daemon_although_the_last_one_aborted() {
    accepted_survives(Signal::ABORT).await;
}

async fn accepted_survives(signal: Signal) {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    let all: Vec<String> = (0..10).map(|number| format!("number {number}")).collect();
    let mut receipts = Vec::new();
    for words in &all {
        let message = Outgoing::text(with("han"), words);
        receipts.push(within("accepted", app.client.send(message)).await.unwrap());
    }

    daemon.signal(signal);
    assert_eq!(daemon.ended().signal(), Some(signal.as_raw()));
    cloud.accept_connections().unwrap();
    let _daemon = setup.start();

    for receipt in &receipts {
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    assert_eq!(mailbox(&cloud, "han"), all);
}

// F-A11: safe to send again, because it is the same message
#[tokio::test]
async fn a_send_that_ended_with_minus_2_may_be_repeated() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let message = Outgoing::text(with("han"), "once");
    daemon.signal(Signal::STOP);
    let mut calls = Calls::default();
    let again = message.clone();
    calls.start("send", &app.client, |client| async move {
        client.send(again).await.map(drop)
    });
    calls.are_under_way().await;

    daemon.kill();
    let ended = within("the call ends", calls.0.join_all()).await;
    assert_eq!(
        ended[0].1.as_ref().unwrap_err().code(),
        Code::IPC_DISCONNECT
    );
    let _daemon = setup.start();
    let receipt = within("send", app.client.send(message)).await.unwrap();

    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(&cloud, "han"), ["once"]);
}

// S4-13: a connect without a limit outlives its daemon; S4-11: one with a limit does not
#[tokio::test]
async fn a_connect_that_was_still_trying_goes_on_with_the_next_daemon() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, valid) = (app.client.clone(), token(&cloud, "lei"));
    let connect = tokio::spawn(async move { client.connect(valid).await });
    app.shows(ConnectionStatus::Suspend).await;

    daemon.kill();
    let ended = within("the call ends", connect).await.unwrap();
    assert_eq!(ended.unwrap_err().code(), Code::IPC_DISCONNECT);
    cloud.accept_connections().unwrap();
    let _daemon = setup.start();

    app.shows(ConnectionStatus::Connected).await;
    assert_eq!(cloud.links()[0].user, user("lei"));
}

// P23
#[tokio::test]
async fn an_app_that_was_never_connected_may_not_send_with_the_next_daemon_either() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let (valid, host) = (token(&cloud, "lei"), App::new(&setup, &cloud, "host"));
    within("init", host.client.init()).await.unwrap();
    // Whose the token is, is known from here on: the rows are open before there is a link.
    let connect = host.client.connect(valid.clone());
    within("connect", connect).await.unwrap();
    within("disconnect", host.client.disconnect())
        .await
        .unwrap();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let client = app.client.clone();
    let connect = tokio::spawn(async move { client.connect(valid).await });
    app.shows(ConnectionStatus::Suspend).await;

    daemon.kill();
    let ended = within("the call ends", connect).await.unwrap();
    assert_eq!(ended.unwrap_err().code(), Code::IPC_DISCONNECT);
    let _daemon = setup.start();
    app.sees("attached again", reattached).await;
    app.sees("its rows", |event| match event {
        Event::DatabaseOpened { code } => {
            assert!(code.is_success());
            Some(())
        }
        _ => None,
    })
    .await;

    let early = app.client.send(Outgoing::text(with("han"), "too early"));
    let error = within("send", early).await.unwrap_err();
    assert_eq!(error.code(), Code::RC_NET_CHANNEL_INVALID);

    cloud.accept_connections().unwrap();
    app.shows(ConnectionStatus::Connected).await;
    let receipt = app.client.send(Outgoing::text(with("han"), "in time"));
    let receipt = within("send", receipt).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(&cloud, "han"), ["in time"]);
}

// P13: interrupted already, it is not interrupted once more; `Detached` says what happened
#[tokio::test]
async fn an_app_that_sees_suspend_sees_no_second_one_when_its_daemon_dies() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    // A wait that is long enough for what follows.
    let long = Duration::from_secs(4);
    while app.shows(ConnectionStatus::Suspend).await.retry_in < Some(long) {}

    daemon.kill();
    app.sees("the attachment breaks", |event| match event {
        Event::Detached { code, .. } => {
            assert_eq!(*code, Code::IPC_DISCONNECT);
            Some(())
        }
        _ => None,
    })
    .await;
    let _daemon = setup.start();

    app.sees("attached again", |event| match event {
        Event::Status(change) => panic!("{change:?} while there is no daemon"),
        event => reattached(event),
    })
    .await;
    cloud.accept_connections().unwrap();
    app.shows(ConnectionStatus::Connected).await;
}

/// Calls of an app that are under way.
#[derive(Default)]
struct Calls(JoinSet<(&'static str, Result<(), Error>)>);

impl Calls {
    fn start<F>(&mut self, name: &'static str, client: &Client, call: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let call = call(client.clone());
        self.0.spawn(async move { (name, call.await) });
    }

    /// Lets every call reach the socket. Tasks of this thread run in turns, so a few turns do.
    async fn are_under_way(&mut self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        if let Some(ended) = self.0.try_join_next() {
            panic!("{ended:?} before the daemon died");
        }
    }
}

fn reattached(event: &Event) -> Option<bool> {
    match event {
        Event::Attached { reattached, .. } => Some(*reattached),
        _ => None,
    }
}

fn signed_out(event: &Event) -> bool {
    matches!(event, Event::Status(change) if change.status == ConnectionStatus::SignOut)
}
