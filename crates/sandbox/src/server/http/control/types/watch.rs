//! What is to be seen.

use imlink_model::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calls;
use crate::{Counters, LinkView, Record, StoredMessage};

calls! {
    ListLinks: GET "/links" -> Links;
    GetStats: GET "/stats" -> Counters;
    GetTranscript: GET "/transcript" -> Transcript;
    ListStored: GET "/stored" -> Stored;
}

/// Lists the links that are online.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListLinks {}

/// Every link that is online.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Links {
    /// By id.
    pub links: Vec<LinkView>,
}

/// Counts what has happened.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GetStats {}

/// Repeats what clients said, for comparing one client with another.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GetTranscript {}

/// What clients said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transcript {
    /// Oldest first; of very many the oldest are forgotten.
    pub records: Vec<Record>,
}

/// Lists the messages in a user's mailbox, contents included.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListStored {
    /// Whose mailbox.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stored {
    /// In order of time.
    pub messages: Vec<StoredMessage>,
}
