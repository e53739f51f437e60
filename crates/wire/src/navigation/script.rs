//! The script form of version 1 (protocol/cloud-wire.md 1.2): `name({...});`.

use super::{
    MAX_ANSWER, NavigationAnswer, NavigationError,
    outcome::{of_object, of_status},
};

/// Reads the answer to a request of version 1: what lies between the first `{` and the last `}`.
///
/// # Errors
/// As [`super::outcome()`].
pub fn outcome(http_status: u16, body: &[u8]) -> Result<NavigationAnswer, NavigationError> {
    of_status(http_status)?;
    if body.len() > MAX_ANSWER {
        return Err(NavigationError::TooLarge);
    }
    let first = body.iter().position(|byte| *byte == b'{');
    let last = body.iter().rposition(|byte| *byte == b'}');
    let object = first
        .zip(last)
        .and_then(|(first, last)| body.get(first..=last));
    of_object(object.ok_or(NavigationError::Unreadable)?)
}

/// Writes an answer as a call of `callback`, which must be an identifier
/// ([`super::ReceivedRequest::parse_v1`] sees to that).
#[must_use]
pub fn render(callback: &str, answer: &NavigationAnswer) -> String {
    let json = serde_json::to_string(answer).expect("an answer has no map with foreign keys");
    format!("{callback}({json});")
}
