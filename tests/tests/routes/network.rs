//! The daemon's machine loses its network, gets it back, or gets another one.
//!
//! Each test has two machines and a cable of its own, so that what the daemon hears is the kernel's.

use std::fs;
use std::time::{Duration, Instant};

use imlink::{Code, ConnectionStatus, Error, UserId};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{token, write};
use imlink_tests::{App, Cable, Daemon, next_words, on_own_network, within};
use tokio::task::JoinHandle;

use crate::{IMLINK, doctor};

/// Far below the 64 s of a poll and the 30 s of a keep-alive (decisions.md P4, P6), far above what a
/// notice of the kernel takes.
const PROMPTLY: Duration = Duration::from_secs(10);

// F-S25; decisions.md P5; issue 5: `imlink doctor`, no network
#[test]
fn without_a_network_nothing_is_tried_and_with_one_the_app_is_connected_at_once() {
    on_own_network("network::nothing_to_go_by");
}

#[tokio::test]
#[ignore = "run by the test above on a network of its own"]
async fn nothing_to_go_by() {
    let cable = Cable::plugged_in();
    cable.switch_off();
    let (cloud, setup) = (cable.cloud(), cable.setup(IMLINK));
    let daemon = setup.start();
    daemon.log().wait_for("network=Unavailable");
    let (mut app, connected) = connecting(App::new(&setup, &cloud, "notes"), &cloud).await;

    let paused = app.shows(ConnectionStatus::NetworkUnavailable).await;

    assert_eq!(paused.code, Some(Code::RC_NETWORK_DOWN));
    let status = within("status", app.client.daemon_status()).await;
    assert_eq!(status.unwrap().network, Some(false));
    let poll = paused
        .retry_in
        .expect("it is tried all the same, much later");
    assert!(poll > Duration::from_secs(60), "{poll:?}");
    let before = cloud.counters();
    assert_eq!((before.navigations, before.handshakes), (0, 0));
    let findings = doctor::doctor(&setup);
    let network = doctor::find(&findings, "network");
    assert_eq!(network["code"], Code::RC_NET_UNAVAILABLE.number());
    assert_eq!(doctor::cure(network), Code::RC_NET_UNAVAILABLE.cure());

    let given_back = Instant::now();
    cable.switch_on();

    let found = within("connected", connected).await.unwrap();
    assert_eq!(found.unwrap().as_str(), "lei");
    assert!(
        given_back.elapsed() < PROMPTLY,
        "{:?}",
        given_back.elapsed()
    );
    assert_eq!(
        shown(&mut app).await,
        [ConnectionStatus::Connecting, ConnectionStatus::Connected]
    );
}

// F-S25; decisions.md P5: all of it without any right
#[test]
fn a_cable_pulled_out_is_seen_at_once_and_one_put_back_costs_no_connection() {
    on_own_network("network::pulled_out");
}

#[tokio::test]
#[ignore = "run by the test above on a network of its own"]
async fn pulled_out() {
    let cable = Cable::plugged_in();
    let (cloud, setup) = (cable.cloud(), cable.setup_without_rights(IMLINK));
    let daemon = setup.start();
    assert_eq!(rights_of(&daemon), ["0000000000000000"; 3]);
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.rest().await;

    for (pull_out, put_back) in CABLE_AND_SWITCH {
        let taken_away = Instant::now();
        pull_out(&cable);
        let gone = app.shows(ConnectionStatus::NetworkUnavailable).await;
        assert_eq!(gone.code, Some(Code::RC_NETWORK_DOWN));
        assert!(
            taken_away.elapsed() < PROMPTLY,
            "{:?}",
            taken_away.elapsed()
        );
        write(&cloud, "han", "lei", "meanwhile");

        let given_back = Instant::now();
        put_back(&cable);
        app.shows(ConnectionStatus::Connected).await;
        assert_eq!(next_words(&mut inbox).await, "meanwhile");
        assert!(
            given_back.elapsed() < PROMPTLY,
            "{:?}",
            given_back.elapsed()
        );
    }

    let counters = cloud.counters();
    assert_eq!((counters.navigations, counters.handshakes), (1, 1));
}

/// What is done to the cable.
type Act = fn(&Cable);

