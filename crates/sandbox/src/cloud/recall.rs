//! Recalls: a message that names another (protocol/cloud-wire.md 5.7).

use imlink_model::{ConversationKind, TargetId, UserId};
use imlink_wire::proto::{UpStreamMessage, decode_body};
use serde::Deserialize;

use super::{
    App, Draft, Target,
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
        let to = recalled_from(&recall)?;
        let own = self.stored(from);
        if !own.iter().any(|stored| {
            stored.uid == recall.message_uid && stored.from == *from && stored.to == to
        }) {
            return Err(Refusal::new(INVALID, "recalls no message of the sender"));
        }
        Ok(Draft {
            from: from.clone(),
            to,
            body,
        })
    }
}

fn recalled_from(recall: &Recall) -> Result<Target, Refusal> {
    let target = recall.target_id.as_str();
    let no_id = |_| Refusal::new(INVALID, "no target id");
    match ConversationKind::from_number(recall.conversation_type.into()) {
        Some(ConversationKind::Private) => UserId::new(target).map(Target::User).map_err(no_id),
        Some(ConversationKind::Group) => TargetId::new(target).map(Target::Group).map_err(no_id),
        _ => Err(Refusal::new(
            INVALID,
            "nothing is recalled from such a conversation",
        )),
    }
}
