//! Connects with a time limit and without one.

use std::time::{Duration, Instant};

use imlink::{Code, ConnectionStatus, Event};
use imlink_sandbox::{Ending, Fault, Gateway, Lasting, Scope};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Setup, cloud, within};

use crate::IMLINK;

/// The shortest limit there is: it is counted in whole seconds.
const LIMIT: Duration = Duration::from_secs(1);

// S0-15, S2-07, S3-04, S3-06, S3-08, S4-06, S4-11, S4-28, P9
#[tokio::test]
async fn a_connect_with_a_limit_ends_with_the_limit_and_nothing_tries_on() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let start = Instant::now();

    let connect = app.client.connect_within(token(&cloud, "lei"), LIMIT);
    let error = within("the limit", connect).await.unwrap_err();

    assert_eq!(error.code(), Code::RC_CONNECT_TIMEOUT);
    assert!(start.elapsed() >= LIMIT);
    assert_eq!(app.client.status(), ConnectionStatus::Timeout);
    // The last word of this connect: the link is given up, and no status follows.
    app.shows(ConnectionStatus::Timeout).await;
    app.stays_away().await;
    cloud.accept_connections().unwrap();
    // S4-28: the app connects by hand.
    let again = within("connect", app.client.connect(token(&cloud, "lei"))).await;
    assert_eq!(again.unwrap(), user("lei"));
}

// S4-06: a gateway that takes the connection and says nothing
#[tokio::test]
async fn a_limit_also_ends_the_wait_for_a_gateway_that_never_answers() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.add_fault(Fault::NoConnAck, Scope::Everyone, Lasting::UntilCleared);
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let connect = app.client.connect_within(token(&cloud, "lei"), LIMIT);
    let error = within("the limit", connect).await.unwrap_err();

    assert_eq!(error.code(), Code::RC_CONNECT_TIMEOUT);
    assert_eq!(cloud.counters().handshakes, 1);
}

// F-S42; P9
#[tokio::test]
async fn a_limit_ends_the_connect_of_its_app_only() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let patient = App::new(&setup, &cloud, "patient");
    let hasty = App::new(&setup, &cloud, "hasty");
    for app in [&patient, &hasty] {
        within("init", app.client.init()).await.unwrap();
    }
    let connecting = tokio::spawn({
        let (client, token) = (patient.client.clone(), token(&cloud, "lei"));
        async move { client.connect(token).await }
    });

    let connect = hasty.client.connect_within(token(&cloud, "lei"), LIMIT);
    let error = within("the limit", connect).await.unwrap_err();

    assert_eq!(error.code(), Code::RC_CONNECT_TIMEOUT);
    assert!(!connecting.is_finished());
    cloud.accept_connections().unwrap();
    let found = within("the other connect", connecting).await.unwrap();
    assert_eq!(found.unwrap(), user("lei"));
    assert_eq!(hasty.client.status(), ConnectionStatus::Timeout);
}

// S3-05, S4-07, S4-10, S4-12, S4-13, F-S01
#[tokio::test]
async fn a_connect_without_a_limit_goes_on_until_it_succeeds() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.refuse_connections().unwrap();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connecting = tokio::spawn({
        let (client, token) = (app.client.clone(), token(&cloud, "lei"));
        async move { client.connect_within(token, Duration::ZERO).await }
    });

    for _ in 0..3 {
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert!(
            change.code.is_some_and(|code| code.is_retryable()),
            "{change:?}"
        );
        assert!(change.retry_in.is_some(), "{change:?}");
    }
    cloud.accept_connections().unwrap();

    let found = within("success", connecting).await.unwrap();
    assert_eq!(found.unwrap(), user("lei"));
}

// S3-07, S4-07: within its limit it was connected, and that is all a limit is for
#[tokio::test]
async fn once_connected_a_link_is_made_again_for_longer_than_the_limit_of_the_connect() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connect = app.client.connect_within(token(&cloud, "lei"), LIMIT);
    within("connect", connect).await.unwrap();
    app.rest().await;

    cloud.refuse_connections().unwrap();
    assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Close), 1);
    let start = Instant::now();
    while start.elapsed() < 2 * LIMIT {
        app.sees("another attempt", |event| match event {
            Event::Status(change) => {
                assert_ne!(change.status, ConnectionStatus::Timeout);
                (change.status == ConnectionStatus::Suspend).then_some(())
            }
            _ => None,
        })
        .await;
    }
    cloud.accept_connections().unwrap();

    app.shows(ConnectionStatus::Connected).await;
}

// F-A15
#[tokio::test]
async fn a_dial_that_is_given_up_is_closed() {
    for gateway in [Gateway::websocket, Gateway::tcp] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let _daemon = setup.start();
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap().to_string();
        cloud.change_policy(|policy| policy.gateways = vec![gateway(address)]);
        let app = App::new(&setup, &cloud, "notes");
        within("init", app.client.init()).await.unwrap();
        let accepted = tokio::spawn(async move { silent.accept().await.unwrap().0 });

        let connect = app.client.connect_within(token(&cloud, "lei"), LIMIT);
        let error = within("the limit", connect).await.unwrap_err();

        assert_eq!(error.code(), Code::RC_CONNECT_TIMEOUT);
        let mut link = within("accept", accepted).await.unwrap();
        let mut request = Vec::new();
        let end = tokio::io::AsyncReadExt::read_to_end(&mut link, &mut request);
        let ended = tokio::time::timeout(Duration::from_secs(30), end).await;
        assert!(
            ended.is_ok(),
            "30 s after the end of the connect the dial is still open: {} bytes",
            request.len()
        );
    }
}
