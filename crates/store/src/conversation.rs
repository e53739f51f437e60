//! The state of a conversation, kept beside its messages.

use imlink_model::{Conversation, Direction, Message, Millis, Seq, UserId};

use crate::ConversationPlace;
use crate::content::mentions;

/// What a list of conversations shows of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: Conversation,
    /// Where it stands in the list: the position of the last message it ever had, or what the last
    /// one of the account was when it came to be. It does not fall when messages are deleted.
    pub position: Seq,
    /// The position of its last message; zero if it has none.
    pub last_seq: Seq,
    /// The server's time of its last message.
    pub last_at: Millis,
    /// The latest server's time among the messages it ever had.
    pub newest_at: Millis,
    /// Up to which server's time it is read; `None` if it never was.
    pub read_up_to: Option<Millis>,
    /// Received messages that count as unread.
    pub unread: u32,
    /// Those of them that mention the user.
    pub mentions: u32,
    /// Messages stored of it.
    pub total: u32,
}

impl ConversationSummary {
    /// A conversation without messages.
    pub(crate) fn empty(conversation: Conversation) -> Self {
        Self {
            conversation,
            position: Seq(0),
            last_seq: Seq(0),
            last_at: Millis(0),
            newest_at: Millis(0),
            read_up_to: None,
            unread: 0,
            mentions: 0,
            total: 0,
        }
    }

    /// Where it is in the list.
    #[must_use]
    pub fn place(&self) -> ConversationPlace {
        ConversationPlace {
            position: self.position,
            conversation: self.conversation.clone(),
        }
    }

    /// Takes in a message that comes after all it has.
    pub(crate) fn add(&mut self, message: &Message, user: &UserId) {
        self.position = self.position.max(message.seq);
        self.last_seq = message.seq;
        self.last_at = message.sent_at;
        self.newest_at = self.newest_at.max(message.sent_at);
        self.total = self.total.saturating_add(1);
        if self.has_unread(message) {
            self.unread = self.unread.saturating_add(1);
            if mentions(message, user) {
                self.mentions = self.mentions.saturating_add(1);
            }
        }
    }

    /// Takes a message out of the counts. Which one is the last is the caller's to find.
    pub(crate) fn subtract(&mut self, message: &Message, user: &UserId) {
        self.total = self.total.saturating_sub(1);
        self.uncount(message, user);
    }

    /// Takes a message out of what is unread.
    pub(crate) fn uncount(&mut self, message: &Message, user: &UserId) {
        if self.has_unread(message) {
            self.unread = self.unread.saturating_sub(1);
            if mentions(message, user) {
                self.mentions = self.mentions.saturating_sub(1);
            }
        }
    }

    /// Whether a message of this conversation is one of the unread.
    pub(crate) fn has_unread(&self, message: &Message) -> bool {
        message.direction == Direction::Received
            && message.flags.counted
            && Some(message.sent_at) > self.read_up_to
    }
}
