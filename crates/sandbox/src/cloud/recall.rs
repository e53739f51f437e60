//! Recalls: a message that names another (protocol/cloud-wire.md 5.7).

use std::sync::Arc;

use imlink_model::{ConversationKind, Millis, UserId};
use imlink_wire::proto::{UpStreamMessage, decode_body};
use serde::Deserialize;
use serde_json::json;

use super::{
    App, Draft, SenderCopy, Target,
    chatroom::NOT_IN_CHATROOM,
    group::NOT_IN_GROUP,
    message::Message,
    publish::{Refusal, Sending},
};

/// The object name of a recall.
const RECALL: &str = "RC:RcCmd";
/// PUBACK status: the recall names no message of the conversation (25101).
const NO_SUCH_MESSAGE: u16 = 25101;
/// PUBACK status: the message is another user's (25107).
const FOREIGN: u16 = 25107;

/// A recall as an app server asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// In whose name.
    pub from: UserId,
    /// Where the message went.
    pub to: Target,
    /// Its uid.
    pub uid: String,
    /// When it was sent.
    pub sent: Millis,
    /// Whether an administrator recalls it, whoever sent it.
    pub by_admin: bool,
    /// Whether it leaves no trace.
    pub without_trace: bool,
    /// What the app wants said beside.
    pub extra: Option<String>,
}

impl Recall {
    fn draft(&self) -> Draft {
        let content = json!({
            "conversationType": self.to.kind().number(),
            "targetId": self.to.id(),
            "messageUId": self.uid,
            "sentTime": self.sent,
            "isAdmin": self.by_admin,
            "isDelete": self.without_trace,
            "extra": self.extra,
        });
        let (from, to) = (self.from.clone(), self.to.clone());
        Draft::new(from, to, RECALL, &content.to_string())
    }
}

/// The part of the content that says what is recalled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recalled {
    conversation_type: u8,
    target_id: String,
    #[serde(rename = "messageUId")]
    message_uid: String,
}

impl App {
    /// Recalls a message as an app server does. Says the uid of the message that tells so, which
    /// the sender of the recalled one gets as well.
    pub fn recall_as(&mut self, recall: &Recall, now: Millis) -> String {
        let draft = recall.draft();
        self.publish_as(draft, SenderCopy::Included, now)
    }

    /// Recalls a broadcast from everyone who got it. Says the uid of the broadcast that tells so.
    /// As those see the conversation, [`Recall::to`] is who sent it.
    pub fn recall_broadcast(&mut self, recall: &Recall, now: Millis) -> String {
        let draft = recall.draft();
        let got_it = self
            .users
            .iter()
            .filter(|(_, user)| user.message(&recall.uid).is_some());
        let targets: Vec<_> = got_it.map(|(id, _)| Target::System(id.clone())).collect();
        self.broadcast(
            &draft.from,
            &draft.body,
            targets,
            ConversationKind::System,
            now,
        )
    }

    /// The message that tells the other side. The recalled one stays in its mailboxes, as the
    /// vendor's clients themselves take it out of sight.
    pub(super) fn recall(&self, from: &UserId, sending: &Sending) -> Result<Draft, Refusal> {
        let body: UpStreamMessage =
            decode_body(sending.body.clone()).map_err(Refusal::malformed)?;
        let recalled: Recalled = serde_json::from_str(&body.content)
            .map_err(|_| Refusal::new(NO_SUCH_MESSAGE, "content is no recall"))?;
        let to = Target::of(recalled.conversation_type.into(), &recalled.target_id).ok_or(
            Refusal::new(NO_SUCH_MESSAGE, "nothing is recalled from there"),
        )?;
        self.check_belongs(from, &to)?;
        let message = self.sent_in(from, &to, &recalled.message_uid);
        let message = message.ok_or(Refusal::new(
            NO_SUCH_MESSAGE,
            "no message of the conversation",
        ))?;
        if message.draft.from != *from && !self.policy.recall_of_others {
            return Err(Refusal::new(FOREIGN, "another user's message"));
        }
        Ok(Draft {
            from: from.clone(),
            to,
            body,
        })
    }

    /// Whether a user is in a group or room; whoever may not speak may still recall.
    fn check_belongs(&self, user: &UserId, to: &Target) -> Result<(), Refusal> {
        match to {
            Target::Group(id) if !self.is_in_group(id, user) => {
                Err(Refusal::new(NOT_IN_GROUP, "not in the group"))
            }
            Target::Chatroom(id) if !self.is_in_chatroom(id, user) => {
                Err(Refusal::new(NOT_IN_CHATROOM, "not in the chatroom"))
            }
            Target::User(_) | Target::Group(_) | Target::Chatroom(_) | Target::System(_) => Ok(()),
        }
    }

    /// A message of a conversation that a user has, whichever side sent it.
    fn sent_in(&self, user: &UserId, to: &Target, uid: &str) -> Option<&Arc<Message>> {
        let message = match to {
            Target::Chatroom(id) => self
                .messages_in_chatroom(id)
                .find(|message| message.uid == uid),
            Target::User(_) | Target::Group(_) | Target::System(_) => {
                self.users.get(user)?.message(uid)
            }
        };
        message.filter(|message| message.draft.is_in_conversation(user, to))
    }
}
