//! Outgoing messages, from accepted to their fate.

use imlink_model::uplink::SendOutcome;
use imlink_model::{
    Class, ClientMessageId, Code, ConversationKind, Direction, Flags, LocalApp, MAX_BODY_BYTES,
    Message, MessageUid, Millis, Origin, OutboxId, OutgoingMessage, ReceivedStatus,
};

use super::timeline::Unreadable;
use super::{Transaction, refused, wire_ref};
use crate::database::Lookup;
use crate::engine::{EngineError, Order};
use crate::error::ReadError;
use crate::key::{self, Kind};
use crate::{Applied, OutboxState, Submission};

impl Transaction<'_> {
    /// Accepts a message, once for each app and client id.
    pub(super) fn submit(&mut self, submission: Submission) -> Result<Applied, EngineError> {
        let client_key = key::client_id(&submission.app, &submission.client_id);
        if self.draft.value(&client_key)?.is_some() {
            return self.resubmitted(&client_key);
        }
        if submission.body.as_str().len() > MAX_BODY_BYTES {
            return Ok(refused(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        }
        let bytes = submission.body.as_str().len() + submission.options.text_bytes();
        if self.state.open >= self.limits.open
            || self.state.open_bytes.saturating_add(bytes) > self.limits.open_bytes
        {
            return Ok(refused(Code::LOCAL_QUOTA));
        }
        let Submission {
            app,
            client_id,
            conversation,
            object_name,
            body,
            options,
        } = submission;
        let id = OutboxId(self.state.head.outbox.saturating_add(1));
        let outgoing = OutgoingMessage {
            id,
            app,
            client_id,
            wire_ref: self.free_wire_ref()?,
            conversation,
            object_name,
            body,
            accepted_at: self.now,
            options,
        };
        self.draft.put(&key::outbox(Kind::Outgoing, id), &outgoing);
        self.draft
            .put(&key::outbox(Kind::Open, id), &OutboxState::Queued);
        self.draft.put(&client_key, &id);
        self.draft.put(&key::wire_ref(outgoing.wire_ref), &id);
        self.state.head.outbox = id.0;
        self.state.open += 1;
        self.state.open_bytes += bytes;
        Ok(Applied::Accepted {
            outgoing,
            state: OutboxState::Queued,
            new: true,
        })
    }

    /// From here on the fate of a row depends on the cloud. Refused with `LOCAL_TOO_LATE` if it has
    /// a fate: this is where withdrawing and sending meet, and one of them comes first.
    pub(super) fn sending(&mut self, id: OutboxId) -> Result<Applied, EngineError> {
        match self.fate(id)? {
            Fate::Open => {
                self.draft
                    .put(&key::outbox(Kind::Open, id), &OutboxState::Sending);
                Ok(Applied::Recorded)
            }
            Fate::Final => Ok(refused(Code::LOCAL_TOO_LATE)),
            Fate::Unknown => Ok(refused(Code::RC_DB_DATA_NOT_FOUND)),
        }
    }

    /// Ends a message that is not on its way. Again, it does nothing.
    pub(super) fn withdraw(
        &mut self,
        app: &LocalApp,
        client_id: &ClientMessageId,
    ) -> Result<Applied, EngineError> {
        let (id, state) = match self.submitted(app, client_id)? {
            Ok(found) => found,
            Err(code) => return Ok(refused(code)),
        };
        let code = Code::LOCAL_WITHDRAWN;
        match state {
            OutboxState::Queued | OutboxState::InDoubt => {
                self.outcome(id, SendOutcome::Failed { code })
            }
            OutboxState::Failed { code: ended } if ended == code => Ok(Applied::Recorded),
            OutboxState::Sending | OutboxState::Sent { .. } | OutboxState::Failed { .. } => {
                Ok(refused(Code::LOCAL_TOO_LATE))
            }
        }
    }

    /// Puts a message in doubt back into the queue.
    pub(super) fn resend(
        &mut self,
        app: &LocalApp,
        client_id: &ClientMessageId,
    ) -> Result<Applied, EngineError> {
        match self.submitted(app, client_id)? {
            Ok((id, OutboxState::InDoubt)) => self.outcome(id, SendOutcome::Queued),
            Ok((
                _,
                OutboxState::Queued
                | OutboxState::Sending
                | OutboxState::Sent { .. }
                | OutboxState::Failed { .. },
            )) => Ok(refused(Code::LOCAL_TOO_LATE)),
            Err(code) => Ok(refused(code)),
        }
    }

    /// What became of a row. A final state stays (invariant 6).
    pub(super) fn outcome(
        &mut self,
        id: OutboxId,
        outcome: SendOutcome,
    ) -> Result<Applied, EngineError> {
        match self.fate(id)? {
            Fate::Open => {}
            Fate::Final => return Ok(Applied::Recorded),
            Fate::Unknown => return Ok(refused(Code::RC_DB_DATA_NOT_FOUND)),
        }
        let state = OutboxState::from(outcome.clone());
        let open = key::outbox(Kind::Open, id);
        let outgoing: Option<OutgoingMessage> =
            self.draft.sound_row(&key::outbox(Kind::Outgoing, id))?;
        if state.is_final() {
            self.draft.remove(&open)?;
            self.draft.put(&key::outbox(Kind::Settled, id), &state);
            self.state.open = self.state.open.saturating_sub(1);
            let bytes = outgoing.as_ref().map_or(0, OutgoingMessage::text_bytes);
            self.state.open_bytes = self.state.open_bytes.saturating_sub(bytes);
            self.state.settled += 1;
        } else {
            self.draft.put(&open, &state);
        }
        // The state is kept also where the message itself is damaged: it must not be sent again.
        let Some(outgoing) = outgoing else {
            return Ok(refused(Code::RC_DB_CORRUPT));
        };
        let message = match &outcome {
            SendOutcome::Sent { uid, at } => self.enter_sent(&outgoing, uid, *at)?,
            SendOutcome::Failed { .. } | SendOutcome::InDoubt | SendOutcome::Queued => None,
        };
        Ok(Applied::Settled {
            outgoing,
            outcome,
            message,
        })
    }

    /// Lets go of the oldest settled rows beyond the limit. Only stored ones are looked at, so a
    /// batch that settles many may leave its surplus to the next.
    pub(super) fn retire_settled(&mut self) -> Result<(), EngineError> {
        let surplus = self.state.settled.saturating_sub(self.limits.settled);
        if surplus == 0 {
            return Ok(());
        }
        let settled = self
            .draft
            .database()
            .scan(&key::all(Kind::Settled), Order::Forward);
        let oldest: Vec<_> = settled.take(surplus).collect::<Result<_, _>>()?;
        for (settled, _) in oldest {
            let Some(id) = key::tail(&settled).map(OutboxId) else {
                continue;
            };
            let outgoing = key::outbox(Kind::Outgoing, id);
            if let Some(row) = self.draft.sound_row::<OutgoingMessage>(&outgoing)? {
                self.draft
                    .remove(&key::client_id(&row.app, &row.client_id))?;
                self.draft.remove(&key::wire_ref(row.wire_ref))?;
            }
            self.draft.remove(&outgoing)?;
            self.draft.remove(&settled)?;
            self.state.settled = self.state.settled.saturating_sub(1);
        }
        Ok(())
    }

    fn resubmitted(&self, client_key: &[u8]) -> Result<Applied, EngineError> {
        let damaged = Ok(refused(Code::RC_DB_CORRUPT));
        let Some(id) = self.draft.sound_row::<OutboxId>(client_key)? else {
            return damaged;
        };
        let Some(outgoing) = self.draft.sound_row(&key::outbox(Kind::Outgoing, id))? else {
            return damaged;
        };
        match state_of(&self.draft, id) {
            Ok(Some(state)) => Ok(Applied::Accepted {
                outgoing,
                state,
                new: false,
            }),
            Ok(None) | Err(ReadError::Damaged { .. }) => damaged,
            Err(ReadError::Engine(error)) => Err(error),
        }
    }

    /// The row an app's message has, and where it stands; else why there is nothing to be done.
    fn submitted(
        &self,
        app: &LocalApp,
        client_id: &ClientMessageId,
    ) -> Result<Result<(OutboxId, OutboxState), Code>, EngineError> {
        let key = key::client_id(app, client_id);
        if self.draft.value(&key)?.is_none() {
            return Ok(Err(Code::LOCAL_NO_MESSAGE));
        }
        let Some(id) = self.draft.sound_row::<OutboxId>(&key)? else {
            return Ok(Err(Code::RC_DB_CORRUPT));
        };
        match state_of(&self.draft, id) {
            Ok(Some(state)) => Ok(Ok((id, state))),
            Ok(None) | Err(ReadError::Damaged { .. }) => Ok(Err(Code::RC_DB_CORRUPT)),
            Err(ReadError::Engine(error)) => Err(error),
        }
    }

    /// Puts a message the cloud has among the account's messages. If the cloud's copy of it came
    /// first, that one learns which app it is from and nothing is returned.
    fn enter_sent(
        &mut self,
        outgoing: &OutgoingMessage,
        uid: &MessageUid,
        at: Millis,
    ) -> Result<Option<Message>, EngineError> {
        if outgoing.conversation.kind == ConversationKind::Chatroom {
            // Rooms are for those who are in them: what is said there is not kept (behaviour.md 13.5).
            return Ok(None);
        }
        let origin = Origin::App(outgoing.app.id.clone());
        match self.stored_under(uid)? {
            Some(Ok(mut copy)) => {
                if copy.client_id.is_none() && copy.direction == Direction::Sent {
                    copy.origin = origin;
                    copy.client_id = Some(outgoing.client_id.clone());
                    self.draft.replace_message(&copy)?;
                }
                return Ok(None);
            }
            Some(Err(Unreadable::Damaged | Unreadable::Deleted)) => return Ok(None),
            None => {}
        }
        let sender = self.user.clone();
        let expansion = &outgoing.options.expansion;
        self.enter(|seq, now| Message {
            seq,
            uid: Some(uid.clone()),
            conversation: outgoing.conversation.clone(),
            direction: Direction::Sent,
            origin,
            sender,
            object_name: outgoing.object_name.clone(),
            body: outgoing.body.clone(),
            sent_at: at,
            received_at: now,
            flags: Flags {
                silent: outgoing.options.silent,
                persisted: Class::of(outgoing.object_name.as_str()).is_stored(),
                mention: outgoing.mentions_somebody(),
                expandable: outgoing.options.expandable || expansion.is_some(),
                ..Flags::default()
            },
            client_id: Some(outgoing.client_id.clone()),
            expansion: expansion.clone(),
            offline: false,
            received: ReceivedStatus::NONE,
            local_extra: None,
        })
    }

    fn fate(&self, id: OutboxId) -> Result<Fate, EngineError> {
        if self.draft.value(&key::outbox(Kind::Settled, id))?.is_some() {
            return Ok(Fate::Final);
        }
        match self.draft.value(&key::outbox(Kind::Open, id))? {
            Some(_) => Ok(Fate::Open),
            None => Ok(Fate::Unknown),
        }
    }

    /// A number for the cloud that no row has.
    fn free_wire_ref(&mut self) -> Result<u64, EngineError> {
        loop {
            let counter = self.state.next_wire_counter;
            self.state.next_wire_counter = counter.wrapping_add(1);
            let number = wire_ref::compose(self.now, counter, wire_ref::random());
            if number != 0 && self.draft.value(&key::wire_ref(number))?.is_none() {
                return Ok(number);
            }
        }
    }
}

/// Whether the state of a row may change.
enum Fate {
    Open,
    Final,
    Unknown,
}

/// Where an outgoing message stands, `None` if there is none of that id.
pub(crate) fn state_of(rows: &impl Lookup, id: OutboxId) -> Result<Option<OutboxState>, ReadError> {
    match rows.row(&key::outbox(Kind::Settled, id))? {
        Some(state) => Ok(Some(state)),
        None => rows.row(&key::outbox(Kind::Open, id)),
    }
}
