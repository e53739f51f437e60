//! Messages on their way out.
//!
//! ```text
//!                  record            recorded                 PUBACK
//!   Queued -----------------> Recording ----------> InFlight ----------> gone: sent or failed
//!      ^                          |                  |    |
//!      +----- link lost ----------+                  |    +-- refused for now --> Queued
//!                                                    | no PUBACK, link lost
//!                                                    v
//!                                                  Doubt ----- found in the cloud ----> gone: sent
//! ```
//!
//! A conversation is a *lane*: its messages go one after the other, in the order of their
//! acceptance. A message in doubt holds its lane until a pull that began afterwards is complete: if
//! the cloud has it, that pull shows it. After that it stays in doubt and the lane goes on, unless
//! the app accepts doubles: then it waits again, in its old place (decisions.md P17).

mod lanes;

use std::collections::BTreeMap;
use std::time::Instant;

use imlink_model::uplink::SendOutcome;
use imlink_model::{Code, Conversation, OutboxId, OutgoingMessage, Resend};

use crate::RecordId;
use lanes::Lanes;

/// The messages of an account that are not settled.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    rows: BTreeMap<OutboxId, Row>,
    lanes: Lanes,
    /// Rows of which the cloud may know.
    by_wire_ref: BTreeMap<u64, OutboxId>,
    by_message_id: BTreeMap<u16, OutboxId>,
    counts: Counts,
}

#[derive(Debug)]
struct Row {
    message: OutgoingMessage,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Queued,
    /// Transmitted once this record is durable.
    Recording {
        record: RecordId,
    },
    InFlight {
        message_id: u16,
        sent_at: Instant,
        deadline: Instant,
    },
    Doubt(Doubt),
}

#[derive(Clone, Copy, Debug)]
struct Doubt {
    /// The pull round under way, or over, when the doubt arose.
    since: u64,
    /// Under which its acknowledgement may still come, on the link that is up.
    message_id: Option<u16>,
}

/// How many rows are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Wait for their turn.
    pub(crate) queued: usize,
    /// Are being recorded, or wait for their acknowledgement.
    pub(crate) in_flight: usize,
    /// Have a fate nobody knows.
    pub(crate) in_doubt: usize,
}

/// A row whose acknowledgement came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) id: OutboxId,
    /// When it was transmitted; `None` if it had been given up already.
    pub(crate) sent_at: Option<Instant>,
    /// It may take its old place again.
    pub(crate) holds_place: bool,
}

