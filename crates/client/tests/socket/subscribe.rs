//! Messages to the app, and its acknowledgements.

use imlink::{Client, Code, Seq, Start, Subscription};
use imlink_ipc_proto::{Request, Response};

use crate::daemon::{Daemon, Peer, soon};

async fn subscribe(client: &Client, peer: &mut Peer) -> Subscription {
    let subscribed = Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink::Generation(7),
    };
    let (subscription, request) =
        tokio::join!(client.subscribe("inbox"), peer.answer_next(subscribed));
    assert!(matches!(
        request,
        Request::Subscribe {
            name: Some(_),
            start: Start::Now,
            ..
        }
    ));
    subscription.unwrap()
}

#[tokio::test]
async fn messages_come_in_order_and_are_acknowledged() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut subscription = subscribe(&client, &mut peer).await;

    for seq in 1..=2 {
        peer.deliver(5, seq).await;
    }
    let first = soon(subscription.next()).await.unwrap().unwrap();
    let second = soon(subscription.next()).await.unwrap().unwrap();
    assert_eq!(
        (first.message().seq, second.message().seq),
        (Seq(1), Seq(2))
    );
    assert!(!second.redelivered());
    let acknowledged = second.acknowledge();
    let request = peer.answer_next(Response::Done {}).await;

    assert_eq!(
        request,
        Request::Acknowledge {
            subscription: 5,
            seq: Seq(2)
        }
    );
    soon(acknowledged).await.unwrap();
}

// F-I27
#[tokio::test]
async fn after_a_restart_what_was_not_acknowledged_comes_again() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut subscription = subscribe(&client, &mut peer).await;
    peer.deliver(5, 1).await;
    let before = soon(subscription.next()).await.unwrap().unwrap();

    drop(peer);
    let mut peer = daemon.accept().await;
    peer.answer_next(Response::Ready {}).await;
    peer.connect().await;
    peer.answer_next(Response::Subscribed {
        subscription: 9,
        after: Seq(0),
        generation: imlink::Generation(7),
    })
    .await;
    peer.deliver(9, 1).await;
    let again = soon(subscription.next()).await.unwrap().unwrap();

    assert_eq!(again.message(), before.message());
    assert!(again.redelivered());
    assert!(!before.redelivered());
}

#[tokio::test]
async fn a_subscription_without_a_name_moves_its_window_as_it_is_read() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let subscribed = Response::Subscribed {
        subscription: 5,
        after: Seq(7),
        generation: imlink::Generation(7),
    };
    let (subscription, request) =
        tokio::join!(client.subscribe_now(), peer.answer_next(subscribed));
    assert!(matches!(request, Request::Subscribe { name: None, .. }));
    let mut subscription = subscription.unwrap();

    peer.deliver(5, 8).await;
    soon(subscription.next()).await.unwrap().unwrap();

    let (_, request) = peer.request().await;
    assert_eq!(
        request,
        Request::Acknowledge {
            subscription: 5,
            seq: Seq(8)
        }
    );
}

// F-I02
#[tokio::test]
async fn a_reader_that_takes_nothing_delays_nobody_and_is_told_in_the_end() {
    const KEPT: u64 = 1024;
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut subscription = subscribe(&client, &mut peer).await;

    // More than any window allows: a daemon that does not wait for acknowledgements.
    for seq in 1..=KEPT + 10 {
        peer.deliver(5, seq).await;
    }
    let (ping, unsubscribed) = tokio::join!(client.ping(), async {
        let mut unsubscribed = false;
        loop {
            let (id, request) = peer.request().await;
            match request {
                Request::Ping {} => break peer.answer(id, Response::Pong {}).await,
                Request::Unsubscribe {
                    subscription: 5,
                    forget: false,
                } => unsubscribed = true,
                other => panic!("{other:?}"),
            }
        }
        unsubscribed
    });
    ping.unwrap();

    for seq in 1..=KEPT {
        let delivery = soon(subscription.next()).await.unwrap().unwrap();
        assert_eq!(delivery.message().seq, Seq(seq));
    }
    let end = soon(subscription.next()).await.unwrap().unwrap_err();
    assert_eq!(end.code(), Code::LOCAL_SLOW);
    assert!(soon(subscription.next()).await.is_none());
    if !unsubscribed {
        let (_, request) = peer.request().await;
        assert_eq!(
            request,
            Request::Unsubscribe {
                subscription: 5,
                forget: false
            }
        );
    }
}

#[tokio::test]
async fn a_dropped_subscription_is_given_back_and_not_forgotten() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let subscription = subscribe(&client, &mut peer).await;

    drop(subscription);

    let (_, request) = peer.request().await;
    assert_eq!(
        request,
        Request::Unsubscribe {
            subscription: 5,
            forget: false
        }
    );
    drop(client);
}

#[tokio::test]
async fn forgetting_is_asked_and_waited_for() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let subscription = subscribe(&client, &mut peer).await;

    let (forgotten, request) =
        tokio::join!(subscription.forget(), peer.answer_next(Response::Done {}));

    forgotten.unwrap();
    assert_eq!(
        request,
        Request::Unsubscribe {
            subscription: 5,
            forget: true
        }
    );
    drop(client);
    peer.end().await;
}

#[tokio::test]
async fn a_subscribe_that_is_given_up_leaves_nothing_behind_at_the_daemon() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    let id = {
        let mut subscribe = Box::pin(client.subscribe("inbox"));
        tokio::select! {
            _ = &mut subscribe => panic!("nobody has answered"),
            (id, _) = peer.request() => id,
        }
    };
    peer.answer(
        id,
        Response::Subscribed {
            subscription: 5,
            after: Seq(0),
            generation: imlink::Generation(7),
        },
    )
    .await;

    let (_, request) = peer.request().await;
    assert_eq!(
        request,
        Request::Unsubscribe {
            subscription: 5,
            forget: false
        }
    );
}

#[tokio::test]
async fn another_reader_is_named_by_the_daemon() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    let (result, _) = tokio::join!(
        client.subscribe("inbox"),
        peer.fail_next(Code::LOCAL_SUBSCRIPTION_BUSY)
    );
    let no_name = client.subscribe("not a name").await.unwrap_err();

    assert_eq!(result.unwrap_err().code(), Code::LOCAL_SUBSCRIPTION_BUSY);
    assert_eq!(no_name.code(), Code::PARAMETER_ERROR);
}

#[tokio::test]
async fn the_last_acknowledgement_is_written_before_the_socket_closes() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut subscription = subscribe(&client, &mut peer).await;
    peer.deliver(5, 1).await;
    let delivery = soon(subscription.next()).await.unwrap().unwrap();

    drop(delivery.acknowledge());
    drop(client);

    let (_, request) = peer.request().await;
    assert_eq!(
        request,
        Request::Acknowledge {
            subscription: 5,
            seq: Seq(1)
        }
    );
    peer.end().await;
}
