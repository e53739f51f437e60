//! Bringing messages out.

use std::time::Instant;

use bytes::Bytes;
use imlink_model::uplink::SendOutcome;
use imlink_model::{Code, ConversationKind, MessageUid, Millis, OutboxId};
use imlink_wire::topic;
use tracing::{debug, warn};

use super::rooms::is_said_in_room;
use super::{Connection, Sending, Work};
use crate::RecordId;
use crate::outbox::{Acknowledged, LateAcknowledgement, unsent};
use crate::outgoing::{publish, route};
use crate::refusal::Verdict;
use crate::state::{Account, Phase, State};

/// What another device of the user sent, as the cloud repeats it.
pub(super) struct Echo<'a> {
    pub(super) topic: &'a str,
    pub(super) target: &'a str,
    pub(super) message_id: u16,
    /// The server's time in seconds.
    pub(super) date: u32,
    pub(super) body: Bytes,
}

impl Connection {
    /// Lets go what may go: as many as are allowed under way, as fast as the cloud takes them.
    pub(super) fn pump_outbox(&mut self, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        while work.may_send(now) {
            let Some(id) = work.account.outbox.next() else {
                return;
            };
            work.start(id, now);
        }
    }

    /// When the pace allows the next message, if one waits for nothing else.
    pub(super) fn next_send(&self, account: &Account) -> Option<Instant> {
        let State::Active(active) = &self.state else {
            return None;
        };
        let is_online = matches!(active.phase, Phase::Online(_));
        let has_room = account.outbox.counts().in_flight < self.config.limits.in_flight;
        let store_works = self.outlet.store_rests_until().is_none();
        let is_allowed = self.sending == Sending::Allowed;
        let waits =
            is_online && is_allowed && has_room && store_works && account.outbox.has_ready();
        if waits { account.pacer.next() } else { None }
    }

    /// The mark is durable: the message goes.
    pub(super) fn on_sending_recorded(&mut self, row: OutboxId, record: RecordId, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        if work.account.outbox.recorded(row, record).is_none() {
            return;
        }
        let message_id = work.fresh_id();
        let Account { outbox, rooms, .. } = &mut *work.account;
        let Some(message) = outbox.recorded(row, record) else {
            return;
        };
        let Ok(topic) = route(message) else { return };
        if message.conversation.kind == ConversationKind::Chatroom {
            rooms.sending(row, &message.conversation.target, message.wire_ref);
        }
        let packet = publish(topic, message, message_id);
        let deadline = now + work.config.timings.acknowledgement;
        outbox.transmitted(row, message_id, now, deadline);
        work.transmit(packet);
    }

    /// The mark could not be stored: the message waits until the store is tried again.
    pub(super) fn on_sending_failed(&mut self, row: OutboxId, record: RecordId) {
        if let Some(account) = &mut self.account
            && account.outbox.recorded(row, record).is_some()
        {
            account.outbox.requeue(row);
        }
    }

    /// The mark is refused, because the row has ended or is not there: nothing is sent.
    pub(super) fn on_sending_refused(&mut self, row: OutboxId) {
        debug!("A message was taken back before it was handed to the link");
        self.on_withdraw(row);
    }

    /// The row has ended by the app's wish.
    pub(super) fn on_withdraw(&mut self, row: OutboxId) {
        self.outlet.forget_row(row);
        if let Some(account) = &mut self.account {
            account.outbox.settle(row);
        }
    }

    /// The app has a message in doubt sent once more; its row is queued already.
    pub(super) fn on_resend(&mut self, row: OutboxId) {
        if let Some(account) = &mut self.account
            && account.outbox.resend(row)
        {
            self.outlet.forget_row(row);
        }
    }

    pub(super) fn on_puback(
        &mut self,
        message_id: u16,
        status: u16,
        at: u64,
        uid: String,
        now: Instant,
    ) {
        let Some(mut work) = self.online() else {
            return;
        };
        if work.online.link.echoes.remove(&message_id) {
            return work.account.pull.want_anything();
        }
        let Some(row) = work.account.outbox.acknowledged(message_id) else {
            if self.on_recall_acknowledged(message_id, status, at) {
                return;
            }
            let Some(work) = self.online() else { return };
            debug!("An acknowledgement of nothing that is pending");
            work.dropped.acks += 1;
            return;
        };
        match Verdict::of_puback(status) {
            Verdict::Accepted => work.on_accepted(row, at, uid),
            Verdict::Later => work.on_refused_for_now(row, Code::new(status.into()), now),
            Verdict::Unknown => work.doubt(row.id, LateAcknowledgement::Impossible),
            Verdict::Refused(code) => work.settle(row.id, SendOutcome::Failed { code }),
        }
    }

