//! How far apps have acknowledged.

use imlink_model::Code;

use super::*;
use crate::Start;

#[test]
fn a_subscription_begins_where_it_is_asked_to_once() {
    let mut house = House::new();
    let subscribe = |name, start| Change::Subscribe {
        subscription: subscription(name),
        start,
    };

    let applied = house.commit(vec![
        incoming(vec![received("u-1", "alice", "one")], ""),
        subscribe("all", Start::Beginning),
        subscribe("new", Start::Now),
        incoming(vec![received("u-2", "alice", "two")], ""),
        subscribe("new", Start::Now),
        subscribe("all", Start::Now),
    ]);

    let after = |applied: &Applied| match applied {
        Applied::Subscribed { after } => after.0,
        other => panic!("not subscribed: {other:?}"),
    };
    assert_eq!([1, 2, 4, 5].map(|n| after(&applied[n])), [0, 1, 1, 0]);
}

// invariant 4
#[test]
fn a_position_goes_forward_only_and_never_beyond_the_last_message() {
    let mut house = subscribed();
    let mut acknowledge = |seq| house.apply(ack("s", seq));

    assert_eq!(acknowledge(2), Applied::Acknowledged);
    assert_eq!(acknowledge(1), Applied::Acknowledged);
    assert_eq!(
        acknowledge(4),
        Applied::Refused {
            code: Code::LOCAL_BAD_REQUEST
        }
    );

    house.reopen();
    assert_eq!(
        house.store.subscription(&subscription("s")).unwrap(),
        Some(Seq(2))
    );
}

#[test]
fn a_subscription_that_was_given_up_is_gone() {
    let mut house = subscribed();

    house.apply(Change::Unsubscribe(subscription("s")));
    house.apply(Change::Unsubscribe(subscription("s")));

    assert_eq!(house.store.subscription(&subscription("s")).unwrap(), None);
    assert_eq!(
        house.apply(ack("s", 1)),
        Applied::Refused {
            code: Code::LOCAL_NO_SUBSCRIPTION
        }
    );
}

// F-I37
#[test]
fn users_and_apps_do_not_share_subscriptions_of_the_same_name() {
    let mut house = subscribed();
    let others = [
        SubscriptionKey {
            uid: 1001,
            ..subscription("s")
        },
        SubscriptionKey {
            app: AppId::new("notes2").unwrap(),
            ..subscription("s")
        },
    ];

    for other in &others {
        assert_eq!(house.store.subscription(other).unwrap(), None);
        house.apply(Change::Subscribe {
            subscription: other.clone(),
            start: Start::Now,
        });
    }
    house.apply(ack("s", 1));

    let [first, second] = others;
    assert_eq!(
        house.store.subscriptions().unwrap(),
        [
            (subscription("s"), Seq(1)),
            (second, Seq(3)),
            (first, Seq(3))
        ]
    );
}

/// Three messages, and a subscription that has none of them.
fn subscribed() -> House {
    let mut house = House::new();
    house.receive(
        ["u-1", "u-2", "u-3"]
            .map(|uid| received(uid, "alice", uid))
            .into(),
    );
    house.apply(Change::Subscribe {
        subscription: subscription("s"),
        start: Start::Beginning,
    });
    house
}

fn ack(name: &str, seq: u64) -> Change {
    Change::Acknowledge {
        subscription: subscription(name),
        seq: Seq(seq),
    }
}
