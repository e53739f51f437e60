//! What a subscription brings, and what an app says to it.

use imlink::{Seq, Start, SubscriptionName};
use imlink_ipc_proto::{Delivery, Filter, Request, Response, ServerFrame};
use imlink_tests::RawApp;

/// All stored messages, as a new subscription brings them.
pub fn everything(app: &mut RawApp, name: &str) -> Vec<Delivery> {
    let (subscription, after) = subscribed(app, name);
    assert_eq!(after, Seq(0));
    let mut found = Vec::new();
    loop {
        if let Some(ServerFrame::Delivery(delivery)) = app.frame() {
            assert_eq!(delivery.subscription, subscription);
            let is_last = delivery.left == 0;
            found.push(delivery);
            if is_last {
                return found;
            }
        }
    }
}

/// A place that is acknowledged stays until it is forgotten.
pub fn deals_with(app: &mut RawApp, name: &str, last: &Delivery) {
    let (mut subscription, seq) = (last.subscription, last.message.seq);
    let acknowledge = Request::Acknowledge { subscription, seq };
    assert_eq!(app.ask(acknowledge), Ok(Response::Done {}));

    for (forget, place) in [(false, seq), (true, Seq(0))] {
        let unsubscribe = Request::Unsubscribe {
            subscription,
            forget,
        };
        assert_eq!(app.ask(unsubscribe), Ok(Response::Done {}));
        let after;
        (subscription, after) = subscribed(app, name);
        assert_eq!(after, place);
    }
}

/// The number of a durable subscription, and behind which place it begins.
pub fn subscribed(app: &mut RawApp, name: &str) -> (u32, Seq) {
    let subscribed = app.ask(Request::Subscribe {
        name: Some(SubscriptionName::new(name).unwrap()),
        start: Start::Beginning,
        filter: Filter::default(),
    });
    match subscribed {
        Ok(Response::Subscribed {
            subscription,
            after,
            ..
        }) => (subscription, after),
        other => panic!("not subscribed: {other:?}"),
    }
}
