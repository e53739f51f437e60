//! What becomes of a message when the cloud loses, doubles, delays or refuses it.

use imlink::{Code, Event, Outcome, Outgoing, SendState};
use imlink_sandbox::{Ending, Fault, Lasting, Scope};
use imlink_tests::cloud::{mailbox, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, soon, within};

use crate::IMLINK;

// F-S19, P17
#[tokio::test]
async fn a_message_whose_acknowledgement_is_lost_is_in_doubt_until_its_echo_comes() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.add_fault(Fault::DropAck, Scope::Everyone, Lasting::ONCE);
    let message = Outgoing::text(with("han"), "once");
    let receipt = within("send", app.client.send(message.clone()))
        .await
        .unwrap();
    soon("it arrives", || {
        (!mailbox(&cloud, "han").is_empty()).then_some(())
    })
    .await;

    cloud.drop_links(&Scope::Everyone, Ending::Close);

    let mut states = Vec::new();
    app.sees("its echo", |event| match event {
        Event::SendResult {
            client_id, state, ..
        } if client_id == message.client_id() => {
            states.push(state.clone());
            matches!(state, SendState::Sent { .. }).then_some(())
        }
        _ => None,
    })
    .await;
    assert!(
        matches!(states[..], [SendState::InDoubt, SendState::Sent { .. }]),
        "{states:?}"
    );
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(&cloud, "han"), ["once"]);
}

// F-S13, F-S15
#[tokio::test]
async fn acknowledgements_that_come_twice_or_in_another_order_reach_their_messages() {
    for fault in [Fault::DuplicateAck, Fault::ReorderAcks { window: 4 }] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let _daemon = setup.start();
        let app = App::connected(&setup, &cloud, "notes", "lei").await;
        cloud.add_fault(fault, Scope::Everyone, Lasting::UntilCleared);

        let mut receipts = Vec::new();
        for name in ["a", "b", "c", "d"] {
            // Only messages to different users are on their way at one time.
            let message = Outgoing::text(with(name), name);
            receipts.push((
                name,
                within("send", app.client.send(message)).await.unwrap(),
            ));
        }

        for (name, receipt) in receipts {
            let outcome = within("its fate", receipt.outcome()).await.unwrap();
            let Outcome::Sent { uid, .. } = outcome else {
                panic!("{name}: {outcome:?}");
            };
            let stored = cloud.stored(&user(name));
            assert_eq!(stored.len(), 1);
            assert_eq!(stored[0].uid, uid.to_string(), "each has its own result");
        }
    }
}

// F-S16
#[tokio::test]
async fn a_message_that_the_cloud_brings_twice_is_seen_once() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    cloud.add_fault(Fault::RepeatMessage, Scope::Everyone, Lasting::ONCE);

    write(&cloud, "han", "lei", "one");
    write(&cloud, "han", "lei", "two");

    assert_eq!(next_words(&mut inbox).await, "one");
    assert_eq!(next_words(&mut inbox).await, "two");
    let page = within("a page", app.client.history(with("han"), None, 10)).await;
    assert_eq!(page.unwrap().entries.len(), 2);
}

// F-S44, P16
#[tokio::test]
async fn a_send_that_comes_too_fast_waits_and_is_sent_once() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let too_fast = Fault::Topic {
        topic: "ppMsgP".into(),
        status: 20604,
    };
    cloud.add_fault(too_fast, Scope::Everyone, Lasting::Times(2));

    let receipt = app.client.send(Outgoing::text(with("han"), "patience"));
    let receipt = within("send", receipt).await.unwrap();

    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(&cloud, "han"), ["patience"]);
    assert_eq!(cloud.counters().refused_messages, 2);
}

// P30
#[tokio::test]
async fn a_send_that_the_cloud_refuses_fails_with_its_code() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let refused = Fault::Topic {
        topic: "ppMsgP".into(),
        status: 405,
    };
    cloud.add_fault(refused, Scope::Everyone, Lasting::ONCE);

    let receipt = app.client.send(Outgoing::text(with("han"), "unwanted"));
    let receipt = within("send", receipt).await.unwrap();

    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    let code = Code::new(405);
    assert_eq!(outcome, Outcome::Failed { code });
    let next = app.client.send(Outgoing::text(with("han"), "the next"));
    let next = within("send", next).await.unwrap();
    let outcome = within("its fate", next.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    let history = app.client.history(with("han"), None, 10).await.unwrap();
    let said = history.entries.iter().map(|said| words(said.body.as_str()));
    assert_eq!(said.collect::<Vec<_>>(), ["the next"]);
}

// behaviour.md 12.2: 21502 was delivered
#[tokio::test]
async fn a_message_whose_words_the_cloud_replaced_is_sent_and_one_it_may_not_bring_has_failed() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.with_app(|app| {
        app.forbid_word("darn", Some("oh dear"));
        app.forbid_word("worse", None);
    });

    let mut outcomes = Vec::new();
    for said in ["darn it", "worse than that"] {
        let receipt = app.client.send(Outgoing::text(with("han"), said));
        let receipt = within("send", receipt).await.unwrap();
        outcomes.push(within("its fate", receipt.outcome()).await.unwrap());
    }

    assert!(matches!(outcomes[0], Outcome::Sent { .. }), "{outcomes:?}");
    let code = Code::SENSITIVE_SHIELD;
    assert_eq!(outcomes[1], Outcome::Failed { code });
    assert_eq!(mailbox(&cloud, "han"), ["oh dear it"]);
}

// F-S18
#[tokio::test]
async fn a_pull_that_fails_is_repeated() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    let failing = Fault::Topic {
        topic: "pullMsg".into(),
        status: 500,
    };
    cloud.add_fault(failing, Scope::Everyone, Lasting::Times(2));

    write(&cloud, "han", "lei", "in the end");

    assert_eq!(next_words(&mut inbox).await, "in the end");
}
