//! What the store understands of a body: whom it mentions, and which of its words can be searched.

use imlink_model::{Body, Message, ObjectName, UserId};
use serde::Deserialize;
use serde_json::Value;

/// The fields of a body that matter here (behaviour.md 13.1, 13.2). Apps may put anything in them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Content {
    content: Value,
    title: Value,
    name: Value,
    poi: Value,
    #[serde(rename = "mentionedInfo")]
    mentioned: Value,
}

/// The number of a mention of everybody.
const EVERYBODY: u64 = 1;

impl Content {
    /// Reads a body, `None` if it is no JSON object.
    fn of(body: &Body) -> Option<Self> {
        // A struct can be read from an array too.
        let text = body.as_str().trim_start();
        text.starts_with('{')
            .then(|| serde_json::from_str(text).ok())
            .flatten()
    }

    fn mentions(&self, user: &UserId) -> bool {
        let everybody = self.mentioned.get("type").and_then(Value::as_u64) == Some(EVERYBODY);
        let listed = self.mentioned.get("userIdList").and_then(Value::as_array);
        everybody
            || listed.is_some_and(|users| {
                users
                    .iter()
                    .any(|listed| listed.as_str() == Some(user.as_str()))
            })
    }

    /// What a person would call the words of a message of that type. Types of the vendor's have
    /// pictures and voices in some of the fields.
    fn words(&self, object_name: &ObjectName) -> Vec<&str> {
        let fields: &[&Value] = match object_name.as_str() {
            "RC:TxtMsg" | "RC:ReferenceMsg" => &[&self.content],
            "RC:ImgTextMsg" => &[&self.title, &self.content],
            "RC:FileMsg" => &[&self.name],
            "RC:LBSMsg" => &[&self.poi],
            name if name.starts_with("RC:") => &[],
            _ => &[&self.title, &self.content, &self.name],
        };
        fields.iter().filter_map(|field| field.as_str()).collect()
    }
}

/// Whether a message speaks to the user by name, or to everybody.
pub(crate) fn mentions(message: &Message, user: &UserId) -> bool {
    // Most messages mention nobody, and looking for the word is cheaper than reading JSON.
    message.body.as_str().contains("mentionedInfo")
        && Content::of(&message.body).is_some_and(|content| content.mentions(user))
}

/// The words of a message in the form that is searched: small letters, one space between the
/// fields. Empty if it has none.
pub(crate) fn words(message: &Message) -> String {
    Content::of(&message.body).map_or_else(String::new, |content| {
        fold(&content.words(&message.object_name).join(" "))
    })
}

/// A text in the form that is searched.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_or_the_user_is_mentioned() {
        for (mentioned, expected) in [
            (r#"{"type":1}"#, true),
            (r#"{"type":2,"userIdList":["bob","me"]}"#, true),
            (r#"{"type":2,"userIdList":["bob"]}"#, false),
            (r#"{"type":"1","userIdList":"me"}"#, false),
            ("null", false),
            ("7", false),
        ] {
            let body = Body::new(format!(r#"{{"content":"hi","mentionedInfo":{mentioned}}}"#));

            let me = UserId::new("me").unwrap();
            assert_eq!(
                Content::of(&body).unwrap().mentions(&me),
                expected,
                "{mentioned}"
            );
        }
    }

    #[test]
    fn words_are_what_people_wrote_and_no_pictures() {
        for (object_name, body, words) in [
            ("RC:TxtMsg", r#"{"content":"hi","extra":"x"}"#, vec!["hi"]),
            ("RC:ImgMsg", r#"{"content":"/9j/4AAQ"}"#, vec![]),
            (
                "RC:FileMsg",
                r#"{"name":"plan.pdf","size":"7"}"#,
                vec!["plan.pdf"],
            ),
            (
                "RC:LBSMsg",
                r#"{"content":"/9j/","poi":"Station"}"#,
                vec!["Station"],
            ),
            (
                "app:card",
                r#"{"title":"One","content":["Two"]}"#,
                vec!["One"],
            ),
        ] {
            let object_name = ObjectName::new(object_name).unwrap();
            let content = Content::of(&Body::new(body)).unwrap();

            assert_eq!(content.words(&object_name), words);
        }
    }

    #[test]
    fn bodies_that_are_no_objects_have_no_content() {
        for body in ["", "hello", "[1]", "7", "{", "null"] {
            assert!(Content::of(&Body::new(body)).is_none(), "{body}");
        }
    }
}
