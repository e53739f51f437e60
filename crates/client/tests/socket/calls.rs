//! Calls while attached.

use std::pin::Pin;
use std::time::Duration;

use imlink::{Client, Code, Error, Event, Outcome, Outgoing, SendState, Seq};
use imlink_ipc_proto::{self as proto, Request, Response, ServerFrame};

use crate::daemon::{Daemon, encoded, soon, to_han, token};

#[tokio::test]
async fn a_message_is_accepted_and_its_fate_follows() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let mut events = client.events();
    let message = Outgoing::text(to_han(), "hi");
    let id = imlink::OutboxId(4);

    let (receipt, request) = tokio::join!(
        client.send(message.clone()),
        peer.answer_next(Response::Accepted { id, new: true })
    );
    let receipt = receipt.unwrap();
    let Request::Send {
        client_id, body, ..
    } = request
    else {
        panic!("{request:?}")
    };
    assert_eq!(
        (&client_id, receipt.client_id()),
        (message.client_id(), message.client_id())
    );
    assert_eq!(body.as_str(), r#"{"content":"hi"}"#);
    assert_eq!((receipt.id(), receipt.is_new()), (id, true));

    let uid = imlink::MessageUid::new("UID-1").unwrap();
    let at = imlink::Millis(5);
    let result = proto::SendResult::Sent {
        uid: uid.clone(),
        sent_at: at,
    };
    peer.event(proto::Event::SendResult {
        id,
        client_id: client_id.clone(),
        result,
    })
    .await;

    let sent = Outcome::Sent {
        uid: uid.clone(),
        at,
    };
    assert_eq!(soon(receipt.outcome()).await, Ok(sent.clone()));
    assert_eq!(
        soon(receipt.outcome()).await,
        Ok(sent),
        "asked again it says the same"
    );
    let state = SendState::Sent { uid, at };
    assert_eq!(
        soon(events.next()).await,
        Some(Event::SendResult {
            id,
            client_id,
            state
        })
    );
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_before_it_is_sent() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;
    let name = imlink::ObjectName::new("App:Blob").unwrap();
    let largest = "\u{1}".repeat(imlink::MAX_BODY_BYTES);

    let too_long = Outgoing::new(to_han(), name.clone(), format!("{largest}x"));
    let refused = soon(client.send(too_long)).await.unwrap_err();
    assert_eq!(refused.code(), Code::RC_MSG_CONTENT_EXCEED_LIMIT);
    let (fits, _) = tokio::join!(
        client.send(Outgoing::new(to_han(), name, largest)),
        peer.answer_next(Response::Accepted {
            id: imlink::OutboxId(1),
            new: true
        })
    );

    fits.unwrap();
}

// measured.md "IPC": pipelining
#[tokio::test]
async fn a_thousand_calls_at_once_each_get_their_own_answer() {
    const CALLS: u32 = 1000;
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let client = client.clone();
            let client_id = imlink::ClientMessageId::new(n.to_string()).unwrap();
            tokio::spawn(async move { client.send_state(client_id).await })
        })
        .collect();
    let mut asked = Vec::new();
    for _ in 0..CALLS {
        asked.push(peer.request().await);
    }
    for (id, request) in asked.into_iter().rev() {
        let Request::SendState { client_id } = request else {
            panic!("{request:?}")
        };
        let code = Code::new(client_id.as_str().parse().unwrap());
        let state = Some(proto::SendState::Failed { code });
        peer.answer(id, Response::SendState { state }).await;
    }

    for (n, call) in (0..).zip(calls) {
        let state = soon(call).await.unwrap().unwrap();
        assert_eq!(state, Some(SendState::Failed { code: Code::new(n) }));
    }
}

// F-I28
#[tokio::test]
async fn a_daemon_that_says_nothing_is_a_local_timeout_and_not_the_end() {
    let mut daemon = Daemon::new();
    let builder = daemon.builder().request_timeout(Duration::from_millis(50));
    let client = builder.build().unwrap();
    let mut peer = daemon.initialise(&client).await;

    let error = soon(client.ping()).await.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_TIMEOUT);
    // Late, for nobody; the next call is answered all the same.
    peer.answer_next(Response::Pong {}).await;
    let conversations = Response::Conversations {
        conversations: Vec::new(),
        more: false,
    };
    let (page, _) = tokio::join!(client.conversations(20), peer.answer_next(conversations));

    assert_eq!(page.unwrap().entries, []);
}

