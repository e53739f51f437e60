//! One subscription of an attached app.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use imlink_ipc_proto::{self as proto, UnknownKind};
use imlink_model::{Conversation, Message, ObjectName, Seq};
use imlink_store::SubscriptionKey;

use super::window::Window;
use super::{AccountId, Effect, PeerId};

/// One live subscription; a number that is never used twice while the daemon lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u32);

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) peer: PeerId,
    pub(super) account: AccountId,
    /// Where its position is kept; `None` for one that lives as long as the attachment.
    pub(super) key: Option<SubscriptionKey>,
    pub(super) filter: Filter,
    pub(super) state: State,
    /// Everything up to here that is wanted went out.
    pub(super) sent: Seq,
    pub(super) window: Window,
    /// The last wanted message before that, until it is known whether another one follows.
    pub(super) held: Option<Held>,
    /// First and last positions of the gaps it was told of, as long as it is not past them.
    pub(super) gaps_told: BTreeMap<Seq, Seq>,
    /// Messages passed over since its position was last kept.
    pub(super) passed_over: u32,
}

/// A message that stays here for a moment.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) message: Arc<Message>,
    /// What is told behind it.
    pub(super) behind: Vec<Effect>,
}

impl Held {
    pub(super) fn new(message: Arc<Message>) -> Self {
        let behind = Vec::new();
        Self { message, behind }
    }
}

/// Which messages a subscription wants; empty lists want everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    conversations: Vec<Conversation>,
    object_names: Vec<ObjectName>,
}

impl Filter {
    pub(super) fn new(filter: proto::Filter) -> Result<Self, UnknownKind> {
        let proto::Filter {
            conversations,
            object_names,
        } = filter;
        let conversations: Result<_, _> = conversations
            .into_iter()
            .map(Conversation::try_from)
            .collect();
        Ok(Self {
            conversations: conversations?,
            object_names,
        })
    }

    /// No message is passed over.
    pub(super) fn is_everything(&self) -> bool {
        self.conversations.is_empty() && self.object_names.is_empty()
    }

    pub(super) fn wants(&self, message: &Message) -> bool {
        (self.conversations.is_empty() || self.conversations.contains(&message.conversation))
            && (self.object_names.is_empty() || self.object_names.contains(&message.object_name))
    }
}

/// Where the next message of a subscription comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its position is being made durable; nothing goes out yet.
    Starting,
    /// It has everything up to the newest message, or waits for room in its window.
    Waiting,
    /// A page is being read for it.
    Reading,
}
