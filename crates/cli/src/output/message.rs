//! A message as the command shows it.

use std::borrow::Cow;
use std::fmt;

use imlink_model::{Body, Direction, Message, ObjectName, Origin};
use serde::Serialize;

use super::{Escaped, Paint, moment};

/// Longest part of a body that is shown where there is no text to show, in characters.
const SHOWN_OF_BODY: usize = 120;

/// The type of the notice in the place of a message that was taken back (behaviour.md 13.7).
const RECALLED: &str = "RC:RcNtf";

/// One message: to people a line, to programs an object with these fields.
#[derive(Clone, Debug, Serialize)]
pub struct MessageLine<'a> {
    /// Its place in the account's local order, from 1 on; 0 for a transient message.
    pub seq: u64,
    /// The server's id; `null` only for a transient message.
    pub uid: Option<&'a str>,
    /// Kind of the conversation, for example `private`.
    pub kind: &'static str,
    /// The other user or the group.
    pub target: &'a str,
    /// The channel inside an ultra group, else `null`.
    pub channel: Option<&'a str>,
    /// `sent` or `received`, seen from the account.
    pub direction: &'static str,
    /// `remote`, `other-device`, or the id of the local app that sent it.
    pub origin: &'a str,
    /// The user who wrote it.
    pub sender: &'a str,
    /// Its type, for example `RC:TxtMsg`.
    pub object_name: &'a str,
    /// The text of a text message, else `null`.
    pub text: Option<String>,
    /// The body as it travels.
    pub body: &'a str,
    /// The server's time of it, in milliseconds since 1970.
    pub sent_at: i64,
    /// This machine's time when it was stored, in milliseconds since 1970.
    pub received_at: i64,
    /// The sending app's own id of it, if an app of this daemon sent it.
    pub client_id: Option<&'a str>,
}

impl<'a> From<&'a Message> for MessageLine<'a> {
    fn from(message: &'a Message) -> Self {
        Self {
            seq: message.seq.0,
            uid: message.uid.as_ref().map(|uid| uid.as_str()),
            kind: message.conversation.kind.name(),
            target: message.conversation.target.as_str(),
            channel: message
                .conversation
                .channel
                .as_ref()
                .map(|channel| channel.as_str()),
            direction: match message.direction {
                Direction::Sent => "sent",
                Direction::Received => "received",
            },
            origin: match &message.origin {
                Origin::Remote => "remote",
                Origin::OtherDevice => "other-device",
                Origin::App(app) => app.as_str(),
            },
            sender: message.sender.as_str(),
            object_name: message.object_name.as_str(),
            text: text(message),
            body: message.body.as_str(),
            sent_at: message.sent_at.0,
            received_at: message.received_at.0,
            client_id: message.client_id.as_ref().map(|id| id.as_str()),
        }
    }
}

impl fmt::Display for MessageLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = moment(imlink_model::Millis(self.sent_at));
        write!(
            f,
            "{}  {}",
            Paint::dim(moment),
            Paint::actor(Escaped(self.sender))
        )?;
        if self.sender != self.target {
            write!(f, " {} {}", Paint::dim("to"), Escaped(self.target))?;
        }
        match &self.text {
            Some(text) => write!(f, "  {}", Escaped(text)),
            None if self.object_name == RECALLED => {
                write!(f, "  {}", Paint::dim("(took a message back)"))
            }
            None => write!(
                f,
                "  {} {}",
                Paint::dim(Escaped(self.object_name)),
                Escaped(&shortened(self.body))
            ),
        }
    }
}

/// What a message says: its text, or its type and the beginning of its body.
#[must_use]
pub fn words(message: &Message) -> String {
    text(message).unwrap_or_else(|| {
        format!(
            "{} {}",
            message.object_name,
            shortened(message.body.as_str())
        )
    })
}

/// The text of a text message; `None` for other types and for bodies that are not what the type
/// asks for (behaviour.md 13).
#[must_use]
pub fn said_in(object_name: &ObjectName, body: &Body) -> Option<String> {
    if *object_name != ObjectName::text() {
        return None;
    }
    let body: serde_json::Value = serde_json::from_str(body.as_str()).ok()?;
    Some(body.get("content")?.as_str()?.to_owned())
}

