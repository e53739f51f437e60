//! Histories: what was said, by conversation, beyond what pulls bring.

use std::time::Duration;

use imlink_model::{Conversation, Millis, TargetId};
use imlink_sandbox::{Draft, HistoryOrder, LinkId, Policy, SenderCopy, Target};
use imlink_wire::{
    proto::{DownStreamMessage, HistoryMsgInput, HistoryMsgOuput, UpStreamMessage, encode_body},
    topic,
};

use crate::bench::{Bench, text_body, user};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[test]
fn both_sides_read_a_private_history_newest_first_and_page_by_the_oldest_time() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say_acked(alice, "bob", "one");
    bench.say_acked(bob, "alice", "two");
    bench.say_acked(alice, "bob", "three");

    let first = older(&mut bench, alice, "bob", 0, 2);
    assert_eq!(texts(&first), ["three", "two"]);
    assert_eq!(first.has_msg, 1);
    let oldest = first.list[1].data_time;
    assert_eq!(first.sync_time, oldest);
    let second = older(&mut bench, alice, "bob", oldest, 2);
    assert_eq!((texts(&second), second.has_msg), (vec!["one"], 0));

    let other_side = older(&mut bench, bob, "alice", 0, 10);
    assert_eq!(texts(&other_side), ["three", "two", "one"]);
    let directions: Vec<_> = other_side.list.iter().map(|m| m.direction).collect();
    assert_eq!(directions, [Some(0), Some(1), Some(0)]);
    assert!(other_side.list.iter().all(|m| m.from_user_id == "alice"));
}

#[test]
fn newer_messages_come_oldest_first_and_the_time_itself_is_not_part() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let times: Vec<_> = ["one", "two", "three"]
        .map(|text| bench.say_acked(alice, "bob", text).time)
        .into();

    let after = |bench: &mut Bench, time, count| {
        let asked = HistoryMsgInput {
            order: Some(1),
            ..input("bob", time, count)
        };
        bench.ask::<_, HistoryMsgOuput>(alice, topic::PRIVATE_HISTORY, &asked)
    };
    let page = after(&mut bench, 1, 2);
    assert_eq!((texts(&page), page.has_msg), (vec!["one", "two"], 1));
    let page = after(&mut bench, times[1], 2);
    assert_eq!((texts(&page), page.has_msg), (vec!["three"], 0));
    let page = after(&mut bench, times[2], 2);
    assert_eq!((page.list.len(), page.sync_time), (0, times[2]));
}

#[test]
fn conversations_do_not_mix_and_system_messages_have_their_own() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "private");
    let now = bench.now;
    let group = TargetId::new("bob").unwrap();
    bench
        .app()
        .join_group(&group, None, [user("alice"), user("carol")], now);
    bench.publish(alice, topic::GROUP, "bob", encode_body(&text_body("group")));
    let notice = Draft::new(
        user("bob"),
        Target::System(user("alice")),
        "RC:TxtMsg",
        r#"{"content":"system"}"#,
    );
    bench.app().publish_as(notice, SenderCopy::Excluded, now);

    for (topic, expected) in [
        (topic::PRIVATE_HISTORY, "private"),
        (topic::GROUP_HISTORY, "group"),
        (topic::SYSTEM_HISTORY, "system"),
    ] {
        let page: HistoryMsgOuput = bench.ask(alice, topic, &input("bob", 0, 10));
        assert_eq!(texts(&page), [expected]);
    }
    let carol = bench.online("carol");
    let page: HistoryMsgOuput = bench.ask(carol, topic::GROUP_HISTORY, &input("bob", 0, 10));
    assert_eq!(texts(&page), ["group"]);
    assert_eq!(page.list[0].group_id.as_deref(), Some("bob"));
}

#[test]
fn what_is_not_persisted_is_pulled_and_in_no_history() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let receipt = UpStreamMessage {
        session_id: 0,
        classname: "RC:ReadNtf".to_owned(),
        ..text_body("read")
    };

    bench.publish(alice, topic::PRIVATE, "bob", encode_body(&receipt));

    assert_eq!(bench.pull(bob, 0, 0).list.len(), 1);
    assert_eq!(older(&mut bench, bob, "alice", 0, 10).list.len(), 0);
}

// F-S46
#[test]
fn history_outlives_what_can_be_pulled_and_ends_at_its_own_retention() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.say_acked(alice, "bob", "old");

    bench.pass(8 * DAY);
    assert_eq!(bench.pull(bob, 0, 0).list.len(), 0);
    assert_eq!(texts(&older(&mut bench, bob, "alice", 0, 10)), ["old"]);

    bench.pass(172 * DAY);
    assert_eq!(texts(&older(&mut bench, bob, "alice", 0, 10)), ["old"]);
    bench.pass(1);
    assert_eq!(older(&mut bench, bob, "alice", 0, 10).list.len(), 0);
}

#[test]
fn an_app_without_history_says_so_by_status_and_in_navigation() {
    let mut bench = Bench::with_policy(Policy {
        history: None,
        chatroom_history: None,
        ..Policy::default()
    });
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "gone");

    let asked = encode_body(&input("bob", 0, 10));
    let (status, body) = bench.query(alice, topic::PRIVATE_HISTORY, asked.clone());
    assert_eq!((status, body.len()), (25102, 0));
    let (status, _) = bench.query_about(alice, topic::CHATROOM_HISTORY, "room", asked);
    assert_eq!(status, 23414);
}

