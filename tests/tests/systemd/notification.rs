//! What the daemon tells whoever supervises it (sd_notify).

use std::io;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::{Duration, Instant};

use imlink_tests::{DEADLINE, Daemon, Setup};
use rustix::process::Signal;

use crate::IMLINK;

/// How often the daemon must show that it lives.
const WATCHDOG: Duration = Duration::from_secs(2);

// issue 2, "systemd"
#[test]
fn ready_comes_when_the_socket_accepts() {
    let supervised = Supervised::start(None);

    supervised.wait_for("READY=1");

    // At the first try: who is told so need not wait.
    UnixStream::connect(supervised.setup.socket()).unwrap();
}

// F-I28
#[test]
fn the_watchdog_is_fed_in_time_for_as_long_as_it_runs() {
    let supervised = Supervised::start(Some(WATCHDOG));
    supervised.wait_for("READY=1");

    supervised.wait_for("WATCHDOG=1");
    for _ in 0..3 {
        let last = Instant::now();
        supervised.wait_for("WATCHDOG=1");
        let gap = last.elapsed();
        assert!(
            gap < WATCHDOG,
            "systemd would have killed it: {gap:?} without a word"
        );
    }
}

// F-I28
#[test]
fn a_daemon_that_is_stopped_starves_the_watchdog() {
    let supervised = Supervised::start(Some(WATCHDOG));
    supervised.wait_for("WATCHDOG=1");

    supervised.daemon.signal(Signal::STOP);
    supervised.drain();

    assert_eq!(supervised.next(WATCHDOG), None);
    supervised.daemon.signal(Signal::CONT);
    supervised.wait_for("WATCHDOG=1");
}

// F-I29
#[test]
fn stopping_is_said_at_sigterm_and_the_exit_is_orderly() {
    let mut supervised = Supervised::start(None);
    supervised.wait_for("READY=1");

    supervised.daemon.signal(Signal::TERM);

    supervised.wait_for("STOPPING=1");
    assert!(
        supervised.daemon.ended().success(),
        "{}",
        supervised.daemon.log().text()
    );
}

/// A daemon, and the socket to which it reports.
struct Supervised {
    reports: UnixDatagram,
    daemon: Daemon,
    setup: Setup,
}

impl Supervised {
    fn start(watchdog: Option<Duration>) -> Self {
        let mut setup = Setup::new(IMLINK);
        let place = setup.home().join("notify");
        let reports = UnixDatagram::bind(&place).unwrap();
        setup = setup.variable("NOTIFY_SOCKET", place.to_str().unwrap());
        if let Some(period) = watchdog {
            setup = setup.variable("WATCHDOG_USEC", period.as_micros().to_string());
        }
        let daemon = setup.launch();
        Self {
            reports,
            daemon,
            setup,
        }
    }

    /// Waits for that line.
    ///
    /// # Panics
    /// If it does not come, with what the daemon logged.
    fn wait_for(&self, line: &str) {
        let start = Instant::now();
        while let Some(left) = DEADLINE.checked_sub(start.elapsed()) {
            match self.next(left) {
                Some(report) if report.lines().any(|said| said == line) => return,
                Some(_) => {}
                None => break,
            }
        }
        panic!(
            "not within {DEADLINE:?}: {line}\n{}",
            self.daemon.log().text()
        );
    }

    /// The next report, `None` if none comes in that time.
    fn next(&self, limit: Duration) -> Option<String> {
        // Zero would mean to wait for ever.
        self.reports
            .set_read_timeout(Some(limit.max(Duration::from_millis(1))))
            .unwrap();
        let mut report = [0; 4096];
        match self.reports.recv(&mut report) {
            Ok(length) => Some(String::from_utf8(report[..length].to_vec()).unwrap()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Takes what was reported so far.
    fn drain(&self) {
        while self.next(Duration::from_millis(1)).is_some() {}
    }
}