impl Outbox {
    /// What the store knows of, oldest first.
    pub(crate) fn restored(queued: Vec<OutgoingMessage>, in_doubt: Vec<OutgoingMessage>) -> Self {
        let mut outbox = Self::default();
        for message in queued {
            outbox.insert(message, State::Queued);
        }
        for message in in_doubt {
            outbox.insert(
                message,
                State::Doubt(Doubt {
                    since: 0,
                    message_id: None,
                }),
            );
        }
        outbox
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes one more; does nothing if it is here already.
    pub(crate) fn submit(&mut self, message: OutgoingMessage) {
        self.insert(message, State::Queued);
    }

    /// Whether some row could go.
    pub(crate) fn has_ready(&self) -> bool {
        self.lanes.has_ready()
    }

    /// The row whose turn it is: apps take turns, and each has its oldest first.
    pub(crate) fn next(&mut self) -> Option<OutboxId> {
        self.lanes.next()
    }

    /// The row is transmitted once this record is durable.
    pub(crate) fn recording(&mut self, id: OutboxId, record: RecordId) {
        self.set(id, State::Recording { record });
    }

    /// The message to transmit, if this record is of a row that waits for it.
    pub(crate) fn recorded(&self, id: OutboxId, record: RecordId) -> Option<&OutgoingMessage> {
        let row = self.rows.get(&id)?;
        match row.state {
            State::Recording { record: awaited } if awaited == record => Some(&row.message),
            State::Recording { .. } | State::Queued | State::InFlight { .. } | State::Doubt(_) => {
                None
            }
        }
    }

    /// The row was handed to the link.
    pub(crate) fn transmitted(
        &mut self,
        id: OutboxId,
        message_id: u16,
        sent_at: Instant,
        deadline: Instant,
    ) {
        self.set(
            id,
            State::InFlight {
                message_id,
                sent_at,
                deadline,
            },
        );
    }

    pub(crate) fn is_pending(&self, message_id: u16) -> bool {
        self.by_message_id.contains_key(&message_id)
    }

    /// The row that is acknowledged under this id. A second acknowledgement finds none (F-S13).
    pub(crate) fn acknowledged(&mut self, message_id: u16) -> Option<Acknowledged> {
        let id = self.by_message_id.remove(&message_id)?;
        let row = self.rows.get_mut(&id)?;
        match &mut row.state {
            State::InFlight { sent_at, .. } => Some(Acknowledged {
                id,
                sent_at: Some(*sent_at),
                holds_place: true,
            }),
            State::Doubt(doubt) => {
                doubt.message_id = None;
                let holds_place = self.lanes.contains(&row.message);
                Some(Acknowledged {
                    id,
                    sent_at: None,
                    holds_place,
                })
            }
            State::Queued | State::Recording { .. } => None,
        }
    }

    pub(crate) fn message(&self, id: OutboxId) -> Option<&OutgoingMessage> {
        self.rows.get(&id).map(|row| &row.message)
    }

    /// The row the cloud knows under this number, in this conversation.
    pub(crate) fn find(&self, wire_ref: u64, conversation: &Conversation) -> Option<OutboxId> {
        let id = self.by_wire_ref.get(&wire_ref).copied()?;
        (self.message(id)?.conversation == *conversation).then_some(id)
    }

    /// The row waits again, in its old place.
    pub(crate) fn requeue(&mut self, id: OutboxId) {
        self.set(id, State::Queued);
    }

    /// The app has a row in doubt sent once more. If its lane went on without it, it goes before all
    /// that still wait there. False if it is not in doubt.
    pub(crate) fn resend(&mut self, id: OutboxId) -> bool {
        let Some(row) = self.rows.get(&id) else {
            return false;
        };
        match row.state {
            State::Doubt(_) => {}
            State::Queued | State::Recording { .. } | State::InFlight { .. } => return false,
        }
        if !self.lanes.contains(&row.message) {
            self.lanes.insert(&row.message);
        }
        self.requeue(id);
        true
    }

    /// Nobody knows the row's fate; its lane waits for a round after this one. The id it was
    /// transmitted under stays its own if the acknowledgement can still come. False if the row was
    /// in doubt already, or is not there.
    pub(crate) fn doubt(&mut self, id: OutboxId, round: u64, late: LateAcknowledgement) -> bool {
        let message_id = match self.rows.get(&id).map(|row| row.state) {
            Some(State::InFlight { message_id, .. }) => Some(message_id),
            Some(State::Queued | State::Recording { .. }) => None,
            Some(State::Doubt(_)) | None => return false,
        };
        let message_id = message_id.filter(|_| late == LateAcknowledgement::Possible);
        self.set(
            id,
            State::Doubt(Doubt {
                since: round,
                message_id,
            }),
        );
        true
    }

    /// The row's fate is known.
    pub(crate) fn settle(&mut self, id: OutboxId) {
        self.forget_state(id);
        if let Some(row) = self.rows.remove(&id) {
            self.lanes.remove(&row.message);
        }
    }

    /// The oldest deadline of an acknowledgement.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.in_flight().map(|(_, deadline)| deadline).min()
    }

    /// Rows whose acknowledgement did not come by now.
    pub(crate) fn overdue(&self, now: Instant) -> Vec<OutboxId> {
        self.in_flight()
            .filter(|(_, deadline)| *deadline <= now)
            .map(|(id, _)| id)
            .collect()
    }

    /// Rows in doubt since before this round stop holding their lanes. Those that may arrive twice
    /// wait again instead, and are returned.
    pub(crate) fn on_round_complete(&mut self, round: u64) -> Vec<OutboxId> {
        let mut again = Vec::new();
        for id in self.by_wire_ref.values() {
            if let Some(row) = self.rows.get(id)
                && let State::Doubt(doubt) = row.state
                && doubt.since < round
            {
                match row.message.options.resend {
                    Resend::Always => again.push(*id),
                    Resend::Safe | Resend::Never => self.lanes.remove(&row.message),
                }
            }
        }
        again.retain(|id| self.resend(*id));
        again
    }

