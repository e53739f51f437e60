//! A resolver that never answers: what has to be resolved costs no more time than an address that
//! never answers, and what has not goes on.

use std::time::{Duration, Instant};

use imlink::{Code, ConnectionStatus, Token};
use imlink_sandbox::{Gateway, Sandbox};
use imlink_tests::cloud::{issued, user};
use imlink_tests::{App, DeafResolver, Setup, cloud, with_deaf_resolver, within};
use rustix::process::Signal;

use crate::IMLINK;

/// What one address may take (decisions.md P6).
const ONE_ADDRESS: Duration = Duration::from_secs(10);

/// What an orderly end may take (F-I29).
const ORDERLY_END: Duration = Duration::from_secs(5);

// F-S02
#[test]
fn a_navigator_whose_name_nobody_resolves_takes_no_longer_than_one_address() {
    with_deaf_resolver("names::of_a_navigator");
}

#[tokio::test]
#[ignore = "run by the test above with a resolver of its own"]
async fn of_a_navigator() {
    let resolver = DeafResolver::listening();
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let start = Instant::now();

    let connect = app.client.connect(by_name_first(&cloud));
    let found = within("connect", connect).await.unwrap();

    assert!(start.elapsed() < ONE_ADDRESS, "{:?}", start.elapsed());
    assert_eq!(found, user("lei"));
    assert!(resolver.questions() > 0);
}

// F-S02
#[test]
fn a_gateway_whose_name_nobody_resolves_takes_no_longer_than_one_address() {
    with_deaf_resolver("names::of_a_gateway");
}

#[tokio::test]
#[ignore = "run by the test above with a resolver of its own"]
async fn of_a_gateway() {
    let resolver = DeafResolver::listening();
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.change_policy(|policy| {
        let by_name = Gateway::tls("gateway.example:443");
        policy.gateways.push(Gateway {
            weight: 99,
            ..by_name
        });
    });
    let start = Instant::now();

    let _app = App::connected(&setup, &cloud, "notes", "lei").await;

    assert!(start.elapsed() < ONE_ADDRESS, "{:?}", start.elapsed());
    assert!(resolver.questions() > 0);
}

// F-S02, F-I29
#[test]
fn names_that_nobody_resolves_are_told_as_such_and_hold_up_no_orderly_end() {
    with_deaf_resolver("names::of_everything");
}

#[tokio::test]
#[ignore = "run by the test above with a resolver of its own"]
async fn of_everything() {
    let resolver = DeafResolver::listening();
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), Token::new("abc@nav.example").unwrap());
    let start = Instant::now();
    tokio::spawn(async move { client.connect(token).await });

    let change = app.shows(ConnectionStatus::Suspend).await;

    assert_eq!(change.code, Some(Code::RC_DOMAIN_NOT_RESOLVE));
    assert!(start.elapsed() < ONE_ADDRESS, "{:?}", start.elapsed());
    app.shows(ConnectionStatus::Connecting).await;
    assert!(resolver.questions() > 0);
    let stopped = Instant::now();
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
    assert!(stopped.elapsed() < ORDERLY_END, "{:?}", stopped.elapsed());
}

/// A token that names a navigator by a name, and the cloud's own behind it.
fn by_name_first(cloud: &Sandbox) -> Token {
    let issued = issued(cloud, "lei");
    Token::new(issued.replacen('@', "@nav.example;", 1)).unwrap()
}
