//! A cloud in a box, and what is said to it.

use imlink::{Conversation, Token, UserId};
use imlink_sandbox::{Config, Sandbox};

use crate::secrecy;

/// A sandbox of its own on free ports.
///
/// # Panics
/// If the machine has no port left.
#[must_use]
pub fn cloud() -> Sandbox {
    secrecy::watch();
    Sandbox::spawn(Config::default()).unwrap()
}

/// A user of that name.
///
/// # Panics
/// If the name is none.
#[must_use]
pub fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

/// A valid token of that user.
///
/// # Panics
/// If the name is none.
#[must_use]
pub fn token(cloud: &Sandbox, name: &str) -> Token {
    Token::new(issued(cloud, name)).unwrap()
}

/// The same as a text, which nothing may ever tell.
///
/// # Panics
/// If the name is none.
#[must_use]
pub fn issued(cloud: &Sandbox, name: &str) -> String {
    secrecy::noted(cloud.issue_token(&user(name)))
}

/// The conversation with that user.
///
/// # Panics
/// If the name is none.
#[must_use]
pub fn with(name: &str) -> Conversation {
    Conversation::private(user(name))
}

/// The body of a text message.
#[must_use]
pub fn text(words: &str) -> String {
    serde_json::json!({ "content": words }).to_string()
}

/// Has one user write to another, as from a device of his own.
///
/// # Panics
/// If a name is none.
pub fn write(cloud: &Sandbox, from: &str, to: &str, words: &str) {
    cloud.publish(&user(from), &user(to), "RC:TxtMsg", &text(words));
}

/// What a user's mailbox holds, by words and in order; what is no text message is shown whole.
///
/// # Panics
/// If the name is none.
#[must_use]
pub fn mailbox(cloud: &Sandbox, name: &str) -> Vec<String> {
    let stored = cloud.stored(&user(name)).into_iter();
    stored.map(|message| words(&message.content)).collect()
}

/// The words of a text message; anything else whole.
#[must_use]
pub fn words(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| Some(body.get("content")?.as_str()?.to_owned()))
        .unwrap_or_else(|| body.to_owned())
}
