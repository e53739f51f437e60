//! Accepts a message: gives it time and uid, stores it, tells everyone whom it concerns.

use std::sync::Arc;

use bytes::Bytes;
use imlink_model::{ConversationKind, Direction, Millis, UserId};
use imlink_wire::{
    QoS, ServerPacket, flags, notify::Notification, proto::encode_body, topic, uid::MessageUid,
};

use super::{
    App, DeviceClass, Draft, Fault, LinkId, Target, chatroom::Speaker, message::Message,
    publish::Sending,
};

/// Whether the sender's own devices see a message of an app server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderCopy {
    /// It is in the sender's mailbox too.
    Included,
    /// Only the receivers get it: the vendor's default.
    Excluded,
}

impl App {
    /// Sends a message in the name of a user, as an app server does. Says its uid.
    pub fn publish_as(&mut self, draft: Draft, copy: SenderCopy, now: Millis) -> String {
        self.send_message(draft, copy, None, now)
    }

    /// Sends a status message in the name of a user, as an app server does: whoever is online gets
    /// it, nobody keeps it. Says its uid.
    pub fn publish_status_as(&mut self, draft: Draft, copy: SenderCopy, now: Millis) -> String {
        let message = self.stamp(draft, now);
        self.hand_out(&message, now);
        if copy == SenderCopy::Included {
            self.hand_to(&message.draft.from, &message, Direction::Sent, now);
        }
        message.uid.clone()
    }

    /// Accepts a message: stores first, then acknowledges, echoes and notifies. Says its uid.
    ///
    /// What an app server sent has no `sending`, so nobody to acknowledge or to spare the echo:
    /// the sender's links are told to pull instead.
    pub(super) fn send_message(
        &mut self,
        draft: Draft,
        copy: SenderCopy,
        sending: Option<&Sending>,
        now: Millis,
    ) -> String {
        let sender = draft.from.clone();
        let message = self.stamp(draft.clone(), now);
        let speaker = speaker(sending, copy);
        let from = sending.map(|sending| sending.link);
        self.counters.messages += 1;
        let swallowed = self.strikes(Some(&sender), |fault| {
            matches!(fault, Fault::SwallowMessage).then_some(())
        });
        if swallowed.is_some() {
            if let Some(sending) = sending {
                self.acknowledge(sending, (&*message).into());
            }
            return message.uid.clone();
        }
        self.store(&message, copy, speaker);
        self.note_expansion(&message);
        match sending {
            Some(sending) => {
                self.acknowledge(sending, (&*message).into());
                self.echo(sending, &sender, (&*message).into(), now);
                self.notify_desktops(&message, sending.link);
            }
            None if copy == SenderCopy::Included => self.notify_sender(&message),
            None => {}
        }
        self.notify_receivers(&message, from);
        let doubled = self.strikes(Some(&sender), |fault| {
            matches!(fault, Fault::DoubleMessage).then_some(())
        });
        if doubled.is_some() {
            let twin = self.stamp(draft, now);
            self.store(&twin, copy, speaker);
            self.notify_receivers(&twin, from);
        }
        message.uid.clone()
    }

    /// Hands a status message to whoever is online; nobody stores it, and only those of chatrooms
    /// are acknowledged (protocol/cloud-wire.md 3.6, 5.3).
    pub(super) fn send_status(&mut self, draft: Draft, sending: &Sending, now: Millis) {
        let sender = draft.from.clone();
        let message = self.stamp(draft, now);
        self.hand_out(&message, now);
        if !topic::UNACKNOWLEDGED.contains(&sending.topic.as_str()) {
            self.acknowledge(sending, (&*message).into());
        }
        self.echo(sending, &sender, (&*message).into(), now);
    }

    /// Hands a status message to its receivers.
    fn hand_out(&mut self, message: &Message, now: Millis) {
        if let Target::Chatroom(id) = &message.draft.to {
            self.pass_on_in_chatroom(id, message, now);
        }
        for receiver in self.receivers(&message.draft) {
            self.hand_to(&receiver, message, Direction::Received, now);
        }
    }

    /// Hands a status message to a user's links.
    fn hand_to(&mut self, user: &UserId, message: &Message, direction: Direction, now: Millis) {
        let mut down = message.down(direction);
        down.ext_status = Some(flags::ext_status::STATUS_MESSAGE);
        let down = encode_body(&down);
        for link in self.links_of(user) {
            self.publish_down(
                link,
                QoS::AtMostOnce,
                topic::DIRECT_MESSAGE,
                user,
                down.clone(),
                now,
            );
        }
    }

    /// Tells a user's links to pull.
    fn notify(&mut self, user: &UserId, time: Millis) {
        let news = Notification::Messages { time: time.0 };
        self.tell(user, &news, None, time);
    }

    /// Sends a notification to a user's links, except one.
    pub(super) fn tell(
        &mut self,
        user: &UserId,
        notification: &Notification,
        except: Option<LinkId>,
        now: Millis,
    ) {
        for link in self.links_of(user) {
            if Some(link) != except {
                self.tell_link(link, user, notification, now);
            }
        }
    }

    fn tell_link(&mut self, link: LinkId, user: &UserId, notification: &Notification, now: Millis) {
        if let Some((topic, body)) = notification.write() {
            let body = encode_body(&body);
            self.publish_down(link, QoS::AtLeastOnce, topic, user, body, now);
        }
    }

