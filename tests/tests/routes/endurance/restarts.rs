//! Many daemons, one after the other, under two apps that are processes of their own.
//!
//! An app that is thrown off again and again waits up to 2 s before it looks for the next daemon
//! (decisions.md P13), so there are few by default. `IMLINK_RESTARTS` makes as many as wanted.

use std::collections::BTreeSet;

use imlink_sandbox::Sandbox;
use imlink_tests::busy::{BusyApp, Said};
use imlink_tests::cloud::{mailbox, write};
use imlink_tests::{Setup, cloud};

use crate::IMLINK;

const BUSY_APP: &str = env!("CARGO_BIN_EXE_imlink-busy-app");

/// Restarts where nobody says how many.
const FEW: usize = 10;
const APPS: [&str; 2] = ["first", "second"];
const THE_END: &str = "the end";

// S4-18, P13, F-I27, F-D10, F-I17
#[test]
fn restarts_under_two_apps_lose_and_double_nothing() {
    let restarts = std::env::var("IMLINK_RESTARTS").map_or(FEW, |many| many.parse().unwrap());
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut pids = BTreeSet::from([daemon.pid()]);
    let mut apps = APPS.map(|name| BusyApp::start(BUSY_APP, &setup, &cloud, [name, "lei", "han"]));
    let app_pids = apps.each_mut().map(BusyApp::pid);
    for app in &mut apps {
        app.until("ready", 0, |said| *said == Said::Ready);
    }
    let mut incoming = Incoming::default();

    for _ in 0..restarts {
        for app in &mut apps {
            let mark = app.said.len();
            let words = incoming.write(&cloud);
            app.until("a message that comes in", mark, |said| shows(said, &words));
            app.until("a message that is taken", mark, |said| {
                matches!(said, Said::Accepted(_))
            });
        }
        let marks = apps.each_ref().map(|app| app.said.len());
        incoming.write(&cloud);
        daemon.kill();
        incoming.write(&cloud);
        daemon = setup.start();
        pids.insert(daemon.pid());
        for (app, mark) in apps.iter_mut().zip(marks) {
            app.until("attached again", mark, |said| {
                matches!(said, Said::Attached(_))
            });
        }
    }
    for app in &mut apps {
        app.go_on();
        app.until("the end of its writing", 0, |said| *said == Said::Stopped);
    }
    // What brings this one brings everything before it.
    write(&cloud, "han", "lei", THE_END);
    for app in &mut apps {
        app.until("the last message", 0, |said| shows(said, THE_END));
        app.go_on();
        app.until("all fates", 0, |said| *said == Said::Told);
    }

    assert_eq!(pids.len(), 1 + restarts, "every daemon was another process");
    assert_eq!(apps.each_mut().map(BusyApp::pid), app_pids);
    incoming.0.push(THE_END.to_owned());
    let arrived = mailbox(&cloud, "han");
    for app in &apps {
        judge(app, restarts, &incoming.0, &arrived);
    }
    assert_eq!(cloud.links().len(), 1);
}

/// What the cloud was given for the account.
#[derive(Default)]
struct Incoming(Vec<String>);

impl Incoming {
    fn write(&mut self, cloud: &Sandbox) -> String {
        let words = format!("in-{}", self.0.len());
        write(cloud, "han", "lei", &words);
        self.0.push(words.clone());
        words
    }
}

/// Nothing lost, nothing doubled, one connect, and a daemon for each attachment.
fn judge(app: &BusyApp, restarts: usize, incoming: &[String], arrived: &[String]) {
    let shown = |wanted: bool| -> Vec<&String> {
        let all = app.said.iter();
        all.filter_map(|said| match said {
            Said::Message { words, own } if *own == wanted => Some(words),
            _ => None,
        })
        .collect()
    };
    let of = |pick: fn(&Said) -> bool| app.said.iter().filter(|said| pick(said)).count();
    assert_eq!(shown(false), incoming.iter().collect::<Vec<_>>());
    assert_eq!(shown(true), arrived.iter().collect::<Vec<_>>());
    let mut fates = 0;
    for said in &app.said {
        if let Said::Fate { words, sent } = said {
            let copies = arrived.iter().filter(|other| *other == words).count();
            assert_eq!(copies, usize::from(*sent), "{words}");
            fates += 1;
        }
    }
    assert_eq!(of(|said| matches!(said, Said::Accepted(_))), fates);
    let connects = app.said.iter().filter_map(|said| match said {
        Said::Connects(count) => Some(*count),
        _ => None,
    });
    assert_eq!(connects.collect::<Vec<_>>(), [1]);
    let daemons: BTreeSet<u64> = app
        .said
        .iter()
        .filter_map(|said| match said {
            Said::Attached(daemon) => Some(*daemon),
            _ => None,
        })
        .collect();
    assert_eq!(of(|said| matches!(said, Said::Attached(_))), 1 + restarts);
    assert_eq!(daemons.len(), 1 + restarts);
}

fn shows(said: &Said, wanted: &str) -> bool {
    matches!(said, Said::Message { words, own: false } if words == wanted)
}
