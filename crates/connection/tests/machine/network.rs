//! The machine's network comes and goes.

use imlink_connection::{Config, LinkError, ProxyFault};
use imlink_model::ConnectionStatus::{
    Connected, Connecting, NetworkUnavailable, ProxyUnavailable, Suspend,
};
use imlink_model::uplink::{Command, Event, Hint, Network};
use imlink_wire::ServerPacket;

use super::driver::{Driver, MS, SECOND, listing};

fn unplug(driver: &mut Driver) {
    driver.command(Command::Network(Network::Unavailable));
}

fn plug_in(driver: &mut Driver) {
    driver.command(Command::Network(Network::Available));
}

// F-S25, P5
#[test]
fn without_network_attempts_pause_but_for_a_slow_poll() {
    let mut driver = Driver::new();
    unplug(&mut driver);
    driver.connect("token-1");
    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (NetworkUnavailable, Some(30_019))]
    );

    driver.advance(64 * SECOND - MS);
    assert!(driver.actions.is_empty());
    driver.advance(MS);
    assert_eq!(driver.statuses(), [(Connecting, None)]);
    driver.fail_navigation(LinkError::Refused);

    assert_eq!(driver.statuses(), [(NetworkUnavailable, Some(30_007))]);
    assert_eq!(driver.advance_to_deadline(), 64 * SECOND);
}

// P2, P5
#[test]
fn without_network_a_proxy_that_is_not_reached_is_not_to_blame() {
    let unreachable = LinkError::Proxy(ProxyFault::Unreachable);
    let mut driver = Driver::new();
    unplug(&mut driver);
    driver.connect("token-1");
    driver.advance(64 * SECOND);
    driver.statuses();

    driver.fail_navigation(unreachable);

    assert_eq!(driver.statuses(), [(NetworkUnavailable, Some(30_019))]);
    assert!(driver.news().is_empty(), "the connect goes on");
    plug_in(&mut driver);
    driver.fail_navigation(unreachable);
    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (ProxyUnavailable, Some(31_028))],
        "now the proxy is to blame"
    );
}

// F-S23, P4, P5
#[test]
fn the_networks_return_is_an_attempt_at_once_with_the_ladder_at_its_start() {
    let mut driver = Driver::new();
    driver.connect("token-1");
    for _ in 0..8 {
        driver.fail_navigation(LinkError::Refused);
        driver.advance_to_deadline();
    }
    unplug(&mut driver);
    driver.forget();

    plug_in(&mut driver);

    assert_eq!(driver.statuses(), [(Connecting, None)]);
    driver.fail_navigation(LinkError::Refused);
    assert_eq!(
        driver.advance_to_deadline(),
        250 * MS,
        "the attempt at once was the first step"
    );
}

// P4, P5
#[test]
fn the_networks_return_during_a_poll_leads_back_to_the_ladders_first_step() {
    for dials in [false, true] {
        let mut driver = Driver::new();
        driver.connect("token-1");
        for _ in 0..8 {
            driver.fail_navigation(LinkError::Refused);
            driver.advance_to_deadline();
        }
        unplug(&mut driver);
        driver.forget();
        assert_eq!(driver.advance_to_deadline(), 64 * SECOND);
        if dials {
            driver.restore("alice");
            driver.answer_navigation(&listing("alice", &["gateway.test"]));
        }

        plug_in(&mut driver);

        let (asked, dialled) = (driver.take_navigation(), driver.take_dial());
        assert_eq!((asked.is_some(), dialled.is_some()), (!dials, dials));
        assert_eq!(
            driver.advance_to_deadline(),
            5 * SECOND,
            "what was begun without a network is not waited for"
        );
        assert_eq!(driver.advance_to_deadline(), 50 * MS);
    }
}

