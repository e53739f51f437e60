//! Joining, leaving, and being gone for too long.

use std::time::Duration;

use imlink_model::{Millis, TargetId, UserId};
use imlink_wire::notify::Notification;
use serde::{Deserialize, Serialize};

use super::Chatroom;
use crate::cloud::{App, publish::Refusal};

/// QUERYACK status: the user was thrown out and may not come back yet.
const KICKED: u16 = 23409;
/// QUERYACK status: there is no such room.
pub(super) const NO_SUCH_ROOM: u16 = 23410;
/// QUERYACK status: as many as may be are in the room.
const FULL: u16 = 23411;

/// An offline member is taken out by the first message after this time (behaviour.md 13.8).
const ABSENCE: Duration = Duration::from_secs(30);
/// An offline member is taken out by this message, counted since he went offline
/// (behaviour.md 13.8).
const MISSED: u32 = 31;

/// One member of a room.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) joined: Millis,
    /// `None` while he is online.
    absent: Option<Absence>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Absence {
    since: Millis,
    /// Messages since then.
    missed: u32,
}

impl Absence {
    fn is_too_long(&self, now: Millis) -> bool {
        self.missed >= MISSED || self.since.after(ABSENCE) < now
    }
}

/// What becomes of a room that does not exist when someone wants in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// It is made.
    Create,
    /// Nobody comes in.
    Refuse,
}

impl App {
    /// Lets a user in, who leaves any other room unless he may be in several. Joining again
    /// changes nothing.
    pub(super) fn enter_chatroom(
        &mut self,
        id: &TargetId,
        user: &UserId,
        absent: Absent,
        now: Millis,
    ) -> Result<(), Refusal> {
        if absent == Absent::Refuse && !self.chatrooms.contains_key(id) {
            return Err(Refusal::new(NO_SUCH_ROOM, "no such chatroom"));
        }
        let limit = self.policy.chatroom_members;
        let room = self
            .chatrooms
            .entry(id.clone())
            .or_insert_with(|| Chatroom::new("", now));
        if room.banned.get(user).is_some_and(|until| now < *until) {
            return Err(Refusal::new(KICKED, "banned from the chatroom"));
        }
        if !room.members.contains_key(user) {
            if limit.is_some_and(|limit| room.members.len() >= limit) {
                return Err(Refusal::new(FULL, "the chatroom is full"));
            }
            room.add(user, now);
        }
        if !self.policy.many_chatrooms {
            self.leave_other_chatrooms(id, user, now);
        }
        Ok(())
    }

    /// Takes a user out of a room, with the entries that were to go with him. Does nothing if he
    /// is not in it.
    pub(in crate::cloud) fn take_out_of_chatroom(
        &mut self,
        id: &TargetId,
        user: &UserId,
        now: Millis,
    ) {
        let Some(room) = self.chatrooms.get_mut(id) else {
            return;
        };
        if room.members.remove(user).is_none() {
            return;
        }
        room.active = now;
        if room.entries.remove_of(user, now) {
            self.tell_entries_changed(id, None, now);
        }
    }

    /// Takes those out who have been offline too long, before a message is said.
    pub(super) fn take_out_absent(&mut self, id: &TargetId, now: Millis) {
        let Some(room) = self.chatrooms.get_mut(id) else {
            return;
        };
        let mut gone = Vec::new();
        for (user, member) in &mut room.members {
            let Some(absence) = &mut member.absent else {
                continue;
            };
            absence.missed += 1;
            if absence.is_too_long(now) && !room.protected.contains(user) {
                gone.push(user.clone());
            }
        }
        for user in &gone {
            self.take_out_of_chatroom(id, user, now);
        }
    }

    /// Notes in every room that a user's last link is gone.
    pub(in crate::cloud) fn note_absence(&mut self, user: &UserId, now: Millis) {
        for room in self.chatrooms.values_mut() {
            let member = room.members.get_mut(user);
            if let Some(member) = member.filter(|member| member.absent.is_none()) {
                member.absent = Some(Absence {
                    since: now,
                    missed: 0,
                });
            }
        }
    }

    /// Notes in every room that a user is back.
    pub(in crate::cloud) fn note_return(&mut self, user: &UserId) {
        for room in self.chatrooms.values_mut() {
            if let Some(member) = room.members.get_mut(user) {
                member.absent = None;
            }
        }
    }

    /// Tells who is in a room that its entries have changed.
    pub(super) fn tell_entries_changed(
        &mut self,
        id: &TargetId,
        except: Option<crate::cloud::LinkId>,
        now: Millis,
    ) {
        let time = self
            .chatrooms
            .get(id)
            .map_or(now, |room| room.entries.version());
        let notification = Notification::ChatroomEntries {
            chatroom: id.to_string(),
            time: time.0,
        };
        self.tell_chatroom(id, &notification, except, now);
    }

    fn leave_other_chatrooms(&mut self, stays: &TargetId, user: &UserId, now: Millis) {
        let others: Vec<_> = self
            .chatrooms
            .iter()
            .filter(|(id, room)| *id != stays && room.members.contains_key(user))
            .map(|(id, _)| id.clone())
            .collect();
        for id in &others {
            self.take_out_of_chatroom(id, user, now);
        }
    }
}

impl Chatroom {
    fn add(&mut self, user: &UserId, now: Millis) {
        self.active = now;
        let member = Member {
            joined: now,
            absent: None,
        };
        self.members.insert(user.clone(), member);
    }
}
