//! The conversation list.

use imlink_model::TargetId;
use imlink_sandbox::LinkId;
use imlink_wire::{
    proto::{
        HistoryMsgInput, HistoryMsgOuput, RelationDelBatchReq, RelationOpInput, RelationQryFilter,
        RelationQryInput, RelationsOutput, SessionMsgReadInput, SessionState, SessionStateItem,
        SessionStateModifyReq, SessionStateModifyResp, SessionStateType, SessionTagItem,
        UpStreamMessage, encode_body,
    },
    topic,
};

use crate::bench::{Bench, text_body, user};

#[test]
fn the_list_has_newest_first_with_last_message_unread_and_read_time() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let first = bench.say_acked(bob, "alice", "one");
    bench.say_acked(bob, "alice", "two");
    bench.say_acked(alice, "carol", "hi carol");
    let position = SessionMsgReadInput {
        r#type: 1,
        msg_time: first.time,
        channel_id: "bob".to_owned(),
        bus_channel: None,
    };
    bench.publish(alice, topic::READ_POSITION, "alice", encode_body(&position));

    let list = list(&mut bench, alice, &RelationQryInput::default());

    assert_eq!(names(&list), ["carol", "bob"]);
    assert_eq!(list.is_finished, Some(true));
    let carol = &list.info[0];
    assert_eq!((carol.r#type, carol.unread_count), (1, Some(0)));
    let last = carol.msg.clone().unwrap();
    assert_eq!(last.content, r#"{"content":"hi carol"}"#);
    assert_eq!(
        (last.direction, last.from_user_id.as_str()),
        (Some(1), "carol")
    );
    assert_eq!(carol.version_time, Some(last.data_time));
    let bob = &list.info[1];
    assert_eq!(
        (bob.unread_count, bob.read_msg_time),
        (Some(1), Some(first.time))
    );
    assert!(bob.msg.as_ref().unwrap().content.contains("two"));
}

#[test]
fn pages_follow_the_pull_time_in_both_directions() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    for name in ["a", "b", "c"] {
        bench.say_acked(alice, name, "hello");
    }

    for (order, expected) in [(0, ["c", "b", "a"]), (1, ["a", "b", "c"])] {
        let mut seen = Vec::new();
        let mut start_time = 0;
        loop {
            let asked = RelationQryInput {
                count: Some(1),
                order: Some(order),
                start_time: Some(start_time),
                ..RelationQryInput::default()
            };
            let page = list(&mut bench, alice, &asked);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            start_time = page.pull_time.unwrap();
            if page.is_finished == Some(true) {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
}

#[test]
fn the_list_can_be_of_some_kinds_only() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "private");
    let (group, now) = (TargetId::new("g").unwrap(), bench.now);
    bench.app().join_group(&group, None, [user("alice")], now);
    bench.publish(alice, topic::GROUP, "g", encode_body(&text_body("group")));

    for (kinds, expected) in [
        (vec![], vec!["g", "bob"]),
        (vec![1], vec!["bob"]),
        (vec![3, 6], vec!["g"]),
        (vec![6], vec![]),
    ] {
        let asked = RelationQryInput {
            channel_type: kinds,
            ..RelationQryInput::default()
        };
        assert_eq!(names(&list(&mut bench, alice, &asked)), expected);
    }
}

#[test]
fn what_is_not_to_be_the_last_message_is_not() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "shown");
    let hidden = UpStreamMessage {
        option_bits: Some(1),
        ..text_body("hidden")
    };
    bench.publish(alice, topic::PRIVATE, "bob", encode_body(&hidden));

    let list = list(&mut bench, alice, &RelationQryInput::default());

    let last = list.info[0].msg.as_ref().unwrap();
    assert!(last.content.contains("shown"));
}

#[test]
fn a_removed_conversation_comes_back_with_its_next_message() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say_acked(bob, "alice", "one");
    remove(&mut bench, alice, "bob", false);
    let all = RelationQryInput::default();
    assert!(names(&list(&mut bench, alice, &all)).is_empty());
    assert_eq!(history(&mut bench, alice, "bob"), 1);
    assert_eq!(names(&list(&mut bench, bob, &all)), ["alice"]);

    bench.say_acked(bob, "alice", "two");

    let list = list(&mut bench, alice, &all);
    assert_eq!(names(&list), ["bob"]);
    assert_eq!(list.info[0].unread_count, Some(1), "the old one was read");
}

