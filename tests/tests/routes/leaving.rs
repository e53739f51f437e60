//! Apps that leave an account, or take part in one without a token.

use imlink::{Code, ConnectionStatus, Outcome, Outgoing};
use imlink_sandbox::{Ending, Heard, Record, Scope};
use imlink_tests::cloud::{token, user, with};
use imlink_tests::{App, Setup, cloud, soon, within};

use crate::IMLINK;

// S4-08; P10
#[tokio::test]
async fn a_disconnect_takes_one_app_off_and_the_last_one_closes_the_link() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut first = App::connected(&setup, &cloud, "first", "lei").await;
    let second = App::connected(&setup, &cloud, "second", "lei").await;

    within("disconnect", first.client.disconnect())
        .await
        .unwrap();

    first.shows(ConnectionStatus::SignOut).await;
    assert_eq!(second.client.status(), ConnectionStatus::Connected);
    assert_eq!(cloud.links().len(), 1);

    within("disconnect", second.client.disconnect())
        .await
        .unwrap();

    soon("the link is closed", || {
        cloud.links().is_empty().then_some(())
    })
    .await;
    // And an app that left connects again like any other.
    let again = within("connect", first.client.connect(token(&cloud, "lei"))).await;
    assert_eq!(again.unwrap(), user("lei"));
}

// S4-08
#[tokio::test]
async fn a_disconnect_between_two_attempts_is_the_end_of_them() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    let before = cloud.counters();

    within("disconnect", app.client.disconnect()).await.unwrap();

    app.shows(ConnectionStatus::SignOut).await;
    cloud.accept_connections().unwrap();
    app.stays_away().await;
    let after = cloud.counters();
    assert_eq!(
        (after.navigations, after.handshakes),
        (before.navigations, before.handshakes)
    );
}

// P7, P10: two processes of one app
#[tokio::test]
async fn an_app_that_runs_twice_has_left_when_both_have() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut first = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut second = App::connected(&setup, &cloud, "notes", "lei").await;

    within("disconnect", first.client.disconnect())
        .await
        .unwrap();

    first.shows(ConnectionStatus::SignOut).await;
    let words = Outgoing::text(with("han"), "still here");
    let receipt = within("send", second.client.send(words)).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    let shown = second.statuses().await;
    assert!(
        shown
            .iter()
            .all(|change| change.status != ConnectionStatus::SignOut),
        "{shown:?}"
    );
    assert_eq!(cloud.counters().handshakes, 1);

    within("disconnect", second.client.disconnect())
        .await
        .unwrap();

    soon("the link is closed", || {
        cloud.links().is_empty().then_some(())
    })
    .await;
}

// P10
#[tokio::test]
async fn a_logout_ends_the_link_for_every_app() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let first = App::connected(&setup, &cloud, "first", "lei").await;
    let mut second = App::connected(&setup, &cloud, "second", "lei").await;

    within("logout", first.client.logout()).await.unwrap();

    second.shows(ConnectionStatus::SignOut).await;
    soon("the cloud is told", || {
        cloud.transcript().iter().find_map(farewell)
    })
    .await;
    soon("the link is closed", || {
        cloud.links().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_app_without_a_token_joins_the_account_that_is_live() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let guest = App::new(&setup, &cloud, "guest");
    within("init", guest.client.init()).await.unwrap();
    let alone = within("join", guest.client.join()).await.unwrap_err();
    assert_eq!(alone.code(), Code::LOCAL_NO_ACCOUNT);

    let _host = App::connected(&setup, &cloud, "host", "lei").await;
    let found = within("join", guest.client.join()).await.unwrap();

    assert_eq!(found, user("lei"));
    assert_eq!(cloud.links().len(), 1);
}

fn farewell(record: &Record) -> Option<()> {
    matches!(&record.heard, Heard::Packet { packet, .. } if packet == "DISCONNECT").then_some(())
}
