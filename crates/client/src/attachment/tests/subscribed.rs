//! Subscriptions over attachments.

use imlink_ipc_proto::{Request, Response};
use imlink_model::{Code, ConnectionStatus, Seq};

use super::super::{Call, Dropped, SubscriptionKey};
use super::bench::{Bench, connect, subscribe, user};

const KEY: SubscriptionKey = SubscriptionKey(1);

fn subscribed() -> Bench {
    let mut bench = Bench::connected();
    bench.call(subscribe(1));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });
    bench
}

fn again(bench: &mut Bench, after: u64) {
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });
    bench.answer(Response::Subscribed {
        subscription: 6,
        after: Seq(after),
        generation: imlink_model::Generation(7),
    });
}

fn acknowledge(seq: u64) -> Call {
    Call::Acknowledge {
        key: KEY,
        seq: Seq(seq),
    }
}

#[test]
fn what_was_not_acknowledged_comes_again_and_says_so() {
    let mut bench = subscribed();
    bench.deliver(5, 1);
    bench.deliver(5, 2);

    again(&mut bench, 0);
    for seq in 1..=3 {
        bench.deliver(6, seq);
    }

    let handed: Vec<(u64, bool)> = bench
        .delivered
        .iter()
        .map(|(_, item)| item.as_ref().unwrap())
        .map(|handed| (handed.message.seq.0, handed.redelivered))
        .collect();
    assert_eq!(
        handed,
        [(1, false), (2, false), (1, true), (2, true), (3, false)]
    );
}

#[test]
fn messages_for_the_number_of_an_earlier_attachment_are_nobodys() {
    let mut bench = subscribed();
    again(&mut bench, 0);

    bench.deliver(5, 1);

    assert!(bench.delivered.is_empty());
}

#[test]
fn an_acknowledgement_of_an_earlier_attachments_message_fails_and_is_made_up_for() {
    let mut bench = subscribed();
    bench.deliver(5, 1);
    again(&mut bench, 0);

    let call = bench.call(acknowledge(1));
    assert_eq!(bench.code_of(call), Code::IPC_DISCONNECT);
    assert!(bench.requests().is_empty(), "the daemon would refuse it");
    bench.deliver(6, 1);

    assert_eq!(
        bench.requests(),
        [Request::Acknowledge {
            subscription: 6,
            seq: Seq(1)
        }]
    );
}

#[test]
fn a_message_that_never_came_cannot_be_acknowledged() {
    let mut bench = subscribed();

    let call = bench.call(acknowledge(1));

    assert_eq!(bench.code_of(call), Code::LOCAL_BAD_REQUEST);
}

#[test]
fn acknowledgements_are_one_request_at_a_time_and_all_are_told() {
    let mut bench = subscribed();
    for seq in 1..=3 {
        bench.deliver(5, seq);
    }

    let calls: Vec<u32> = (1..=3).map(|seq| bench.call(acknowledge(seq))).collect();
    assert_eq!(
        bench.requests(),
        [Request::Acknowledge {
            subscription: 5,
            seq: Seq(1)
        }]
    );
    bench.answer(Response::Done {});
    assert_eq!(
        bench.requests(),
        [Request::Acknowledge {
            subscription: 5,
            seq: Seq(3)
        }]
    );
    bench.answer(Response::Done {});

    for call in calls {
        assert_eq!(bench.code_of(call), Code::SUCCESS);
    }
}

#[test]
fn a_dropped_subscription_is_given_back_after_its_last_acknowledgement() {
    let mut bench = subscribed();
    bench.deliver(5, 1);
    bench.deliver(5, 2);
    let (first, second) = (bench.call(acknowledge(1)), bench.call(acknowledge(2)));

    bench.drop(Dropped::Subscription(KEY));
    assert_eq!(
        bench.requests(),
        [
            Request::Acknowledge {
                subscription: 5,
                seq: Seq(1)
            },
            Request::Acknowledge {
                subscription: 5,
                seq: Seq(2)
            },
            Request::Unsubscribe {
                subscription: 5,
                forget: false
            },
        ]
    );
    for _ in 0..3 {
        bench.answer(Response::Done {});
    }

    assert_eq!(bench.code_of(first), Code::SUCCESS);
    assert_eq!(bench.code_of(second), Code::SUCCESS);
}

#[test]
fn a_subscription_dropped_before_the_daemon_answers_is_given_back_then() {
    let mut bench = Bench::connected();
    bench.call(subscribe(1));

    bench.drop(Dropped::Subscription(KEY));
    bench.answer(Response::Subscribed {
        subscription: 5,
        after: Seq(0),
        generation: imlink_model::Generation(7),
    });

    assert_eq!(
        bench.requests(),
        [Request::Unsubscribe {
            subscription: 5,
            forget: false
        }]
    );
}

#[test]
fn forgetting_is_said_to_the_daemon_and_nothing_is_repeated() {
    let mut bench = subscribed();

    let call = bench.call(Call::Forget { key: KEY });
    assert_eq!(
        bench.requests(),
        [Request::Unsubscribe {
            subscription: 5,
            forget: true
        }]
    );
    bench.answer(Response::Done {});
    assert_eq!(bench.code_of(call), Code::SUCCESS);
    bench.die();
    bench.reattach();

    assert_eq!(bench.requests().len(), 2, "init and connect only");
}

#[test]
fn a_kicked_app_keeps_its_subscription_for_when_it_connects_again() {
    let mut bench = subscribed();
    bench.status(ConnectionStatus::KickedOffline, Some(Code::UNKNOWN));
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    assert!(bench.requests().is_empty());

    bench.call(connect());
    bench.answer(Response::Connected { user: user("lei") });

    assert!(matches!(
        bench.requests().as_slice(),
        [Request::Subscribe { .. }]
    ));
    assert!(bench.subscriptions_ended.is_empty());
}

#[test]
fn the_subscriptions_of_another_user_end() {
    let mut bench = subscribed();
    bench.call(Call::Disconnect);
    bench.answer(Response::Done {});

    bench.call(connect());
    bench.answer(Response::Connected { user: user("han") });

    assert_eq!(bench.subscriptions_ended, [(KEY, None)]);
    assert_eq!(
        bench.requests(),
        [Request::Unsubscribe {
            subscription: 5,
            forget: false
        }]
    );
}
