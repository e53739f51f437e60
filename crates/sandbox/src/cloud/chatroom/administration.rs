//! What an app server does to rooms and to those in them (server-api.md 5).
//!
//! Where a room is named, the answer is false, and nothing happens, if there is no such room.

use std::{collections::BTreeMap, time::Duration};

use imlink_model::{Millis, TargetId, UserId};

use super::{Chatroom, ChatroomOptions, ChatroomView, EntryRules};
use crate::cloud::{App, StoredMessage};

impl App {
    /// Makes a room. One that is there gets the new name and options, and keeps who is in it.
    pub fn create_chatroom(
        &mut self,
        id: &TargetId,
        name: &str,
        options: ChatroomOptions,
        now: Millis,
    ) {
        let room = self
            .chatrooms
            .entry(id.clone())
            .or_insert_with(|| Chatroom::new(name, now));
        name.clone_into(&mut room.name);
        room.destruction = options.destruction;
        room.floor.frozen = options.frozen;
        room.floor.exempt = options.exempt;
        let Some((owner, entries)) = options.entries else {
            return;
        };
        let rules = EntryRules {
            auto_delete: false,
            overwrite: true,
        };
        for (key, value) in &entries {
            // An entry that may not be is left out; the room is made all the same.
            let set = self.set_chatroom_entry(id, &owner, (key, value), rules, now);
            if let Err(error) = set {
                tracing::info!(%error, "Entry of a new chatroom left out");
            }
        }
    }

    /// A room as it is.
    #[must_use]
    pub fn chatroom(&self, id: &TargetId) -> Option<ChatroomView> {
        Some(self.chatrooms.get(id)?.view(id))
    }

    /// Every room by id.
    pub fn chatrooms(&self) -> impl Iterator<Item = ChatroomView> {
        self.chatrooms.iter().map(|(id, room)| room.view(id))
    }

    /// The rooms a user is in, by id.
    pub fn chatrooms_of(&self, user: &UserId) -> impl Iterator<Item = &TargetId> {
        self.chatrooms
            .iter()
            .filter(|(_, room)| room.members.contains_key(user))
            .map(|(id, _)| id)
    }

    /// Whether a user is in a room.
    #[must_use]
    pub fn is_in_chatroom(&self, id: &TargetId, user: &UserId) -> bool {
        self.chatrooms
            .get(id)
            .is_some_and(|room| room.members.contains_key(user))
    }

    /// What was said in a room, oldest first; empty if there is no such room.
    #[must_use]
    pub fn said_in_chatroom(&self, id: &TargetId) -> Vec<StoredMessage> {
        self.messages_in_chatroom(id)
            .map(|message| StoredMessage::new(message, imlink_model::Direction::Received))
            .collect()
    }

    /// Throws a user out, who gets 23409 when he comes back within the time. He need not be in.
    pub fn ban_from_chatroom(
        &mut self,
        id: &TargetId,
        user: &UserId,
        time: Duration,
        now: Millis,
    ) -> bool {
        let Some(room) = self.chatrooms.get_mut(id) else {
            return false;
        };
        room.banned.insert(user.clone(), now.after(time));
        self.take_out_of_chatroom(id, user, now);
        true
    }

    /// Lets a user come in again.
    pub fn unban_from_chatroom(&mut self, id: &TargetId, user: &UserId) -> bool {
        self.change_chatroom(id, |room| {
            room.banned.remove(user);
        })
    }

    /// Forbids a user to send: for a time, or for ever.
    pub fn mute_in_chatroom(
        &mut self,
        id: &TargetId,
        user: &UserId,
        time: Option<Duration>,
        now: Millis,
    ) -> bool {
        self.change_chatroom(id, |room| room.floor.mute(user, time, now))
    }

    /// Lets a user send again.
    pub fn unmute_in_chatroom(&mut self, id: &TargetId, user: &UserId) -> bool {
        self.change_chatroom(id, |room| {
            room.floor.muted.remove(user);
        })
    }

    /// Forbids everyone but the exempt to send, or allows it again.
    pub fn freeze_chatroom(&mut self, id: &TargetId, frozen: bool) -> bool {
        self.change_chatroom(id, |room| room.floor.frozen = frozen)
    }

    /// Lets a user send in a frozen room, or no longer.
    pub fn exempt_in_chatroom(&mut self, id: &TargetId, user: &UserId, exempt: bool) -> bool {
        self.change_chatroom(id, |room| room.floor.exempt(user, exempt))
    }

    /// Lets a user stay in however long he is offline, or no longer.
    pub fn protect_in_chatroom(&mut self, id: &TargetId, user: &UserId, protect: bool) -> bool {
        self.change_chatroom(id, |room| {
            if protect {
                room.protected.insert(user.clone());
            } else {
                room.protected.remove(user);
            }
        })
    }

    fn change_chatroom(&mut self, id: &TargetId, change: impl FnOnce(&mut Chatroom)) -> bool {
        self.chatrooms.get_mut(id).map(change).is_some()
    }
}

impl Chatroom {
    fn view(&self, id: &TargetId) -> ChatroomView {
        let members = self.members.iter();
        let members: BTreeMap<_, _> = members
            .map(|(user, member)| (user.clone(), member.joined))
            .collect();
        ChatroomView {
            id: id.clone(),
            name: self.name.clone(),
            created: self.created,
            destruction: self.destruction,
            members,
            banned: self.banned.clone(),
            muted: self.floor.muted.clone(),
            frozen: self.floor.frozen,
            exempt: self.floor.exempt.clone(),
            protected: self.protected.clone(),
            entries: self.entries.kept().clone(),
        }
    }
}
