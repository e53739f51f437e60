//! The blocking form, on threads of its own.

use imlink::{Code, Outcome, Outgoing, Seq, blocking};
use imlink_ipc_proto::{self as proto, Request, Response};

use crate::daemon::{Daemon, lei, soon, to_han, token};

#[tokio::test]
async fn an_app_without_a_runtime_connects_sends_and_reads() {
    let mut daemon = Daemon::new();
    let builder = daemon.builder();
    let app = std::thread::spawn(move || {
        let client = blocking::Client::new(builder).unwrap();
        client.init().unwrap();
        let user = client.connect(token()).unwrap();
        let outcome = client
            .send(Outgoing::text(to_han(), "hi"))
            .unwrap()
            .outcome()
            .unwrap();
        let mut inbox = client.subscribe("inbox").unwrap();
        let seq = inbox.next().unwrap().unwrap().message().seq;
        inbox.acknowledge_and_wait(seq).unwrap();
        (user, outcome, seq)
    });

    let mut peer = daemon.accept().await;
    peer.answer_next(Response::Ready {}).await;
    peer.connect().await;
    let id = imlink::OutboxId(1);
    let request = peer.answer_next(Response::Accepted { id, new: true }).await;
    let Request::Send { client_id, .. } = request else {
        panic!("{request:?}")
    };
    let result = proto::SendResult::Failed {
        code: Code::UNKNOWN,
    };
    peer.event(proto::Event::SendResult {
        id,
        client_id,
        result,
    })
    .await;
    peer.answer_next(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink::Generation(7),
    })
    .await;
    peer.deliver(5, 1).await;
    let request = peer.answer_next(Response::Done {}).await;
    assert_eq!(
        request,
        Request::Acknowledge {
            subscription: 5,
            seq: Seq(1)
        }
    );
    let ended = soon(tokio::task::spawn_blocking(move || app.join()))
        .await
        .unwrap();

    let failed = Outcome::Failed {
        code: Code::UNKNOWN,
    };
    assert_eq!(ended.unwrap(), (lei(), failed, Seq(1)));
}

#[tokio::test]
async fn inside_an_async_runtime_it_refuses_instead_of_panicking() {
    let daemon = Daemon::new();
    let client = blocking::Client::new(daemon.builder()).unwrap();

    let error = client.init().unwrap_err();

    assert_eq!(error.code(), Code::PARAMETER_ERROR);
    assert!(error.cause().contains("async runtime"), "{error}");
}

#[test]
fn without_a_daemon_it_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let builder = imlink::Client::builder("key").socket(directory.path().join("missing"));
    let client = blocking::Client::new(builder).unwrap();

    assert_eq!(client.init().unwrap_err().code(), Code::IPC_DISCONNECT);
}