/// Both ends of it, taken away and given back.
const CABLE_AND_SWITCH: [(Act, Act); 2] = [
    (Cable::unplug, Cable::plug_in),
    (Cable::switch_off, Cable::switch_on),
];

// F-S23
#[test]
fn a_link_whose_own_address_is_gone_is_replaced_long_before_its_keep_alive() {
    on_own_network("network::another_address");
}

#[tokio::test]
#[ignore = "run by the test above on a network of its own"]
async fn another_address() {
    let cable = Cable::plugged_in();
    let (cloud, setup) = (cable.cloud(), cable.setup(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.rest().await;

    let moved = Instant::now();
    cable.readdress();
    write(&cloud, "han", "lei", "to the new address");

    assert_eq!(next_words(&mut inbox).await, "to the new address");
    assert!(moved.elapsed() < PROMPTLY, "{:?}", moved.elapsed());
    assert_eq!(cloud.counters().accepted, 2, "the old link was given up");
    app.shows(ConnectionStatus::Connected).await;
}

// F-S24
#[test]
fn a_cable_that_flaps_causes_few_events_and_no_connection() {
    on_own_network("network::flapping");
}

#[tokio::test]
#[ignore = "run by the test above on a network of its own"]
async fn flapping() {
    let cable = Cable::plugged_in();
    let (cloud, setup) = (cable.cloud(), cable.setup(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.rest().await;

    let start = Instant::now();
    for _ in 0..100 {
        cable.switch_off();
        cable.switch_on();
    }
    let seconds = start.elapsed().as_secs_f64();
    write(&cloud, "han", "lei", "after all that");

    assert_eq!(next_words(&mut inbox).await, "after all that");
    within("connected", async {
        while app.client.status() != ConnectionStatus::Connected {
            app.event().await;
        }
    })
    .await;
    let statuses = shown(&mut app).await;
    // Gone, back and connected again, at most once a second; and those of the last second.
    let most = 3.0 * (seconds + 2.0);
    assert!((statuses.len() as f64) <= most, "{seconds} s: {statuses:?}");
    assert_eq!(cloud.counters().handshakes, 1);
}

// P2, P5: whether a proxy works nobody can say without a network, unless it is on this machine
#[test]
fn without_a_network_a_proxy_elsewhere_is_waited_for_and_one_on_this_machine_is_asked() {
    on_own_network("network::proxies");
}

#[tokio::test]
#[ignore = "run by the test above on a network of its own"]
async fn proxies() {
    let cable = Cable::plugged_in();
    cable.switch_off();
    let cloud = cable.cloud();
    for (proxy, is_here) in [("127.0.0.1", true), ("10.77.0.1", false)] {
        // Nobody listens there.
        let proxy = format!("--proxy=socks5://{proxy}:9");
        let setup = cable.setup(IMLINK).argument(proxy);
        let daemon = setup.start();
        daemon.log().wait_for("network=Unavailable");
        let (mut app, connected) = connecting(App::new(&setup, &cloud, "notes"), &cloud).await;

        if !is_here {
            app.shows(ConnectionStatus::NetworkUnavailable).await;
            assert!(!connected.is_finished(), "the proxy is not to blame");
            cable.switch_on();
        }

        let error = within("the connect ends", connected).await.unwrap();
        assert_eq!(error.unwrap_err().code(), Code::RC_CONN_PROXY_UNAVAILABLE);
        let shown = shown(&mut app).await;
        let paused = shown.contains(&ConnectionStatus::NetworkUnavailable);
        assert!(!paused, "{shown:?}");
    }
}

/// What the daemon may do beyond its user, now and ever.
fn rights_of(daemon: &Daemon) -> [String; 3] {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.pid())).unwrap();
    ["CapPrm:", "CapEff:", "CapBnd:"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    })
}

/// The statuses that came so far and were not looked at.
async fn shown(app: &mut App) -> Vec<ConnectionStatus> {
    let changes = app.statuses().await.into_iter();
    changes.map(|change| change.status).collect()
}

/// The app after it has called connect, and the answer to come.
async fn connecting(app: App, cloud: &Sandbox) -> (App, JoinHandle<Result<UserId, Error>>) {
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(cloud, "lei"));
    let connected = tokio::spawn(async move { client.connect(token).await });
    (app, connected)
}
