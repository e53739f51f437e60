//! What the cloud refuses, as apps see it.

use std::time::Duration;

use imlink::{Code, ConnectionStatus, Token};
use imlink_sandbox::{Ending, Sandbox, Scope, Secret};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Setup, cloud, within};

use crate::IMLINK;

/// A day, which is for ever to a test.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

// S4-20, S4-30, F-S34
#[tokio::test]
async fn a_token_the_cloud_does_not_know_is_31004() {
    let cloud = cloud();
    let nobodys = Token::new(format!("nobodys@{}", cloud.navigator())).unwrap();

    refused(
        &cloud,
        nobodys,
        Code::RC_CONN_TOKEN_INCORRECT,
        ConnectionStatus::TokenIncorrect,
    )
    .await;
}

// S4-24, F-S35, P3
#[tokio::test]
async fn an_expired_token_is_31020() {
    let cloud = cloud();
    let token = token(&cloud, "lei");
    cloud.expire_tokens(&user("lei"));

    refused(
        &cloud,
        token,
        Code::RC_CONN_TOKEN_EXPIRE,
        ConnectionStatus::TokenIncorrect,
    )
    .await;
}

// S4-23, F-S37
#[tokio::test]
async fn a_blocked_user_is_31009() {
    let cloud = cloud();
    let token = token(&cloud, "lei");
    cloud.block(&user("lei"), LONG);

    refused(
        &cloud,
        token,
        Code::RC_CONN_USER_BLOCKED,
        ConnectionStatus::UserBlocked,
    )
    .await;
}

// S4-19, F-S37
#[tokio::test]
async fn a_wrong_app_key_is_31002() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::of_key(&setup, "nobodys-key", "notes");
    within("init", app.client.init()).await.unwrap();

    let connect = app.client.connect(token(&cloud, "lei"));

    let error = within("an answer", connect).await.unwrap_err();
    assert_eq!(error.code(), Code::RC_CONN_ID_REJECT);
    let change = app.shows(ConnectionStatus::Unconnected).await;
    assert_eq!(change.code, Some(Code::RC_CONN_ID_REJECT));
}

// S4-20, S4-30
#[tokio::test]
async fn a_token_of_another_app_key_is_31004() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let other = cloud.app(&"other-key".try_into().unwrap(), &Secret::new("other"));
    let app = App::new(&setup, &other, "notes");
    within("init", app.client.init()).await.unwrap();

    let connect = app.client.connect(token(&cloud, "lei"));

    let error = within("an answer", connect).await.unwrap_err();
    assert_eq!(error.code(), Code::RC_CONN_TOKEN_INCORRECT);
}

// F-S34, F-S35: every app once, and a new token is enough
#[tokio::test]
async fn a_token_that_expires_while_connected_stops_every_app_until_one_brings_a_new_one() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut first = App::connected(&setup, &cloud, "first", "lei").await;
    let mut second = App::connected(&setup, &cloud, "second", "lei").await;

    cloud.expire_tokens(&user("lei"));
    assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Close), 1);

    for app in [&mut first, &mut second] {
        let change = app.shows(ConnectionStatus::TokenIncorrect).await;
        assert_eq!(change.code, Some(Code::RC_CONN_TOKEN_EXPIRE));
    }
    let again = within("connect", first.client.connect(token(&cloud, "lei"))).await;
    assert_eq!(again.unwrap(), user("lei"));
    second.shows(ConnectionStatus::Connected).await;
    assert_eq!(cloud.links().len(), 1);
}

// F-S36, P11
#[tokio::test]
async fn a_kick_is_told_to_every_app_once_and_nothing_fights_back() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = [
        App::connected(&setup, &cloud, "first", "lei").await,
        App::connected(&setup, &cloud, "second", "lei").await,
    ];
    let handshakes = cloud.counters().handshakes;

    assert_eq!(cloud.kick(&user("lei")), 1);

    for app in &mut apps {
        let change = app.shows(ConnectionStatus::KickedOffline).await;
        assert_eq!(change.code, Some(Code::RC_DISCONN_KICK));
        within("the daemon answers", app.client.ping())
            .await
            .unwrap();
        assert_eq!(app.statuses().await, []);
    }
    assert_eq!(cloud.counters().handshakes, handshakes);
}

/// Connects with a token, is refused for good, and sees that nothing tries again.
async fn refused(cloud: &Sandbox, token: Token, code: Code, status: ConnectionStatus) {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let mut app = App::new(&setup, cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let error = within("an answer", app.client.connect(token))
        .await
        .unwrap_err();

    assert_eq!(error.code(), code);
    assert!(!error.is_retryable());
    let change = app.shows(status).await;
    assert_eq!(change.code, Some(code));
    assert_eq!(change.retry_in, None);
    let asked = cloud.counters().navigations;
    within("the daemon answers", app.client.ping())
        .await
        .unwrap();
    assert_eq!(app.statuses().await, []);
    assert_eq!(cloud.counters().navigations, asked);
}
