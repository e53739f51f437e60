//! An account as records that can be written down and read again.

use std::collections::BTreeSet;

use imlink_model::{Body, Conversation, Message, Millis};

use super::{ConversationEntry, Store};
use crate::database::Lookup;
use crate::engine::Order;
use crate::key::{self, Kind};
use crate::{Edit, ReadError};

/// One record of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exported {
    /// A message, with its position.
    Message(Message),
    /// What is known of a conversation besides its messages.
    Conversation {
        /// Which one.
        conversation: Conversation,
        /// Up to which server's time it is read.
        read_up_to: Option<Millis>,
        /// What the user has begun to write.
        draft: Option<Body>,
    },
}

impl Exported {
    /// The edits that bring the record into a store. In the order of the export, in any number of
    /// batches; again, they change nothing.
    #[must_use]
    pub fn into_edits(self) -> Vec<Edit> {
        match self {
            Self::Message(message) => vec![Edit::Import(message)],
            Self::Conversation {
                conversation,
                read_up_to,
                draft,
            } => {
                let read = read_up_to.map(|up_to| Edit::MarkRead {
                    conversation: conversation.clone(),
                    up_to,
                });
                let draft = draft.map(|text| Edit::SetDraft {
                    conversation,
                    text: Some(text),
                });
                read.into_iter().chain(draft).collect()
            }
        }
    }
}

impl Store {
    /// Everything an account has, messages first and in their order, read as the caller goes.
    /// Damaged rows are left out. [`last_seq`](Self::last_seq) says about how many there are.
    pub fn export(&self) -> impl Iterator<Item = Result<Exported, ReadError>> + '_ {
        let messages = self
            .database
            .scan(&key::all(Kind::Message), Order::Forward)
            .filter_map(|pair| {
                let (key, head) = match pair {
                    Ok(pair) => pair,
                    Err(error) => return Some(Err(error.into())),
                };
                let message = self.database.sound_row_of(&key, &head);
                message
                    .map(|message| message.map(Exported::Message))
                    .map_err(ReadError::from)
                    .transpose()
            });
        messages.chain(self.conversations_of_export())
    }

    /// The conversations, the one with the oldest message first.
    fn conversations_of_export(&self) -> impl Iterator<Item = Result<Exported, ReadError>> + '_ {
        let places = self
            .listing
            .read(&self.database, &self.user, |places| Ok(places.clone()));
        let (places, error) = match places {
            Ok(places) => (places, None),
            Err(error) => (BTreeSet::new(), Some(Err(error))),
        };
        let conversations = places.into_iter().filter_map(|place| {
            let entry = self.conversation(&place.conversation).transpose()?;
            Some(entry.map(
                |ConversationEntry { summary, draft, .. }| Exported::Conversation {
                    conversation: summary.conversation,
                    read_up_to: summary.read_up_to,
                    draft,
                },
            ))
        });
        error.into_iter().chain(conversations)
    }
}
