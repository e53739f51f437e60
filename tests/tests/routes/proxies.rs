//! Everything towards the cloud goes through the proxy, and what is wrong with a proxy is told.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use imlink::{Code, ConnectionStatus, Outcome, Outgoing, ProxyInUse, ProxyKind, Token};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{token, with, write};
use imlink_tests::proxy::{Kind, LOGIN, Proxy};
use imlink_tests::{App, Daemon, Setup, cloud, next_words, require, soon, within};

use crate::IMLINK;

const KINDS: [Kind; 2] = [Kind::Socks5, Kind::Http];

/// [`LOGIN`] as HTTP says it.
const BASIC: &str = "Y2FybDpjYW5hcnktcHJveHktNGUx";

// behaviour.md 8
#[tokio::test]
async fn navigation_and_link_go_through_the_configured_proxy() {
    for (kind, transport) in KINDS.into_iter().zip(["tcp", "websocket"]) {
        let test = "navigation_and_link_go_through_the_configured_proxy";
        let Some(proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        goes_through(&proxy, &proxy.url(), transport).await;
    }
}

// behaviour.md 8
#[tokio::test]
async fn a_proxy_is_told_the_configured_name_and_password() {
    for (kind, transport) in KINDS.into_iter().zip(["websocket", "tcp"]) {
        let test = "a_proxy_is_told_the_configured_name_and_password";
        let Some(proxy) = require(test, Proxy::locked(kind)) else {
            return;
        };
        let (user, password) = LOGIN;
        goes_through(&proxy, &proxy.url_as(user, password), transport).await;
    }
}

// P2, S4-25: a first connect ends, and its text says what is wrong
#[tokio::test]
async fn a_proxy_that_does_not_work_ends_a_first_connect_with_31028() {
    let test = "a_proxy_that_does_not_work_ends_a_first_connect_with_31028";
    for kind in KINDS {
        let Some(locked) = require(test, Proxy::locked(kind)) else {
            return;
        };
        let mut gone = Proxy::open(kind).unwrap();
        gone.stop();
        for (url, said) in [
            (gone.url(), "Nothing answers"),
            (locked.url(), "wants a user name"),
            (locked.url_as(LOGIN.0, "wrong-canary"), "refuses the user"),
        ] {
            is_refused(&url, said).await;
        }
    }
}

// P2
#[tokio::test]
async fn a_proxy_that_says_nothing_ends_a_first_connect_with_31028() {
    for scheme in ["socks5", "http"] {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}", silent.local_addr().unwrap());

        is_refused(&url, "says nothing").await;
    }
}

// P2
#[tokio::test]
async fn what_is_no_proxy_ends_a_first_connect_with_31028() {
    let other = cloud();
    for scheme in ["socks5", "http"] {
        let address = other.navigator().replace("http://", "");

        is_refused(&format!("{scheme}://{address}"), "is no proxy").await;
    }
}

