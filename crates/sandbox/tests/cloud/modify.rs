//! Edited messages.

use std::time::Duration;

use imlink_model::TargetId;
use imlink_sandbox::{LinkId, Policy};
use imlink_wire::{
    notify::Change,
    proto::{
        HistoryMsgInput, HistoryMsgOuput, ModifyMsgResp, MsgChangeReq, PullModifyMsgReq,
        PullModifyMsgResp, UpStreamMessage, encode_body,
    },
    topic,
};

use crate::bench::{Bench, changes, text_body, user};

const EDITED: &str = r#"{"content":"edited"}"#;

#[test]
fn an_edit_shows_in_histories_and_pulls_and_is_pulled_by_who_has_the_message() {
    let mut bench = Bench::new();
    let (one, two, bob) = (
        bench.online("alice"),
        bench.online("alice"),
        bench.online("bob"),
    );
    let said = bench.say_acked(one, "bob", "original");
    bench.heard(two);
    bench.heard(bob);
    bench.pass(60_000);

    let answer = edit(&mut bench, one, "bob", &said.uid);

    let time = answer.modify_time.unwrap();
    assert_eq!(time, bench.now.0);
    assert_eq!(answer.msg.unwrap().content, EDITED);
    assert!(changes(&bench.heard(one)).is_empty());
    for (link, direction) in [(two, 1), (bob, 0)] {
        let told = changes(&bench.heard(link));
        assert_eq!(told, [(Change::ModifiedMessages, time)]);
        let pulled = pull(&mut bench, link, 0);
        assert_eq!(
            (pulled.next_version, pulled.finished),
            (Some(time), Some(true))
        );
        let [modified] = &pulled.msg[..] else {
            panic!("{pulled:?}")
        };
        let message = modified.msg.as_ref().unwrap();
        assert_eq!(modified.modify_type, Some(1));
        assert_eq!(message.msg_id.as_ref(), Some(&said.uid));
        assert_eq!(
            (message.data_time, message.direction),
            (said.time, Some(direction))
        );
        assert_eq!(message.content, EDITED);
        assert_eq!(message.ext_status, Some(4));
        let expected = format!(r#"{{"modify":{{"time":{time}}}}}"#);
        assert_eq!(message.convert_ext, Some(expected));
    }
    assert_eq!(bench.pull(bob, 0, 0).list[0].content, EDITED);
    let asked = HistoryMsgInput {
        target_id: Some("alice".to_owned()),
        ..HistoryMsgInput::default()
    };
    let history: HistoryMsgOuput = bench.ask(bob, topic::PRIVATE_HISTORY, &asked);
    assert_eq!(history.list[0].content, EDITED);
}

#[test]
fn only_the_last_edit_of_a_message_is_pulled() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let said = bench.say_acked(alice, "bob", "original");
    let first = edit(&mut bench, alice, "bob", &said.uid)
        .modify_time
        .unwrap();
    let second = edit(&mut bench, alice, "bob", &said.uid)
        .modify_time
        .unwrap();

    assert!(second > first, "although the clock stood still");
    for version in [0, first] {
        let pulled = pull(&mut bench, bob, version);
        assert_eq!((pulled.msg.len(), pulled.next_version), (1, Some(second)));
    }
    let nothing = pull(&mut bench, bob, second);
    assert_eq!((nothing.msg.len(), nothing.next_version), (0, Some(second)));
    let ahead = pull(&mut bench, bob, second + 5);
    assert_eq!(
        (ahead.next_version, ahead.finished),
        (Some(second + 5), Some(true))
    );
}

#[test]
fn edits_come_in_pages() {
    let mut bench = Bench::with_policy(Policy {
        page: 2,
        ..Policy::default()
    });
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let uids: Vec<_> = ["one", "two", "three"]
        .map(|text| bench.say_acked(alice, "bob", text).uid)
        .into();
    for uid in &uids {
        edit(&mut bench, alice, "bob", uid);
    }

    let (mut version, mut seen) = (0, Vec::new());
    loop {
        let page = pull(&mut bench, bob, version);
        assert!(page.msg.len() <= 2);
        seen.extend(
            page.msg
                .into_iter()
                .map(|one| one.msg.unwrap().msg_id.unwrap()),
        );
        version = page.next_version.unwrap();
        if page.finished == Some(true) {
            break;
        }
    }

    assert_eq!(seen, uids);
}

