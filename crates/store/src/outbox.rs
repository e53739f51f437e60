//! Outgoing messages: what an app hands over, and where it stands.

use imlink_model::uplink::SendOutcome;
use imlink_model::{
    Body, ClientMessageId, Code, Conversation, LocalApp, MessageUid, Millis, ObjectName,
    SendOptions,
};

/// A message an app asks to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The app.
    pub app: LocalApp,
    /// Its own id of the message: submitting it again is the same message.
    pub client_id: ClientMessageId,
    /// Where it goes.
    pub conversation: Conversation,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body, at most [`MAX_BODY_BYTES`](imlink_model::MAX_BODY_BYTES).
    pub body: Body,
    /// What the app asks of the send.
    pub options: SendOptions,
}

/// Where an outgoing message stands.
///
/// ```text
///    +--------------------------+
///    |                          v
/// Queued <-> Sending -> Sent | Failed
///    ^          |          ^
///    |          v          |
///    +------ InDoubt ------+
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxState {
    /// It waits for the link.
    Queued,
    /// It was handed to the link of this run.
    Sending,
    /// The cloud has it. Final.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        at: Millis,
    },
    /// It was not and will not be delivered. Final.
    Failed {
        /// Why.
        code: Code,
    },
    /// It was handed to a link that went, or to a run that ended, before an answer came.
    InDoubt,
}

impl OutboxState {
    /// What an app is told of it; `None` while it waits for a first answer.
    #[must_use]
    pub fn outcome(&self) -> Option<SendOutcome> {
        match self {
            Self::Queued | Self::Sending => None,
            Self::Sent { uid, at } => Some(SendOutcome::Sent {
                uid: uid.clone(),
                at: *at,
            }),
            Self::Failed { code } => Some(SendOutcome::Failed { code: *code }),
            Self::InDoubt => Some(SendOutcome::InDoubt),
        }
    }

    /// Nothing changes it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Sent { .. } | Self::Failed { .. } => true,
            Self::Queued | Self::Sending | Self::InDoubt => false,
        }
    }
}

impl From<SendOutcome> for OutboxState {
    fn from(outcome: SendOutcome) -> Self {
        match outcome {
            SendOutcome::Sent { uid, at } => Self::Sent { uid, at },
            SendOutcome::Failed { code } => Self::Failed { code },
            SendOutcome::InDoubt => Self::InDoubt,
            SendOutcome::Queued => Self::Queued,
        }
    }
}