#[test]
fn removing_with_messages_cleans_the_history_too() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say_acked(bob, "alice", "one");

    remove(&mut bench, alice, "bob", true);

    assert_eq!(history(&mut bench, alice, "bob"), 0);
    assert_eq!(history(&mut bench, bob, "alice"), 1);
}

#[test]
fn known_conversations_are_looked_up_and_unknown_ones_left_out() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "hello");

    let asked = batch(&["bob", "stranger"], false);
    let found: RelationsOutput = bench.ask(alice, topic::LOOK_UP_CONVERSATIONS, &asked);

    assert_eq!(names(&found), ["bob"]);
    assert!(found.info[0].msg.is_some());
    let many: Vec<_> = (0..101).map(|_| "bob").collect();
    let asked = encode_body(&batch(&many, false));
    let (status, _) = bench.query(alice, topic::LOOK_UP_CONVERSATIONS, asked);
    assert_eq!(status, 33003);
}

#[test]
fn the_filtered_list_pages_by_token_and_knows_tags() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    for name in ["a", "b", "c"] {
        bench.say_acked(alice, name, "hello");
    }
    tag(&mut bench, alice, "a", "work");
    tag(&mut bench, alice, "c", "work");

    let mut seen = Vec::new();
    let mut page_token = None;
    loop {
        let asked = RelationQryFilter {
            count: Some(1),
            tags: vec!["work".to_owned()],
            page_token: page_token.take(),
            ..RelationQryFilter::default()
        };
        let page: RelationsOutput = bench.ask(alice, topic::FILTER_CONVERSATIONS, &asked);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        page_token = page.page_token;
        if page_token.is_none() {
            assert_eq!(page.is_finished, Some(true));
            break;
        }
    }

    assert_eq!(seen, ["c", "a"]);
}

#[test]
fn a_stranger_has_an_empty_list() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let list = list(&mut bench, alice, &RelationQryInput::default());

    assert_eq!((list.info.len(), list.is_finished), (0, Some(true)));
}

fn list(bench: &mut Bench, link: LinkId, asked: &RelationQryInput) -> RelationsOutput {
    bench.ask(link, topic::CONVERSATIONS, asked)
}

fn names(list: &RelationsOutput) -> Vec<&str> {
    list.info.iter().map(|info| info.user_id.as_str()).collect()
}

fn history(bench: &mut Bench, link: LinkId, peer: &str) -> usize {
    let asked = HistoryMsgInput {
        target_id: Some(peer.to_owned()),
        ..HistoryMsgInput::default()
    };
    let page: HistoryMsgOuput = bench.ask(link, topic::PRIVATE_HISTORY, &asked);
    page.list.len()
}

fn remove(bench: &mut Bench, link: LinkId, peer: &str, clean: bool) {
    let asked = encode_body(&batch(&[peer], clean));
    let (status, _) = bench.query(link, topic::REMOVE_CONVERSATIONS, asked);
    assert_eq!(status, 0);
}

fn batch(peers: &[&str], clean: bool) -> RelationDelBatchReq {
    let named = |peer: &&str| RelationOpInput {
        conversation_id: (*peer).to_owned(),
        conversation_type: 1,
        bus_channel: None,
    };
    RelationDelBatchReq {
        relation: peers.iter().map(named).collect(),
        clean_msg: Some(clean),
    }
}

fn tag(bench: &mut Bench, link: LinkId, peer: &str, tag: &str) {
    let item = SessionStateItem {
        session_state_type: SessionStateType::Tags.into(),
        tags: vec![SessionTagItem {
            tag_id: tag.to_owned(),
            ..SessionTagItem::default()
        }],
        ..SessionStateItem::default()
    };
    let asked = SessionStateModifyReq {
        version: 0,
        state: vec![SessionState {
            r#type: 1,
            channel_id: peer.to_owned(),
            state_item: vec![item],
            ..SessionState::default()
        }],
        ignore_version: Some(true),
    };
    let _: SessionStateModifyResp = bench.ask(link, topic::TAG_CONVERSATIONS, &asked);
}
