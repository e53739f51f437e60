//! What is said in a room reaches whoever is in it.

use std::sync::Arc;

use imlink_model::{ConversationKind, Millis, TargetId, UserId};
use imlink_wire::{QoS, flags, notify::Notification, proto::encode_body, topic};

use super::Speaker;
use crate::cloud::{App, LinkId, message::Message, publish::Refusal};

/// PUBACK and QUERYACK status: the user is in no such room.
pub(in crate::cloud) const NOT_IN_CHATROOM: u16 = 23406;
/// PUBACK status: the user may not send in this room.
const MUTED_IN_CHATROOM: u16 = 23408;

impl App {
    /// Whether a client of a user may send to a room (server-api.md 8, row 9).
    pub(in crate::cloud) fn check_chatroom_sender(
        &self,
        id: &TargetId,
        user: &UserId,
        now: Millis,
    ) -> Result<(), Refusal> {
        let room = self
            .chatrooms
            .get(id)
            .filter(|room| self.policy.chatroom_outsiders || room.members.contains_key(user))
            .ok_or(Refusal::new(NOT_IN_CHATROOM, "not in the chatroom"))?;
        if self.is_muted_in(user, ConversationKind::Chatroom, now) {
            return Err(Refusal::new(MUTED_IN_CHATROOM, "muted in all chatrooms"));
        }
        if !room.floor.allows(user, now) {
            return Err(Refusal::new(MUTED_IN_CHATROOM, "muted in the chatroom"));
        }
        Ok(())
    }

    /// The earliest time a next message of a room may have.
    pub(in crate::cloud) fn next_time_in_chatroom(&self, id: &TargetId, now: Millis) -> Millis {
        self.chatrooms
            .get(id)
            .map_or(now, |room| room.log.next_time(now))
    }

    /// What was said in a room, oldest first.
    pub(in crate::cloud) fn messages_in_chatroom(
        &self,
        id: &TargetId,
    ) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        let room = self.chatrooms.get(id);
        room.into_iter().flat_map(|room| room.log.messages())
    }

    /// Keeps a message in its room. Does nothing if there is no such room.
    pub(in crate::cloud) fn keep_in_chatroom(
        &mut self,
        id: &TargetId,
        message: &Arc<Message>,
        speaker: Speaker,
    ) {
        self.take_out_absent(id, message.time);
        if let Some(room) = self.chatrooms.get_mut(id) {
            room.active = message.time;
            room.log.add(message.clone(), speaker);
            self.archive_in_room(id, message);
        }
    }

    /// Tells who is in a room that there is a message to pull.
    pub(in crate::cloud) fn notify_chatroom(
        &mut self,
        id: &TargetId,
        message: &Message,
        except: Option<LinkId>,
    ) {
        let notification = Notification::ChatroomMessages {
            chatroom: id.to_string(),
            time: message.time.0,
        };
        self.tell_chatroom(id, &notification, except, message.time);
    }

    /// Hands a status message to who is in a room, its sender apart; nobody keeps it.
    pub(in crate::cloud) fn pass_on_in_chatroom(
        &mut self,
        id: &TargetId,
        message: &Message,
        now: Millis,
    ) {
        let mut down = message.down(imlink_model::Direction::Received);
        down.ext_status = Some(flags::ext_status::STATUS_MESSAGE);
        let down = encode_body(&down);
        for (user, link) in self.links_in_chatroom(id) {
            if user != message.draft.from {
                let topic = topic::DIRECT_MESSAGE;
                self.publish_down(link, QoS::AtMostOnce, topic, &user, down.clone(), now);
            }
        }
    }

    /// Sends a notification to every link of who is in a room, except one.
    pub(super) fn tell_chatroom(
        &mut self,
        id: &TargetId,
        notification: &Notification,
        except: Option<LinkId>,
        now: Millis,
    ) {
        let Some((topic, body)) = notification.write() else {
            return;
        };
        let body = encode_body(&body);
        for (user, link) in self.links_in_chatroom(id) {
            if Some(link) != except {
                self.publish_down(link, QoS::AtLeastOnce, topic, &user, body.clone(), now);
            }
        }
    }

    fn links_in_chatroom(&self, id: &TargetId) -> Vec<(UserId, LinkId)> {
        let Some(room) = self.chatrooms.get(id) else {
            return Vec::new();
        };
        let links = self.links.iter();
        links
            .filter(|(_, link)| link.is_online() && room.members.contains_key(&link.user))
            .map(|(id, link)| (link.user.clone(), *id))
            .collect()
    }
}
