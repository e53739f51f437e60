//! What a user deletes leaves his own history and nobody else's; and looking up what is left.

use imlink_sandbox::LinkId;
use imlink_wire::{
    proto::{
        CleanHisMsgInput, CleanMsgBatchReq, DeleteMsg, DeleteMsgInput, HistoryMsgInput,
        HistoryMsgOuput, MessageQueryInfo, MsgQuery, MsgQueryAck, RelationQryInput,
        RelationsOutput, encode_body,
    },
    topic,
};

use crate::bench::{Ack, Bench};

#[test]
fn single_messages_are_deleted_for_who_deletes_them() {
    let mut bench = Bench::new();
    let (alice, bob, said) = talk(&mut bench);
    let asked = DeleteMsgInput {
        r#type: Some(1),
        conversation_id: Some("bob".to_owned()),
        msgs: [said[1].uid.clone(), "no uid".to_owned()]
            .map(|uid| DeleteMsg {
                msg_id: Some(uid),
                ..DeleteMsg::default()
            })
            .into(),
        bus_channel: None,
    };

    let (status, _) = bench.query(alice, topic::DELETE_MESSAGES, encode_body(&asked));

    assert_eq!(status, 0);
    assert_eq!(
        times(&mut bench, alice, "bob"),
        [said[2].time, said[0].time]
    );
    assert_eq!(times(&mut bench, bob, "alice").len(), 3);
    assert_eq!(
        bench.pull(alice, 0, 0).list.len(),
        3,
        "pulls still bring it"
    );
}

#[test]
fn cleaning_takes_everything_up_to_and_with_a_time() {
    let mut bench = Bench::new();
    let (alice, bob, said) = talk(&mut bench);

    clean(&mut bench, alice, topic::CLEAN_PRIVATE, "bob", said[1].time);

    assert_eq!(times(&mut bench, alice, "bob"), [said[2].time]);
    assert_eq!(times(&mut bench, bob, "alice").len(), 3);
    clean(&mut bench, alice, topic::CLEAN_GROUP, "bob", 0);
    assert_eq!(
        times(&mut bench, alice, "bob").len(),
        1,
        "that was the group"
    );
    clean(&mut bench, alice, topic::CLEAN_PRIVATE, "bob", 0);
    assert!(times(&mut bench, alice, "bob").is_empty());
    clean(&mut bench, alice, topic::CLEAN_SYSTEM, "nobody", 0);
}

#[test]
fn a_cleaned_conversation_stays_on_the_list_without_a_message() {
    let mut bench = Bench::new();
    let (alice, ..) = talk(&mut bench);

    clean(&mut bench, alice, topic::CLEAN_PRIVATE, "bob", 0);

    let list: RelationsOutput =
        bench.ask(alice, topic::CONVERSATIONS, &RelationQryInput::default());
    assert_eq!((list.info.len(), list.info[0].msg.is_none()), (1, true));
}

#[test]
fn several_conversations_are_cleaned_at_once_or_none() {
    let mut bench = Bench::new();
    let (alice, ..) = talk(&mut bench);
    bench.say_acked(alice, "carol", "hello");
    let one = |kind, peer: &str| CleanHisMsgInput {
        target_id: peer.to_owned(),
        data_time: 0,
        conversation_type: Some(kind),
        bus_channel: None,
    };

    let broken = CleanMsgBatchReq {
        input: vec![one(1, "bob"), one(99, "carol")],
    };
    let (status, _) = bench.query(alice, topic::CLEAN_MANY, encode_body(&broken));
    assert_eq!(status, 33003);
    assert_eq!(times(&mut bench, alice, "bob").len(), 3);

    let both = CleanMsgBatchReq {
        input: vec![one(1, "bob"), one(1, "carol")],
    };
    let (status, _) = bench.query(alice, topic::CLEAN_MANY, encode_body(&both));
    assert_eq!(status, 0);
    assert!(times(&mut bench, alice, "bob").is_empty());
    assert!(times(&mut bench, alice, "carol").is_empty());
}

#[test]
fn messages_are_looked_up_by_uid_and_the_missing_are_named() {
    let mut bench = Bench::new();
    let (alice, bob, said) = talk(&mut bench);
    let asked = MsgQuery {
        target_id: "alice".to_owned(),
        r#type: 1,
        query: [said[0].uid.clone(), "F3ZJ-JTTB-J246-4ZFP".to_owned()]
            .map(|uid| MessageQueryInfo {
                msg_uid: uid,
                ..MessageQueryInfo::default()
            })
            .into(),
    };

    let found: MsgQueryAck = bench.ask(bob, topic::LOOK_UP_MESSAGES, &asked);

    assert_eq!(found.list.len(), 1);
    assert_eq!(found.list[0].data_time, said[0].time);
    assert_eq!(found.not_exist_msg_id, ["F3ZJ-JTTB-J246-4ZFP"]);
    let stranger: MsgQueryAck = bench.ask(alice, topic::LOOK_UP_MESSAGES, &asked);
    assert_eq!(
        (stranger.list.len(), stranger.not_exist_msg_id.len()),
        (0, 2)
    );
}

fn talk(bench: &mut Bench) -> (LinkId, LinkId, Vec<Ack>) {
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let said = ["one", "two", "three"].map(|text| bench.say_acked(alice, "bob", text));
    (alice, bob, said.into())
}

fn clean(bench: &mut Bench, link: LinkId, topic: &str, target: &str, time: i64) {
    let asked = CleanHisMsgInput {
        target_id: target.to_owned(),
        data_time: time,
        ..CleanHisMsgInput::default()
    };
    let (status, _) = bench.query(link, topic, encode_body(&asked));
    assert_eq!(status, 0, "{topic}");
}

fn times(bench: &mut Bench, link: LinkId, peer: &str) -> Vec<i64> {
    let asked = HistoryMsgInput {
        target_id: Some(peer.to_owned()),
        ..HistoryMsgInput::default()
    };
    let page: HistoryMsgOuput = bench.ask(link, topic::PRIVATE_HISTORY, &asked);
    page.list.iter().map(|message| message.data_time).collect()
}
