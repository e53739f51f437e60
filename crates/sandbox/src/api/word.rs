//! Words that may not be said (server-api.md 7).

use std::collections::BTreeMap;

use imlink_model::Millis;

use super::{
    ApiError,
    call::Call,
    field::{Field, optional, required},
    generation::Names,
    kind::{Number, Rows, Text, Texts},
    reply::Reply,
    route::Operation,
};
use crate::App;

/// The longest word, in bytes, and the most words of one call.
const MAX_WORD: usize = 128;
const MAX_WORDS: usize = 50;

const WORD: Field<Text> = Field::new(Names::both("word"), Text(MAX_WORD), "The word.");
const REPLACEMENT: Field<Text> = Field::new(
    Names::rongcloud("replaceWord"),
    Text(MAX_WORD),
    "What takes its place; the message is refused if left out.",
);
const WORDS: Field<Texts> = Field::new(
    Names::both("words"),
    Texts {
        items: MAX_WORDS,
        bytes: MAX_WORD,
    },
    "The words.",
);
const REPLACED: Field<Rows> = Field::new(
    Names::nexconn("words"),
    Rows(MAX_WORDS),
    "The words, each an object with word and perhaps replacement.",
);
const TYPE: Field<Number> = Field::new(
    Names::new("type", "filterType"),
    Number(0..=2),
    "0 for those that are replaced, 1 for those that are refused, 2 for both.",
);

pub(super) const OPERATIONS: &[Operation] = &[ADD, ADD_MANY, REMOVE, REMOVE_MANY, LIST];

const ADD: Operation = Operation::rongcloud(
    "/sensitiveword/add.json",
    "Forbids a word.",
    &[required(&WORD), optional(&REPLACEMENT)],
    add,
);

const ADD_MANY: Operation = Operation::nexconn(
    "/v4/profanity-word/batch/add",
    "Forbids words.",
    &[required(&REPLACED)],
    add_many,
);

const REMOVE: Operation = Operation::new(
    "/sensitiveword/delete.json",
    "/v4/profanity-word/remove",
    "Allows a word again.",
    &[required(&WORD)],
    remove,
);

const REMOVE_MANY: Operation = Operation::new(
    "/sensitiveword/batch/delete.json",
    "/v4/profanity-word/batch/remove",
    "Allows words again.",
    &[required(&WORDS)],
    remove_many,
);

const LIST: Operation = Operation::new(
    "/sensitiveword/list.json",
    "/v4/profanity-word/list",
    "Lists the forbidden words.",
    &[optional(&TYPE)],
    list,
);

fn add(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let word = call.required(&WORD)?;
    if !is_word(&word) {
        return Err(call.invalid(&WORD, "has no letter and no digit"));
    }
    app.forbid_word(&word, call.optional(&REPLACEMENT)?.as_deref());
    Ok(Reply::new())
}

fn add_many(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let words = call.required(&REPLACED)?;
    let names_one = |word: &BTreeMap<_, String>| word.get("word").is_some_and(|word| is_word(word));
    if !words.iter().all(names_one) {
        return Err(call.invalid(&REPLACED, "has an entry without a word"));
    }
    for word in &words {
        let replacement = word.get("replacement").map(String::as_str);
        app.forbid_word(&word["word"], replacement);
    }
    Ok(Reply::new())
}

fn remove(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    app.permit_word(&call.required(&WORD)?);
    Ok(Reply::new())
}

fn remove_many(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    for word in call.required(&WORDS)? {
        app.permit_word(&word);
    }
    Ok(Reply::new())
}

/// The vendor's own tests of its Node SDK expect that a dash is none.
fn is_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn list(app: &mut App, call: &Call, _: Millis) -> Result<Reply, ApiError> {
    let (replaced, refused) = match call.optional(&TYPE)? {
        Some(0) => (true, false),
        Some(2) => (true, true),
        Some(_) | None => (false, true),
    };
    let words = app.forbidden_words();
    let wanted = words.filter(|(_, replacement)| match replacement {
        Some(_) => replaced,
        None => refused,
    });
    let rows = wanted.map(|(word, replacement)| {
        let kind = u8::from(replacement.is_none());
        Reply::new()
            .with(Names::both("word"), word)
            .with(
                Names::new("replaceWord", "replacement"),
                replacement.unwrap_or_default(),
            )
            .with(Names::rongcloud("type"), kind.to_string())
            .with(Names::nexconn("filterType"), kind.to_string())
    });
    Ok(Reply::new().rows(Names::both("words"), rows))
}
