//! Two daemons on one account where the cloud allows one device: who has the last word when the
//! one that was cut off comes back (decisions.md P12).

use imlink::{Code, ConnectionStatus, Event};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::token;
use imlink_tests::{App, Daemon, Setup, cloud, soon, within};
use rustix::process::Signal;

use crate::IMLINK;

// F-S36, P12
#[tokio::test]
async fn a_reconnect_that_yields_ends_with_31023_and_leaves_the_other_alone() {
    let mut house = House::of_two("--reconnect-kick").await;

    house.first_comes_back();

    let change = house.first.shows(ConnectionStatus::KickedOffline).await;
    assert_eq!(change.code, Some(Code::RC_DISCONN_SAME_CLIENT_ON_LINE));
    assert!(house.second.statuses().await.is_empty(), "undisturbed");
    assert_eq!(house.devices().len(), 1);
    // Nothing is tried again: who signs in again means it, and is a first connect.
    let handshakes = house.cloud.counters().handshakes;
    assert_eq!(handshakes, 3);
}

// F-S36, P12
#[tokio::test]
async fn a_reconnect_takes_its_place_back_by_default() {
    let mut house = House::of_two("--transport=auto").await;
    let device = house.devices();

    house.first_comes_back();

    let change = house.second.shows(ConnectionStatus::KickedOffline).await;
    assert_eq!(change.code, Some(Code::RC_DISCONN_KICK));
    house.first.shows(ConnectionStatus::Connected).await;
    assert_eq!(house.devices().len(), 1);
    assert_ne!(house.devices(), device);
}

// F-S36, P11: whoever was kicked stays away until its own user says otherwise
#[tokio::test]
async fn two_daemons_on_one_account_kick_each_other_once_and_no_more() {
    for transport in ["--transport=tcp", "--transport=websocket"] {
        let mut house = House::of_two(transport).await;
        house.first_comes_back();
        house.second.shows(ConnectionStatus::KickedOffline).await;
        house.first.shows(ConnectionStatus::Connected).await;
        let handshakes = house.cloud.counters().handshakes;

        // Whoever fought for the slot would have it in one of these rounds.
        for round in 1..=5 {
            assert_eq!(house.cloud.drop_links(&Scope::Everyone, Ending::Reset), 1);
            house.first.shows(ConnectionStatus::Suspend).await;
            house.first.shows(ConnectionStatus::Connected).await;
            assert_eq!(house.cloud.counters().handshakes, handshakes + round);
        }
        assert_eq!(house.second.statuses().await, []);
        let again = house.second.client.connect(token(&house.cloud, "lei"));
        within("connect", again).await.unwrap();

        let change = house.first.shows(ConnectionStatus::KickedOffline).await;
        assert_eq!(change.code, Some(Code::RC_DISCONN_KICK));
        for round in 1..=5 {
            house.second.rest().await;
            assert_eq!(house.cloud.drop_links(&Scope::Everyone, Ending::Reset), 1);
            house.second.shows(ConnectionStatus::Suspend).await;
            house.second.shows(ConnectionStatus::Connected).await;
            let all = handshakes + 5 + 1 + round;
            assert_eq!(house.cloud.counters().handshakes, all);
        }
        assert_eq!(house.first.statuses().await, []);
    }
}

// F-S36, P11: a daemon knows nothing of the one before it, but its app does
#[tokio::test]
async fn a_daemon_that_was_kicked_and_is_started_anew_under_its_app_stays_away() {
    for transport in ["--transport=tcp", "--transport=websocket"] {
        let mut house = House::of_two(transport).await;
        house.first_comes_back();
        house.second.shows(ConnectionStatus::KickedOffline).await;
        house.first.shows(ConnectionStatus::Connected).await;
        house.second.rest().await;
        let handshakes = house.cloud.counters().handshakes;
        let navigations = house.cloud.counters().navigations;

        let [first, second] = house.daemons;
        second.kill();
        let second = house.setups[1].start();
        let attached = |event: &Event| matches!(event, Event::Attached { .. }).then_some(());
        house.second.sees("the next daemon", attached).await;
        within("an answer", house.second.client.ping())
            .await
            .unwrap();

        // The one that has the place loses its link and finds it again: time enough for a fight.
        assert_eq!(house.cloud.drop_links(&Scope::Everyone, Ending::Reset), 1);
        house.first.shows(ConnectionStatus::Suspend).await;
        house.first.shows(ConnectionStatus::Connected).await;
        let counters = house.cloud.counters();
        assert_eq!(counters.handshakes, handshakes + 1);
        assert_eq!(counters.navigations, navigations);
        let accounts = house.second.client.daemon_status().await.unwrap().accounts;
        assert!(
            accounts.iter().all(|account| account.status != 0),
            "{accounts:?}"
        );
        let again = house.second.client.connect(token(&house.cloud, "lei"));
        within("connect", again).await.unwrap();
        drop((first, second));
    }
}

// P12
#[tokio::test]
async fn the_status_says_whether_a_reconnect_yields() {
    for (transport, slot) in [
        ("tcp", "desktop, reconnects yield"),
        ("websocket", "web, reconnect_kick cannot be sent"),
    ] {
        let setup = Setup::new(IMLINK)
            .argument("--reconnect-kick")
            .argument(format!("--transport={transport}"));
        let cloud = cloud();
        let daemon = setup.start();

        let app = App::connected(&setup, &cloud, "notes", "lei").await;

        let report = within("a report", app.client.daemon_status())
            .await
            .unwrap();
        assert_eq!(report.accounts[0].slot.as_deref(), Some(slot));
        let warned = daemon
            .log()
            .text()
            .contains("WebSocket cannot carry `reconnect_kick`");
        assert_eq!(warned, transport == "websocket");
    }
}

/// One account, a device slot, and two daemons that want it.
struct House {
    cloud: Sandbox,
    first: App,
    second: App,
    daemons: [Daemon; 2],
    setups: [Setup; 2],
}

impl House {
    /// The first daemon was online and is cut off; the second took its place meanwhile.
    async fn of_two(flag: &str) -> Self {
        let cloud = cloud();
        cloud.with_app(|app| app.policy_mut().one_device = true);
        let setups = [(); 2].map(|()| Setup::new(IMLINK).argument(flag));
        let daemons = [setups[0].start(), setups[1].start()];
        let mut first = App::connected(&setups[0], &cloud, "notes", "lei").await;
        // It must not come back before the other is there.
        daemons[0].signal(Signal::STOP);
        assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Reset), 1);
        soon("the cloud notices", || {
            cloud.links().is_empty().then_some(())
        })
        .await;
        let mut second = App::connected(&setups[1], &cloud, "notes", "lei").await;
        first.rest().await;
        second.rest().await;
        Self {
            cloud,
            first,
            second,
            daemons,
            setups,
        }
    }

    fn first_comes_back(&self) {
        self.daemons[0].signal(Signal::CONT);
    }

    fn devices(&self) -> Vec<String> {
        let links = self.cloud.links().into_iter();
        links.map(|link| link.device).collect()
    }
}
