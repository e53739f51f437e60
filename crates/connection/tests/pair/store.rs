//! The store as the machine sees it, in memory: what is durable, and what is on its way there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use imlink_connection::RecordId;
use imlink_model::uplink::{Cursor, Record, Restored, SendOutcome};
use imlink_model::{Code, OutboxId, OutgoingMessage, UserId};

/// What became durable of one account, and what was asked for.
#[derive(Default)]
pub struct Store {
    /// The timeline.
    pub rows: Vec<String>,
    pub uids: BTreeSet<String>,
    pub cursor: Cursor,
    pub outbox: BTreeMap<OutboxId, (OutgoingMessage, State)>,
    waiting: VecDeque<(RecordId, Record)>,
    /// Rows that wait again, though the record of it could not be stored.
    wait_unrecorded: BTreeSet<OutboxId>,
    /// Grows with every change.
    pub changes: u64,
    /// Deliberately broken: the cursor is durable before the rows it vouches for.
    pub cursor_first: bool,
}

/// Of an outgoing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Sending,
    Sent(String),
    Failed,
    InDoubt,
    /// The app took it back, or gave it up in doubt.
    Withdrawn {
        was_in_doubt: bool,
    },
}

impl Store {
    pub fn ask(&mut self, id: RecordId, record: Record) {
        self.changes += 1;
        if self.cursor_first
            && let Record::Incoming { cursor, .. } = &record
        {
            self.cursor = cursor.clone();
        }
        self.waiting.push_back((id, record));
    }

    /// Makes the oldest durable, or says why it may not be.
    pub fn commit(&mut self) -> Option<(RecordId, Result<(), Code>)> {
        let (id, record) = self.waiting.pop_front()?;
        self.changes += 1;
        Some((id, self.apply(record)))
    }

    /// An app takes a message back. False if it is too late.
    pub fn withdraw(&mut self, id: OutboxId) -> bool {
        let state = &mut self.outbox.get_mut(&id).expect("a row that was accepted").1;
        let was_in_doubt = *state == State::InDoubt;
        let may = was_in_doubt || *state == State::Queued;
        if may {
            *state = State::Withdrawn { was_in_doubt };
        }
        may
    }

    /// An app has a message sent once more. False if it is not in doubt.
    pub fn resend(&mut self, id: OutboxId) -> bool {
        let state = &mut self.outbox.get_mut(&id).expect("a row that was accepted").1;
        let may = *state == State::InDoubt;
        if may {
            *state = State::Queued;
        }
        may
    }

    /// Refuses the oldest; nothing of it is durable.
    pub fn refuse(&mut self) -> Option<RecordId> {
        let (refused, record) = self.waiting.pop_front()?;
        if let Record::Outcome {
            id,
            outcome: SendOutcome::Queued,
        } = record
        {
            self.wait_unrecorded.insert(id);
        }
        Some(refused)
    }

    /// The machine stops: what is on its way is lost.
    pub fn crash(&mut self) {
        self.waiting.clear();
        self.wait_unrecorded.clear();
        for (_, state) in self.outbox.values_mut() {
            if *state == State::Sending {
                *state = State::InDoubt;
            }
        }
    }

    pub fn accept(&mut self, message: OutgoingMessage) {
        let before = self.outbox.insert(message.id, (message, State::Queued));
        assert!(before.is_none(), "an id is accepted once");
    }

    pub fn restored(&self, user: UserId) -> Restored {
        let in_state = |wanted: State| {
            let rows = self
                .outbox
                .values()
                .filter(move |(_, state)| *state == wanted);
            rows.map(|(message, _)| message.clone()).collect()
        };
        Restored {
            user,
            cursor: self.cursor.clone(),
            queued: in_state(State::Queued),
            in_doubt: in_state(State::InDoubt),
        }
    }

    /// Inbox and sendbox cursor, by the layout the machine documents.
    pub fn read_until(&self) -> (i64, i64) {
        let integer = |from: usize| {
            let bytes = self.cursor.0.get(from..from + 8)?;
            Some(i64::from_be_bytes(bytes.try_into().unwrap()))
        };
        (integer(1).unwrap_or(0), integer(9).unwrap_or(0))
    }

    fn apply(&mut self, record: Record) -> Result<(), Code> {
        match record {
            Record::Incoming {
                messages, cursor, ..
            } => {
                for message in messages {
                    let uid = message.uid.expect("a stored message has a uid").to_string();
                    self.insert(uid);
                }
                self.cursor = cursor;
            }
            Record::Expired { cursor, .. } => self.cursor = cursor,
            Record::Sending { id } => {
                let state = &mut self.outbox.get_mut(&id).expect("a row that was accepted").1;
                if matches!(state, State::Withdrawn { .. }) {
                    return Err(Code::LOCAL_TOO_LATE);
                }
                // Still marked or in doubt, if the record that it waits again could not be stored.
                let waits = self.wait_unrecorded.remove(&id);
                let may_go = match state {
                    State::Queued | State::Sending => true,
                    State::InDoubt => waits,
                    State::Sent(_) | State::Failed | State::Withdrawn { .. } => false,
                };
                assert!(may_go, "{id} is sent while {state:?}");
                *state = State::Sending;
            }
            Record::Outcome { id, outcome } => {
                let state = &mut self.outbox.get_mut(&id).expect("a row that was accepted").1;
                if matches!(state, State::Withdrawn { .. }) {
                    return Ok(());
                }
                let is_settled = matches!(state, State::Sent(_) | State::Failed);
                assert!(!is_settled, "{id} was settled, then {outcome:?}");
                *state = match outcome {
                    SendOutcome::Sent { uid, .. } => {
                        let uid = uid.to_string();
                        self.insert(uid.clone());
                        self.outbox.get_mut(&id).expect("just found").1 = State::Sent(uid);
                        return Ok(());
                    }
                    SendOutcome::Failed { .. } => State::Failed,
                    SendOutcome::InDoubt => State::InDoubt,
                    SendOutcome::Queued => State::Queued,
                };
            }
        }
        Ok(())
    }

    /// One row per uid.
    fn insert(&mut self, uid: String) {
        if self.uids.insert(uid.clone()) {
            self.rows.push(uid);
        }
    }
}
