//! What clients PUBLISH.

use bytes::Bytes;
use imlink_model::{Millis, TargetId, UserId};
use imlink_wire::{
    proto::{BodyError, UpStreamMessage, decode_body},
    topic,
};

use super::{App, Draft, Fault, LinkId, SenderCopy, Target};

/// PUBACK and QUERYACK status for a body that cannot be read or says nonsense (33003).
pub(super) const INVALID: u16 = 33003;
/// PUBACK and QUERYACK status for a topic nobody serves (32546).
pub(super) const UNKNOWN_TOPIC: u16 = 32546;
/// PUBACK status for too many messages in too short a time (20604).
const TOO_FAST: u16 = 20604;
/// PUBACK status for a content beyond [`MAX_CONTENT`] (30016).
const TOO_LARGE: u16 = 30016;
/// PUBACK status: the sender is in no such group (22406).
const NOT_IN_GROUP: u16 = 22406;
/// PUBACK status: the sender may not send in this group (22408).
const MUTED_IN_GROUP: u16 = 22408;
/// PUBACK status: the sender is in no such chatroom (23406). This cloud has none yet.
const NOT_IN_CHATROOM: u16 = 23406;

/// The largest content of a message, in bytes (protocol/cloud-wire.md 5.4).
pub(crate) const MAX_CONTENT: usize = 128 * 1024;

impl App {
    pub(super) fn publish(&mut self, sending: &Sending, now: Millis) {
        let Some(link) = self.links.get(&sending.link) else {
            return;
        };
        let sender = link.user.clone();
        let refusal = self.strikes(Some(&sender), |fault| match fault {
            Fault::Topic { topic, status } if *topic == sending.topic => Some(*status),
            _ => None,
        });
        let published = match refusal {
            Some(status) => Err(Refusal::new(status, "a fault is armed")),
            None => self.serve_publish(&sender, sending, now),
        };
        let Err(Refusal { status, reason }) = published else {
            return;
        };
        let Sending { link, topic, .. } = sending;
        tracing::info!(%link, topic, status, reason, "Message refused");
        self.counters.refused_messages += 1;
        if !topic::UNACKNOWLEDGED.contains(&topic.as_str()) {
            self.refuse_publish(*link, sending.message_id, status, now);
        }
    }

    fn serve_publish(
        &mut self,
        sender: &UserId,
        sending: &Sending,
        now: Millis,
    ) -> Result<(), Refusal> {
        match sending.topic.as_str() {
            topic::PRIVATE => {
                let to = private(sending)?;
                let draft = self.draft(sender, to, sending, now)?;
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
                Ok(())
            }
            topic::PRIVATE_STATUS => {
                let to = private(sending)?;
                let draft = self.draft(sender, to, sending, now)?;
                self.send_status(draft, sending, now);
                Ok(())
            }
            topic::GROUP => {
                let to = self.group_to_send_to(sender, sending, now)?;
                let draft = self.draft(sender, to, sending, now)?;
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
                Ok(())
            }
            topic::GROUP_STATUS => {
                let to = self.group_to_send_to(sender, sending, now)?;
                let draft = self.draft(sender, to, sending, now)?;
                self.send_status(draft, sending, now);
                Ok(())
            }
            topic::RECALL => {
                let draft = self.recall(sender, sending)?;
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
                Ok(())
            }
            topic::CHATROOM | topic::CHATROOM_STATUS => {
                Err(Refusal::new(NOT_IN_CHATROOM, "no such chatroom"))
            }
            _ => Err(Refusal::new(UNKNOWN_TOPIC, "unknown topic")),
        }
    }

    /// The group of a PUBLISH, if the sender is in it and may speak (server-api.md 8, row 9).
    fn group_to_send_to(
        &self,
        sender: &UserId,
        sending: &Sending,
        now: Millis,
    ) -> Result<Target, Refusal> {
        let id = target(sending)?;
        let group = self
            .groups
            .get(&id)
            .filter(|group| group.members.contains_key(sender))
            .ok_or(Refusal::new(NOT_IN_GROUP, "not in the group"))?;
        if !group.may_send(sender, now) {
            return Err(Refusal::new(MUTED_IN_GROUP, "muted in the group"));
        }
        Ok(Target::Group(id))
    }

    fn draft(
        &mut self,
        from: &UserId,
        to: Target,
        sending: &Sending,
        now: Millis,
    ) -> Result<Draft, Refusal> {
        let body: UpStreamMessage =
            decode_body(sending.body.clone()).map_err(Refusal::malformed)?;
        if body.content.len() > MAX_CONTENT {
            return Err(Refusal::new(TOO_LARGE, "content too large"));
        }
        let rate = self.policy.send_rate;
        if rate.is_some_and(|rate| !self.user(from).sending.take(rate, now)) {
            return Err(Refusal::new(TOO_FAST, "too fast"));
        }
        Ok(Draft {
            from: from.clone(),
            to,
            body,
        })
    }
}

fn private(sending: &Sending) -> Result<Target, Refusal> {
    UserId::new(sending.target.as_str())
        .map(Target::User)
        .map_err(|_| Refusal::new(INVALID, "no user id"))
}

fn target(sending: &Sending) -> Result<TargetId, Refusal> {
    TargetId::new(sending.target.as_str()).map_err(|_| Refusal::new(INVALID, "no target id"))
}

/// A PUBLISH on its way, for its acknowledgement and its echoes.
pub(super) struct Sending {
    pub(super) link: LinkId,
    pub(super) topic: String,
    pub(super) target: String,
    pub(super) message_id: u16,
    pub(super) body: Bytes,
}

/// Why a message is not accepted.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
}

impl Refusal {
    pub(super) const fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }

    pub(super) fn malformed(_: BodyError) -> Self {
        Self::new(INVALID, "malformed body")
    }
}
