//! What goes out: actions, events, and the names they carry.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use imlink_model::uplink::{Event, Record, SendOutcome};
use imlink_model::{Code, ConnectionStatus, OutboxId};
use imlink_wire::ClientPacket;
use tracing::info;

use crate::{Action, Generation, RecordId};

/// The outputs of the machine.
#[derive(Debug)]
pub(crate) struct Outlet {
    actions: VecDeque<Action>,
    events: VecDeque<Event>,
    generations: u64,
    records: u64,
    /// What waits to become durable.
    pending: BTreeMap<RecordId, Pending>,
    /// Outcomes that could not be stored, the last of each row.
    unstored: BTreeMap<OutboxId, SendOutcome>,
    /// The store failed: it is left alone until then.
    store_rests_until: Option<Instant>,
    status: ConnectionStatus,
    cause: Option<Code>,
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    /// A page of the pull loop.
    Page,
    /// A row that is transmitted then.
    Sending(OutboxId),
    /// The fate of a row.
    Outcome(OutboxId, SendOutcome),
}

impl Outlet {
    pub(crate) fn new() -> Self {
        Self {
            actions: VecDeque::new(),
            events: VecDeque::new(),
            generations: 0,
            records: 0,
            pending: BTreeMap::new(),
            unstored: BTreeMap::new(),
            store_rests_until: None,
            status: ConnectionStatus::Unconnected,
            cause: None,
        }
    }

    pub(crate) fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn status(&self) -> (ConnectionStatus, Option<Code>) {
        (self.status, self.cause)
    }

    pub(crate) fn next_generation(&mut self) -> Generation {
        self.generations += 1;
        Generation(self.generations)
    }

    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    pub(crate) fn transmit(&mut self, generation: Generation, packet: ClientPacket) {
        self.act(Action::Transmit { generation, packet });
    }

    pub(crate) fn close(&mut self, generation: Generation) {
        self.act(Action::Close { generation });
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Tells several, in their order.
    pub(crate) fn tell_all(&mut self, events: impl IntoIterator<Item = Event>) {
        self.events.extend(events);
    }

    /// Tells a status, unless it is the one that was told last.
    pub(crate) fn tell(
        &mut self,
        status: ConnectionStatus,
        cause: Option<Code>,
        retry_in: Option<Duration>,
    ) {
        self.cause = cause;
        if self.status == status {
            return;
        }
        info!(%status, cause = cause.map(Code::number), ?retry_in, "Connection status");
        self.status = status;
        self.event(Event::Status {
            status,
            cause,
            retry_in,
        });
    }

    /// Asks for a page to be stored.
    pub(crate) fn record_page(&mut self, record: Record) -> RecordId {
        self.record(Pending::Page, record)
    }

    /// Asks for the mark that the row's fate depends on the cloud.
    pub(crate) fn record_sending(&mut self, id: OutboxId) -> RecordId {
        self.unstored.remove(&id);
        self.record(Pending::Sending(id), Record::Sending { id })
    }

    /// Asks for the row's fate to be stored.
    pub(crate) fn record_outcome(&mut self, id: OutboxId, outcome: SendOutcome) {
        self.unstored.remove(&id);
        let pending = Pending::Outcome(id, outcome.clone());
        self.record(pending, Record::Outcome { id, outcome });
    }

    /// What the record was about; `None` for one that was answered or belongs to another account.
    pub(crate) fn take_pending(&mut self, id: RecordId) -> Option<Pending> {
        self.pending.remove(&id)
    }

    /// An outcome could not be stored. It is tried again, unless something newer about the row was
    /// asked for since.
    pub(crate) fn keep_unstored(&mut self, row: OutboxId, outcome: SendOutcome) {
        let has_newer = self.pending.values().any(|pending| match pending {
            Pending::Sending(id) | Pending::Outcome(id, _) => *id == row,
            Pending::Page => false,
        });
        if !has_newer {
            self.unstored.insert(row, outcome);
        }
    }

    /// The row's fate was decided elsewhere: what could not be stored of it is out of date.
    pub(crate) fn forget_row(&mut self, row: OutboxId) {
        self.unstored.remove(&row);
    }

    /// Messages known to be sent whose outcome is not durable yet.
    pub(crate) fn unstored_uids(&self) -> BTreeSet<String> {
        let pending = self.pending.values().filter_map(|pending| match pending {
            Pending::Outcome(_, outcome) => Some(outcome),
            Pending::Page | Pending::Sending(_) => None,
        });
        let outcomes = pending.chain(self.unstored.values());
        let uids = outcomes.filter_map(|outcome| match outcome {
            SendOutcome::Sent { uid, .. } => Some(uid.to_string()),
            SendOutcome::Failed { .. } | SendOutcome::InDoubt | SendOutcome::Queued => None,
        });
        uids.collect()
    }

    /// The store is left alone until then.
    pub(crate) fn rest_store(&mut self, until: Instant) {
        self.store_rests_until = Some(until);
    }

    pub(crate) fn store_rests_until(&self) -> Option<Instant> {
        self.store_rests_until
    }

    /// Tries again what could not be stored.
    pub(crate) fn retry_records(&mut self, now: Instant) {
        if self.store_rests_until.is_none_or(|until| now < until) {
            return;
        }
        self.store_rests_until = None;
        for (id, outcome) in std::mem::take(&mut self.unstored) {
            self.record_outcome(id, outcome);
        }
    }

    /// Another account: answers about the former one's records mean nothing any more.
    pub(crate) fn forget_records(&mut self) {
        self.pending.clear();
        self.unstored.clear();
    }

    fn record(&mut self, pending: Pending, record: Record) -> RecordId {
        self.records += 1;
        let id = RecordId(self.records);
        self.pending.insert(id, pending);
        self.act(Action::Record { id, record });
        id
    }
}
