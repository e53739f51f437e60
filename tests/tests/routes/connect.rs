//! From init to connected.

use imlink::{Client, Code, ConnectionStatus, Event};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Setup, cloud, within};
use tokio::task::JoinSet;

use crate::IMLINK;

// S0-02, S0-08, S0-12, S1-04, S1-05, S1-07, S1-10, S2-05, S2-09, S2-12, S2-13, S2-14, S3-01, S3-03,
// S3-11, S4-01, S4-14, S4-16, P19
#[tokio::test]
async fn connecting_then_database_opened_then_connected_and_then_success() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let connect = app.client.connect(token(&cloud, "lei"));
    let found = within("connect", connect).await.unwrap();

    assert_eq!(found, user("lei"));
    // What the success comes after has been told by then.
    assert_eq!(app.client.status(), ConnectionStatus::Connected);
    let mut told = Vec::new();
    app.sees("everything that waited is here", |event| {
        told.extend(Told::of(event));
        synchronized(event)
    })
    .await;
    assert_eq!(
        told,
        [
            Told::Attached,
            Told::Status(ConnectionStatus::Connecting),
            Told::DatabaseOpened(Code::SUCCESS),
            Told::Status(ConnectionStatus::Connected),
        ]
    );
}

// issue 4: a sync-completed event; behaviour.md 13.4, P7
#[tokio::test]
async fn every_app_hears_once_that_what_waited_is_here_also_who_comes_to_a_link_that_is_up() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut first = App::connected(&setup, &cloud, "first", "lei").await;
    first.sees("everything is here", synchronized).await;

    let mut second = App::connected(&setup, &cloud, "second", "lei").await;
    second.sees("everything is here", synchronized).await;

    cloud.drop_links(&Scope::Everyone, Ending::Close);
    for app in [&mut first, &mut second] {
        app.shows(ConnectionStatus::Suspend).await;
        app.sees("what came meanwhile is here", synchronized).await;
        let rest = app.rest().await;
        assert_eq!(rest.iter().filter_map(synchronized).count(), 0, "once");
    }
}

fn synchronized(event: &Event) -> Option<()> {
    matches!(event, Event::Synchronized).then_some(())
}

// S4-05; issue 2: "the sandbox reports exactly ONE cloud connection"
#[tokio::test]
async fn two_apps_of_one_user_share_one_connection() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();

    let mut first = App::connected(&setup, &cloud, "first", "lei").await;
    let mut second = App::connected(&setup, &cloud, "second", "lei").await;

    assert_eq!(cloud.links().len(), 1);
    assert_eq!(cloud.counters().handshakes, 1, "nobody dialled in vain");
    // P24: who comes later sees the same order as who came first.
    for app in [&mut first, &mut second] {
        let told: Vec<Told> = app.rest().await.iter().filter_map(Told::of).collect();
        assert_eq!(
            told,
            [
                Told::Attached,
                Told::Status(ConnectionStatus::Connecting),
                Told::DatabaseOpened(Code::SUCCESS),
                Told::Status(ConnectionStatus::Connected),
            ]
        );
    }
}

// P8: the newest token of a user is as good as his first
#[tokio::test]
async fn two_apps_that_bring_different_tokens_of_one_user_at_once_share_one_connection() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let apps: Vec<App> = ["a", "b", "c", "d"]
        .map(|name| App::new(&setup, &cloud, name))
        .into();
    for app in &apps {
        within("init", app.client.init()).await.unwrap();
    }

    let mut connects = JoinSet::new();
    for app in &apps {
        let (client, token) = (app.client.clone(), token(&cloud, "lei"));
        connects.spawn(async move { client.connect(token).await });
    }

    for found in within("every connect", connects.join_all()).await {
        assert_eq!(found.unwrap(), user("lei"));
    }
    assert_eq!(cloud.links().len(), 1);
    assert_eq!(cloud.counters().handshakes, 1);
}

// P7: another app with another account gets its own upstream
#[tokio::test]
async fn apps_of_two_users_have_a_connection_each() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();

    let _lei = App::connected(&setup, &cloud, "first", "lei").await;
    let _han = App::connected(&setup, &cloud, "second", "han").await;

    let users: Vec<_> = cloud.links().into_iter().map(|link| link.user).collect();
    assert_eq!(users, [user("lei"), user("han")]);
}

// P7: beyond `max_accounts` there is a clear local error
#[tokio::test]
async fn one_account_more_than_configured_is_refused_with_the_number() {
    let cloud = cloud();
    let setup = Setup::new(IMLINK).argument("--max-accounts=1");
    let _daemon = setup.start();
    let first = App::connected(&setup, &cloud, "first", "lei").await;
    let second = App::new(&setup, &cloud, "second");
    within("init", second.client.init()).await.unwrap();

    let refused = within("an answer", second.client.connect(token(&cloud, "han"))).await;

    let error = refused.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_ACCOUNTS);
    assert!(error.cause().starts_with("1 accounts are open"), "{error}");
    within("the first is served", first.client.ping())
        .await
        .unwrap();
    assert_eq!(cloud.links().len(), 1);
}

