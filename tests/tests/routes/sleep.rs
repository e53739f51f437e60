//! The daemon's machine wakes from sleep, as the login manager of a bus of the test's own says, or its
//! clocks alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use imlink::ConnectionStatus;
use imlink_daemon::{Clocks, SleepWatch};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::bus::{LoginManager, SystemBus};
use imlink_tests::{App, Daemon, Serving, Setup, cloud, require, soon, within};

use crate::IMLINK;

/// From a waking to the probe (docs/failures.md F-S22).
const PROBED_WITHIN: Duration = Duration::from_secs(2);

/// A daemon that has heard of the login manager.
struct House {
    cloud: Sandbox,
    setup: Setup,
    daemon: Daemon,
    login_manager: LoginManager,
    _bus: SystemBus,
}

impl House {
    async fn with_bus(test: &str) -> Option<Self> {
        let bus = require(test, SystemBus::start())?;
        let login_manager = bus.login_manager().await;
        let setup = bus
            .of(Setup::new(IMLINK))
            .argument("--log=imlink_daemon=debug");
        let daemon = setup.start();
        daemon.log().wait_for("The login manager is listened to");
        Some(Self {
            cloud: cloud(),
            setup,
            daemon,
            login_manager,
            _bus: bus,
        })
    }
}

// F-S22; decisions.md P5
#[tokio::test]
async fn a_link_is_probed_at_once_when_the_machine_wakes() {
    let Some(house) = House::with_bus("a_link_is_probed_at_once").await else {
        return;
    };
    let _app = App::connected(&house.setup, &house.cloud, "notes", "lei").await;
    soon("the first ping", || {
        (house.cloud.counters().pings > 0).then_some(())
    })
    .await;

    house.login_manager.prepare_for_sleep(true).await;
    house.daemon.log().wait_for("about to sleep");
    assert_eq!(
        house.cloud.counters().pings,
        1,
        "the next is due after 15 s"
    );
    let woken = Instant::now();
    house.login_manager.prepare_for_sleep(false).await;

    soon("a ping", || {
        (house.cloud.counters().pings > 1).then_some(())
    })
    .await;
    assert!(woken.elapsed() < PROBED_WITHIN, "{:?}", woken.elapsed());
}

// F-S22; decisions.md P4
#[tokio::test]
async fn the_ladder_starts_again_when_the_machine_wakes() {
    let Some(house) = House::with_bus("the_ladder_starts_again").await else {
        return;
    };
    let mut app = App::connected(&house.setup, &house.cloud, "notes", "lei").await;
    house.cloud.refuse_connections().unwrap();
    house.cloud.drop_links(&Scope::Everyone, Ending::Close);
    let long = Duration::from_secs(2);
    within("a step of the ladder that takes long", async {
        while app.shows(ConnectionStatus::Suspend).await.retry_in < Some(long) {}
    })
    .await;

    house.login_manager.prepare_for_sleep(false).await;

    let next = app.shows(ConnectionStatus::Suspend).await;
    // The attempt at once was the first step.
    assert_eq!(next.retry_in, Some(Duration::from_millis(250)));
}

/// Seconds that the machine of the test below has slept more than this one.
static SLEPT: AtomicU64 = AtomicU64::new(0);

fn clocks() -> Clocks {
    let now = Clocks::now();
    let slept = Duration::from_secs(SLEPT.load(Ordering::Relaxed));
    Clocks {
        since_boot: now.since_boot + slept,
        ..now
    }
}

// F-S22; decisions.md P5: without a bus
#[tokio::test]
async fn a_link_is_probed_when_the_clocks_alone_tell_of_a_sleep() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let period = Duration::from_millis(50);
    let _daemon = Serving::start(&setup, |config| {
        config.sleep = SleepWatch { clocks, period };
    });
    let _app = App::connected(&setup, &cloud, "notes", "lei").await;
    soon("the first ping", || {
        (cloud.counters().pings > 0).then_some(())
    })
    .await;
    assert_eq!(cloud.counters().pings, 1, "the next is due after 15 s");

    let woken = Instant::now();
    SLEPT.store(600, Ordering::Relaxed);

    soon("a ping", || (cloud.counters().pings > 1).then_some(())).await;
    assert!(woken.elapsed() < PROBED_WITHIN, "{:?}", woken.elapsed());
}
