//! Words that may not be said.

use serde_json::json;

use super::{call, code, form, result};
use crate::bench::Bench;

#[test]
fn forbidden_words_are_listed_refused_and_allowed_again() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    form(&mut bench, "/sensitiveword/add.json", "word=spam");
    assert_eq!(
        code(&call(&mut bench, "/sensitiveword/add.json", "word=-")),
        (400, 1002)
    );
    let many = json!({ "words": [{ "word": "egg", "replacement": "***" }] });
    result(&mut bench, "/v4/profanity-word/batch/add", &many);

    assert_eq!(bench.say_acked(alice, "bob", "spam").status, 21501);
    let listed = form(&mut bench, "/sensitiveword/list.json", "type=2");
    assert_eq!(
        listed["words"],
        json!([
            { "word": "egg", "replaceWord": "***", "type": "0" },
            { "word": "spam", "replaceWord": "", "type": "1" },
        ])
    );
    form(
        &mut bench,
        "/sensitiveword/batch/delete.json",
        "words=spam&words=egg",
    );
    assert_eq!(bench.say_acked(alice, "bob", "spam egg").status, 0);
}
