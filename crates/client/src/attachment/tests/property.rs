//! Whatever happens in whatever order, each call ends exactly once.

use std::collections::BTreeMap;
use std::time::Duration;

use imlink_ipc_proto::{self as proto, Failure, Outcome, Response};
use imlink_model::{Code, ConnectionStatus, Seq};
use proptest::prelude::*;

use super::super::{
    Call, DialFailure, Dropped, ReceiptKey, State, SubscriptionKey, TimeLimit, Unreadable,
};
use super::bench::{Bench, connect, send, subscribe, token, user};
use crate::DetachedCalls;

#[derive(Clone, Debug)]
enum Step {
    Call(u8),
    Drop(Dropped),
    Answer { which: usize, well: bool },
    Deliver { subscription: u32, seq: u64 },
    Status(usize),
    Dialled(u8),
    Die,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..14_u8).prop_map(Step::Call),
        1 => (0..3_u64).prop_map(|key| Step::Drop(Dropped::Subscription(SubscriptionKey(key)))),
        1 => Just(Step::Drop(Dropped::Receipt(ReceiptKey(9)))),
        4 => (any::<usize>(), any::<bool>())
            .prop_map(|(which, well)| Step::Answer { which, well }),
        2 => (1..4_u32, 1..9_u64).prop_map(|(subscription, seq)| Step::Deliver { subscription, seq }),
        1 => (0..ConnectionStatus::ALL.len()).prop_map(Step::Status),
        3 => (0..5_u8).prop_map(Step::Dialled),
        1 => Just(Step::Die),
        2 => (0..40_000_u64).prop_map(Step::Wait),
    ]
}

proptest! {
    // IPC-01
    #[test]
    fn every_call_ends_exactly_once(
        steps in prop::collection::vec(step(), 1..200),
        patient in any::<bool>(),
    ) {
        let detached_calls = match patient {
            true => DetachedCalls::WaitUpTo(Duration::from_secs(5)),
            false => DetachedCalls::FailAtOnce,
        };
        let mut bench = Bench::new(detached_calls);
        let mut calls = Vec::new();
        calls.push(bench.call(Call::Init));

        for step in steps {
            calls.extend(take(&mut bench, step));
        }
        bench.machine.handle_drop();
        bench.drain();

        let mut ends: BTreeMap<u32, usize> = BTreeMap::new();
        for (waiter, _) in &bench.ended {
            *ends.entry(*waiter).or_default() += 1;
        }
        for call in calls {
            prop_assert_eq!(ends.remove(&call), Some(1), "call {}", call);
        }
        prop_assert!(ends.is_empty());
    }
}

fn take(bench: &mut Bench, step: Step) -> Option<u32> {
    match step {
        Step::Call(which) => return Some(bench.call(call(which))),
        Step::Drop(dropped) => bench.drop(dropped),
        Step::Answer { which, well } => {
            if bench.asked.is_empty() {
                return None;
            }
            let (id, request) = bench.asked.remove(which % bench.asked.len());
            let outcome = match well {
                true => Outcome::Ok(fitting(&request)),
                false => Outcome::Failed(Failure::of(Code::LOCAL_NO_ACCOUNT)),
            };
            bench.answer_id(id, outcome);
        }
        Step::Deliver { subscription, seq } => {
            if matches!(bench.machine.state, State::Attached(_)) {
                bench.deliver(subscription, seq);
            }
        }
        Step::Status(which) => {
            if matches!(bench.machine.state, State::Attached(_)) {
                bench.status(ConnectionStatus::ALL[which], Some(Code::UNKNOWN));
            }
        }
        Step::Dialled(how) => {
            if !matches!(bench.machine.state, State::Dialing) {
                return None;
            }
            match how {
                0 => bench.nobody_there(),
                1 => {
                    bench
                        .machine
                        .handle_dial_failed(DialFailure::Busy, bench.now);
                    bench.drain();
                }
                2 => bench.refuse(Code::LOCAL_DENIED),
                _ => bench.welcome(),
            }
        }
        Step::Die => bench.die(),
        Step::Wait(milliseconds) => {
            let end = bench.now + Duration::from_millis(milliseconds);
            // A machine that asks to be woken at once for ever would hang here.
            for _ in 0..1000 {
                if bench
                    .machine
                    .poll_timeout()
                    .is_none_or(|deadline| deadline > end)
                {
                    bench.now = end;
                    return None;
                }
                bench.advance_to_deadline();
            }
            panic!("the machine does not come to rest");
        }
    }
    None
}

fn call(which: u8) -> Call {
    let key = SubscriptionKey(u64::from(which % 3));
    match which {
        0 => Call::Init,
        1 => Call::DaemonStatus,
        2 => connect(),
        3 => {
            let limit = TimeLimit::from_duration(Duration::from_secs(3));
            Call::Connect {
                token: token(),
                limit,
                unreadable: Unreadable::Refuse,
                callback: None,
            }
        }
        4 => Call::Join { user: None },
        5 => Call::Disconnect,
        6 => Call::Logout,
        7 => send(9),
        8 => subscribe(0),
        9 => subscribe(1),
        10 => Call::Acknowledge { key, seq: Seq(3) },
        11 => Call::Acknowledge { key, seq: Seq(5) },
        12 => Call::Forget { key },
        _ => Call::Ping,
    }
}

fn fitting(request: &proto::Request) -> Response {
    match request {
        proto::Request::Init { .. } => Response::Ready {},
        proto::Request::Connect { .. } | proto::Request::Join { .. } => {
            Response::Connected { user: user("lei") }
        }
        proto::Request::Subscribe { .. } => Response::Subscribed {
            subscription: 1,
            after: Seq(0),
            generation: imlink_model::Generation(7),
        },
        proto::Request::SendState { .. } => Response::SendState { state: None },
        _ => Response::Done {},
    }
}