// F-S33: the host's fault is not the proxy's
#[tokio::test]
async fn a_host_that_the_proxy_cannot_reach_is_no_fault_of_the_proxy() {
    let test = "a_host_that_the_proxy_cannot_reach_is_no_fault_of_the_proxy";
    for kind in KINDS {
        let Some(proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        let setup = Setup::new(IMLINK).argument(format!("--proxy={}", proxy.url()));
        let _daemon = setup.start();
        let cloud = cloud();
        let mut app = App::new(&setup, &cloud, "notes");
        within("init", app.client.init()).await.unwrap();
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let client = app.client.clone();
        let token = Token::new(format!("abc@http://{}", nobody.unwrap())).unwrap();
        tokio::spawn(async move { client.connect(token).await });

        let change = app.shows(ConnectionStatus::Suspend).await;

        assert_eq!(change.code, Some(Code::RC_NAVI_REQ_FAILED), "{kind:?}");
    }
}

// F-S33, P2: once connected, it is shown and waited for
#[tokio::test]
async fn a_proxy_that_goes_away_is_shown_and_found_again_when_it_is_back() {
    let test = "a_proxy_that_goes_away_is_shown_and_found_again_when_it_is_back";
    for kind in KINDS {
        let Some(mut proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        let setup = Setup::new(IMLINK).argument(format!("--proxy={}", proxy.url()));
        let _daemon = setup.start();
        let cloud = cloud();
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;

        proxy.stop();
        let change = app.shows(ConnectionStatus::ProxyUnavailable).await;
        assert_eq!(change.code, Some(Code::RC_CONN_PROXY_UNAVAILABLE));
        assert!(change.retry_in.is_some());
        app.shows(ConnectionStatus::Connecting).await;
        let words = Outgoing::text(with("han"), "written meanwhile");
        let receipt = within("send", app.client.send(words)).await.unwrap();

        proxy.start().unwrap();
        app.shows(ConnectionStatus::Connected).await;
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
}

// S4-18, P2, P13: a connect that had succeeded goes on, whatever its next daemon finds
#[tokio::test]
async fn a_daemon_that_dies_while_its_proxy_is_down_costs_no_connect() {
    let test = "a_daemon_that_dies_while_its_proxy_is_down_costs_no_connect";
    for kind in KINDS {
        let Some(mut proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        let setup = Setup::new(IMLINK).argument(format!("--proxy={}", proxy.url()));
        let daemon = setup.start();
        let cloud = cloud();
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        proxy.stop();
        app.shows(ConnectionStatus::ProxyUnavailable).await;

        daemon.kill();
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::IPC_DISCONNECT));
        let _daemon = setup.start();

        let change = app.shows(ConnectionStatus::ProxyUnavailable).await;
        assert_eq!(change.code, Some(Code::RC_CONN_PROXY_UNAVAILABLE));
        assert!(change.retry_in.is_some(), "{change:?}");
        proxy.start().unwrap();
        app.shows(ConnectionStatus::Connected).await;
    }
}

// behaviour.md 8; P10: what concerns other apps takes the admin right, which apps of the daemon's
// own user have
#[tokio::test]
async fn an_app_sets_a_proxy_that_outlives_the_daemon_and_never_tells_its_password() {
    let test = "an_app_sets_a_proxy_that_outlives_the_daemon_and_never_tells_its_password";
    let Some(proxy) = require(test, Proxy::locked(Kind::Socks5)) else {
        return;
    };
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    assert_eq!(app.client.proxy().await.unwrap(), None);

    let named = proxy.url_as(LOGIN.0, LOGIN.1).parse().unwrap();
    within("set", app.client.set_proxy(Some(&named)))
        .await
        .unwrap();
    let in_use = ProxyInUse {
        kind: ProxyKind::Socks5,
        host: "127.0.0.1".to_owned(),
        port: named.port(),
        user: Some(LOGIN.0.to_owned()),
        set_by_app: true,
    };
    assert_eq!(app.client.proxy().await.unwrap(), Some(in_use.clone()));
    let report = app.client.daemon_status().await.unwrap();
    assert_eq!(report.proxy.unwrap().password, None);
    let file = setup.state().join("proxy");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );

    daemon.kill();
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let link = cloud.tcp_address().to_string();
    soon("the proxy has carried the link", || {
        (proxy.carried(&link) > 0).then_some(())
    })
    .await;
    assert_eq!(app.client.proxy().await.unwrap(), Some(in_use));
    no_password_is_told(&daemon);

    within("unset", app.client.set_proxy(None)).await.unwrap();
    assert_eq!(app.client.proxy().await.unwrap(), None);
    assert!(!file.exists());
}

// P2: whoever waits for the next attempt need not, once the way is another one
#[tokio::test]
async fn a_proxy_set_in_place_of_one_that_is_gone_connects_again() {
    let test = "a_proxy_set_in_place_of_one_that_is_gone_connects_again";
    let Some(mut gone) = require(test, Proxy::open(Kind::Http)) else {
        return;
    };
    let Some(other) = require(test, Proxy::open(Kind::Socks5)) else {
        return;
    };
    let setup = Setup::new(IMLINK).argument(format!("--proxy={}", gone.url()));
    let _daemon = setup.start();
    let cloud = cloud();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    gone.stop();
    app.shows(ConnectionStatus::ProxyUnavailable).await;

    let other = other.url().parse().unwrap();
    within("set", app.client.set_proxy(Some(&other)))
        .await
        .unwrap();

    app.shows(ConnectionStatus::Connected).await;
}

// behaviour.md 8: everything goes through the proxy that is shown
#[tokio::test]
async fn a_link_goes_through_a_proxy_from_the_moment_on_at_which_it_is_set() {
    let test = "a_link_goes_through_a_proxy_from_the_moment_on_at_which_it_is_set";
    for kind in KINDS {
        let Some(proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let _daemon = setup.start();
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        let mut inbox = app.client.subscribe("inbox").await.unwrap();
        app.rest().await;
        let link = cloud.tcp_address().to_string();
        let named = proxy.url().parse().unwrap();

        within("set", app.client.set_proxy(Some(&named)))
            .await
            .unwrap();

        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::RC_SOCKET_DISCONNECTED));
        app.shows(ConnectionStatus::Connected).await;
        soon("the proxy has carried the link", || {
            (proxy.carried(&link) == 1).then_some(())
        })
        .await;
        assert_eq!(cloud.links().len(), 1, "the old one is closed");

        // The same again is no change.
        within("set", app.client.set_proxy(Some(&named)))
            .await
            .unwrap();
        write(&cloud, "han", "lei", "through the proxy");
        assert_eq!(next_words(&mut inbox).await, "through the proxy");
        assert_eq!(app.statuses().await, []);

        within("unset", app.client.set_proxy(None)).await.unwrap();
        app.shows(ConnectionStatus::Connected).await;
        drop(proxy);
        write(&cloud, "han", "lei", "without it");
        assert_eq!(next_words(&mut inbox).await, "without it");
        assert_eq!(cloud.counters().accepted, 3);
        assert_eq!(app.statuses().await, []);
    }
}

