//! One message for many who share no conversation (server-api.md 4.1).

use std::sync::Arc;

use imlink_model::{ConversationKind, Millis, UserId};
use imlink_wire::proto::UpStreamMessage;

use super::{App, Draft, SenderCopy, Target, chatroom::Speaker, message::Message};

/// Whom a broadcast is for. Its sender never gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every user there is.
    Everyone,
    /// Every user who is online.
    Online,
}

impl App {
    /// Sends a system message to many users. It is in each one's mailbox, under one uid, which is
    /// the answer.
    pub fn publish_broadcast(
        &mut self,
        from: &UserId,
        body: &UpStreamMessage,
        audience: Audience,
        now: Millis,
    ) -> String {
        let listeners = self.audience(audience);
        let targets = listeners.filter(|user| *user != from);
        let targets: Vec<_> = targets.cloned().map(Target::System).collect();
        self.broadcast(from, body, targets, ConversationKind::System, now)
    }

    /// Says one thing in every chatroom, under one uid, which is the answer.
    pub fn broadcast_to_chatrooms(
        &mut self,
        from: &UserId,
        body: &UpStreamMessage,
        now: Millis,
    ) -> String {
        let rooms = self.chatrooms.keys().cloned();
        let targets: Vec<_> = rooms.map(Target::Chatroom).collect();
        self.broadcast(from, body, targets, ConversationKind::Chatroom, now)
    }

    fn audience(&self, audience: Audience) -> impl Iterator<Item = &UserId> {
        let present = self.users.iter().filter(|(_, user)| !user.deleted);
        present
            .map(|(id, _)| id)
            .filter(move |user| match audience {
                Audience::Everyone => true,
                Audience::Online => self.is_online(user),
            })
    }

    /// Sends one message to many targets, under one uid and time.
    pub(super) fn broadcast(
        &mut self,
        from: &UserId,
        body: &UpStreamMessage,
        targets: Vec<Target>,
        kind: ConversationKind,
        now: Millis,
    ) -> String {
        let drafts: Vec<_> = targets
            .into_iter()
            .map(|to| Draft {
                from: from.clone(),
                to,
                body: body.clone(),
            })
            .collect();
        let time = drafts
            .iter()
            .fold(now, |time, draft| self.next_time(draft, time));
        let uid = self.next_uid(time, kind, from.as_str());
        self.counters.messages += 1;
        for draft in drafts {
            let message = Arc::new(Message {
                uid: uid.to_string(),
                time,
                draft,
            });
            self.store(&message, SenderCopy::Excluded, Speaker::ServerExcluded);
            self.notify_receivers(&message, None);
        }
        uid.to_string()
    }
}
