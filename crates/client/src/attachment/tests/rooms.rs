//! Chatrooms over attachments: the app does nothing, and hears what happened.

use imlink_ipc_proto::{self as proto, ChatroomChange, Request, Response};
use imlink_model::{Code, TargetId};

use super::super::Call;
use super::bench::{Bench, user};
use crate::{DetachedCalls, Event};

// decisions.md P13
#[test]
fn rooms_are_entered_again_once_the_client_is_connected_again() {
    let mut bench = in_lobby();
    bench.die();
    bench.reattach();
    assert!(!joins(&bench), "rooms take a link");
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    let [
        Request::JoinChatroom {
            room,
            create,
            recent,
        },
    ] = &bench.requests()[..]
    else {
        panic!("{:?}", bench.requests());
    };
    assert_eq!((room, *create, *recent), (&lobby(), false, 0));
    assert!(news(&bench).is_empty());
    bench.answer(Response::Done {});

    assert_eq!(news(&bench), [ChatroomChange::Rejoined]);
}

#[test]
fn a_room_that_cannot_be_entered_yet_is_tried_again_and_one_that_is_gone_is_not() {
    let mut bench = in_lobby();
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    bench.fail(Code::RC_NET_CHANNEL_INVALID);
    assert!(!joins(&bench));
    bench.advance_to_deadline();
    assert!(joins(&bench));
    bench.fail(Code::RC_CHATROOM_NOT_EXIST);

    let code = Code::RC_CHATROOM_NOT_EXIST;
    assert_eq!(news(&bench), [ChatroomChange::Left { code }]);
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });
    assert!(!joins(&bench));
}

#[test]
fn a_room_the_app_left_or_was_put_out_of_is_not_entered_again() {
    let ways: [fn(&mut Bench); 4] = [
        |bench| {
            bench.call(leave());
            bench.answer(Response::Done {});
        },
        |bench| {
            let code = Code::RC_CHATROOM_USER_KICKED;
            bench.event(proto::Event::Chatroom {
                room: lobby(),
                change: ChatroomChange::Left { code },
            });
        },
        |bench| {
            bench.call(Call::Disconnect);
            bench.answer(Response::Done {});
            bench.connect();
        },
        |bench| {
            bench.die();
            let left = bench.call(leave());
            assert_eq!(bench.code_of(left), Code::SUCCESS, "nobody need be told");
            bench.reattach();
            bench.answer(Response::Ready {});
            bench.answer(Response::Connected { user: user("lei") });
        },
    ];
    for way in ways {
        let mut bench = in_lobby();
        way(&mut bench);
        bench.die();
        bench.reattach();
        bench.answer(Response::Ready {});
        bench.answer(Response::Connected { user: user("lei") });

        assert!(!joins(&bench));
    }
}

#[test]
fn entering_that_the_daemon_did_not_answer_came_to_nothing() {
    let mut bench = Bench::connected();
    let entering = bench.call(enter());
    bench.die();
    assert_eq!(bench.code_of(entering), Code::IPC_DISCONNECT);

    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    assert!(!joins(&bench));
}

#[test]
fn leaving_before_the_answer_to_entering_is_leaving() {
    let mut bench = Bench::connected();
    bench.call(enter());
    bench.call(leave());
    bench.answer(Response::Done {});
    bench.answer(Response::Done {});
    bench.die();
    bench.reattach();
    bench.answer(Response::Ready {});
    bench.answer(Response::Connected { user: user("lei") });

    assert!(!joins(&bench));
}

#[test]
fn a_refused_entering_is_the_calls_own_end() {
    let mut bench = Bench::initialised_with(DetachedCalls::FailAtOnce);
    bench.connect();
    let entering = bench.call(enter());
    bench.fail(Code::RC_CHATROOM_IS_FULL);

    assert_eq!(bench.code_of(entering), Code::RC_CHATROOM_IS_FULL);
    assert!(news(&bench).is_empty());
}

fn in_lobby() -> Bench {
    let mut bench = Bench::connected();
    bench.call(enter());
    bench.answer(Response::Done {});
    bench.forget_log();
    bench
}

fn lobby() -> TargetId {
    TargetId::new("lobby").unwrap()
}

fn enter() -> Call {
    Call::EnterRoom {
        room: lobby(),
        create: true,
        recent: 5,
    }
}

fn leave() -> Call {
    Call::LeaveRoom { room: lobby() }
}

fn joins(bench: &Bench) -> bool {
    let mut requests = bench.requests().into_iter();
    requests.any(|request| matches!(request, Request::JoinChatroom { .. }))
}

fn news(bench: &Bench) -> Vec<ChatroomChange> {
    let events = bench.events.iter().filter_map(|event| match event {
        Event::Chatroom { change, .. } => Some(*change),
        _ => None,
    });
    events.collect()
}
