//! Pulls: order, cursors, pages.

use std::time::Duration;

use imlink_sandbox::Policy;
use imlink_wire::{
    proto::{
        DownStreamMessages, EventChangeList, PullModifyMsgReq, PullModifyMsgResp,
        PullUserSettingInput, PullUserSettingOutput, QueryMsgChange, SessionReq, SessionStates,
        SyncRequestMsg, decode_answer, decode_body, encode_body,
    },
    topic,
};

use crate::bench::Bench;

#[test]
fn what_came_while_offline_is_pulled_in_order_and_the_cursor_moves_to_the_last() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let acks: Vec<_> = ["one", "two", "three"]
        .map(|text| bench.say_acked(alice, "bob", text))
        .into();

    let bob = bench.online("bob");
    let page = bench.pull(bob, 0, 0);

    let uids: Vec<_> = page
        .list
        .iter()
        .map(|message| message.msg_id.clone().unwrap())
        .collect();
    assert_eq!(
        uids,
        acks.iter().map(|ack| ack.uid.clone()).collect::<Vec<_>>()
    );
    assert_eq!(page.list[0].content, r#"{"content":"one"}"#);
    assert_eq!(
        (page.list[0].from_user_id.as_str(), page.list[0].direction),
        ("alice", Some(0))
    );
    assert_eq!((page.list[0].status, page.list[0].r#type), (48, 1));
    assert_eq!(page.sync_time, acks[2].time);
    assert_eq!(page.finished, Some(true));
    let again = bench.pull(bob, page.sync_time, 0);
    assert_eq!(
        (again.list.len(), again.sync_time, again.finished),
        (0, page.sync_time, Some(true))
    );
}

#[test]
fn cursors_are_never_lowered_and_the_broadcast_cursor_comes_back() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "old");
    let bob = bench.online("bob");
    let ahead = bench.now.0 + 1_000_000;

    let page = bench.pull(bob, ahead, ahead);

    assert_eq!((page.list.len(), page.sync_time), (0, ahead));
    assert_eq!(page.broadcast_sync_time, Some(17));
}

// F-S18
#[test]
fn pages_of_one_bring_everything_and_say_when_they_are_done() {
    let mut bench = Bench::with_policy(Policy {
        page: 1,
        ..Policy::default()
    });
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let mut expected = Vec::new();
    for round in 0..4 {
        expected.push(bench.say_acked(alice, "bob", &format!("to {round}")).uid);
        expected.push(bench.say_acked(bob, "alice", &format!("from {round}")).uid);
    }

    let (mut received, mut sent, mut uids) = (0, 0, Vec::new());
    loop {
        let page = bench.pull(bob, received, sent);
        assert_eq!(page.list.len(), 1);
        assert!(page.sync_time >= received);
        received = page.sync_time;
        for message in &page.list {
            uids.push(message.msg_id.clone().unwrap());
            if message.direction == Some(1) {
                sent = message.data_time;
            }
        }
        if page.finished == Some(true) {
            break;
        }
    }

    assert_eq!(uids, expected);
}

#[test]
fn own_messages_come_from_the_peers_side_only_if_asked_for_and_after_their_own_cursor() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let acked = bench.say_acked(alice, "bob", "mine");

    let page = bench.pull(alice, 0, 0);
    assert_eq!(
        (page.list[0].from_user_id.as_str(), page.list[0].direction),
        ("bob", Some(1))
    );
    assert_eq!(page.list[0].client_unique_id, Some(99));
    assert_eq!((page.list[0].data_time, page.sync_time), (acked.time, 0));
    assert_eq!(bench.pull(alice, 0, acked.time).list.len(), 0);

    let asked = SyncRequestMsg::default();
    let (status, body) = bench.query(alice, topic::PULL_MESSAGES, encode_body(&asked));
    let page: DownStreamMessages = decode_body(body).unwrap();
    assert_eq!(
        (status, page.list.len()),
        (0, 0),
        "the sent box was not asked for"
    );
}

#[test]
fn a_note_to_oneself_is_in_both_boxes() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let acked = bench.say_acked(alice, "alice", "note");

    let page = bench.pull(alice, 0, 0);

    let directions: Vec<_> = page
        .list
        .iter()
        .map(|message| message.direction.unwrap())
        .collect();
    assert_eq!(directions, [1, 0]);
    assert_eq!(page.sync_time, acked.time);
    assert_eq!(bench.pull(alice, acked.time, acked.time).list.len(), 0);
}

