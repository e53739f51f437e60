//! Recalls: a message that names another (protocol/cloud-wire.md 5.7).

use imlink_model::{ConversationKind, UserId};
use imlink_wire::proto::{UpStreamMessage, decode_body};
use serde::Deserialize;

use super::{
    App, Draft,
    publish::{INVALID, Refusal, Sending},
};

/// The part of the content that says what is recalled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recall {
    conversation_type: u8,
    target_id: String,
    #[serde(rename = "messageUId")]
    message_uid: String,
}

impl App {
    /// The message that tells the other side. The recalled one stays in its mailboxes, as the
    /// vendor's clients themselves take it out of sight.
    pub(super) fn recall(&self, from: &UserId, sending: &Sending) -> Result<Draft, Refusal> {
        let body: UpStreamMessage =
            decode_body(sending.body.clone()).map_err(Refusal::malformed)?;
        let recall: Recall = serde_json::from_str(&body.content)
            .map_err(|_| Refusal::new(INVALID, "content is no recall"))?;
        if recall.conversation_type != ConversationKind::Private.number() {
            return Err(Refusal::new(INVALID, "not a private conversation"));
        }
        let to = UserId::new(recall.target_id).map_err(|_| Refusal::new(INVALID, "no user id"))?;
        let own = self.stored(from);
        if !own
            .iter()
            .any(|stored| stored.uid == recall.message_uid && stored.from == *from)
        {
            return Err(Refusal::new(INVALID, "recalls no message of the sender"));
        }
        Ok(Draft {
            from: from.clone(),
            to,
            body,
        })
    }
}
