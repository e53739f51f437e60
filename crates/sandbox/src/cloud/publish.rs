//! What clients PUBLISH.

use bytes::Bytes;
use imlink_model::{Millis, UserId};
use imlink_wire::{
    proto::{BodyError, UpStreamMessage, decode_body},
    topic,
};

use super::{App, Draft, Fault, LinkId, SenderCopy};

/// PUBACK and QUERYACK status for a body that cannot be read or says nonsense (33003).
pub(super) const INVALID: u16 = 33003;
/// PUBACK and QUERYACK status for a topic nobody serves (32546).
pub(super) const UNKNOWN_TOPIC: u16 = 32546;
/// PUBACK status for too many messages in too short a time (20604).
const TOO_FAST: u16 = 20604;
/// PUBACK status for a content beyond [`MAX_CONTENT`] (30016).
const TOO_LARGE: u16 = 30016;
/// PUBACK status: the sender is in no such group (22406). This cloud has none yet.
const NOT_IN_GROUP: u16 = 22406;
/// PUBACK status: the sender is in no such chatroom (23406). This cloud has none yet.
const NOT_IN_CHATROOM: u16 = 23406;

/// The largest content of a message, in bytes (protocol/cloud-wire.md 5.4).
pub(crate) const MAX_CONTENT: usize = 128 * 1024;

impl App {
    pub(super) fn publish(
        &mut self,
        link: LinkId,
        topic: &str,
        target: &str,
        message_id: u16,
        body: Bytes,
        now: Millis,
    ) {
        let Some(sender) = self.links.get(&link).map(|link| link.user.clone()) else {
            return;
        };
        let refusal = self.strikes(Some(&sender), |fault| match fault {
            Fault::Topic {
                topic: spoiled,
                status,
            } if spoiled == topic => Some(*status),
            _ => None,
        });
        let published = match refusal {
            Some(status) => Err(Refusal::new(status, "a fault is armed")),
            None => self.serve_publish(link, sender, topic, target, message_id, body, now),
        };
        let Err(refusal) = published else { return };
        tracing::info!(%link, topic, status = refusal.status, reason = refusal.reason, "Message refused");
        self.counters.refused_messages += 1;
        if !topic::UNACKNOWLEDGED.contains(&topic) {
            self.refuse_publish(link, message_id, refusal.status, now);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a PUBLISH has that many parts")]
    fn serve_publish(
        &mut self,
        link: LinkId,
        sender: UserId,
        topic: &str,
        target: &str,
        message_id: u16,
        body: Bytes,
        now: Millis,
    ) -> Result<(), Refusal> {
        match topic {
            topic::PRIVATE => {
                let draft = self.draft(&sender, target, body.clone(), now)?;
                let sending = Sending {
                    link,
                    topic,
                    target,
                    message_id,
                    body,
                };
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
            }
            topic::PRIVATE_STATUS => {
                let draft = self.draft(&sender, target, body.clone(), now)?;
                self.send_status(link, draft, target, body, now);
            }
            topic::RECALL => {
                let draft = self.recall(&sender, body.clone())?;
                let sending = Sending {
                    link,
                    topic,
                    target,
                    message_id,
                    body,
                };
                self.send_message(draft, SenderCopy::Included, Some(sending), now);
            }
            topic::GROUP | topic::GROUP_STATUS => {
                return Err(Refusal::new(NOT_IN_GROUP, "no such group"));
            }
            topic::CHATROOM | topic::CHATROOM_STATUS => {
                return Err(Refusal::new(NOT_IN_CHATROOM, "no such chatroom"));
            }
            _ => {
                return Err(Refusal::new(UNKNOWN_TOPIC, "unknown topic"));
            }
        }
        Ok(())
    }

    fn draft(
        &mut self,
        from: &UserId,
        target: &str,
        body: Bytes,
        now: Millis,
    ) -> Result<Draft, Refusal> {
        let body: UpStreamMessage = decode_body(body).map_err(Refusal::malformed)?;
        if body.content.len() > MAX_CONTENT {
            return Err(Refusal::new(TOO_LARGE, "content too large"));
        }
        let to = UserId::new(target).map_err(|_| Refusal::new(INVALID, "no user id"))?;
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

/// A PUBLISH on its way, for its acknowledgement and its echoes.
pub(super) struct Sending<'a> {
    pub(super) link: LinkId,
    pub(super) topic: &'a str,
    pub(super) target: &'a str,
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