fn text(message: &Message) -> Option<String> {
    said_in(&message.object_name, &message.body)
}

/// The beginning of a text that may be long.
#[must_use]
pub fn shortened(body: &str) -> Cow<'_, str> {
    match body.char_indices().nth(SHOWN_OF_BODY) {
        None => body.into(),
        Some((end, _)) => format!("{}…", &body[..end]).into(),
    }
}

#[cfg(test)]
mod tests {
    use imlink_model::{AppId, Conversation, Flags, MessageUid, Millis, Seq, TargetId, UserId};

    use super::*;
    use crate::output::json_line;

    #[test]
    fn a_text_is_shown_without_the_json_around_it() {
        let message = message("RC:TxtMsg", r#"{"content":"hi"}"#);

        assert_eq!(plain(&message), "bob  hi");
    }

    #[test]
    fn another_type_is_named_and_its_body_cut() {
        let message = message("App:Blob", &"x".repeat(500));

        assert_eq!(
            plain(&message),
            format!("bob  App:Blob {}…", "x".repeat(120))
        );
    }

    #[test]
    fn a_text_message_without_text_shows_its_body() {
        let message = message("RC:TxtMsg", "not json");

        assert_eq!(plain(&message), "bob  RC:TxtMsg not json");
    }

    #[test]
    fn a_message_that_was_taken_back_says_so() {
        let message = message("RC:RcNtf", r#"{"operatorId":"bob"}"#);

        assert_eq!(plain(&message), "bob  (took a message back)");
    }

    #[test]
    fn a_message_elsewhere_says_where() {
        let mut message = message("RC:TxtMsg", r#"{"content":"hi"}"#);
        message.conversation = Conversation::group(TargetId::new("team").unwrap());

        assert_eq!(plain(&message), "bob to team  hi");
    }

    // F-K09
    #[test]
    fn a_hostile_message_is_harmless_in_both_formats() {
        let mut message = message("RC:TxtMsg", r#"{"content":"\u001b]0;owned\u0007\nb"}"#);
        message.sender = UserId::new("bo\u{202e}b").unwrap();

        let shown = plain(&message);
        let json = json_line(&MessageLine::from(&message)).unwrap();

        assert_eq!(shown, r"bo\u{202e}b to bob  \u{1b}]0;owned\u{7}\nb");
        assert!(!json.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{json}");
    }

    #[test]
    fn programs_get_every_field() {
        let mut message = message("RC:TxtMsg", r#"{"content":"hi"}"#);
        message.origin = Origin::App(AppId::new("notes").unwrap());

        let json = json_line(&MessageLine::from(&message)).unwrap();

        assert_eq!(
            json,
            concat!(
                r#"{"seq":7,"uid":"U-1","kind":"private","target":"bob","channel":null,"#,
                r#""direction":"received","origin":"notes","sender":"bob","#,
                r#""object_name":"RC:TxtMsg","text":"hi","body":"{\"content\":\"hi\"}","#,
                r#""sent_at":1785506531123,"received_at":1785506531124,"client_id":null}"#
            )
        );
    }

    fn plain(message: &Message) -> String {
        let line = MessageLine::from(message).to_string();
        let plain = anstream::adapter::strip_str(&line).to_string();
        // The moment depends on the zone of the machine that runs the test.
        plain["2026-07-31 14:02:11  ".len()..].to_owned()
    }

    fn message(object_name: &str, body: &str) -> Message {
        let bob = UserId::new("bob").unwrap();
        Message {
            seq: Seq(7),
            uid: Some(MessageUid::new("U-1").unwrap()),
            conversation: Conversation::private(bob.clone()),
            direction: Direction::Received,
            origin: Origin::Remote,
            sender: bob,
            object_name: ObjectName::new(object_name).unwrap(),
            body: Body::new(body),
            sent_at: Millis(1_785_506_531_123),
            received_at: Millis(1_785_506_531_124),
            flags: Flags::default(),
            client_id: None,
            expansion: None,
            offline: false,
            received: imlink_model::ReceivedStatus::NONE,
            local_extra: None,
        }
    }
}