// S0-20, S1-09, S2-15, S3-12, S4-04, S4-27
#[tokio::test]
async fn a_second_connect_is_refused_and_leaves_the_first_as_it_is() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.rest().await;

    for other in ["lei", "han"] {
        let second = within("an answer", app.client.connect(token(&cloud, other))).await;
        assert_eq!(second.unwrap_err().code(), Code::RC_CONNECTION_EXIST);
    }

    assert_eq!(app.client.status(), ConnectionStatus::Connected);
    assert_eq!(cloud.links().len(), 1);
    assert!(
        app.rest()
            .await
            .iter()
            .all(|event| Told::of(event).is_none())
    );
}

// S4-27
#[tokio::test]
async fn a_second_connect_is_refused_while_the_first_is_still_trying() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let first = tokio::spawn({
        let (client, token) = (app.client.clone(), token(&cloud, "lei"));
        async move { client.connect(token).await }
    });
    app.shows(ConnectionStatus::Suspend).await;

    let second = within("an answer", app.client.connect(token(&cloud, "lei"))).await;

    assert_eq!(second.unwrap_err().code(), Code::RC_CONNECTION_EXIST);
    cloud.accept_connections().unwrap();
    let first = within("the first connect", first).await.unwrap();
    assert_eq!(first.unwrap(), user("lei"));
}

// S0-09, S0-18, S1-01, S2-06, S3-03, S4-03, S4-26, P14
#[tokio::test]
async fn before_init_every_call_is_refused() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");

    let connect = within("connect", app.client.connect(token(&cloud, "lei"))).await;
    let send = {
        let to = cloud::with("han");
        within("send", app.client.send(imlink::Outgoing::text(to, "hi"))).await
    };

    assert_eq!(connect.unwrap_err().code(), Code::RC_CLIENT_NOT_INIT);
    assert_eq!(send.unwrap_err().code(), Code::RC_CLIENT_NOT_INIT);
    assert_eq!(cloud.counters().navigations, 0);
}

// S0-01, S1-08, S2-01, S3-01, S4-01, P23
#[tokio::test]
async fn before_a_connect_succeeded_what_needs_one_fails_at_once() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let client = app.client.clone();
    let send = || client.send(imlink::Outgoing::text(cloud::with("han"), "hi"));

    let refused = within("send", send()).await.unwrap_err();
    assert_eq!(refused.code(), Code::RC_NET_CHANNEL_INVALID);
    let history = within("history", client.history(cloud::with("han"), None, 1)).await;
    assert_eq!(history.unwrap_err().code(), Code::LOCAL_NO_ACCOUNT);
    let conversations = within("conversations", client.conversations(1)).await;
    assert_eq!(conversations.unwrap_err().code(), Code::LOCAL_NO_ACCOUNT);
    let inbox = within("subscribe", client.subscribe("inbox")).await;
    assert_eq!(inbox.unwrap_err().code(), Code::LOCAL_NO_ACCOUNT);
    let valid = token(&cloud, "lei");
    let connecting = tokio::spawn({
        let client = client.clone();
        async move { client.connect(valid).await }
    });
    app.shows(ConnectionStatus::Suspend).await;
    let refused = within("send", send()).await.unwrap_err();
    assert_eq!(refused.code(), Code::RC_NET_CHANNEL_INVALID);

    cloud.accept_connections().unwrap();
    within("connect", connecting).await.unwrap().unwrap();
    within("send", send()).await.unwrap();
}

// S4-09, S4-13, S4-14, P15, P25: signing in without a network
#[tokio::test]
async fn a_user_who_was_connected_before_reads_his_messages_before_there_is_a_link() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let valid = token(&cloud, "lei");
    let daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    cloud::write(&cloud, "han", "lei", "hello");
    let connect = app.client.connect(valid.clone());
    within("connect", connect).await.unwrap();
    app.sees("everything that waited is here", |event| {
        matches!(event, Event::Synchronized).then_some(())
    })
    .await;
    drop(app);
    daemon.kill();
    cloud.refuse_connections().unwrap();
    let _daemon = setup.start();

    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connecting = tokio::spawn({
        let client = app.client.clone();
        async move { client.connect(valid).await }
    });
    app.sees("the database is open", |event| match event {
        Event::DatabaseOpened { code } => {
            assert_eq!(*code, Code::SUCCESS);
            Some(())
        }
        _ => None,
    })
    .await;
    let page = app.client.history(cloud::with("han"), None, 10);
    let page = within("history", page).await.unwrap();

    assert_eq!(page.entries.len(), 1);
    assert!(cloud.links().is_empty() && !connecting.is_finished());
    cloud.accept_connections().unwrap();
    within("connect", connecting).await.unwrap().unwrap();
}

// IPC-05, S4-18
#[tokio::test]
async fn without_a_daemon_init_ends_with_minus_2_and_says_where_it_looked() {
    let setup = Setup::new(IMLINK);
    let client = Client::builder("key")
        .socket(setup.socket())
        .build()
        .unwrap();

    let error = within("an answer", client.init()).await.unwrap_err();

    assert_eq!(error.code(), Code::IPC_DISCONNECT);
    let path = setup.socket().display().to_string();
    assert!(error.cause().contains(&path), "{error}");
    assert!(error.cause().contains("imlink daemon"), "{error}");
}

/// The events of a connect whose order is promised.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Attached,
    Status(ConnectionStatus),
    DatabaseOpened(Code),
}

impl Told {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Attached { .. } => Some(Self::Attached),
            Event::Status(change) => Some(Self::Status(change.status)),
            Event::DatabaseOpened { code } => Some(Self::DatabaseOpened(*code)),
            _ => None,
        }
    }
}