#[test]
fn losing_the_network_ends_an_attempt_and_pauses_a_wait() {
    let mut asking = Driver::new();
    asking.connect("token-1");
    let (generation, _) = asking.take_navigation().unwrap();
    unplug(&mut asking);
    assert_eq!(asking.take_close(), Some(generation));
    assert_eq!(
        asking.statuses(),
        [(Connecting, None), (NetworkUnavailable, Some(30_019))]
    );

    let mut waiting = Driver::new();
    waiting.connect("token-1");
    waiting.fail_navigation(LinkError::Refused);
    waiting.forget();
    unplug(&mut waiting);
    assert_eq!(waiting.statuses(), [(NetworkUnavailable, Some(30_019))]);
    assert_eq!(waiting.advance_to_deadline(), 64 * SECOND);
}

#[test]
fn an_online_link_is_kept_until_it_dies() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);

    unplug(&mut driver);
    assert_eq!(driver.statuses(), [(NetworkUnavailable, Some(30_019))]);
    assert!(driver.take_close().is_none());
    driver.advance(30 * SECOND);

    assert!(driver.take_close().is_some());
    assert!(driver.events.is_empty(), "the status says it already");
    assert!(driver.take_dial().is_none());
}

#[test]
fn a_link_that_outlives_the_networks_absence_is_checked_and_shown_connected_again() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    unplug(&mut driver);
    driver.advance(3 * SECOND);
    driver.forget();

    plug_in(&mut driver);
    driver.advance(std::time::Duration::ZERO);
    assert_eq!(driver.statuses(), [(Connecting, None)]);
    assert!(driver.take_ping().is_some());
    driver.packet(ServerPacket::PingResp);

    assert_eq!(driver.statuses(), [(Connected, None)]);
    assert_eq!(driver.news(), [Event::Online]);
    driver.answer_pull(&super::cloud::page(Vec::new(), 0));
    assert_eq!(
        driver.news(),
        [Event::Synchronized],
        "what was missed is brought in"
    );
}

#[test]
fn a_link_that_does_not_is_replaced() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    unplug(&mut driver);
    plug_in(&mut driver);
    driver.statuses();

    driver.advance(5 * SECOND);

    assert_eq!(
        driver.statuses(),
        [(Connecting, None), (Suspend, Some(30_012))]
    );
}

// P2, F-S24
#[test]
fn a_proxy_that_goes_before_a_link_of_before_is_checked_is_shown() {
    let mut driver = Driver::online();
    driver.command(Command::Hint(Hint::NetworkChanged));
    unplug(&mut driver);
    plug_in(&mut driver);
    assert_eq!(
        driver.statuses(),
        [(NetworkUnavailable, Some(30_019))],
        "the hint was in this second: the check is put off"
    );

    driver.lose_link(LinkError::Proxy(ProxyFault::Silent));

    assert_eq!(driver.statuses(), [(ProxyUnavailable, Some(31_028))]);
    driver.advance_to_deadline();
    assert_eq!(driver.statuses(), [(Connecting, None)]);
}

// F-S24
#[test]
fn ten_flaps_a_second_cause_one_attempt_a_second_and_few_events() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("token-1");
    driver.fail_navigation(LinkError::Refused);
    driver.forget();
    let mut attempts = 0;

    for _ in 0..600 {
        unplug(&mut driver);
        driver.advance(50 * MS);
        plug_in(&mut driver);
        driver.advance(50 * MS);
        while driver.take_navigation().is_some() {
            attempts += 1;
        }
    }

    assert!((55..=61).contains(&attempts), "{attempts} attempts in 60 s");
    let events = driver.statuses().len();
    assert!(
        events <= 2 * attempts + 1,
        "{events} events for {attempts} attempts"
    );
}

// F-S24
#[test]
fn ten_flaps_a_second_under_an_online_link_cause_few_events_and_no_loss() {
    let mut driver = Driver::online();

    for _ in 0..600 {
        unplug(&mut driver);
        driver.advance(50 * MS);
        plug_in(&mut driver);
        driver.advance(50 * MS);
        driver.packet(ServerPacket::PingResp);
    }
    driver.advance(SECOND);
    driver.packet(ServerPacket::PingResp);

    assert!(driver.take_close().is_none());
    let statuses = driver.statuses();
    assert_eq!(statuses.last(), Some(&(Connected, None)));
    assert!(
        statuses.len() <= 3 * 61,
        "{} events in 60 s",
        statuses.len()
    );
}