#[test]
fn a_recall_takes_its_message_out_of_the_history_and_stays_itself() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    let acked = bench.say_acked(alice, "bob", "oops");
    bench.say_acked(alice, "bob", "stays");
    let content = format!(
        r#"{{"conversationType":1,"targetId":"bob","messageUId":"{}","sentTime":{}}}"#,
        acked.uid, acked.time
    );
    let recall = UpStreamMessage {
        session_id: 1,
        classname: "RC:RcCmd".to_owned(),
        content,
        ..UpStreamMessage::default()
    };

    bench.publish(alice, topic::RECALL, "alice", encode_body(&recall));

    assert_eq!(bench.pull(bob, 0, 0).list[2].option_bits, None);
    bench.app().policy_mut().unread_kept = true;
    let lowers_unread = Some(16);
    assert_eq!(bench.pull(bob, 0, 0).list[2].option_bits, lowers_unread);
    for (link, peer) in [(alice, "bob"), (bob, "alice")] {
        let page = older(&mut bench, link, peer, 0, 10);
        let classes: Vec<_> = page.list.iter().map(|m| m.classname.as_str()).collect();
        assert_eq!(classes, ["RC:RcCmd", "RC:TxtMsg"]);
        assert!(page.list.iter().all(|m| !m.content.contains("oops")));
        assert_ne!(page.list[0].msg_id.as_ref(), Some(&acked.uid));
    }
}

#[test]
fn a_note_to_oneself_is_in_the_history_once() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.say_acked(alice, "alice", "note");

    let page = older(&mut bench, alice, "alice", 0, 10);

    assert_eq!(texts(&page), ["note"]);
    assert_eq!(page.list[0].direction, Some(1));
}

#[test]
fn a_page_is_never_larger_than_the_policy_and_a_count_of_nothing_is_twenty() {
    let mut bench = Bench::with_policy(Policy {
        page: 30,
        ..Policy::default()
    });
    let alice = bench.online("alice");
    for round in 0..40 {
        bench.say_acked(alice, "bob", &round.to_string());
    }

    for (count, expected) in [(0, 20), (-1, 20), (25, 25), (1000, 30)] {
        let page = older(&mut bench, alice, "bob", 0, count);
        assert_eq!((page.list.len(), page.has_msg), (expected, 1), "{count}");
    }
}

#[test]
fn a_query_without_a_target_or_with_a_broken_body_is_refused() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let nobody = encode_body(&HistoryMsgInput::default());
    assert_eq!(bench.query(alice, topic::PRIVATE_HISTORY, nobody).0, 33003);
    let broken = b"\xFF".to_vec();
    assert_eq!(bench.query(alice, topic::GROUP_HISTORY, broken).0, 33003);
    let stranger = older(&mut bench, alice, "nobody", 0, 10);
    assert_eq!((stranger.list.len(), stranger.has_msg), (0, 0));
}

#[test]
fn the_app_server_reads_and_cleans_a_history() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let one = bench.say_acked(alice, "bob", "one");
    bench.say_acked(alice, "bob", "two");
    let with_bob = Conversation::private(user("bob"));
    let read = |bench: &mut Bench, name| {
        let app = bench.app();
        app.history(&user(name), &with_bob, Millis(0), HistoryOrder::Newer, 10)
            .len()
    };
    assert_eq!(read(&mut bench, "alice"), 2);

    bench
        .app()
        .clean_history(&user("alice"), &with_bob, Millis(one.time));

    assert_eq!(read(&mut bench, "alice"), 1);
    let bob = bench.online("bob");
    assert_eq!(
        texts(&older(&mut bench, bob, "alice", 0, 10)),
        ["two", "one"],
        "everyone cleans for himself"
    );
    assert_eq!(bench.pull(bob, 0, 0).list.len(), 2);
}

#[test]
fn a_retention_without_end_keeps_everything() {
    let mut bench = Bench::with_policy(Policy {
        history: Some(Duration::MAX),
        ..Policy::default()
    });
    let alice = bench.online("alice");
    bench.say_acked(alice, "bob", "old");
    bench.pass(10_000 * DAY);

    assert_eq!(texts(&older(&mut bench, alice, "bob", 0, 10)), ["old"]);
}

fn older(bench: &mut Bench, link: LinkId, peer: &str, time: i64, count: i32) -> HistoryMsgOuput {
    bench.ask(link, topic::PRIVATE_HISTORY, &input(peer, time, count))
}

fn input(target: &str, time: i64, count: i32) -> HistoryMsgInput {
    HistoryMsgInput {
        target_id: Some(target.to_owned()),
        time: Some(time),
        count: Some(count),
        order: Some(0),
        ..HistoryMsgInput::default()
    }
}

fn texts(page: &HistoryMsgOuput) -> Vec<&str> {
    page.list.iter().map(text).collect()
}

fn text(message: &DownStreamMessage) -> &str {
    let content = message.content.strip_prefix(r#"{"content":""#);
    content.and_then(|text| text.strip_suffix(r#""}"#)).unwrap()
}