#[tokio::test]
async fn what_a_newer_daemon_says_is_ignored() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    // An event with a variant that does not exist yet, and a kind of frame that does not.
    for body in [&[1, 1, 99, 7][..], &[42, 1, 2, 3]] {
        let mut frame = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
        frame.extend_from_slice(body);
        peer.write(&frame).await;
    }
    let (ping, _) = tokio::join!(client.ping(), peer.answer_next(Response::Pong {}));

    ping.unwrap();
}

#[tokio::test]
async fn the_daemons_words_reach_the_app() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.initialised().await;

    let (result, _) = tokio::join!(client.connect(token()), async {
        let (id, _) = peer.request().await;
        let failure = proto::Failure::new(Code::RC_CONN_TOKEN_INCORRECT, "the app key differs");
        let result = proto::Outcome::Failed(failure);
        peer.send(&ServerFrame::Response { id, result }).await;
    });

    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "31004 RC_CONN_TOKEN_INCORRECT: the app key differs"
    );
    assert!(!error.is_retryable());
}

/// One verb of the client.
type Verb = fn(&Client) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + '_>>;

const VERBS: [(&str, Verb); 13] = [
    ("init", |c| Box::pin(c.init())),
    ("daemon_status", |c| {
        Box::pin(async { c.daemon_status().await.map(drop) })
    }),
    ("connect", |c| {
        Box::pin(async { c.connect(token()).await.map(drop) })
    }),
    ("connect_within", |c| {
        Box::pin(async {
            c.connect_within(token(), Duration::from_secs(5))
                .await
                .map(drop)
        })
    }),
    ("join", |c| Box::pin(async { c.join().await.map(drop) })),
    ("disconnect", |c| Box::pin(c.disconnect())),
    ("logout", |c| Box::pin(c.logout())),
    ("send", |c| {
        Box::pin(async { c.send(Outgoing::text(to_han(), "a")).await.map(drop) })
    }),
    ("history", |c| {
        Box::pin(async { c.history(to_han(), None, 20).await.map(drop) })
    }),
    ("conversations", |c| {
        Box::pin(async { c.conversations(20).await.map(drop) })
    }),
    ("subscribe", |c| {
        Box::pin(async { c.subscribe("inbox").await.map(drop) })
    }),
    ("subscribe_now", |c| {
        Box::pin(async { c.subscribe_now().await.map(drop) })
    }),
    ("ping", |c| Box::pin(c.ping())),
];

// IPC-01, F-I27
#[tokio::test]
async fn a_daemon_that_dies_at_any_step_of_any_call_is_minus_two() {
    for (name, verb) in VERBS {
        // The answer is cut before, inside and after its length.
        for cut in [0, 1, 4, 5] {
            let mut daemon = Daemon::new();
            let (client, mut peer) = daemon.connected().await;

            let (result, ()) = tokio::join!(soon(verb(&client)), async {
                let (id, _) = peer.request().await;
                let result = proto::Outcome::Ok(Response::Pong {});
                let answer = encoded(&ServerFrame::Response { id, result });
                peer.write(&answer[..cut]).await;
                drop(peer);
            });

            let code = result.unwrap_err().code();
            assert_eq!(code, Code::IPC_DISCONNECT, "{name} cut after {cut} bytes");
        }
    }
}

#[tokio::test]
async fn a_page_is_what_the_daemon_found() {
    let mut daemon = Daemon::new();
    let (client, mut peer) = daemon.connected().await;

    let (page, request) = tokio::join!(
        client.history(to_han(), Some(Seq(9)), 20),
        peer.answer_next(Response::Page {
            messages: Vec::new(),
            more: true
        })
    );

    let page = page.unwrap();
    assert!(page.entries.is_empty() && page.more);
    assert!(matches!(
        request,
        Request::History {
            side: proto::Side::Before { seq: Seq(9) },
            limit: 20,
            ..
        }
    ));
}
