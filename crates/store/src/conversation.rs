//! The state of a conversation, kept beside its messages.

use imlink_model::{Conversation, Direction, Message, Millis, Seq};

/// What a list of conversations shows of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: Conversation,
    /// The position of its last message.
    pub last_seq: Seq,
    /// The server's time of its last message.
    pub last_at: Millis,
    /// Received messages that count as unread.
    pub unread: u32,
    /// Messages stored of it.
    pub total: u32,
}

impl ConversationSummary {
    /// A conversation without messages.
    pub(crate) fn empty(conversation: Conversation) -> Self {
        Self {
            conversation,
            last_seq: Seq(0),
            last_at: Millis(0),
            unread: 0,
            total: 0,
        }
    }

    /// Takes in a message that comes after all it has.
    pub(crate) fn add(&mut self, message: &Message) {
        self.last_seq = message.seq;
        self.last_at = message.sent_at;
        self.total = self.total.saturating_add(1);
        if message.direction == Direction::Received && message.flags.counted {
            self.unread = self.unread.saturating_add(1);
        }
    }
}
