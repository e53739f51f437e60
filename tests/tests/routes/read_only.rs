//! A daemon that starts on a read-only file system, as a machine does whose flash has failed.

use std::process::Command;

use imlink::{Code, Event, Outgoing};
use imlink_tests::cloud::{text, with, write};
use imlink_tests::{App, Setup, cloud, eventually, next_words, on_own_mount, within};

use crate::IMLINK;

// issue 4: read-only directory. F-D05
#[test]
fn a_daemon_on_a_read_only_file_system_shows_what_there_is_and_goes_on_when_it_can() {
    on_own_mount("read_only::read_only", "size=48m");
}

#[tokio::test]
#[ignore = "run by the test above on a file system of its own"]
async fn read_only() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "one");
    assert_eq!(next_words(&mut inbox).await, "one");
    app.rest().await;
    daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
    drop(daemon);
    let state = setup.state();
    let state = state.to_str().unwrap();
    mount(&["--bind", state, state]);
    mount(&["-o", "remount,bind,ro", state]);

    // Its end would be the end of every later one too.
    for _ in 0..2 {
        let daemon = setup.start();
        assert_eq!(opened(&mut app).await, Code::SUCCESS);
        app.sees("that nothing is stored", |event| match event {
            Event::DatabaseWritable { code } => {
                (*code == Code::LOCAL_STORE_READ_ONLY).then_some(())
            }
            _ => None,
        })
        .await;
        daemon.kill();
    }
    let mut daemon = setup.start();
    assert_eq!(opened(&mut app).await, Code::SUCCESS);
    write(&cloud, "han", "lei", "two");
    let page = app.client.history(with("han"), None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].body.as_str(), text("one"));
    let message = Outgoing::text(with("han"), "nowhere to put this");
    let refused = within("refused", app.client.send(message.clone())).await;
    assert_eq!(refused.unwrap_err().code(), Code::LOCAL_STORE_READ_ONLY);
    let report = app.client.daemon_status().await.unwrap();
    let code = report.accounts[0].database;
    assert_eq!(code, Some(Code::LOCAL_STORE_READ_ONLY));

    mount(&["-o", "remount,bind,rw", state]);
    assert_eq!(daemon.ended().code(), Some(1));
    assert!(daemon.log().text().contains("can be written to again"));
    drop(daemon);

    let _daemon = setup.start();
    assert_eq!(next_words(&mut inbox).await, "two");
    let receipt = within("accepted", app.client.send(message)).await.unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    eventually("the copy is gone", || {
        let copies = std::fs::read_dir(setup.socket().parent().unwrap()).unwrap();
        let mut names = copies.map(|entry| entry.unwrap().file_name());
        let is_copy = |name: std::ffi::OsString| name.to_string_lossy().starts_with("imlink-");
        (!names.any(is_copy)).then_some(())
    });
}

async fn opened(app: &mut App) -> Code {
    app.sees("the database", |event| match event {
        Event::DatabaseOpened { code } => Some(*code),
        _ => None,
    })
    .await
}

fn mount(options: &[&str]) {
    let done = Command::new("mount").args(options).status().unwrap();
    assert!(done.success(), "mount {options:?}");
}
