//! Typing notices.

use serde::{Deserialize, Serialize};

use crate::{Body, ObjectName};

/// Somebody is writing a message: a status message that is signalled every few seconds while that
/// lasts (`RC:TypSts`, behaviour.md 13.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// The type of the message, for example `RC:TxtMsg`.
    pub of: ObjectName,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    typing_content_type: String,
}

impl Typing {
    /// Its object name.
    pub const OBJECT_NAME: &str = "RC:TypSts";

    /// Its body as it travels.
    #[must_use]
    pub fn to_body(&self) -> Body {
        let fields = Fields {
            typing_content_type: self.of.as_str().to_owned(),
        };
        Body::new(serde_json::to_string(&fields).expect("a text"))
    }

    /// Reads a body; `None` if it is none of a typing notice.
    #[must_use]
    pub fn read(body: &Body) -> Option<Self> {
        let fields: Fields = serde_json::from_str(body.as_str()).ok()?;
        Some(Self {
            of: ObjectName::new(fields.typing_content_type).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // cloud-wire.md 5.7; protocol/vectors.json, v041
    #[test]
    fn a_typing_notice_has_the_body_of_the_sdk() {
        let typing = Typing {
            of: ObjectName::text(),
        };

        let body = typing.to_body();

        assert_eq!(body.as_str(), r#"{"typingContentType":"RC:TxtMsg"}"#);
        assert_eq!(Typing::read(&body), Some(typing));
        for other in ["", "[]", "{}", r#"{"typingContentType":""}"#] {
            assert_eq!(Typing::read(&Body::new(other)), None, "{other}");
        }
    }
}