// decisions.md P5
#[test]
fn loopback_needs_no_network() {
    let navigators = vec!["http://127.0.0.1:8080".to_owned()];
    let mut driver = Driver::with(Config {
        navigators,
        ..Config::default()
    });
    driver.restore("alice");
    unplug(&mut driver);

    driver.connect("token-1");
    assert_eq!(driver.statuses(), [(Connecting, None)]);
    plug_in(&mut driver);
    unplug(&mut driver);
    driver.answer_navigation(&listing("alice", &["127.0.0.1:9000"]));
    plug_in(&mut driver);
    unplug(&mut driver);
    driver.open_dial();
    driver.accept("alice");
    plug_in(&mut driver);
    unplug(&mut driver);
    assert_eq!(driver.statuses(), [(Connected, None)]);

    driver.lose_link(LinkError::Closed);
    assert_eq!(driver.statuses(), [(Suspend, Some(30_011))]);
    driver.advance(50 * MS);
    assert!(driver.take_dial().is_some());
}

// behaviour.md 8: everything goes through the proxy, from the moment on at which it is set
#[test]
fn a_link_over_a_way_that_changed_is_made_again_at_once() {
    let mut driver = Driver::online();
    driver.packet(ServerPacket::PingResp);
    driver.advance_alive(60 * SECOND);
    driver.forget();

    driver.command(Command::WayChanged);

    assert!(driver.take_close().is_some());
    assert_eq!(
        driver.statuses(),
        [(Suspend, Some(30_011)), (Connecting, None)]
    );
    driver.open_dial();
    driver.accept("alice");
    assert_eq!(driver.statuses(), [(Connected, None)]);
}

#[test]
fn an_attempt_over_a_way_that_changed_begins_again() {
    let mut asking = Driver::new();
    asking.restore("alice");
    asking.connect("token-1");
    let (generation, _) = asking.take_navigation().unwrap();
    asking.command(Command::WayChanged);
    assert_eq!(asking.take_close(), Some(generation));
    asking.answer_navigation(&listing("alice", &["gateway.test"]));

    asking.advance(SECOND);
    let (generation, _) = asking.take_dial().unwrap();
    asking.command(Command::WayChanged);
    assert_eq!(asking.take_close(), Some(generation));
    assert!(asking.take_dial().is_some());
    assert_eq!(asking.statuses(), [(Connecting, None)]);
}

#[test]
fn a_wait_is_over_when_the_way_changes_and_a_rest_the_cloud_asked_for_is_not() {
    let mut waiting = Driver::new();
    waiting.connect("token-1");
    for _ in 0..8 {
        waiting.fail_navigation(LinkError::Refused);
        waiting.advance_to_deadline();
    }
    waiting.fail_navigation(LinkError::Refused);
    waiting.command(Command::WayChanged);
    assert!(waiting.take_navigation().is_some());

    let mut resting = Driver::online();
    resting.packet(ServerPacket::Disconnect { status: 200 });
    resting.forget();
    resting.command(Command::WayChanged);
    assert!(resting.actions.is_empty());
    assert_eq!(resting.advance_to_deadline(), 64 * SECOND);
}

// F-S24
#[test]
fn a_way_that_changes_ten_times_a_second_causes_few_attempts() {
    let mut driver = Driver::online();
    let mut dials = 0;

    for _ in 0..600 {
        driver.command(Command::WayChanged);
        driver.advance(100 * MS);
        while driver.take_dial().is_some() {
            dials += 1;
        }
    }

    // One when the gate opens, and one by whoever comes first after that.
    assert!((55..=121).contains(&dials), "{dials} in 60 s");
}

#[test]
fn nobody_comes_online_because_the_way_changes() {
    let mut driver = Driver::new();
    driver.command(Command::WayChanged);

    assert!(driver.actions.is_empty());
    assert!(driver.events.is_empty());
}