    /// Tells the sender's other desktop links to pull what he sent: the desktop SDK passes over
    /// echoes, as 5.46.1 was seen to.
    fn notify_desktops(&mut self, message: &Message, from: LinkId) {
        if message.draft.to.kind() == ConversationKind::Chatroom {
            return;
        }
        let sender = &message.draft.from;
        let mut desktops = self.links_of(sender);
        desktops.retain(|link| {
            *link != from
                && self.links.get(link).map(|link| link.class) == Some(DeviceClass::Desktop)
        });
        let news = Notification::Messages {
            time: message.time.0,
        };
        for link in desktops {
            self.tell_link(link, sender, &news, message.time);
        }
    }

    /// Tells the sender's links of what an app server sent in his name; in a chatroom he hears it
    /// as everyone there does.
    fn notify_sender(&mut self, message: &Message) {
        if message.draft.to.kind() != ConversationKind::Chatroom {
            self.notify(&message.draft.from, message.time);
        }
    }

    pub(super) fn notify_receivers(&mut self, message: &Arc<Message>, from: Option<LinkId>) {
        if let Target::Chatroom(id) = &message.draft.to {
            return self.notify_chatroom(id, message, from);
        }
        for receiver in self.receivers(&message.draft) {
            self.notify(&receiver, message.time);
            let repeated = self.strikes(Some(&receiver), |fault| {
                matches!(fault, Fault::RepeatMessage).then_some(())
            });
            if repeated.is_some() {
                self.user(&receiver)
                    .mailbox
                    .put(message.clone(), Direction::Received, 2);
                self.notify(&receiver, message.time);
            }
        }
    }

    /// Whose mailboxes a message goes to as received: of a group the members but the sender, and
    /// of those the named ones if it names any. Chatrooms keep their messages themselves.
    pub(super) fn receivers(&self, draft: &Draft) -> Vec<UserId> {
        match &draft.to {
            Target::User(user) | Target::System(user) => vec![user.clone()],
            Target::Group(group) => {
                let members = self.groups.get(group).map(|group| group.members.keys());
                let named = &draft.body.to_user_ids;
                let concerned = |user: &&UserId| {
                    **user != draft.from
                        && (named.is_empty() || named.iter().any(|name| name == user.as_str()))
                };
                members
                    .into_iter()
                    .flatten()
                    .filter(concerned)
                    .cloned()
                    .collect()
            }
            Target::Chatroom(_) => Vec::new(),
        }
    }

    pub(super) fn publish_down(
        &mut self,
        link: LinkId,
        qos: QoS,
        topic: &str,
        receiver: &UserId,
        body: Bytes,
        now: Millis,
    ) {
        let Some(state) = self.links.get_mut(&link) else {
            return;
        };
        let packet = ServerPacket::Publish {
            sync: false,
            qos,
            date: seconds(now),
            topic: topic.to_owned(),
            target: receiver.to_string(),
            message_id: state.next_message_id(),
            body,
        };
        self.send(link, packet);
    }

    /// A message that somebody has sent or received, by its uid.
    pub(super) fn find_message(&self, uid: &str) -> Option<Arc<Message>> {
        let mut users = self.users.values();
        users.find_map(|user| user.message(uid)).cloned()
    }

    /// Gives a message its time and its uid.
    pub(super) fn stamp(&mut self, draft: Draft, now: Millis) -> Arc<Message> {
        let sender = self.user(&draft.from).mailbox.next_time(now);
        let time = self.next_time(&draft, sender);
        let uid = self.next_uid(time, draft.to.kind(), draft.to.id());
        Arc::new(Message {
            uid: uid.to_string(),
            time,
            draft,
        })
    }

    /// A time later than anything where a message goes.
    pub(super) fn next_time(&mut self, draft: &Draft, now: Millis) -> Millis {
        let mut time = now;
        for receiver in self.receivers(draft) {
            time = self.user(&receiver).mailbox.next_time(time);
        }
        if let Target::Chatroom(id) = &draft.to {
            time = self.next_time_in_chatroom(id, time);
        }
        time
    }

    pub(super) fn next_uid(
        &mut self,
        time: Millis,
        kind: ConversationKind,
        id: &str,
    ) -> MessageUid {
        self.uid_counter = self.uid_counter.wrapping_add(1);
        let time = u64::try_from(time.0).unwrap_or_default();
        MessageUid::new(time, self.uid_counter, kind.number(), id)
    }

    pub(super) fn store(&mut self, message: &Arc<Message>, copy: SenderCopy, speaker: Speaker) {
        if let Target::Chatroom(id) = &message.draft.to {
            return self.keep_in_chatroom(id, message, speaker);
        }
        for receiver in self.receivers(&message.draft) {
            self.user(&receiver)
                .mailbox
                .put(message.clone(), Direction::Received, 1);
            self.archive(&receiver, message, Direction::Received);
        }
        if copy == SenderCopy::Included {
            self.user(&message.draft.from)
                .mailbox
                .put(message.clone(), Direction::Sent, 1);
            self.archive(&message.draft.from, message, Direction::Sent);
        }
    }
}

fn speaker(sending: Option<&Sending>, copy: SenderCopy) -> Speaker {
    match (sending, copy) {
        (Some(_), _) => Speaker::Client,
        (None, SenderCopy::Included) => Speaker::ServerIncluded,
        (None, SenderCopy::Excluded) => Speaker::ServerExcluded,
    }
}

/// Whole seconds since the epoch, as packets carry them.
pub(super) fn seconds(time: Millis) -> u32 {
    u32::try_from(time.0 / 1000).unwrap_or_default()
}
