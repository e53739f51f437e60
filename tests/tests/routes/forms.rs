//! The other two forms of the client: callbacks, and calls that block.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use imlink::blocking;
use imlink::{
    Client, Code, ConnectCallback, ConnectionStatus, Outcome, Outgoing, SendState, UserId,
};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::{mailbox, text, token, user, with, write};
use imlink_tests::{App, DEADLINE, Setup, cloud, eventually, soon, within};

use crate::IMLINK;

/// A callback that was called.
#[derive(Debug, PartialEq, Eq)]
enum Called {
    DatabaseOpened(Code),
    Success(UserId),
    Error(Code),
    Status(ConnectionStatus),
}

// S0-11, S0-12, S0-16, S2-07, S2-10, S2-12, S2-13, S3-09, S3-10, S3-11, S4-14, S4-16, P1, P19
#[tokio::test]
async fn callbacks_come_in_the_order_of_a_connect_and_once() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (callback, called) = recorder(&app.client);

    app.client
        .connect_with(token(&cloud, "lei"), Duration::ZERO, callback);

    assert_eq!(
        [
            next(&called).await,
            next(&called).await,
            next(&called).await,
            next(&called).await
        ],
        [
            Called::Status(ConnectionStatus::Connecting),
            Called::DatabaseOpened(Code::SUCCESS),
            Called::Status(ConnectionStatus::Connected),
            Called::Success(user("lei")),
        ]
    );
    within("the daemon answers", app.client.ping())
        .await
        .unwrap();
    assert!(called.try_recv().is_err(), "nothing is called twice");
}

// S0-11, S0-13, S0-17, S2-08, S2-11, S3-11, S4-17, S4-20, S4-27: the first connect's callbacks stay
// untouched
#[tokio::test]
async fn a_refused_connect_calls_on_error_and_nobody_else() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    cloud.refuse_connections().unwrap();
    let (first, called_first) = recorder(&app.client);
    app.client
        .connect_with(token(&cloud, "lei"), Duration::ZERO, first);
    assert_eq!(
        next(&called_first).await,
        Called::Status(ConnectionStatus::Connecting)
    );

    let (second, called_second) = callback();
    app.client
        .connect_with(token(&cloud, "lei"), Duration::ZERO, second);

    assert_eq!(
        next(&called_second).await,
        Called::Error(Code::RC_CONNECTION_EXIST)
    );
    cloud.accept_connections().unwrap();
    loop {
        match next(&called_first).await {
            Called::Success(found) => break assert_eq!(found, user("lei")),
            Called::Error(code) => panic!("the first connect ended with {code}"),
            Called::Status(_) | Called::DatabaseOpened(_) => {}
        }
    }
    assert!(called_second.try_recv().is_err());
}

// P1
#[test]
fn a_blocking_app_connects_sends_and_receives() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = blocking_app(&setup, &cloud);

    app.init().unwrap();
    let connected = app.connect_within(token(&cloud, "lei"), DEADLINE);
    assert_eq!(connected.unwrap(), user("lei"));
    let mut inbox = app.subscribe("inbox").unwrap();
    write(&cloud, "han", "lei", "hello");
    let delivery = inbox.next().unwrap().unwrap();
    app.send(Outgoing::text(with("han"), "hello yourself"))
        .and_then(|receipt| receipt.outcome())
        .map(|outcome| assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}"))
        .unwrap();

    assert_eq!(delivery.message().body.as_str(), text("hello"));
    inbox.acknowledge_and_wait(delivery.message().seq).unwrap();
    assert_eq!(mailbox(&cloud, "han"), ["hello yourself"]);
}

// Issue 4, "Outbox"
#[test]
fn a_blocking_app_sees_its_outbox_and_takes_a_message_back() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = blocking_app(&setup, &cloud);
    app.init().unwrap();
    app.connect_within(token(&cloud, "lei"), DEADLINE).unwrap();
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    // With the link already gone for the daemon, what is sent waits.
    eventually("the link is gone", || {
        (app.status() != ConnectionStatus::Connected).then_some(())
    });
    let message = Outgoing::text(with("han"), "never mind");
    let id = message.client_id().clone();
    let receipt = app.send(message).unwrap();

    let waiting = app.outbox(None, 10).unwrap().entries;
    app.withdraw(id.clone()).unwrap();

    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, &waiting[0].client_id), (receipt.id(), &id));
    assert_eq!(waiting[0].state, SendState::Queued);
    let code = Code::LOCAL_WITHDRAWN;
    assert_eq!(receipt.outcome().unwrap(), Outcome::Failed { code });
    assert_eq!(app.outbox(None, 10).unwrap().entries, []);
    let again = app.resend(id).unwrap_err();
    assert_eq!(again.code(), Code::LOCAL_TOO_LATE);
}

// S4-17, S4-20, S0-14
#[test]
fn a_blocking_connect_fails_with_the_same_codes() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = blocking_app(&setup, &cloud);

    let early = app.connect_within(token(&cloud, "lei"), DEADLINE);
    assert_eq!(early.unwrap_err().code(), Code::RC_CLIENT_NOT_INIT);
    app.init().unwrap();
    let nobodys = imlink::Token::new(format!("nobodys@{}", cloud.navigator())).unwrap();
    let refused = app.connect_within(nobodys, DEADLINE).unwrap_err();

    assert_eq!(refused.code(), Code::RC_CONN_TOKEN_INCORRECT);
}

fn blocking_app(setup: &Setup, cloud: &Sandbox) -> blocking::Client {
    let builder = Client::builder(cloud.app_key().as_str())
        .app_id("blocking")
        .socket(setup.socket());
    blocking::Client::new(builder).unwrap()
}

/// Callbacks, and where to see that they are called.
fn callback() -> (ConnectCallback, Receiver<Called>) {
    let (told, called) = channel();
    let (opened, succeeded) = (told.clone(), told.clone());
    let callback = ConnectCallback::new(
        move |user| succeeded.send(Called::Success(user)).unwrap(),
        move |error| told.send(Called::Error(error.code())).unwrap(),
    )
    .on_database_opened(move |code| opened.send(Called::DatabaseOpened(code)).unwrap());
    (callback, called)
}

/// The same, and the status listener reports to the same place.
fn recorder(client: &Client) -> (ConnectCallback, Receiver<Called>) {
    let (told, called) = channel();
    let (opened, succeeded, failed) = (told.clone(), told.clone(), told.clone());
    client.on_status(move |change| {
        let _ = told.send(Called::Status(change.status));
    });
    let callback = ConnectCallback::new(
        move |user| succeeded.send(Called::Success(user)).unwrap(),
        move |error| failed.send(Called::Error(error.code())).unwrap(),
    )
    .on_database_opened(move |code| opened.send(Called::DatabaseOpened(code)).unwrap());
    (callback, called)
}

/// What is called next; the client goes on while this waits.
async fn next(called: &Receiver<Called>) -> Called {
    soon("a callback", || called.try_recv().ok()).await
}
