//! What clients PUBLISH.

use bytes::Bytes;
use imlink_model::{Millis, TargetId, UserId};
use imlink_wire::{
    proto::{BodyError, decode_body},
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
/// PUBACK status: system messages are not for clients (20109).
const NOT_FOR_CLIENTS: u16 = 20109;

/// The largest content of a message, in bytes (protocol/cloud-wire.md 5.4).
pub(crate) const MAX_CONTENT: usize = 128 * 1024;

impl App {
    pub(super) fn publish(&mut self, mut sending: Sending, now: Millis) {
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
            None => self.serve_publish(&sender, &mut sending, now),
        };
        let Err(Refusal { status, reason, .. }) = published else {
            return;
        };
        let Sending { link, topic, .. } = &sending;
        tracing::info!(app = %self.key, %link, topic, status, reason, "Message refused");
        self.counters.refused_messages += 1;
        if !topic::UNACKNOWLEDGED.contains(&topic.as_str()) {
            self.refuse_publish(*link, sending.message_id, status, now);
        }
    }

    fn serve_publish(
        &mut self,
        sender: &UserId,
        sending: &mut Sending,
        now: Millis,
    ) -> Result<(), Refusal> {
        match sending.topic.as_str() {
            topic::PRIVATE | topic::GROUP | topic::CHATROOM => {
                let draft = self.draft(sender, sending, now)?;
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
                Ok(())
            }
            topic::PRIVATE_STATUS | topic::GROUP_STATUS | topic::CHATROOM_STATUS => {
                let draft = self.draft(sender, sending, now)?;
                self.send_status(draft, sending, now);
                Ok(())
            }
            topic::RECALL => {
                let draft = self.recall(sender, sending)?;
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
                Ok(())
            }
            topic::READ_POSITION | topic::LIVE_READ_POSITION => {
                self.read_position(sender, sending, now)
            }
            topic::SYSTEM => Err(Refusal::new(NOT_FOR_CLIENTS, "only an app server may")),
            _ => Err(Refusal::new(UNKNOWN_TOPIC, "unknown topic")),
        }
    }

    /// The message of a PUBLISH, if its sender may send it there.
    fn draft(
        &mut self,
        from: &UserId,
        sending: &mut Sending,
        now: Millis,
    ) -> Result<Draft, Refusal> {
        let mut draft = Draft {
            from: from.clone(),
            to: target(sending)?,
            body: decode_body(sending.body.clone()).map_err(Refusal::malformed)?,
        };
        self.check_sender(&draft, now)?;
        if draft.body.content.len() > MAX_CONTENT {
            return Err(Refusal::new(TOO_LARGE, "content too large"));
        }
        let rate = self.policy.send_rate;
        if rate.is_some_and(|rate| !self.user(from).sending.take(rate, now)) {
            return Err(Refusal::new(TOO_FAST, "too fast"));
        }
        sending.accepted_as = self.screen(&mut draft)?;
        Ok(draft)
    }

    /// Whether a client may send there (server-api.md 8, row 9).
    fn check_sender(&self, draft: &Draft, now: Millis) -> Result<(), Refusal> {
        match &draft.to {
            Target::User(receiver) => self.check_private(draft, receiver, now),
            Target::Group(id) => self.check_group_sender(id, &draft.from, now),
            Target::Chatroom(id) => self.check_chatroom_sender(id, &draft.from, now),
            Target::System(_) => Err(Refusal::new(NOT_FOR_CLIENTS, "only an app server may")),
        }
    }
}

/// Where a PUBLISH goes, by its topic.
fn target(sending: &Sending) -> Result<Target, Refusal> {
    let id = sending.target.as_str();
    let target = match sending.topic.as_str() {
        topic::GROUP | topic::GROUP_STATUS => TargetId::new(id).map(Target::Group),
        topic::CHATROOM | topic::CHATROOM_STATUS => TargetId::new(id).map(Target::Chatroom),
        _ => UserId::new(id).map(Target::User),
    };
    target.map_err(|_| Refusal::new(INVALID, "no target id"))
}

/// A PUBLISH on its way, for its acknowledgement and its echoes.
pub(super) struct Sending {
    pub(super) link: LinkId,
    pub(super) topic: String,
    pub(super) target: String,
    pub(super) message_id: u16,
    pub(super) body: Bytes,
    /// The status of its PUBACK once it is accepted: 0, or what has happened to it.
    pub(super) accepted_as: u16,
}

/// Why a message is not accepted.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    /// What a QUERYACK says beside its status, mostly nothing.
    pub(super) body: Bytes,
}

impl Refusal {
    pub(super) const fn new(status: u16, reason: &'static str) -> Self {
        Self {
            status,
            reason,
            body: Bytes::new(),
        }
    }

    pub(super) fn saying(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    pub(super) fn malformed(_: BodyError) -> Self {
        Self::new(INVALID, "malformed body")
    }
}
