//! What an app sends, and what becomes of it.

use imlink_model::uplink::SendOutcome;
use imlink_model::{
    self as model, Body, ClientMessageId, Code, MAX_DIRECTED, MessageUid, Millis, ObjectName,
    OutboxId, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{Conversation, PrivateText, list, wide};

/// What an app may ask of one send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendOptions {
    /// Raise no notification at the receivers.
    pub silent: bool,
    /// Text a push shows; `None` lets the cloud choose. At most
    /// [`MAX_PUSH_TEXT`](crate::limits::MAX_PUSH_TEXT) bytes.
    pub push_content: Option<PrivateText>,
    /// Data a push carries; opaque. At most [`MAX_PUSH_TEXT`](crate::limits::MAX_PUSH_TEXT)
    /// bytes.
    pub push_data: Option<PrivateText>,
    /// When it is sent again without being asked.
    #[serde(default)]
    pub resend: Resend,
    /// The members of the group it is for, at most [`MAX_DIRECTED`]; none are all of them. Refused
    /// with 34296 outside groups.
    #[serde(default)]
    #[serde(serialize_with = "list::serialize::<_, _, MAX_DIRECTED>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, MAX_DIRECTED>")]
    pub directed: Vec<UserId>,
    /// It may carry key-value data that changes later. Refused with 34008 where there is none:
    /// outside private conversations and groups of either kind.
    #[serde(default)]
    pub expandable: bool,
    /// The data it carries from the start: JSON text of the form `{"key":{"v":"value"}}`, at most
    /// [`MAX_EXPANSION`](crate::limits::MAX_EXPANSION) bytes. Makes it expandable.
    pub expansion: Option<PrivateText>,
}

/// When a message that was tried is tried again without being asked (decisions.md P17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resend {
    /// When it is proven that it was not delivered.
    #[default]
    Safe,
    /// Also when its fate is unknown: it may arrive twice.
    Always,
    /// Never.
    Never,
}

impl From<model::SendOptions> for SendOptions {
    fn from(options: model::SendOptions) -> Self {
        let model::SendOptions {
            silent,
            push_content,
            push_data,
            resend,
            directed,
            expandable,
            expansion,
        } = options;
        Self {
            silent,
            push_content: push_content.map(PrivateText::from),
            push_data: push_data.map(PrivateText::from),
            resend: resend.into(),
            directed,
            expandable,
            expansion: expansion.map(PrivateText::from),
        }
    }
}

impl From<SendOptions> for model::SendOptions {
    fn from(options: SendOptions) -> Self {
        let SendOptions {
            silent,
            push_content,
            push_data,
            resend,
            directed,
            expandable,
            expansion,
        } = options;
        Self {
            silent,
            push_content: push_content.map(String::from),
            push_data: push_data.map(String::from),
            resend: resend.into(),
            directed,
            expandable,
            expansion: expansion.map(String::from),
        }
    }
}

impl From<model::Resend> for Resend {
    fn from(resend: model::Resend) -> Self {
        match resend {
            model::Resend::Safe => Self::Safe,
            model::Resend::Always => Self::Always,
            model::Resend::Never => Self::Never,
        }
    }
}

impl From<Resend> for model::Resend {
    fn from(resend: Resend) -> Self {
        match resend {
            Resend::Safe => Self::Safe,
            Resend::Always => Self::Always,
            Resend::Never => Self::Never,
        }
    }
}

/// What became of an accepted message that was handed to the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendResult {
    /// The cloud has it. Final.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        sent_at: Millis,
    },
    /// It was not delivered, or the app gave it up in doubt (`LOCAL_WITHDRAWN`). Final.
    Failed {
        /// Why.
        code: Code,
    },
    /// The link went before the answer came; nobody can say yet (30003).
    InDoubt,
    /// It was not delivered and waits again, in its old place.
    Queued,
}

impl From<SendOutcome> for SendResult {
    fn from(outcome: SendOutcome) -> Self {
        match outcome {
            SendOutcome::Sent { uid, at } => Self::Sent { uid, sent_at: at },
            SendOutcome::Failed { code } => Self::Failed { code },
            SendOutcome::InDoubt => Self::InDoubt,
            SendOutcome::Queued => Self::Queued,
        }
    }
}

/// A message of an app's outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its row.
    #[serde(with = "wide")]
    pub id: OutboxId,
    /// The app's own id of it.
    pub client_id: ClientMessageId,
    /// Where it goes.
    pub conversation: Conversation,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body.
    pub body: Body,
    /// This machine's time when it was accepted.
    pub accepted_at: Millis,
    /// Where it stands; never `Sent`.
    pub state: SendState,
}

/// Where an accepted message stands, when asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendState {
    /// It waits for the link.
    Queued,
    /// It is on its way.
    Sending,
    /// The cloud has it. Final.
    Sent {
        /// Its id there.
        uid: MessageUid,
        /// Its time there.
        sent_at: Millis,
    },
    /// It was not delivered, or the app gave it up in doubt (`LOCAL_WITHDRAWN`). Final.
    Failed {
        /// Why.
        code: Code,
    },
    /// Nobody can say yet (30003).
    InDoubt,
}
