//! Expansions: names and values attached to a message after it was sent (behaviour.md 13.1,
//! protocol/cloud-wire.md 5.7).
//!
//! Whoever expands a message sends a message that says so. Once that is accepted, the expanded one
//! shows it in pulls and histories.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use imlink_model::{Millis, UserId};
use imlink_wire::{flags, proto::MsgChangeReq};
use serde::{Deserialize, Serialize};

use super::{
    App, Draft, SenderCopy, Target,
    message::Message,
    publish::Refusal,
    query::{Answer, Query},
};

/// The object name of a message that expands another.
const EXPANDING: &str = "RC:MsgExMsg";
/// The longest name, in characters (behaviour.md 13.1).
const MAX_NAME: usize = 32;
/// The longest value, in characters (behaviour.md 13.1).
const MAX_VALUE: usize = 4096;
/// The most names of one message (behaviour.md 13.1).
const MAX_NAMES: usize = 300;

/// Whose message an app server expands, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanding {
    /// In whose name.
    pub by: UserId,
    /// The conversation as he has it.
    pub to: Target,
    /// The message.
    pub uid: String,
    /// Whether his own devices hear of it.
    pub copy: SenderCopy,
}

/// Why a message is not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// Nobody has such a message in such a conversation.
    #[error("there is no such message in the conversation")]
    NoSuchMessage,
    /// The message was sent without leave to expand it.
    #[error("the message may not be expanded")]
    NotExpandable,
    /// A name or value is empty or too long.
    #[error("a name or value is not allowed")]
    Invalid,
    /// The message would have too many names.
    #[error("the message has too many expansions")]
    TooMany,
}

impl From<ExpansionError> for Refusal {
    fn from(error: ExpansionError) -> Self {
        match error {
            ExpansionError::NoSuchMessage => Self::new(22201, "expands no message"),
            ExpansionError::NotExpandable => Self::new(22202, "the message may not be expanded"),
            ExpansionError::Invalid => Self::new(22203, "a name or value is not allowed"),
            ExpansionError::TooMany => Self::new(22203, "too many expansions"),
        }
    }
}

/// What a message says of the one it expands.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Content {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    put: BTreeMap<String, String>,
    #[serde(rename = "del", skip_serializing_if = "Vec::is_empty")]
    delete: Vec<String>,
    #[serde(rename = "mid")]
    uid: String,
}

impl App {
    /// Attaches names and values to a message, as an app server does. Says the uid of the message
    /// that tells so.
    ///
    /// # Errors
    /// [`ExpansionError`], and nothing has happened.
    pub fn expand_message(
        &mut self,
        expanding: &Expanding,
        put: &BTreeMap<String, String>,
        now: Millis,
    ) -> Result<String, ExpansionError> {
        let message = self.expandable(expanding)?;
        let fits = |text: &str, limit| (1..=limit).contains(&text.chars().count());
        if !put
            .iter()
            .all(|(name, value)| fits(name, MAX_NAME) && fits(value, MAX_VALUE))
        {
            return Err(ExpansionError::Invalid);
        }
        let before = self.changes.expansion(&message);
        let new = put.keys().filter(|name| !before.contains_key(*name));
        if before.len() + new.count() > MAX_NAMES {
            return Err(ExpansionError::TooMany);
        }
        let content = Content {
            put: put.clone(),
            ..Content::default()
        };
        Ok(self.tell_expansion(expanding, content, now))
    }

    /// Takes names off a message, as an app server does; those it does not have do not matter.
    /// Says the uid of the message that tells so.
    ///
    /// # Errors
    /// [`ExpansionError`], and nothing has happened.
    pub fn unexpand_message(
        &mut self,
        expanding: &Expanding,
        names: &[String],
        now: Millis,
    ) -> Result<String, ExpansionError> {
        self.expandable(expanding)?;
        let content = Content {
            delete: names.to_vec(),
            ..Content::default()
        };
        Ok(self.tell_expansion(expanding, content, now))
    }

    /// What is attached to a message, each value with the time it was set, if it was later than
    /// the message.
    #[must_use]
    pub fn expansion_of(&self, uid: &str) -> Option<BTreeMap<String, (String, Option<Millis>)>> {
        let message = self.find_message(uid)?;
        let expansion = self.changes.expansion(&message).into_iter();
        let shown = expansion.map(|(name, expanded)| {
            let time = expanded.time.map(Millis);
            (name, (expanded.value, time))
        });
        Some(shown.collect())
    }

    /// Expands a message of a conversation of the asking user's (`upMsgEx`).
    pub(super) fn update_expansion(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: MsgChangeReq = query.read()?;
        let content: Content = serde_json::from_str(asked.content.as_deref().unwrap_or_default())
            .map_err(|_| Refusal::from(ExpansionError::Invalid))?;
        let expanding = Expanding {
            by: query.user.clone(),
            to: Target::of(asked.r#type, &asked.target_id).ok_or(ExpansionError::NoSuchMessage)?,
            uid: asked.msg_uid,
            copy: SenderCopy::Included,
        };
        if !content.put.is_empty() {
            self.expand_message(&expanding, &content.put, now)?;
        }
        if !content.delete.is_empty() {
            self.unexpand_message(&expanding, &content.delete, now)?;
        }
        Ok(Bytes::new())
    }

    /// Expands the message that an accepted one names; does nothing if it names none.
    pub(super) fn note_expansion(&mut self, expanding: &Message) {
        let Draft { from, to, body } = &expanding.draft;
        if body.classname != EXPANDING {
            return;
        }
        let Ok(content) = serde_json::from_str::<Content>(&body.content) else {
            return;
        };
        let message = self.find_message(&content.uid);
        let message = message
            .filter(|message| is_expandable(message) && message.draft.is_in_conversation(from, to));
        if let Some(message) = message {
            let Content { put, delete, .. } = content;
            self.forget_old_changes(expanding.time);
            self.changes.expand(&message, put, &delete, expanding.time);
        }
    }

    fn expandable(&self, expanding: &Expanding) -> Result<Arc<Message>, ExpansionError> {
        let message = self
            .find_message(&expanding.uid)
            .filter(|message| {
                message
                    .draft
                    .is_in_conversation(&expanding.by, &expanding.to)
            })
            .ok_or(ExpansionError::NoSuchMessage)?;
        if !is_expandable(&message) {
            return Err(ExpansionError::NotExpandable);
        }
        Ok(message)
    }

    fn tell_expansion(&mut self, expanding: &Expanding, content: Content, now: Millis) -> String {
        let content = Content {
            uid: expanding.uid.clone(),
            ..content
        };
        let content = serde_json::to_string(&content).expect("names are strings");
        let (by, to) = (expanding.by.clone(), expanding.to.clone());
        let draft = Draft::new(by, to, EXPANDING, &content);
        self.publish_as(draft, expanding.copy, now)
    }
}

fn is_expandable(message: &Message) -> bool {
    message.draft.body.session_id & flags::session::EXPANDABLE != 0
}
