//! The conversations of one user.

use std::{collections::BTreeMap, sync::Arc};

use imlink_model::{Conversation, Direction};
use serde::{Deserialize, Serialize};

use super::thread::Thread;
use crate::cloud::{
    Target,
    message::Message,
    saved::{each, pairs},
};

/// A thread per conversation.
#[derive(Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "M: Serialize", deserialize = "M: Deserialize<'de>"))]
pub(in crate::cloud) struct Archive<M = Arc<Message>> {
    #[serde(with = "pairs")]
    threads: BTreeMap<Conversation, Thread<M>>,
}

impl Archive {
    /// A conversation; one that has nothing is made.
    pub(in crate::cloud) fn thread(&mut self, conversation: Conversation) -> &mut Thread {
        self.threads.entry(conversation).or_default()
    }

    /// A conversation, if it has ever had anything.
    pub(in crate::cloud) fn get(&self, conversation: &Conversation) -> Option<&Thread> {
        self.threads.get(conversation)
    }

    /// A conversation to change, if it has ever had anything.
    pub(in crate::cloud) fn get_mut(&mut self, conversation: &Conversation) -> Option<&mut Thread> {
        self.threads.get_mut(conversation)
    }

    /// Every conversation.
    pub(in crate::cloud) fn threads(&self) -> impl Iterator<Item = (&Conversation, &Thread)> {
        self.threads.iter()
    }
}

impl<M> Archive<M> {
    /// Names its messages in another way.
    pub(in crate::cloud) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Archive<N>, E> {
        let Self { threads } = self;
        Ok(Archive {
            threads: each(threads, |thread| thread.rename(name))?,
        })
    }
}

impl<M> Default for Archive<M> {
    fn default() -> Self {
        Self {
            threads: BTreeMap::new(),
        }
    }
}

/// Where a message belongs for who sent or received it: in private, with the other user.
pub(in crate::cloud) fn conversation(message: &Message, direction: Direction) -> Conversation {
    let draft = &message.draft;
    let target = match (&draft.to, direction) {
        (Target::User(to) | Target::System(to), Direction::Sent) => to.clone().into(),
        (Target::User(_) | Target::System(_), Direction::Received) => draft.from.clone().into(),
        (Target::Group(id) | Target::Chatroom(id), _) => id.clone(),
    };
    Conversation {
        kind: draft.to.kind(),
        target,
        channel: None,
    }
}
