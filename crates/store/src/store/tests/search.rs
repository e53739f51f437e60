//! Searching, with and without the signatures of complete stretches.

use proptest::prelude::*;

use super::*;
use crate::key::{self, Kind};
use crate::{Edit, SearchPage, SearchQuery};

#[test]
fn a_chinese_word_is_found_inside_a_sentence() {
    let mut house = House::new();
    house.receive(vec![
        said(1, "alice", "网络连接失败"),
        said(2, "alice", "你好"),
        said(3, "bob", "连 接"),
    ]);

    assert_eq!(found(&house, "连接", None), [1]);
    assert_eq!(found(&house, "失败", None), [1]);
    assert_eq!(found(&house, "好", None), [2]);
    assert!(found(&house, "断开", None).is_empty());
    assert!(found(&house, "", None).is_empty());
}

#[test]
fn capital_and_small_letters_are_the_same() {
    let mut house = House::new();
    house.receive(vec![said(1, "alice", "The STRASSE in Paris")]);

    assert_eq!(found(&house, "paris", None), [1]);
    assert_eq!(found(&house, "Strasse IN", None), [1]);
}

#[test]
fn a_keyword_is_found_among_thousands_of_messages_in_one_conversation_and_in_all() {
    let house = crowd();
    assert!(house.store.state.indexed.last > Seq(4_000));

    assert_eq!(found(&house, "needle", None), [4_500, 2_500, 500]);
    assert_eq!(found(&house, "需要", None), [4_500, 2_500, 500]);
    assert_eq!(found(&house, "needle", Some("peer-1")), [2_500]);
    assert!(found(&house, "noodle", None).is_empty());
}

#[test]
fn pages_of_a_search_go_on_where_the_last_one_ended() {
    let house = crowd();
    let query = SearchQuery {
        keyword: "message",
        conversation: None,
        before: None,
        limit: 700,
        max_bytes: ALL,
    };

    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = house
            .store
            .search(&SearchQuery { before, ..query })
            .unwrap();
        assert!(page.messages.len() <= 700);
        seen.extend(seqs(&page.messages));
        before = page.next;
        if before.is_none() {
            break;
        }
    }

    assert_eq!(seen, (1..=5_000).rev().collect::<Vec<_>>());
}

#[test]
fn recalled_and_deleted_messages_are_not_found() {
    let mut house = crowd();
    let recall = Edit::Recall(recall("u-500", "peer-2", Trace::Notice));

    let edits = vec![recall, Edit::Delete(vec![Seq(2_500)])];
    house.store.edit(edits, Millis(0)).unwrap();

    assert_eq!(found(&house, "needle", None), [4_500]);
}

// F-D07
#[test]
fn a_damaged_signature_hides_nothing() {
    let mut house = crowd();
    let signatures: Vec<_> = house
        .store
        .database
        .scan(&key::all(Kind::Signature), crate::engine::Order::Forward)
        .map(|pair| pair.unwrap().0)
        .collect();
    for signature in signatures {
        house
            .rows
            .tamper(&signature, |row| *row.last_mut().unwrap() ^= 1);
    }

    assert_eq!(found(&house, "needle", None), [4_500, 2_500, 500]);
    house.reopen();
    assert_eq!(found(&house, "needle", None), [4_500, 2_500, 500]);
    house.receive(vec![said(9_999, "alice", "one more needle")]);
    assert_eq!(found(&house, "needle", None), [5_001, 4_500, 2_500, 500]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_search_finds_what_reading_everything_finds(
        texts in prop::collection::vec("[ab连接]{0,60}", 1..400),
        keyword in "[ab连接]{1,4}",
        limit in 1..50_usize,
    ) {
        let mut house = House::new();
        let messages = (1..).zip(&texts).map(|(n, text)| said(n, "alice", text));
        house.receive(messages.collect());

        let page = search(&house, &keyword, None, limit);

        let all = (1..).zip(&texts).filter(|(_, text)| text.contains(&keyword));
        let mut expected: Vec<u64> = all.map(|(n, _)| n).collect();
        expected.reverse();
        prop_assert_eq!(page.next.is_some(), expected.len() >= limit && expected[limit - 1] > 1);
        expected.truncate(limit);
        prop_assert_eq!(seqs(&page.messages), expected);
    }
}

/// 5,000 messages of three people, three of them worth looking for.
fn crowd() -> House {
    let mut house = House::new();
    let messages = (1..=5_000_u64).map(|n| {
        let peer = format!("peer-{}", n % 3);
        let text = match n % 2_000 {
            500 => "a message with a needle 需要".to_owned(),
            _ => format!("message {n} 消息"),
        };
        said(n, &peer, &text)
    });
    house.receive(messages.collect());
    house
}

fn said(n: u64, peer: &str, text: &str) -> IncomingMessage {
    let body = format!(r#"{{"content":"{text}","extra":"secret"}}"#);
    received(&format!("u-{n}"), peer, &body)
}

fn found(house: &House, keyword: &str, peer: Option<&str>) -> Vec<u64> {
    let page = search(house, keyword, peer, ALL);
    assert_eq!(page.next, None);
    seqs(&page.messages)
}

fn search(house: &House, keyword: &str, peer: Option<&str>, limit: usize) -> SearchPage {
    let conversation = peer.map(with);
    let query = SearchQuery {
        keyword,
        conversation: conversation.as_ref(),
        before: None,
        limit,
        max_bytes: ALL,
    };
    house.store.search(&query).unwrap()
}
