//! Copies of what the daemon keeps, put back below apps that have seen more.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use imlink::{Delivery, Event, Gap, GapCause, Generation, Seq, Subscription};
use imlink_tests::cloud::{words, write};
use imlink_tests::{App, Daemon, Setup, cloud, within};
use rustix::process::Signal;

use crate::IMLINK;

// F-D23
#[tokio::test]
async fn an_account_that_is_put_back_is_told_once_and_gives_no_place_twice() {
    let [before, after] = put_back(account).await;

    assert_ne!(before.generation, after.generation);
    assert_eq!(before.places, [1, 2, 3].map(Seq));
    assert_eq!(after.places, [4, 5, 6].map(Seq));
}

// F-D23
#[tokio::test]
async fn a_state_that_is_put_back_whole_is_noticed_by_the_apps_that_run() {
    let [before, after] = put_back(Setup::state).await;

    assert_eq!(
        before.generation, after.generation,
        "the daemon cannot know"
    );
    assert_eq!(
        after.places,
        [2, 3, 4].map(Seq),
        "other messages than before"
    );
}

/// What an app got of messages: where they are, in which rows.
struct Got {
    generation: Generation,
    places: Vec<Seq>,
}

/// An app sees three messages, the state of the first is put back, and a fourth comes. What it got
/// before and after.
async fn put_back(place: impl Fn(&Setup) -> PathBuf) -> [Got; 2] {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "one");
    let mut before = vec![taken(&mut inbox).await];
    stop(daemon);
    let (place, backup) = (place(&setup), setup.home().join("backup"));
    copy(&place, &backup);
    let daemon = setup.start();
    for said in ["two", "three"] {
        write(&cloud, "han", "lei", said);
        before.push(taken(&mut inbox).await);
    }
    stop(daemon);
    app.rest().await;

    fs::remove_dir_all(&place).unwrap();
    copy(&backup, &place);
    let _daemon = setup.start();

    let found = app.sees("that the rows are others", gap).await;
    assert_eq!((found.first, found.last), (Seq(2), Seq(3)));
    assert_eq!(found.cause, GapCause::RolledBack);
    assert_eq!(found.subscription.unwrap().as_str(), "inbox");
    write(&cloud, "han", "lei", "four");
    let mut after = Vec::new();
    for said in ["two", "three", "four"] {
        let delivery = taken(&mut inbox).await;
        assert_eq!(words(delivery.message().body.as_str()), said);
        assert!(!delivery.redelivered(), "{said} may not be passed over");
        after.push(delivery);
    }
    let told = app.rest().await;
    assert_eq!(
        told.iter().filter_map(gap).count(),
        0,
        "told once: {told:?}"
    );
    [before, after].map(|deliveries| Got {
        generation: deliveries[0].generation(),
        places: deliveries
            .iter()
            .map(|delivery| delivery.message().seq)
            .collect(),
    })
}

fn gap(event: &Event) -> Option<Gap> {
    match event {
        Event::Gap(gap) => Some(gap.clone()),
        _ => None,
    }
}

/// The next message, once its acknowledgement is durable.
async fn taken(inbox: &mut Subscription) -> Delivery {
    let delivery = within("a message", inbox.next()).await.unwrap().unwrap();
    within("acknowledged", delivery.acknowledge())
        .await
        .unwrap();
    delivery
}

fn stop(mut daemon: Daemon) {
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success());
}

/// The directory of the only account.
pub fn account(setup: &Setup) -> PathBuf {
    let entries = fs::read_dir(setup.state().join("accounts")).unwrap();
    let mut accounts = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != "index");
    let account = accounts.next().expect("there is one");
    assert_eq!(accounts.next(), None);
    account
}

/// Copies a directory as a backup does, private as it was.
fn copy(from: &Path, to: &Path) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), &target).unwrap()),
        }
    }
}