    /// Another device of the user sent something. Its PUBACK follows under the same id
    /// (`protocol/cloud-wire.md` 3.6), which must not be taken for one of ours.
    pub(super) fn on_echo(&mut self, echo: Echo<'_>) {
        let Echo {
            topic,
            target,
            message_id,
            date,
            body,
        } = echo;
        let Some(mut work) = self.online() else {
            return;
        };
        if let Some(row) = work.account.outbox.acknowledged(message_id) {
            warn!("The cloud reused an id that is pending");
            work.doubt(row.id, LateAcknowledgement::Impossible);
        }
        if !topic::ECHOES_WITHOUT_PUBACK.contains(&topic) {
            work.online.link.echoes.insert(message_id);
        }
        if is_said_in_room(topic) {
            return self.on_room_echo(target, date, body);
        }
        work.account.pull.want_anything();
    }

    pub(super) fn on_acknowledgement_timeout(&mut self, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        for row in work.account.outbox.overdue(now) {
            debug!("No acknowledgement in time");
            work.doubt(row, LateAcknowledgement::Possible);
        }
    }
}

impl Work<'_> {
    fn may_send(&self, now: Instant) -> bool {
        let Account { outbox, pacer, .. } = &*self.account;
        self.sending == Sending::Allowed
            && outbox.has_ready()
            && outbox.counts().in_flight < self.config.limits.in_flight
            && pacer.allows(now)
            && self.outlet.store_rests_until().is_none()
    }

    /// Asks for the durable mark, or refuses what cannot be sent at all.
    fn start(&mut self, id: OutboxId, now: Instant) {
        let Account { outbox, pacer, .. } = &mut *self.account;
        match outbox.message(id).map(route) {
            Some(Err(code)) => self.settle(id, SendOutcome::Failed { code }),
            Some(Ok(_)) | None => {
                let record = self.outlet.record_sending(id);
                outbox.recording(id, record);
                pacer.on_sent(now);
            }
        }
    }

    fn on_accepted(&mut self, row: Acknowledged, at: u64, uid: String) {
        self.account.pacer.on_accepted();
        match (MessageUid::new(uid), i64::try_from(at)) {
            (Ok(uid), Ok(at)) => self.settle(
                row.id,
                SendOutcome::Sent {
                    uid,
                    at: Millis(at),
                },
            ),
            // The cloud has it, but under which name only a pull tells.
            _ => self.doubt(row.id, LateAcknowledgement::Impossible),
        }
    }

    fn on_refused_for_now(&mut self, row: Acknowledged, code: Code, now: Instant) {
        self.account
            .pacer
            .on_refused(row.sent_at.unwrap_or(now), now);
        if !row.holds_place {
            // Later messages of the conversation may have gone already.
            return self.settle(row.id, SendOutcome::Failed { code });
        }
        let Some(message) = self.account.outbox.message(row.id) else {
            return;
        };
        match unsent(message, code) {
            SendOutcome::Queued => {
                self.account.outbox.requeue(row.id);
                self.outlet.record_outcome(row.id, SendOutcome::Queued);
            }
            ended @ (SendOutcome::Failed { .. }
            | SendOutcome::Sent { .. }
            | SendOutcome::InDoubt) => self.settle(row.id, ended),
        }
    }

    fn settle(&mut self, row: OutboxId, outcome: SendOutcome) {
        self.account.outbox.settle(row);
        self.outlet.record_outcome(row, outcome);
    }

    /// Nobody knows: a pull may.
    fn doubt(&mut self, row: OutboxId, late: LateAcknowledgement) {
        let Account { outbox, pull, .. } = &mut *self.account;
        if outbox.doubt(row, pull.round(), late) {
            self.outlet.record_outcome(row, SendOutcome::InDoubt);
        }
        pull.want_anything();
    }
}
