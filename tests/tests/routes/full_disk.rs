//! No room on the disk, and room again, while the daemon runs.

use std::fs;
use std::io::Write;
use std::path::Path;

use imlink::{Code, ConnectionStatus, Event, Outgoing};
use imlink_tests::cloud::{text, with, write};
use imlink_tests::{App, Setup, cloud, next_words, on_own_mount, within};

use crate::IMLINK;

// issue 4: full disk (small tmpfs). F-D01, F-D02
#[test]
fn a_full_disk_is_told_once_reads_go_on_and_everything_comes_when_there_is_room() {
    on_own_mount("full_disk::full_disk", "size=48m");
}

#[tokio::test]
#[ignore = "run by the test above on a file system of its own"]
async fn full_disk() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "one");
    assert_eq!(next_words(&mut inbox).await, "one");
    app.rest().await;

    let other = setup.home().join("of-another-program");
    fill(&other);
    let message = Outgoing::text(with("han"), "no room for this");
    let refused = within("refused", app.client.send(message.clone())).await;
    assert_eq!(refused.unwrap_err().code(), Code::LOCAL_STORE_FULL);
    write(&cloud, "han", "lei", "two");

    app.sees("a full disk", turned(Code::LOCAL_STORE_FULL))
        .await;
    let page = app.client.history(with("han"), None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].body.as_str(), text("one"));
    let report = app.client.daemon_status().await.unwrap();
    assert_eq!(report.accounts[0].database, Some(Code::LOCAL_STORE_FULL));
    assert_eq!(app.client.status(), ConnectionStatus::Connected);
    let mut late = App::connected(&setup, &cloud, "late", "lei").await;
    late.sees("a full disk", turned(Code::LOCAL_STORE_FULL))
        .await;

    fs::remove_file(&other).unwrap();
    app.sees("room", turned(Code::SUCCESS)).await;
    assert_eq!(next_words(&mut inbox).await, "two");
    let receipt = within("accepted", app.client.send(message)).await.unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    let told = app.rest().await;
    let turns = told
        .iter()
        .filter(|event| matches!(event, Event::DatabaseWritable { .. }));
    assert_eq!(turns.count(), 0, "each turn is told once: {told:?}");

    // A daemon that starts without room serves what there is.
    fill(&other);
    daemon.kill();
    let _daemon = setup.start();
    let opened = app.sees("the database", |event| match event {
        Event::DatabaseOpened { code } => Some(*code),
        _ => None,
    });
    assert_eq!(opened.await, Code::SUCCESS);
    let page = app.client.history(with("han"), None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 3);
}

fn turned(wanted: Code) -> impl FnMut(&Event) -> Option<()> {
    move |event| match event {
        Event::DatabaseWritable { code } => (*code == wanted).then_some(()),
        _ => None,
    }
}

/// Takes what is left of the disk.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    for size in [64 * 1024, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}
