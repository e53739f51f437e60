//! What was told of a room lately.

use std::collections::VecDeque;

use imlink_model::{IncomingMessage, MessageUid};

/// How many messages back a repetition is noticed: many times what a link has under way.
const REMEMBERED: usize = 256;

/// The names of the messages told last, by either of the two they have.
#[derive(Debug, Default)]
pub(super) struct Seen(VecDeque<Name>);

#[derive(Debug, PartialEq, Eq)]
enum Name {
    Uid(MessageUid),
    /// The sending device's number: all that an echo has.
    Ref(u64),
}

impl Seen {
    pub(super) fn has(&self, message: &IncomingMessage) -> bool {
        self.0.iter().any(|name| match name {
            Name::Uid(uid) => message.uid.as_ref() == Some(uid),
            Name::Ref(wire_ref) => message.wire_ref == Some(*wire_ref),
        })
    }

    pub(super) fn note(&mut self, message: &IncomingMessage) {
        if let Some(uid) = &message.uid {
            self.push(Name::Uid(uid.clone()));
        }
        if let Some(wire_ref) = message.wire_ref {
            self.note_ref(wire_ref);
        }
    }

    pub(super) fn note_ref(&mut self, wire_ref: u64) {
        self.push(Name::Ref(wire_ref));
    }

    fn push(&mut self, name: Name) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(name);
    }
}