#[test]
fn members_of_a_group_see_an_edit_and_a_note_to_oneself_is_edited_once() {
    let mut bench = Bench::new();
    let (alice, carol) = (bench.online("alice"), bench.online("carol"));
    let (group, now) = (TargetId::new("g").unwrap(), bench.now);
    bench
        .app()
        .join_group(&group, None, [user("alice"), user("carol")], now);
    bench.publish(alice, topic::GROUP, "g", encode_body(&text_body("group")));
    let said = bench.acks(alice).remove(0);
    let note = bench.say_acked(alice, "alice", "note");

    let asked = MsgChangeReq {
        r#type: 3,
        ..request("g", &said.uid)
    };
    let _: ModifyMsgResp = bench.ask(alice, topic::MODIFY_MESSAGE, &asked);
    edit(&mut bench, alice, "alice", &note.uid);

    let pulled = pull(&mut bench, carol, 0);
    assert_eq!(pulled.msg.len(), 1);
    let message = pulled.msg[0].msg.as_ref().unwrap();
    assert_eq!(message.group_id.as_deref(), Some("g"));
    assert_eq!(pull(&mut bench, alice, 0).msg.len(), 2);
}

#[test]
fn only_the_sender_edits_and_only_for_a_time() {
    let mut bench = Bench::with_policy(Policy {
        edit_time: Duration::from_secs(60),
        ..Policy::default()
    });
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let said = bench.say_acked(alice, "bob", "original");
    let refused = |bench: &mut Bench, link, peer: &str, uid: &str| {
        let asked = encode_body(&request(peer, uid));
        bench.query(link, topic::MODIFY_MESSAGE, asked).0
    };

    assert_eq!(refused(&mut bench, bob, "alice", &said.uid), 20116);
    assert_eq!(refused(&mut bench, alice, "carol", &said.uid), 20116);
    assert_eq!(refused(&mut bench, alice, "bob", "no uid"), 20116);
    bench.pass(60_000);
    edit(&mut bench, alice, "bob", &said.uid);
    bench.pass(1);
    assert_eq!(refused(&mut bench, alice, "bob", &said.uid), 20114);

    let without = MsgChangeReq {
        content: None,
        ..request("bob", &said.uid)
    };
    let (status, _) = bench.query(alice, topic::MODIFY_MESSAGE, encode_body(&without));
    assert_eq!(status, 33003);
    let huge = MsgChangeReq {
        content: Some("x".repeat(128 * 1024 + 1)),
        ..request("bob", &said.uid)
    };
    let (status, _) = bench.query(alice, topic::MODIFY_MESSAGE, encode_body(&huge));
    assert_eq!(status, 20115);
}

#[test]
fn a_recalled_message_takes_its_edit_along() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let said = bench.say_acked(alice, "bob", "original");
    edit(&mut bench, alice, "bob", &said.uid);
    let content = format!(
        r#"{{"conversationType":1,"targetId":"bob","messageUId":"{}","sentTime":{}}}"#,
        said.uid, said.time
    );
    let recall = UpStreamMessage {
        session_id: 1,
        classname: "RC:RcCmd".to_owned(),
        content,
        ..UpStreamMessage::default()
    };

    bench.publish(alice, topic::RECALL, "alice", encode_body(&recall));

    let pulled = pull(&mut bench, bob, 0);
    assert_eq!((pulled.msg.len(), pulled.finished), (0, Some(true)));
}

fn edit(bench: &mut Bench, link: LinkId, peer: &str, uid: &str) -> ModifyMsgResp {
    bench.ask(link, topic::MODIFY_MESSAGE, &request(peer, uid))
}

/// As the web SDK sends it: the uid alone says which message (protocol/cloud-wire.md 5.7).
fn request(peer: &str, uid: &str) -> MsgChangeReq {
    MsgChangeReq {
        target_id: peer.to_owned(),
        r#type: 1,
        msg_uid: uid.to_owned(),
        content: Some(EDITED.to_owned()),
        ..MsgChangeReq::default()
    }
}

fn pull(bench: &mut Bench, link: LinkId, version: i64) -> PullModifyMsgResp {
    let asked = PullModifyMsgReq {
        pull_version: Some(version),
        modify_type: vec![1],
        ..PullModifyMsgReq::default()
    };
    bench.ask(link, topic::PULL_MODIFIED, &asked)
}
