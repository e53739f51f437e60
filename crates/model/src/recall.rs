//! Messages that are taken back.

use crate::{Conversation, MessageUid, Millis, UserId};

/// A message was taken back, by its sender or by somebody who may do that to others' (behaviour.md
/// 13.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// The message.
    pub uid: MessageUid,
    /// Where it is. A recall reaches no message of another conversation, whatever uid it names.
    pub conversation: Conversation,
    /// Who took it back.
    pub by: UserId,
    /// The server's time of that.
    pub at: Millis,
    /// It was done with the rights of an administrator.
    pub by_admin: bool,
    /// What is left of the message.
    pub trace: Trace,
}

/// What a recalled message leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A notice stands in its place.
    Notice,
    /// Nothing does.
    Nothing,
}
