//! When a room ends.

use std::time::Duration;

use imlink_model::{Millis, TargetId};
use imlink_wire::notify::Notification;
use serde::{Deserialize, Serialize};

use super::Chatroom;
use crate::cloud::App;

/// `NotifyMsg.destroyType`: somebody ended the room. The vendor's public headers name the two.
const BY_HAND: i32 = 0;
/// `NotifyMsg.destroyType`: the room ended by itself.
const BY_ITSELF: i32 = 3;

/// When a room ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destruction {
    /// After such a time in which nobody joined, left or spoke. The default, with one hour
    /// (behaviour.md 13.8).
    Idle(Duration),
    /// So long after it was made.
    Fixed(Duration),
    /// Not before somebody ends it.
    Never,
}

impl Default for Destruction {
    fn default() -> Self {
        Self::Idle(Duration::from_secs(60 * 60))
    }
}

impl Chatroom {
    /// Whether its time is over.
    fn is_over(&self, now: Millis) -> bool {
        match self.destruction {
            Destruction::Idle(time) => self.active.after(time) <= now,
            Destruction::Fixed(time) => self.created.after(time) <= now,
            Destruction::Never => false,
        }
    }

    fn forget_past(&mut self, now: Millis) {
        self.banned.retain(|_, until| now < *until);
        self.floor.forget_past(now);
    }
}

impl App {
    /// Ends a room and tells who is in it. False if there is no such room.
    pub fn destroy_chatroom(&mut self, id: &TargetId, now: Millis) -> bool {
        self.end_chatroom(id, BY_HAND, now)
    }

    /// Says when a room ends by itself. False if there is no such room.
    pub fn set_chatroom_destruction(&mut self, id: &TargetId, destruction: Destruction) -> bool {
        let Some(room) = self.chatrooms.get_mut(id) else {
            return false;
        };
        room.destruction = destruction;
        true
    }

    /// Ends the rooms whose time is over, and forgets bans and mutes that are. Every packet of a
    /// client does this before it is looked at; whoever looks at rooms without one calls it first.
    pub fn let_time_pass(&mut self, now: Millis) {
        let over = self.chatrooms.iter().filter(|(_, room)| room.is_over(now));
        let over: Vec<_> = over.map(|(id, _)| id.clone()).collect();
        for id in &over {
            self.end_chatroom(id, BY_ITSELF, now);
        }
        for room in self.chatrooms.values_mut() {
            room.forget_past(now);
        }
    }

    fn end_chatroom(&mut self, id: &TargetId, reason: i32, now: Millis) -> bool {
        if !self.chatrooms.contains_key(id) {
            return false;
        }
        let chatroom = id.to_string();
        self.tell_chatroom(
            id,
            &Notification::ChatroomDestroyed { chatroom, reason },
            None,
            now,
        );
        self.chatrooms.remove(id);
        true
    }
}
