//! Words that may not be said.

use imlink_wire::ServerPacket;

use crate::bench::{Bench, user};

#[test]
fn a_message_with_a_forbidden_word_is_refused() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().forbid_word("darn", None);

    assert_eq!(bench.say_acked(alice, "bob", "oh darn it").status, 21501);
    assert_eq!(bench.app().stored(&user("bob")), []);
    bench.app().permit_word("darn");
    assert_eq!(bench.say_acked(alice, "bob", "oh darn it").status, 0);
}

#[test]
fn a_message_whose_words_were_replaced_is_delivered_and_its_sender_told() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().forbid_word("darn", Some("****"));

    let acked = bench.say_acked(alice, "bob", "darn, darn");

    assert_eq!(acked.status, 21502);
    let stored = bench.app().stored(&user("bob"));
    assert_eq!(stored[0].content, r#"{"content":"****, ****"}"#);
    assert_eq!(stored[0].uid, acked.uid);
    assert_eq!(stored[0].time.0, acked.time);
    assert_eq!(bench.say_acked(alice, "bob", "fine").status, 0);
}

#[test]
fn a_word_that_is_refused_wins_over_one_that_is_replaced() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    bench.app().forbid_word("heck", Some("*"));
    bench.app().forbid_word("darn", None);
    bench.app().forbid_word("", None);

    assert_eq!(bench.say_acked(alice, "bob", "heck and darn").status, 21501);
    assert_eq!(bench.say_acked(alice, "bob", "hello").status, 0);
    let words: Vec<_> = bench.app().forbidden_words().collect();
    assert_eq!(words, [("darn", None), ("heck", Some("*"))]);
}

#[test]
fn an_echo_of_a_message_with_replaced_words_is_complete() {
    let mut bench = Bench::new();
    let (alice, other) = (bench.online("alice"), bench.online("alice"));
    bench.app().forbid_word("darn", Some("*"));

    bench.say(alice, "bob", "darn");

    let heard = bench.heard(other);
    assert!(
        matches!(
            &heard[..],
            [
                ServerPacket::Publish { sync: true, .. },
                ServerPacket::PubAck { status: 0, .. }
            ]
        ),
        "{heard:?}"
    );
}