// F-S46
#[test]
fn what_is_older_than_the_retention_is_gone() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "old");
    let week = i64::try_from(Duration::from_secs(7 * 24 * 3600).as_millis()).unwrap();
    bench.pass(week);
    let young = bench.say_acked(alice, "bob", "young");
    let bob = bench.online("bob");

    assert_eq!(
        bench.pull(bob, 0, 0).list.len(),
        2,
        "a week to the millisecond is kept"
    );
    bench.pass(1);
    let page = bench.pull(bob, 0, 0);

    assert_eq!(page.list.len(), 1);
    assert_eq!(page.list[0].msg_id, Some(young.uid));
}

// F-S11
#[test]
fn a_pull_is_compressed_for_clients_that_offer_to_inflate_it_if_the_policy_says_so() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "hello");
    let bob = bench.online("bob");
    let asked = |offered| SyncRequestMsg {
        compressio_enabled: Some(offered),
        ..SyncRequestMsg::default()
    };

    for (policy, offered) in [(false, true), (true, false), (true, true)] {
        bench.app().policy_mut().compressed_pulls = policy;
        let (_, body) = bench.query(bob, topic::PULL_MESSAGES, encode_body(&asked(offered)));

        let outer: DownStreamMessages = decode_body(body.clone()).unwrap();
        assert_eq!(outer.list.is_empty(), policy && offered);
        let answer: DownStreamMessages = decode_answer(body).unwrap();
        assert_eq!(answer.list[0].content, r#"{"content":"hello"}"#);
        assert_eq!(
            (answer.sync_time, answer.finished),
            (outer.sync_time, outer.finished)
        );
    }
}

#[test]
fn pulls_of_what_the_cloud_does_not_keep_bring_nothing_and_lower_no_version() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let asked = PullUserSettingInput {
        version: 5,
        ..PullUserSettingInput::default()
    };
    let (_, body) = bench.query(alice, "pullUS", encode_body(&asked));
    assert_eq!(
        decode_body::<PullUserSettingOutput>(body).unwrap().version,
        5
    );

    let (_, body) = bench.query(alice, "pullSeAtts", encode_body(&SessionReq { time: 6 }));
    assert_eq!(decode_body::<SessionStates>(body).unwrap().version, 6);

    let asked = QueryMsgChange {
        sync_time: 7,
        ..QueryMsgChange::default()
    };
    let (_, body) = bench.query(alice, "pullEventChange", encode_body(&asked));
    let answer: EventChangeList = decode_body(body).unwrap();
    assert_eq!((answer.sync_time, answer.has_next), (7, Some(false)));

    let asked = PullModifyMsgReq {
        pull_version: Some(8),
        ..PullModifyMsgReq::default()
    };
    let (_, body) = bench.query(alice, "pullModifyMsg", encode_body(&asked));
    let answer: PullModifyMsgResp = decode_body(body).unwrap();
    assert_eq!(
        (answer.next_version, answer.finished),
        (Some(8), Some(true))
    );

    for topic in ["qAppBot", "reportsdk"] {
        assert_eq!(bench.query(alice, topic, vec![]).0, 0, "{topic}");
    }
}

#[test]
fn a_query_nobody_serves_and_one_that_cannot_be_read_get_a_status() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    assert_eq!(bench.query(alice, "noSuchTopic", vec![]).0, 32546);
    assert_eq!(bench.query(alice, "pullMsg", b"\xFF".to_vec()).0, 33003);
    assert_eq!(
        bench.query(alice, "pullUS", vec![]).0,
        33003,
        "a required field is missing"
    );
}

#[test]
fn own_messages_come_to_who_wants_them_or_names_a_cursor_for_them() {
    let mut bench = Bench::new();
    let (alice, other) = (bench.online("alice"), bench.online("alice"));
    bench.say_acked(alice, "bob", "hello");
    let cases = [
        (Some(true), Some(0), 1),
        (Some(true), None, 1),
        (None, Some(0), 1),
        (None, None, 0),
        (Some(false), Some(0), 0),
    ];

    for (is_pull_send, send_box_sync_time, expected) in cases {
        let asked = SyncRequestMsg {
            is_pull_send,
            send_box_sync_time,
            ..SyncRequestMsg::default()
        };
        let answer: DownStreamMessages = bench.ask(other, topic::PULL_MESSAGES, &asked);
        assert_eq!(
            answer.list.len(),
            expected,
            "{is_pull_send:?} {send_box_sync_time:?}"
        );
    }
}