    /// The link is gone: what was transmitted is in doubt, what was not waits again, or has failed
    /// if it is to be tried once.
    pub(crate) fn on_link_down(&mut self, round: u64) -> Vec<(OutboxId, SendOutcome)> {
        let mut outcomes = Vec::new();
        for (id, row) in &mut self.rows {
            match &mut row.state {
                State::Queued => {}
                State::Recording { .. } => {
                    let outcome = unsent(&row.message, Code::RC_NET_UNAVAILABLE);
                    outcomes.push((*id, outcome));
                }
                State::InFlight { .. } => outcomes.push((*id, SendOutcome::InDoubt)),
                State::Doubt(doubt) => doubt.message_id = None,
            }
        }
        self.by_message_id.clear();
        for (id, outcome) in &outcomes {
            match outcome {
                SendOutcome::InDoubt => {
                    self.doubt(*id, round, LateAcknowledgement::Impossible);
                }
                SendOutcome::Queued => self.requeue(*id),
                SendOutcome::Sent { .. } | SendOutcome::Failed { .. } => self.settle(*id),
            }
        }
        outcomes
    }

    fn in_flight(&self) -> impl Iterator<Item = (OutboxId, Instant)> + '_ {
        self.by_message_id
            .values()
            .filter_map(|id| match self.rows.get(id)?.state {
                State::InFlight { deadline, .. } => Some((*id, deadline)),
                State::Queued | State::Recording { .. } | State::Doubt(_) => None,
            })
    }

    fn insert(&mut self, message: OutgoingMessage, state: State) {
        let id = message.id;
        if self.rows.contains_key(&id) {
            return;
        }
        self.lanes.insert(&message);
        self.rows.insert(
            id,
            Row {
                message,
                state: State::Queued,
            },
        );
        self.counts.queued += 1;
        self.set(id, state);
    }

    /// The only place where a row changes its state, so that counts and indexes stay true.
    fn set(&mut self, id: OutboxId, state: State) {
        self.forget_state(id);
        let Some(row) = self.rows.get_mut(&id) else {
            return;
        };
        row.state = state;
        match state {
            State::Queued => self.counts.queued += 1,
            State::Recording { .. } => self.counts.in_flight += 1,
            State::InFlight { message_id, .. } => {
                self.counts.in_flight += 1;
                self.by_message_id.insert(message_id, id);
                self.by_wire_ref.insert(row.message.wire_ref, id);
            }
            State::Doubt(doubt) => {
                self.counts.in_doubt += 1;
                self.by_wire_ref.insert(row.message.wire_ref, id);
                if let Some(message_id) = doubt.message_id {
                    self.by_message_id.insert(message_id, id);
                }
            }
        }
        self.lanes
            .set_queued(&row.message, matches!(state, State::Queued));
    }

    fn forget_state(&mut self, id: OutboxId) {
        let Some(row) = self.rows.get(&id) else {
            return;
        };
        match row.state {
            State::Queued => self.counts.queued -= 1,
            State::Recording { .. } => self.counts.in_flight -= 1,
            State::InFlight { message_id, .. } => {
                self.counts.in_flight -= 1;
                self.by_message_id.remove(&message_id);
                self.by_wire_ref.remove(&row.message.wire_ref);
            }
            State::Doubt(doubt) => {
                self.counts.in_doubt -= 1;
                self.by_wire_ref.remove(&row.message.wire_ref);
                if let Some(message_id) = doubt.message_id {
                    self.by_message_id.remove(&message_id);
                }
            }
        }
    }
}

/// What becomes of a message that was tried and proven not to be delivered, for this reason.
pub(crate) fn unsent(message: &OutgoingMessage, code: Code) -> SendOutcome {
    match message.options.resend {
        Resend::Safe | Resend::Always => SendOutcome::Queued,
        Resend::Never => SendOutcome::Failed { code },
    }
}

/// Whether the acknowledgement of a row in doubt may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LateAcknowledgement {
    /// The link is up and the id is the row's alone.
    Possible,
    /// The link is gone, or the id was used for something else.
    Impossible,
}

#[cfg(test)]
mod tests;
