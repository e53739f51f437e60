//! Two users whose apps have the same name: what belongs to an app belongs to it and its user.

use imlink::{ClientMessageId, Code, SubscriptionName};
use imlink_ipc_proto::{Filter, Request, Response, SendOptions, SendState, Start};
use imlink_tests::cloud::with;

use crate::house::House;

const BOTH: &str = "[[allow]]\ngroup = 64400\nrights = \"send\"\n";

// F-I37
#[tokio::test]
async fn the_same_client_id_of_two_users_is_two_messages() {
    let test = "the_same_client_id_of_two_users_is_two_messages";
    let Some(house) = House::open(test, BOTH).await else {
        return;
    };
    let (mut first, mut second) = (
        house.joined(64_321, "org.example.notes"),
        house.joined(64_322, "org.example.notes"),
    );

    let one = first.ask(&send("of the first")).unwrap();
    let nothing = second.ask(&state()).unwrap();
    let withdrawn = second.ask(&Request::Withdraw { client_id: id() });
    let outbox = second.ask(&Request::Outbox {
        behind: None,
        limit: 10,
    });
    let other = second.ask(&send("of the second")).unwrap();

    assert_eq!(nothing, Response::SendState { state: None });
    assert_eq!(withdrawn.unwrap_err().code, Code::LOCAL_NO_MESSAGE);
    assert!(
        matches!(&outbox, Ok(Response::Outbox { entries, .. }) if entries.is_empty()),
        "{outbox:?}"
    );
    let (Response::Accepted { id: one, .. }, Response::Accepted { id: other, .. }) = (one, other)
    else {
        panic!("both are accepted");
    };
    assert_ne!(one, other);
    let sent = |answer| {
        matches!(
            answer,
            Ok(Response::SendState {
                state: Some(SendState::Sent { .. })
            })
        )
    };
    imlink_tests::eventually("both are sent", || {
        (sent(first.ask(&state())) && sent(second.ask(&state()))).then_some(())
    });
    let arrived = imlink_tests::cloud::mailbox(&house.cloud, "han");
    assert_eq!(arrived.len(), 2, "{arrived:?}");
}

// F-I37
#[tokio::test]
async fn a_subscription_of_the_same_name_is_each_users_own() {
    let test = "a_subscription_of_the_same_name_is_each_users_own";
    let Some(house) = House::open(test, BOTH).await else {
        return;
    };
    let mut first = house.joined(64_321, "org.example.notes");
    let mut second = house.joined(64_322, "org.example.notes");
    let mut twin = house.joined(64_321, "org.example.notes");

    let one = first.ask(&subscribe()).unwrap();
    let other = second.ask(&subscribe()).unwrap();
    let busy = twin.ask(&subscribe()).unwrap_err();

    assert_eq!(busy.code, Code::LOCAL_SUBSCRIPTION_BUSY);
    let Response::Subscribed { subscription, .. } = one else {
        panic!("{one:?}");
    };
    assert!(matches!(other, Response::Subscribed { .. }), "{other:?}");
    // A number that is another app's means nothing.
    let foreign = second.ask(&Request::Unsubscribe {
        subscription,
        forget: true,
    });
    assert_eq!(foreign.unwrap_err().code, Code::LOCAL_NO_SUBSCRIPTION);
}

fn send(words: &str) -> Request {
    Request::Send {
        conversation: with("han").into(),
        object_name: imlink::ObjectName::text(),
        body: imlink::Body::new(imlink_tests::cloud::text(words)),
        client_id: id(),
        options: SendOptions::default(),
    }
}

fn state() -> Request {
    Request::SendState { client_id: id() }
}

fn subscribe() -> Request {
    Request::Subscribe {
        name: Some(SubscriptionName::new("inbox").unwrap()),
        start: Start::Now,
        filter: Filter::default(),
    }
}

fn id() -> ClientMessageId {
    ClientMessageId::new("the-same").unwrap()
}
