//! What the daemon and systemd say to each other. Without systemd none of it does anything.

use std::os::fd::OwnedFd;
use std::time::Duration;

use actix_rt::task::JoinHandle;
use listenfd::ListenFd;
use sd_notify::NotifyState;
use tracing::{debug, warn};

/// The listening socket that whoever started us holds for us (`LISTEN_FDS`), if one does.
pub fn inherited_socket() -> Option<OwnedFd> {
    match ListenFd::from_env().take_unix_listener(0) {
        Ok(found) => found.map(OwnedFd::from),
        Err(error) => {
            warn!(%error, "LISTEN_FDS names something that is not a listening unix socket");
            None
        }
    }
}

/// Says that apps can come.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Says that it is closing.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Tells the watchdog that this thread turns, twice as often as it asks for (F-I28). Runs on the
/// thread of the actors: when that is stuck, the watchdog starves.
pub fn keep_watchdog_fed() -> Option<WatchdogFeed> {
    let period = sd_notify::watchdog_enabled()? / 2;
    Some(WatchdogFeed(actix_rt::spawn(feed(
        period.max(Duration::from_millis(100)),
    ))))
}

/// Feeds the watchdog as long as it lives.
pub struct WatchdogFeed(JoinHandle<()>);

impl Drop for WatchdogFeed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn feed(period: Duration) {
    let mut ticks = tokio::time::interval(period);
    // A tick that came late is not made up for (F-A09).
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "systemd cannot be told");
    }
}
