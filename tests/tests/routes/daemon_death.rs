//! The daemon is killed, and what of it apps notice.

use std::time::Duration;

use imlink::{
    Client, Code, ConnectionStatus, Direction, Error, Event, Outcome, Outgoing, SendState, Start,
    Subscription,
};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::{mailbox, token, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, soon, within};
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

// S1-4, S4-18, P13; issue 2, demo step 5
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
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
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

    daemon.kill();
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

// F-I27, F-D10, F-I17; issue 2: nothing lost, nothing doubled
#[tokio::test]
async fn ten_deaths_under_traffic_lose_and_double_nothing() {
    const DEATHS: usize = 10;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let start = app.client.subscribe_from("inbox", Start::Beginning);
    let inbox = within("subscribe", start).await.unwrap();
    let traffic = Traffic::start(&app.client, &cloud);
    let reader = tokio::spawn(read_until_the_end(inbox));

    for _ in 0..DEATHS {
        // Never before the traffic got through the daemon that is about to die.
        let (sent, got) = (traffic.sent(), mailbox(&cloud, "han").len());
        soon("traffic", || {
            (traffic.sent() > sent + 2 && mailbox(&cloud, "han").len() > got).then_some(())
        })
        .await;
        daemon.kill();
        daemon = setup.start();
    }
    let (outgoing, incoming) = traffic.stop().await;
    for message in &outgoing {
        soon_settled(&app.client, message).await;
    }
    // The pull that brings this one brings every echo before it.
    write(&cloud, "han", "lei", THE_END);

    let (received, own) = within("everything that was written", reader).await.unwrap();
    assert_eq!(received, incoming);
    let arrived = mailbox(&cloud, "han");
    assert_eq!(
        own, arrived,
        "the timeline has each message that was sent, once"
    );
    for (number, message) in outgoing.iter().enumerate() {
        let words = number.to_string();
        let copies = arrived.iter().filter(|other| **other == words).count();
        match soon_settled(&app.client, message).await {
            // In the cloud, once.
            SendState::Sent { .. } => assert_eq!(copies, 1, "{words}"),
            // Its bytes were on their way when the daemon died. Had they arrived, its echo would
            // have said so.
            SendState::InDoubt => assert_eq!(copies, 0, "{words}"),
            state => panic!("{words}: {state:?}"),
        }
    }
    let numbers: Vec<u32> = arrived.iter().map(|words| words.parse().unwrap()).collect();
    assert!(
        numbers.is_sorted(),
        "in the order of their sending: {numbers:?}"
    );
    drop(daemon);
}

const THE_END: &str = "the end";

/// Messages in both directions, until stopped.
struct Traffic {
    stop: tokio::sync::watch::Sender<bool>,
    sent: tokio::sync::watch::Receiver<usize>,
    outgoing: tokio::task::JoinHandle<Vec<Outgoing>>,
    incoming: tokio::task::JoinHandle<Vec<String>>,
}

impl Traffic {
    fn start(client: &Client, cloud: &Sandbox) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (count, sent) = tokio::sync::watch::channel(0);
        let (client, writer) = (client.clone(), cloud.clone());
        let until = stopped.clone();
        let outgoing = tokio::spawn(async move {
            let mut all = Vec::new();
            while !*until.borrow() {
                let message = Outgoing::text(with("han"), &all.len().to_string());
                send_surely(&client, &message).await;
                all.push(message);
                count.send_replace(all.len());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            all
        });
        let incoming = tokio::spawn(async move {
            let mut all = Vec::new();
            while !*stopped.borrow() {
                let words = all.len().to_string();
                write(&writer, "han", "lei", &words);
                all.push(words);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            all
        });
        Self {
            stop,
            sent,
            outgoing,
            incoming,
        }
    }

    fn sent(&self) -> usize {
        *self.sent.borrow()
    }

    async fn stop(self) -> (Vec<Outgoing>, Vec<String>) {
        self.stop.send_replace(true);
        let outgoing = within("the sender stops", self.outgoing).await;
        let incoming = within("the writer stops", self.incoming).await;
        (outgoing.unwrap(), incoming.unwrap())
    }
}

/// Sends a message as an app does that was told "safe to repeat".
async fn send_surely(client: &Client, message: &Outgoing) {
    while let Err(error) = client.send(message.clone()).await {
        // Between attaching and connecting again: 30001; else -2.
        assert!(error.is_retryable(), "{error}");
    }
}

/// Reads and acknowledges everything: what was received, and what was sent. What comes again says
/// so, and is left out.
async fn read_until_the_end(mut inbox: Subscription) -> (Vec<String>, Vec<String>) {
    let (mut received, mut sent) = (Vec::new(), Vec::new());
    let mut last = None;
    while let Some(delivery) = inbox.next().await {
        let delivery = delivery.unwrap();
        delivery.acknowledge();
        if delivery.redelivered() {
            continue;
        }
        let message = delivery.message();
        assert!(last < Some(message.seq), "{last:?}, then {}", message.seq);
        last = Some(message.seq);
        let words = words(message.body.as_str());
        match message.direction {
            Direction::Received if words == THE_END => return (received, sent),
            Direction::Received => received.push(words),
            Direction::Sent => sent.push(words),
        }
    }
    panic!("the subscription ended");
}

/// What is known of a message once it has been sent, or given up.
async fn soon_settled(client: &Client, message: &Outgoing) -> SendState {
    let settled = async {
        loop {
            let id = message.client_id().clone();
            match client.send_state(id).await.unwrap() {
                Some(SendState::Queued | SendState::Sending) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Some(state) => return state,
                None => panic!("an accepted message is gone"),
            }
        }
    };
    within("its fate", settled).await
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
