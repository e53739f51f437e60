//! Tokens: where they come from, how long they last, and what a new one does.

use std::time::Duration;

use imlink::{Code, ConnectionStatus, Event, Outcome, Outgoing, Token};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{token, user, with};
use imlink_tests::{App, Setup, cloud, within};

use crate::IMLINK;

const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

// S1-02
// S1-03, S0-04, S0-05, S0-06, S2-04, S3-02, S4-02
#[tokio::test]
async fn every_token_of_a_user_is_good_for_years_and_over_restarts_whatever_was_issued_since() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let first = token(&cloud, "lei");
    cloud.advance_clock(10 * A_YEAR);
    let mut tokens: Vec<Token> = (0..10).map(|_| token(&cloud, "lei")).collect();
    tokens.push(first);

    for valid in tokens {
        for _ in 0..2 {
            let app = App::new(&setup, &cloud, "notes");
            within("init", app.client.init()).await.unwrap();
            let connect = app.client.connect(valid.clone());
            assert_eq!(within("connect", connect).await.unwrap(), user("lei"));
            within("disconnect", app.client.disconnect()).await.unwrap();
        }
        daemon.kill();
        daemon = setup.start();
    }
}

// S0-07, S2-04, S3-02, S4-02
#[tokio::test]
async fn expiring_a_token_leaves_the_open_link_and_refuses_the_next_connect() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let old = token(&cloud, "lei");
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    within("connect", app.client.connect(old.clone()))
        .await
        .unwrap();
    app.rest().await;

    cloud.expire_tokens(&user("lei"));

    let message = Outgoing::text(with("han"), "still here");
    let receipt = within("send", app.client.send(message)).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(app.statuses().await, []);
    within("disconnect", app.client.disconnect()).await.unwrap();
    let error = within("an answer", app.client.connect(old))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::RC_CONN_TOKEN_EXPIRE);
}

// S0-21, S0-22, S0-23, S2-16, S2-17, S3-13, S4-24, S4-20, P3, P11: nothing tries in between
#[tokio::test]
async fn a_fresh_token_of_one_app_wakes_a_stopped_account_at_once_for_all() {
    for (why, code) in [
        (Why::Expired, Code::RC_CONN_TOKEN_EXPIRE),
        (Why::Unknown, Code::RC_CONN_TOKEN_INCORRECT),
    ] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let _daemon = setup.start();
        let names = ["first", "second", "third"];
        let mut apps = Vec::new();
        for name in names {
            apps.push(App::connected(&setup, &cloud, name, "lei").await);
        }
        match why {
            Why::Expired => cloud.expire_tokens(&user("lei")),
            // As when the app gets a new secret.
            Why::Unknown => cloud.with_app(|app| app.forget_tokens()),
        }
        cloud.drop_links(&Scope::Everyone, Ending::Close);
        for app in &mut apps {
            let change = app.shows(ConnectionStatus::TokenIncorrect).await;
            assert_eq!((change.code, change.retry_in), (Some(code), None));
        }
        let asked = cloud.counters().navigations;
        for app in &mut apps {
            app.stays_away().await;
        }
        assert_eq!(cloud.counters().navigations, asked);

        let fresh = apps[1].client.connect(token(&cloud, "lei"));
        within("connect", fresh).await.unwrap();

        for app in &mut apps {
            app.shows(ConnectionStatus::Connected).await;
            let message = Outgoing::text(with("han"), "awake");
            within("send", app.client.send(message)).await.unwrap();
        }
        assert_eq!(cloud.links().len(), 1);
    }
}

// P7, P8; behaviour.md 10: nothing to do now, and at the next reconnect the new one is used
#[tokio::test]
async fn a_new_token_that_a_connected_app_brings_is_used_for_its_next_reconnect() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.expire_tokens(&user("lei"));

    let second = app.client.connect(token(&cloud, "lei"));
    let error = within("an answer", second).await.unwrap_err();

    assert_eq!(error.code(), Code::RC_CONNECTION_EXIST);
    daemon
        .log()
        .wait_for("A new token of the same user is kept");
    assert_eq!(cloud.counters().handshakes, 1, "navigation alone was asked");
    app.rest().await;
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    app.sees("connected again", |event| match event {
        Event::Status(change) => {
            assert_ne!(change.status, ConnectionStatus::TokenIncorrect);
            (change.status == ConnectionStatus::Connected).then_some(())
        }
        _ => None,
    })
    .await;
}

#[derive(Clone, Copy, Debug)]
enum Why {
    Expired,
    Unknown,
}
