//! Another daemon in the place of the one an app is used to.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use imlink::{Code, ConnectionStatus, Event};
use imlink_ipc_proto::{Deframer, Greeting, Hello, Refused, negotiate};
use imlink_tests::cloud::write;
use imlink_tests::{App, Setup, cloud, next_words};

use crate::IMLINK;

// F-I15, F-I31, P32: an upgrade that is taken back
#[tokio::test]
async fn an_app_is_told_that_the_next_daemon_is_of_another_age_and_goes_on_with_the_one_after() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.rest().await;

    daemon.kill();
    let newer = NewerDaemon::start(&setup);
    let (code, reason) = app
        .sees("the refusal", |event| match event {
            Event::Detached { code, reason } if *code != Code::IPC_DISCONNECT => {
                Some((*code, reason.clone()))
            }
            _ => None,
        })
        .await;
    let call = app.client.ping().await.unwrap_err();

    assert_eq!(code, Code::LOCAL_VERSION);
    assert_eq!(call.code(), Code::LOCAL_VERSION);
    for version in ["1", "7 to 9"] {
        assert!(reason.contains(version), "{reason}");
    }
    newer.stop(&setup);
    write(&cloud, "han", "lei", "meanwhile");
    let _daemon = setup.start();
    app.shows(ConnectionStatus::Connected).await;
    assert_eq!(next_words(&mut inbox).await, "meanwhile");
}

/// What answers in the place of the daemon, in protocol versions that no app here speaks.
struct NewerDaemon(std::thread::JoinHandle<()>);

impl NewerDaemon {
    fn start(setup: &Setup) -> Self {
        std::fs::remove_file(setup.socket()).unwrap();
        let listener = UnixListener::bind(setup.socket()).unwrap();
        Self(std::thread::spawn(move || {
            for app in listener.incoming() {
                // Who says nothing is the one that stops it.
                let Some(hello) = hello(app.as_ref().unwrap()) else {
                    return;
                };
                let supported = imlink_ipc_proto::ProtocolRange {
                    lowest: 7,
                    highest: 9,
                };
                let refused: Refused = negotiate(&hello, supported).unwrap_err();
                let greeting = Greeting::Refused(refused).encode();
                app.unwrap().write_all(&greeting).unwrap();
            }
        }))
    }

    fn stop(self, setup: &Setup) {
        drop(UnixStream::connect(setup.socket()).unwrap());
        self.0.join().unwrap();
    }
}

fn hello(mut app: &UnixStream) -> Option<Hello> {
    let mut frames = Deframer::for_greeting();
    loop {
        if let Some(body) = frames.next_frame().unwrap() {
            return Some(Hello::decode(&body).unwrap());
        }
        let mut chunk = [0; 1024];
        match app.read(&mut chunk).unwrap() {
            0 => return None,
            read => frames.push(&chunk[..read]),
        }
    }
}
