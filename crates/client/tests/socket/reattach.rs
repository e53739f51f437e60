//! The daemon dies and comes back; the app does nothing.

use imlink::{Code, ConnectionStatus, Event, Outcome, Outgoing, StatusChange};
use imlink_ipc_proto::{self as proto, Request, Response};

use crate::daemon::{Daemon, lei, soon, to_han};

// decisions.md P13, IPC-02, IPC-03
#[tokio::test]
async fn the_app_sees_the_interruption_once_and_then_the_connection() {
    let mut daemon = Daemon::new();
    let (client, peer) = daemon.connected().await;
    let mut events = client.events();

    drop(peer);
    let mut peer = daemon.accept().await;
    assert!(matches!(
        peer.answer_next(Response::Ready {}).await,
        Request::Init { .. }
    ));
    peer.connect().await;

    let mut seen = Vec::new();
    while client.status() != ConnectionStatus::Connected || seen.len() < 6 {
        seen.push(soon(events.next()).await.unwrap());
    }
    let status = |status, code| {
        move |event: &Event| match event {
            Event::Status(change) => (change.status, change.code) == (status, code),
            _ => false,
        }
    };
    assert!(
        matches!(
            &seen[0],
            Event::Detached {
                code: Code::IPC_DISCONNECT,
                ..
            }
        ),
        "{seen:?}"
    );
    let lost = Some(Code::IPC_DISCONNECT);
    assert!(
        status(ConnectionStatus::Suspend, lost)(&seen[1]),
        "{seen:?}"
    );
    assert_eq!(
        seen[2],
        Event::Attached {
            instance: 2,
            reattached: true
        }
    );
    assert!(
        status(ConnectionStatus::Connecting, None)(&seen[3]),
        "{seen:?}"
    );
    assert_eq!(
        seen[4],
        Event::DatabaseOpened {
            code: Code::SUCCESS
        }
    );
    assert!(
        status(ConnectionStatus::Connected, None)(&seen[5]),
        "{seen:?}"
    );
}

#[tokio::test]
async fn everything_is_repeated_in_one_go_and_in_order() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let (subscription, _) = tokio::join!(
        client.subscribe("inbox"),
        peer.answer_next(Response::Subscribed {
            subscription: 1,
            after: imlink::Seq(0),
            generation: imlink::Generation(7),
        })
    );
    let _subscription = subscription.unwrap();
    let (receipt, _) = tokio::join!(
        client.send(Outgoing::text(to_han(), "hi")),
        peer.answer_next(Response::Accepted {
            id: imlink::OutboxId(1),
            new: true
        })
    );
    let receipt = receipt.unwrap();

    drop(peer);
    let mut peer = daemon.accept().await;
    // Nothing is answered before everything has been asked.
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(peer.request().await);
    }
    let [
        (_, Request::Init { .. }),
        (_, Request::Connect { replay: true, .. }),
        (_, Request::Subscribe { .. }),
        (id, Request::SendState { client_id }),
    ] = asked.as_slice()
    else {
        panic!("{asked:?}");
    };
    assert_eq!(client_id, receipt.client_id());

    // IPC-04
    let state = Some(proto::SendState::Failed {
        code: Code::UNKNOWN,
    });
    peer.answer(*id, Response::SendState { state }).await;
    assert_eq!(
        soon(receipt.outcome()).await,
        Ok(Outcome::Failed {
            code: Code::UNKNOWN
        })
    );
}

// F-I02
#[tokio::test]
async fn an_app_that_was_detached_for_being_slow_comes_back() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut events = client.events();

    let message = "the app reads too slowly".to_owned();
    peer.event(proto::Event::GoingAway {
        code: Code::LOCAL_SLOW,
        message: message.clone(),
    })
    .await;
    drop(peer);
    let _peer = daemon.accept().await;

    let code = Code::LOCAL_SLOW;
    assert_eq!(
        soon(events.next()).await,
        Some(Event::GoingAway { code, message })
    );
    let Some(Event::Detached { reason, .. }) = soon(events.next()).await else {
        panic!("the client is detached");
    };
    assert!(reason.contains("too slowly"), "{reason}");
}

// F-I08: a damaged stream is left at once
#[tokio::test]
async fn a_stream_that_makes_no_sense_is_left_and_another_begun() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    let (result, ()) = tokio::join!(client.ping(), async {
        peer.request().await;
        peer.write(&u32::MAX.to_le_bytes()).await;
        peer.end().await;
    });
    assert_eq!(result.unwrap_err().code(), Code::IPC_DISCONNECT);

    let mut peer = daemon.accept().await;
    assert!(matches!(peer.request().await, (_, Request::Init { .. })));
}

#[tokio::test]
async fn an_app_that_left_stays_away() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let (left, _) = tokio::join!(client.disconnect(), peer.answer_next(Response::Done {}));
    left.unwrap();

    drop(peer);
    let mut peer = daemon.accept().await;
    peer.answer_next(Response::Ready {}).await;
    let (ping, request) = tokio::join!(client.ping(), peer.answer_next(Response::Pong {}));

    ping.unwrap();
    assert_eq!(request, Request::Ping {}, "no connect comes between");
}

#[tokio::test]
async fn the_status_getter_agrees_with_the_last_event() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;
    let mut events = client.events();
    assert_eq!(client.status(), ConnectionStatus::Unconnected);

    let (user, ()) = tokio::join!(client.connect(crate::daemon::token()), peer.connect());
    assert_eq!(user, Ok(lei()));
    assert_eq!(client.status(), ConnectionStatus::Connected);
    drop(peer);
    loop {
        let event = soon(events.next()).await.unwrap();
        if let Event::Status(StatusChange {
            status: ConnectionStatus::Suspend,
            ..
        }) = event
        {
            break;
        }
    }

    assert_eq!(client.status(), ConnectionStatus::Suspend);
}
