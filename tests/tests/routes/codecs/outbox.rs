//! Messages that cannot go at once, and what an app may wish for them.

use imlink::Code;
use imlink_ipc_proto::{Event, Request, Response, SendResult, SendState};
use imlink_sandbox::{Fault, Lasting, Scope};
use imlink_tests::cloud::{mailbox, user, with};
use imlink_tests::{RawApp, Setup, cloud, eventually};

use super::{NAMES, both, client_id, fate, go_offline, send, told};
use crate::IMLINK;

// issue 4: operations through the client crate, over IPC, in both codecs
#[test]
fn what_waits_is_withdrawn_and_what_is_in_doubt_is_sent_again_in_both_codecs() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = both(&setup, &cloud);
    // The cloud loses one message of each app, and does not answer.
    for fault in [Fault::SwallowMessage, Fault::DropAck] {
        cloud.add_fault(fault, Scope::User(user("lei")), Lasting::Times(2));
    }
    for (app, name) in apps.iter_mut().zip(NAMES) {
        let accepted = app.ask(send(with(name).into(), &client_id(name, "lost")));
        assert!(matches!(accepted, Ok(Response::Accepted { new: true, .. })));
    }
    eventually("the cloud has both", || {
        (cloud.counters().messages >= 2).then_some(())
    });
    go_offline(&cloud, &mut apps);

    for (app, name) in apps.iter_mut().zip(NAMES) {
        withdraws(app, name);
    }
    cloud.accept_connections().unwrap();
    for (app, name) in apps.iter_mut().zip(NAMES) {
        told(app, |event| {
            matches!(event, Event::Synchronized {}).then_some(())
        });
        sends_again(app, name);
    }

    for name in NAMES {
        assert_eq!(mailbox(&cloud, name), ["hello"]);
    }
}

/// A message that waits for the link.
fn withdraws(app: &mut RawApp, name: &str) {
    let client_id = client_id(name, "waiting");
    app.ask(send(with(name).into(), &client_id)).unwrap();
    assert_eq!(state(app, name, "waiting"), SendState::Queued);

    for _ in 0..2 {
        let client_id = client_id.clone();
        let withdrawn = app.ask(Request::Withdraw { client_id });
        assert_eq!(withdrawn, Ok(Response::Done {}));
    }

    let code = Code::LOCAL_WITHDRAWN;
    assert_eq!(state(app, name, "waiting"), SendState::Failed { code });
}

/// The message that the cloud lost.
fn sends_again(app: &mut RawApp, name: &str) {
    assert_eq!(state(app, name, "lost"), SendState::InDoubt);

    let client_id = client_id(name, "lost");
    let resent = app.ask(Request::Resend {
        client_id: client_id.clone(),
    });

    assert_eq!(resent, Ok(Response::Done {}));
    while !matches!(fate(app, &client_id), SendResult::Sent { .. }) {}
}

fn state(app: &mut RawApp, name: &str, what: &str) -> SendState {
    let client_id = client_id(name, what);
    match app.ask(Request::SendState { client_id }) {
        Ok(Response::SendState { state: Some(state) }) => state,
        other => panic!("no state: {other:?}"),
    }
}
