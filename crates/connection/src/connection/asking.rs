//! What the Hub asks of the link itself: signals and recalls.

use std::time::Instant;

use imlink_model::uplink::{Answer, AskId, Event, Recallable, Signal};
use imlink_model::{Code, ConversationKind, Millis, Trace};
use imlink_wire::proto::{UpStreamMessage, encode_body};
use imlink_wire::{ClientPacket, QoS, flags, topic};
use rand::Rng;

use super::{Connection, Work};
use crate::recall;

/// The largest number of a message: 51 bits (`protocol/cloud-wire.md` 5.4).
const WIRE_REFS: std::ops::RangeInclusive<i64> = 1..=(1 << 51) - 1;

/// Recalls that are under way at one time.
const RECALLS: usize = 32;

impl Connection {
    /// Hands a signal to the link; nobody acknowledges it (`protocol/cloud-wire.md` 3.6).
    pub(super) fn on_signal(&mut self, ask: AskId, signal: &Signal) {
        let wire_ref = self.random.random_range(WIRE_REFS);
        let result = self.signal(signal, wire_ref);
        let result = result.map(|()| Answer::Signalled);
        self.outlet.event(Event::Answered { ask, result });
    }

    /// Asks the cloud to take a message back (`protocol/cloud-wire.md` 5.7).
    pub(super) fn on_recall(
        &mut self,
        ask: AskId,
        message: &Recallable,
        trace: Trace,
        now: Instant,
    ) {
        let Some(mut work) = self.online() else {
            return self.refuse_ask(ask, Code::RC_NET_CHANNEL_INVALID);
        };
        if work.account.recalls.count() >= RECALLS {
            return self.refuse_ask(ask, Code::LOCAL_QUOTA);
        }
        let message_id = work.fresh_id();
        let packet = ClientPacket::Publish {
            qos: QoS::AtLeastOnce,
            topic: topic::RECALL.to_owned(),
            target: work.account.user.as_str().to_owned(),
            message_id,
            body: encode_body(&recall::command(message, trace)),
        };
        let deadline = now + work.config.timings.acknowledgement;
        work.account.recalls.transmitted(message_id, ask, deadline);
        work.transmit(packet);
    }

    /// The cloud has the last word on a recall. False if none has that id.
    pub(super) fn on_recall_acknowledged(&mut self, message_id: u16, status: u16, at: u64) -> bool {
        let Some(work) = self.online() else {
            return false;
        };
        let Some(ask) = work.account.recalls.acknowledged(message_id) else {
            return false;
        };
        let code = Code::new(status.into());
        let result = if code.is_success() {
            let at = Millis(i64::try_from(at).unwrap_or_default());
            Ok(Answer::Recalled { at })
        } else {
            Err(code)
        };
        work.outlet.event(Event::Answered { ask, result });
        true
    }

    pub(super) fn on_recall_timeout(&mut self, now: Instant) {
        let Some(account) = &mut self.account else {
            return;
        };
        for ask in account.recalls.take_overdue(now) {
            self.refuse_ask(ask, Code::RC_MSG_RESP_TIMEOUT);
        }
    }

    pub(super) fn refuse_ask(&mut self, ask: AskId, code: Code) {
        let result = Err(code);
        self.outlet.event(Event::Answered { ask, result });
    }

    fn signal(&mut self, signal: &Signal, wire_ref: i64) -> Result<(), Code> {
        let Some(mut work) = self.online() else {
            return Err(Code::RC_NET_CHANNEL_INVALID);
        };
        let topic = signal_topic(signal.conversation.kind)?;
        let body = UpStreamMessage {
            session_id: 0,
            classname: signal.object_name.as_str().to_owned(),
            content: signal.body.as_str().to_owned(),
            config_flag: Some(flags::config::DEFAULT),
            client_unique_id: Some(wire_ref),
            option_bits: Some(0),
            ..UpStreamMessage::default()
        };
        let message_id = work.fresh_id();
        work.transmit(ClientPacket::Publish {
            qos: QoS::AtLeastOnce,
            topic: topic.to_owned(),
            target: signal.conversation.target.as_str().to_owned(),
            message_id,
            body: encode_body(&body),
        });
        Ok(())
    }
}

impl Work<'_> {
    /// An id that no answer is awaited under.
    pub(super) fn fresh_id(&mut self) -> u16 {
        let account = &*self.account;
        let ids = &mut self.online.link.message_ids;
        ids.next(|id| account.is_pending(id))
    }

    pub(super) fn transmit(&mut self, packet: ClientPacket) {
        self.outlet.transmit(self.online.link.generation, packet);
    }
}

/// The topic of a status message.
///
/// # Errors
/// 20109 for system conversations, which only the app's server writes to; 33003 for a kind of
/// conversation that has none.
fn signal_topic(kind: ConversationKind) -> Result<&'static str, Code> {
    if kind == ConversationKind::System {
        return Err(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE);
    }
    let (_, status) = topic::of_conversation(kind.number().into());
    status.ok_or(Code::BIZ_ERROR_INVALID_PARAMETER)
}
