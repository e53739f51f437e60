//! The first attachment, and its end.

use imlink::{Code, DetachedCalls, Event};
use imlink_ipc_proto::{ProtocolRange, Request, Response};
use tokio::time::Duration;

use crate::daemon::{Daemon, soon};

#[tokio::test]
async fn the_client_says_who_it_is() {
    let mut daemon = Daemon::new();
    let client = daemon.client();

    let (_, (_, hello)) = tokio::join!(
        tokio::time::timeout(Duration::ZERO, client.init()),
        daemon.hello()
    );

    assert_eq!(hello.app.as_str(), "org.example.test");
    assert_eq!(hello.protocols, ProtocolRange::SUPPORTED);
    assert!(hello.client.as_str().starts_with("imlink-rust "));
}

#[tokio::test]
async fn building_touches_nothing_and_init_attaches() {
    let mut daemon = Daemon::new();
    let client = daemon.client();
    let mut events = client.events();

    let peer = daemon.initialise(&client).await;

    assert_eq!(
        soon(events.next()).await,
        Some(Event::Attached {
            instance: 1,
            reattached: false
        })
    );
    drop(peer);
}

// IPC-05, decisions.md P13
#[tokio::test]
async fn without_a_daemon_init_says_where_it_looked_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("missing");
    let client = imlink::Client::builder("key")
        .socket(&path)
        .build()
        .unwrap();

    let error = soon(client.init()).await.unwrap_err();

    assert_eq!(error.code(), Code::IPC_DISCONNECT);
    assert!(error.cause().contains(path.to_str().unwrap()), "{error}");
    assert!(error.cause().contains("imlink daemon"), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_patient_client_finds_a_daemon_that_starts_later() {
    let mut daemon = Daemon::new();
    let path = daemon.path();
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).unwrap();
    let patience = DetachedCalls::WaitUpTo(Duration::from_secs(60));
    let client = daemon.builder().detached_calls(patience).build().unwrap();
    let mut init = Box::pin(client.init());
    // A minute of looking in vain, in no time.
    tokio::time::pause();
    assert!(
        tokio::time::timeout(Duration::from_secs(50), &mut init)
            .await
            .is_err()
    );
    tokio::time::resume();

    std::fs::rename(&aside, &path).unwrap();
    let (result, _peer) = tokio::join!(soon(init), async {
        let mut peer = daemon.accept().await;
        peer.answer_next(Response::Ready {}).await;
        peer
    });

    result.unwrap();
}

// F-I15
#[tokio::test]
async fn a_daemon_of_another_age_refuses_with_its_own_words() {
    let mut daemon = Daemon::new();
    let client = daemon.client();

    let (result, ()) = tokio::join!(client.init(), daemon.refuse(Code::LOCAL_VERSION));

    let error = result.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_VERSION);
    assert_eq!(error.cause(), "this daemon speaks 7 to 9");
}

#[tokio::test]
async fn a_daemon_that_hangs_up_before_it_greets_is_minus_two() {
    let mut daemon = Daemon::new();
    let client = daemon.client();

    let (result, ()) = tokio::join!(client.init(), async { drop(daemon.hello().await) });

    assert_eq!(result.unwrap_err().code(), Code::IPC_DISCONNECT);
}

// F-I10
#[tokio::test]
async fn what_greets_like_a_web_server_is_no_daemon() {
    let mut daemon = Daemon::new();
    let client = daemon.client();

    let (result, peer) = tokio::join!(client.init(), async {
        let (mut peer, _) = daemon.hello().await;
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        peer
    });

    assert_eq!(result.unwrap_err().code(), Code::IPC_DISCONNECT);
    peer.end().await;
}

// decisions.md P10
#[tokio::test]
async fn dropping_the_last_clone_closes_the_socket_without_leaving() {
    let mut daemon = Daemon::new();
    let (client, peer) = daemon.connected().await;
    let clone = client.clone();

    drop(client);
    let (ping, mut peer) = tokio::join!(clone.ping(), async {
        let mut peer = peer;
        assert_eq!(peer.answer_next(Response::Pong {}).await, Request::Ping {});
        peer
    });
    ping.unwrap();
    peer.status(imlink::ConnectionStatus::Connected, None).await;
    drop(clone);

    peer.end().await;
}

#[tokio::test]
async fn everything_the_client_gave_out_ends_with_it() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut events = client.events();
    let (subscription, _) = tokio::join!(
        client.subscribe("inbox"),
        peer.answer_next(Response::Subscribed {
            subscription: 1,
            after: imlink::Seq(0),
            generation: imlink::Generation(7),
        })
    );
    let mut subscription = subscription.unwrap();

    drop(client);

    assert!(soon(subscription.next()).await.is_none());
    assert_eq!(soon(events.next()).await, None);
    let late = soon(subscription.acknowledge(imlink::Seq(0)))
        .await
        .unwrap_err();
    assert_eq!(late.code(), Code::ENGINE_DROPPED);
}