// behaviour.md 8: 34238, 34239, 34240
#[tokio::test]
async fn a_proxy_is_tested_without_being_used() {
    let test = "a_proxy_is_tested_without_being_used";
    for kind in KINDS {
        let Some(proxy) = require(test, Proxy::locked(kind)) else {
            return;
        };
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let daemon = setup.start();
        let client = App::new(&setup, &cloud, "notes").client;
        let good = proxy.url_as(LOGIN.0, LOGIN.1).parse().unwrap();
        let locked_out = proxy.url().parse().unwrap();
        let wrong = proxy.url_as(LOGIN.0, "wrong-canary").parse().unwrap();
        let incomplete = "socks5://carl@127.0.0.1:1".parse().unwrap();
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let (host, nobody) = (cloud.navigator(), nobody.unwrap().to_string());

        let reached = client.test_proxy(Some(&good), &host).await;
        assert_eq!(reached, Ok(()), "{kind:?}");
        for (proxy, host, code, said) in [
            (Some(&good), nobody.as_str(), 34240, "the way on from it"),
            (Some(&locked_out), &host, 34240, "wants a user name"),
            (Some(&wrong), &host, 34240, "refuses the user"),
            (Some(&good), "no host", 34239, "test"),
            (Some(&incomplete), &host, 34238, "no password"),
            (None, &host, 34238, "no proxy"),
        ] {
            let error = client.test_proxy(proxy, host).await.unwrap_err();
            assert_eq!(error.code().number(), code, "{kind:?}: {error}");
            assert!(error.cause().contains(said), "{kind:?}: {error}");
        }
        assert_eq!(client.proxy().await.unwrap(), None);
        no_password_is_told(&daemon);
    }
}

// behaviour.md 8: 34240
#[tokio::test]
async fn a_proxy_that_is_tested_and_says_nothing_is_told_as_one() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let client = App::new(&setup, &cloud, "notes").client;
    let host = cloud.navigator();
    let test = async |scheme: &str| {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}", silent.local_addr().unwrap());
        let proxy = url.parse().unwrap();
        let test = client.test_proxy(Some(&proxy), &host);
        within("an answer", test).await.unwrap_err()
    };

    let (socks5, http) = tokio::join!(test("socks5"), test("http"));

    for error in [socks5, http] {
        let code = Code::INVALID_CONNECT_TESTHOST_FAILED;
        assert_eq!(error.code(), code, "{error}");
        assert!(error.cause().contains("says nothing"), "{error}");
    }
}

/// An account is connected, loses its link and finds it again, all through the proxy.
async fn goes_through(proxy: &Proxy, url: &str, transport: &str) {
    let setup = configured(url).argument(format!("--transport={transport}"));
    let daemon = setup.start();
    let cloud = cloud();

    let _app = App::connected(&setup, &cloud, "notes", "lei").await;

    let link = match transport {
        "tcp" => cloud.tcp_address().to_string(),
        _ => cloud.gateway_address().to_string(),
    };
    let navigator = cloud.navigator().replace("http://", "");
    // The proxy may write later than it carries.
    soon("the proxy has carried both", || {
        (proxy.carried(&navigator) > 0 && proxy.carried(&link) > 0).then_some(())
    })
    .await;
    no_password_is_told(&daemon);
}

/// Neither as it is, nor as HTTP says it: the name, a colon and the password in Base64 (RFC 7617).
fn no_password_is_told(daemon: &Daemon) {
    let log = daemon.log().text();
    // `carl:canary-proxy-4e1`, and what begins with `carl:wrong-canary`.
    for told in [LOGIN.1, BASIC, "canary", "Y2FybDp3cm9uZy1jYW5hcn"] {
        assert!(!log.contains(told), "{told} is in {log}");
    }
}

/// A first connect through that proxy ends with 31028, and nothing reaches the cloud.
async fn is_refused(url: &str, said: &str) {
    let setup = configured(url);
    let daemon = setup.start();
    let cloud = cloud();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let error = connect(&app, &cloud).await;

    assert_eq!(error.code(), Code::RC_CONN_PROXY_UNAVAILABLE, "{url}");
    assert!(error.cause().contains(said), "{url}: {error}");
    app.shows(ConnectionStatus::ProxyUnavailable).await;
    assert_eq!(cloud.counters().navigations, 0);
    let log = daemon.log().text();
    assert!(log.contains(said), "{log}");
    no_password_is_told(&daemon);
}

async fn connect(app: &App, cloud: &Sandbox) -> imlink::Error {
    let connect = app.client.connect(token(cloud, "lei"));
    within("the connect ends", connect).await.unwrap_err()
}

/// A daemon whose configuration file, which nobody else can read, names that proxy.
fn configured(url: &str) -> Setup {
    let setup = Setup::new(IMLINK);
    let file = setup.home().join("imlinkd.toml");
    fs::write(&file, format!("proxy = \"{url}\"\n")).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    setup.argument(format!("--config={}", file.display()))
}
