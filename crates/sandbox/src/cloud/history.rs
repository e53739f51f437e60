//! Histories: what was said in a conversation, long after the pulls have forgotten it
//! (protocol/cloud-wire.md 5.8).
//!
//! ```text
//! archive   the conversations of a user
//! thread    one of them: messages, read position, place in the list
//! changes   edits and expansions, kept beside the messages
//! topics    what clients QUERY about all this
//! ```

mod archive;
mod changes;
mod thread;
mod topics;

use std::sync::Arc;

use imlink_model::{Conversation, Direction, Millis, TargetId, UserId};
use imlink_wire::{flags, proto::DownStreamMessage};
use serde::Deserialize;

pub(super) use archive::{Archive, conversation};
pub(super) use changes::Changes;
pub use thread::HistoryOrder;
pub(super) use thread::{Kept, Thread};

use super::{App, StoredMessage, message::Message};

/// The object name of a recall.
const RECALL: &str = "RC:RcCmd";

impl App {
    /// A user's history of a conversation: messages on one side of a time, which is not part of
    /// it. A message edited since shows its last content.
    #[must_use]
    pub fn history(
        &self,
        user: &UserId,
        conversation: &Conversation,
        time: Millis,
        order: HistoryOrder,
        count: usize,
    ) -> Vec<StoredMessage> {
        let Some(thread) = self.thread_of(user, conversation) else {
            return Vec::new();
        };
        let page = thread.page(time, order, count);
        let shown = |kept: &Kept| self.stored_by_now(&kept.message, kept.direction);
        page.messages.iter().map(shown).collect()
    }

    /// Takes the messages of a conversation up to a time, the time included, out of a user's
    /// history. Pulls still bring them.
    pub fn clean_history(&mut self, user: &UserId, conversation: &Conversation, up_to: Millis) {
        if let Some(thread) = self.user(user).archive.get_mut(conversation) {
            thread.clean(up_to);
        }
    }

    /// Keeps a message in its sender's or receiver's history, if it is one to keep. A recall takes
    /// the message it names out.
    pub(super) fn archive(&mut self, owner: &UserId, message: &Arc<Message>, direction: Direction) {
        if direction == Direction::Sent {
            self.note_reading(owner, message);
        }
        let Some(retention) = self.policy.history else {
            return;
        };
        if !is_persisted(message) {
            return;
        }
        let conversation = conversation(message, direction);
        let thread = self.user(owner).archive.thread(conversation);
        thread.prune(message.time, retention);
        keep(thread, message, direction);
    }

    /// Keeps a message in the history of its chatroom, if it is one to keep.
    pub(super) fn archive_in_room(&mut self, room: &TargetId, message: &Arc<Message>) {
        let Some(retention) = self.policy.chatroom_history else {
            return;
        };
        if !is_persisted(message) {
            return;
        }
        let thread = self.rooms_history.entry(room.clone()).or_default();
        thread.prune(message.time, retention);
        keep(thread, message, Direction::Received);
    }

    /// A message as it is pulled or looked up: with its changes.
    pub(super) fn render(&self, message: &Message, direction: Direction) -> DownStreamMessage {
        let mut down = message.down(direction);
        self.changes.apply(&mut down);
        if self.policy.unread_kept && message.draft.body.classname == RECALL {
            // Clients look themselves whether they had read the recalled one.
            let options = down.option_bits.unwrap_or_default();
            down.option_bits = Some(options | flags::option::LOWERS_UNREAD);
        }
        down
    }

    /// Forgets what became of messages that nobody has any more.
    pub(super) fn forget_old_changes(&mut self, now: Millis) {
        let policy = &self.policy;
        let kept = [
            Some(policy.retention),
            policy.history,
            policy.chatroom_history,
        ];
        let longest = kept.into_iter().flatten().max().unwrap_or_default();
        self.changes.prune(now.before(longest));
    }

    /// A conversation as a user has it; a chatroom is the same for everyone.
    pub(super) fn thread_of(&self, user: &UserId, conversation: &Conversation) -> Option<&Thread> {
        self.users.get(user)?.archive.get(conversation)
    }

    fn stored_by_now(&self, message: &Message, direction: Direction) -> StoredMessage {
        let mut stored = StoredMessage::new(message, direction);
        if let Some(edit) = self.changes.edited(&message.uid) {
            edit.content.clone_into(&mut stored.content);
        }
        stored
    }
}

fn keep(thread: &mut Thread, message: &Arc<Message>, direction: Direction) {
    if let Some(recalled) = recalled(message) {
        thread.remove(&recalled);
    }
    thread.put(message.clone(), direction);
}

fn is_persisted(message: &Message) -> bool {
    message.draft.body.session_id & flags::session::PERSISTED != 0
}

/// The uid of the message that a recall takes back.
fn recalled(message: &Message) -> Option<String> {
    #[derive(Deserialize)]
    struct Recall {
        #[serde(rename = "messageUId")]
        message_uid: String,
    }
    let body = &message.draft.body;
    if body.classname != RECALL {
        return None;
    }
    let recall: Recall = serde_json::from_str(&body.content).ok()?;
    Some(recall.message_uid)
}
