//! `imlink search`.

use serde_json::{Value, json};

use crate::stage::{Home, Ran};

// issue 4: search by keyword in one conversation and over all; 连接 finds 网络连接失败
#[test]
fn a_keyword_is_found_in_one_conversation_and_in_all_of_them() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    for text in ["网络连接失败", "Lunch at one?", "lunch again"] {
        home.run(&["send", "bob", text]);
    }
    home.run(&["send", "carol", "no lunch today"]);
    let found = |arguments: &[&str]| texts(&home.run(&[arguments, &["--json"]].concat()));

    assert_eq!(found(&["search", "连接"]), ["网络连接失败"]);
    assert_eq!(
        found(&["search", "LUNCH"]),
        ["Lunch at one?", "lunch again", "no lunch today"]
    );
    assert_eq!(
        found(&["search", "lunch", "--with", "carol"]),
        ["no lunch today"]
    );
    assert_eq!(
        found(&["search", "lunch", "--group", "carol"]),
        [] as [&str; 0]
    );
    let human = home.run(&["search", "one"]);
    assert!(
        human
            .out
            .trim_end()
            .ends_with("alice to bob  Lunch at one?")
    );
    assert_eq!(human.err, "");
}

#[test]
fn older_ones_are_reached_by_the_hint() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    for text in ["a cat", "a dog", "another cat"] {
        home.run(&["send", "bob", text]);
    }

    let newest = home.run(&["search", "cat", "-n", "1"]);
    let hint = newest
        .err
        .trim()
        .strip_prefix("There may be older ones: add ");
    let hint = hint.unwrap().trim_end_matches('.');
    let older = [&["search", "cat"], &hint.split(' ').collect::<Vec<_>>()[..]].concat();
    let older = home.run(&older);

    assert!(newest.out.trim_end().ends_with("another cat"), "{newest:?}");
    assert_eq!(older.out.lines().count(), 1, "{older:?}");
    assert!(older.out.trim_end().ends_with("a cat"), "{older:?}");
    assert_eq!(older.err, "");
}

#[test]
fn nothing_found_is_no_error_and_one_sentence() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    let human = home.run(&["search", "no\u{1b}body"]);
    let json = home.run(&["search", "nobody", "--json"]);

    assert_eq!((human.status, human.out.as_str()), (Some(0), ""));
    assert_eq!(human.err, "Nothing stored says “no\\u{1b}body”.\n");
    assert_eq!(
        (json.status, json.out.as_str(), json.err.as_str()),
        (Some(0), "", "")
    );
}

fn texts(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let text = |message: Value| match &message["text"] {
        Value::String(text) => text.clone(),
        other => panic!("{} in {}", other, json!(message)),
    };
    ran.json().into_iter().map(text).collect()
}
