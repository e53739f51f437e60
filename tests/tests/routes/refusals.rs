//! What the cloud refuses, as apps see it.

use std::time::Duration;

use imlink::{Code, ConnectionStatus, Token};
use imlink_sandbox::{Ending, Fault, Lasting, Sandbox, Scope, Secret};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Setup, cloud, within};
use serde_json::{Value, json};

use crate::IMLINK;

/// A day, which is for ever to a test.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

// S0-02, S0-22, S1-05, S1-06, S1-07, S2-02, S2-17, S3-01, S3-05, S4-01, S4-10, S4-17, S4-20, S4-30
// F-S34
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

// S4-21, P11
#[tokio::test]
async fn an_app_that_is_not_verified_is_31005() {
    let cloud = cloud();
    cloud.change_policy(|policy| policy.app_verification = true);
    let token = token(&cloud, "lei");

    refused(
        &cloud,
        token,
        Code::RC_CONN_NOT_AUTHRORIZED,
        ConnectionStatus::Unconnected,
    )
    .await;
}

// S4-22, F-S37
#[tokio::test]
async fn an_app_key_that_is_shut_is_31008() {
    let cloud = cloud();
    let token = token(&cloud, "lei");
    cloud.shut();

    refused(
        &cloud,
        token,
        Code::RC_CONN_APP_BLOCKED_OR_DELETED,
        ConnectionStatus::Unconnected,
    )
    .await;
}

// P2: the cloud's own 31028, of which the cause tells
#[tokio::test]
async fn a_token_of_another_platform_is_31028() {
    let cloud = cloud();
    let token = token(&cloud, "lei");
    cloud.add_fault(
        Fault::ConnAck { status: 18 },
        Scope::Everyone,
        Lasting::UntilCleared,
    );

    refused(
        &cloud,
        token,
        Code::RC_CONN_PROXY_UNAVAILABLE,
        ConnectionStatus::Unconnected,
    )
    .await;
}

// S4-29, P11: shown, and tried again about once a minute
#[tokio::test]
async fn a_refusal_that_nobody_documented_is_minus_1_and_not_the_end() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    cloud.add_fault(
        Fault::ConnAck { status: 99 },
        Scope::Everyone,
        Lasting::ONCE,
    );
    let (client, token) = (app.client.clone(), token(&cloud, "lei"));
    let connect = tokio::spawn(async move { client.connect(token).await });

    let change = app.shows(ConnectionStatus::Suspend).await;

    assert_eq!(change.code, Some(Code::UNKNOWN));
    assert_eq!(change.retry_in, Some(Duration::from_secs(64)));
    assert!(Code::UNKNOWN.is_retryable());
    assert_eq!(explained(&setup, Code::UNKNOWN), in_table(Code::UNKNOWN));
    assert!(!connect.is_finished(), "the connect goes on");
}

// S0-24: what every app is told of a code is what `imlink explain` says of it
#[test]
fn every_code_of_connecting_is_explained_in_the_words_of_the_table() {
    let setup = Setup::new(IMLINK);
    let codes = [
        -2, 31002, 31004, 31005, 31008, 31009, 31020, 31028, 33001, 34001, 34006, -1,
    ];

    for code in codes.map(Code::new) {
        assert_eq!(explained(&setup, code), in_table(code));
    }
}

// S4-19, F-S37
#[tokio::test]
async fn a_wrong_app_key_is_31002() {
    let cloud = cloud();
    let token = token(&cloud, "lei");

    refused_of(
        "nobodys-key",
        &cloud,
        token,
        Code::RC_CONN_ID_REJECT,
        ConnectionStatus::Unconnected,
    )
    .await;
}

// S0-22, S2-17, S3-13
// S4-20, S4-30
#[tokio::test]
async fn a_token_of_another_app_key_is_31004() {
    let cloud = cloud();
    let other = cloud.app(&"other-key".try_into().unwrap(), &Secret::new("other"));
    let token = token(&cloud, "lei");

    refused(
        &other,
        token,
        Code::RC_CONN_TOKEN_INCORRECT,
        ConnectionStatus::TokenIncorrect,
    )
    .await;
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
        app.stays_away().await;
    }
    assert_eq!(cloud.counters().handshakes, handshakes);
}

/// Connects with a token, is refused for good, and sees that nothing tries again.
async fn refused(cloud: &Sandbox, token: Token, code: Code, status: ConnectionStatus) {
    refused_of(cloud.app_key().as_str(), cloud, token, code, status).await;
}

/// The same of an app with another key.
async fn refused_of(
    app_key: &str,
    cloud: &Sandbox,
    token: Token,
    code: Code,
    status: ConnectionStatus,
) {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let mut app = App::of_key(&setup, app_key, "notes");
    within("init", app.client.init()).await.unwrap();

    let error = within("an answer", app.client.connect(token))
        .await
        .unwrap_err();

    assert_eq!(error.code(), code);
    assert_eq!((error.name(), error.cure()), (code.name(), code.cure()));
    assert!(!error.code().is_success() && !error.cause().is_empty());
    assert!(!error.is_retryable());
    assert_eq!(explained(&setup, error.code()), in_table(code));
    let change = app.shows(status).await;
    assert_eq!(change.code, Some(code));
    assert_eq!(change.retry_in, None);
    let asked = cloud.counters().navigations;
    app.stays_away().await;
    assert_eq!(cloud.counters().navigations, asked);
}

/// What `imlink explain` says of a code.
fn explained(setup: &Setup, code: Code) -> Value {
    let number = code.number().to_string();
    let output = setup
        .imlink()
        .args(["explain", "--json", &number])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fields = ["code", "name", "cause", "cure", "retryable", "terminal"];
    fields
        .iter()
        .map(|field| (*field, said[field].clone()))
        .collect()
}

/// The same of the table that apps read.
fn in_table(code: Code) -> Value {
    json!({
        "code": code.number(),
        "name": code.name(),
        "cause": code.cause(),
        "cure": code.cure(),
        "retryable": code.is_retryable(),
        "terminal": code.is_terminal(),
    })
}
