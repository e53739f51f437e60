//! What should not be in an account's rows, told to everybody who could do something about it.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use imlink::{AnomalyReport, Code, Event};
use imlink_tests::cloud::write;
use imlink_tests::{App, Setup, cloud, next_words};

use crate::IMLINK;
use crate::put_back::account;

// F-D07, F-D25
#[tokio::test]
async fn a_message_that_is_left_out_is_told_to_apps_and_by_status_and_doctor() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    for said in ["one", "two", "three"] {
        write(&cloud, "han", "lei", said);
        assert_eq!(next_words(&mut inbox).await, said);
    }
    let report = app.client.daemon_status().await.unwrap();
    assert_eq!(report.accounts[0].anomalies, AnomalyReport::default());
    assert!(!told(&setup, &["status"]).1.contains("left out"));
    daemon.kill();
    // What three processes leave behind that die of the second one.
    let notes = account(&setup).join("deadly");
    let mut notes = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(notes)
        .unwrap();
    for _ in 0..3 {
        writeln!(notes, "{} 2", env!("CARGO_PKG_VERSION")).unwrap();
    }

    let _daemon = setup.start();

    let wanted = AnomalyReport {
        left_out: 1,
        ..AnomalyReport::default()
    };
    assert_eq!(app.sees("what is left out", found).await, wanted);
    let mut late = App::connected(&setup, &cloud, "late", "lei").await;
    assert_eq!(late.sees("what is left out", found).await, wanted);
    let report = app.client.daemon_status().await.unwrap();
    assert_eq!(report.accounts[0].anomalies, wanted);
    assert_eq!(report.accounts[0].database, Some(Code::SUCCESS));
    let (_, status) = told(&setup, &["status"]);
    assert!(status.contains("1 damaged and left out"), "{status}");
    let (ended, doctor) = told(&setup, &["doctor"]);
    assert_eq!(ended, Some(1), "{doctor}");
    assert!(doctor.contains("1 damaged and left out"), "{doctor}");
    assert!(doctor.contains("Look at the disk"), "{doctor}");
    let rest = app.rest().await;
    assert_eq!(rest.iter().filter_map(found).count(), 0, "told once");
}

fn found(event: &Event) -> Option<AnomalyReport> {
    match event {
        Event::Anomalies(found) => Some(*found),
        _ => None,
    }
}

/// How a command ends, and what it says.
fn told(setup: &Setup, words: &[&str]) -> (Option<i32>, String) {
    let output = setup.imlink().args(words).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), said)
}
