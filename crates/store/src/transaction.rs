//! The changes of one commit, worked out before anything is written.

mod annotation;
mod conversation;
mod deletion;
mod index;
mod insertion;
mod outbox;
mod recall;
mod restoring;
mod subscription;
mod timeline;
mod wire_ref;

use imlink_model::uplink::{Cursor, Record};
use imlink_model::{Code, Generation, Message, Millis, Seq, UserId};

use crate::draft::Draft;
use crate::engine::{Batch, EngineError};
use crate::key::{self, Kind};
use crate::listing::Move;
use crate::pending::Deferral;
use crate::row::{Anew, Head};
use crate::store::Limits;
use crate::{Applied, Change, Edit, Edited, Gap};

pub(crate) use deletion::has_words_of;
pub(crate) use index::Indexed;
pub(crate) use outbox::state_of as outbox_state;
pub(crate) use timeline::summary_of;

/// What a store keeps in memory of its rows. A transaction works on a copy, so that a commit that
/// fails leaves it as it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The last numbers given.
    pub(crate) head: Head,
    /// Which rows the positions belong to.
    pub(crate) generation: Generation,
    /// How far the account is read.
    pub(crate) cursor: Cursor,
    /// Outgoing messages without a final state.
    pub(crate) open: usize,
    /// Bytes of their texts.
    pub(crate) open_bytes: usize,
    /// Outgoing messages with one.
    pub(crate) settled: usize,
    /// Recalls that wait for their messages.
    pub(crate) recalls: usize,
    /// How far messages are in signatures.
    pub(crate) indexed: Indexed,
    /// Tells apart what is sent within one millisecond.
    pub(crate) next_wire_counter: u16,
    /// Messages that came with the uid of another.
    pub(crate) uid_conflicts: u64,
    /// Messages that came and could not be read.
    pub(crate) unreadable: u64,
    /// Accepted messages found to be gone when the rows were opened.
    pub(crate) lost_outgoing: u64,
    /// Stretches of positions found to miss messages when the rows were opened.
    pub(crate) gaps: usize,
    /// Where the rows were begun anew, if they were and subscriptions are gone.
    pub(crate) anew: Option<Anew>,
    /// How many rows had been found damaged when that was looked after last.
    pub(crate) damage: u64,
}

impl State {
    /// Numbers the commit and notes with it what the rows are from then on.
    pub(crate) fn seal_commit(&mut self, draft: &mut Draft<'_>) {
        self.head.commit = self.head.commit.saturating_add(1);
        self.head.open = self.open as u64;
        draft.put(&key::single(Kind::Head), &self.head);
    }
}

/// A batch in the making, and what the store will know once it is written.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    draft: Draft<'a>,
    user: &'a UserId,
    limits: Limits,
    state: State,
    /// Conversations that have another place in the list.
    moves: Vec<Move>,
    /// Positions of messages that were damaged.
    restored: Vec<Seq>,
    /// The account is to be read again.
    reads_again: bool,
    now: Millis,
}

/// What a transaction comes to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The writes, none if nothing changed.
    pub(crate) writes: Batch,
    /// What the store knows once they are made.
    pub(crate) state: State,
    /// What else it has to know then.
    pub(crate) moves: Vec<Move>,
    /// What becomes of entries that are not written.
    pub(crate) deferral: Deferral,
    /// Positions of messages that were damaged before.
    pub(crate) restored: Vec<Seq>,
    /// The account is to be read again.
    pub(crate) reads_again: bool,
}

impl<'a> Transaction<'a> {
    pub(crate) fn begin(
        draft: Draft<'a>,
        user: &'a UserId,
        limits: Limits,
        state: State,
        now: Millis,
    ) -> Self {
        Self {
            draft,
            user,
            limits,
            state,
            moves: Vec::new(),
            restored: Vec::new(),
            reads_again: false,
            now,
        }
    }

    /// Looks after what reading came upon since the last time.
    pub(crate) fn keep_damage(&mut self) -> Result<(), EngineError> {
        let found = self.draft.database().found_damaged();
        if found != self.state.damage {
            self.reads_again = self.draft.keep_damage()?;
            self.state.damage = found;
        }
        Ok(())
    }

    /// Works out one change.
    pub(crate) fn change(&mut self, change: Change) -> Result<Applied, EngineError> {
        match change {
            Change::Record(Record::Incoming {
                messages,
                recalls,
                unreadable,
                cursor,
            }) => {
                self.state.unreadable += u64::from(unreadable);
                self.incoming(messages, recalls, cursor)
            }
            Change::Record(Record::Expired {
                from,
                until,
                cursor,
            }) => self.expired(from, until, cursor),
            Change::Record(Record::Sending { id }) => self.sending(id),
            Change::Record(Record::Outcome { id, outcome }) => self.outcome(id, outcome),
            Change::Submit(submission) => self.submit(submission),
            Change::Withdraw { app, client_id } => self.withdraw(&app, &client_id),
            Change::Resend { app, client_id } => self.resend(&app, &client_id),
            Change::Subscribe {
                subscription,
                start,
            } => self.subscribe(subscription, start),
            Change::Acknowledge { subscription, seq } => self.acknowledge(subscription, seq),
            Change::Unsubscribe(subscription) => self.unsubscribe(&subscription),
        }
    }

    /// Works out one edit.
    pub(crate) fn edit(&mut self, edit: Edit) -> Result<Edited, EngineError> {
        match edit {
            Edit::Insert(insertion) => self.insert(insertion),
            Edit::Import(message) => self.import(message),
            Edit::MarkRead {
                conversation,
                up_to,
            } => self.mark_read(&conversation, up_to),
            Edit::SetDraft { conversation, text } => self.set_draft(conversation, text),
            Edit::Annotate {
                seq,
                set,
                clear,
                extra,
            } => self.annotate(seq, set, clear, extra.as_ref()),
            Edit::Recall(recall) => self.recall(recall),
            Edit::Delete(seqs) => self.delete(seqs),
            Edit::Forget(conversation) => self.forget(&conversation),
        }
    }

    /// Takes over a message in the position it has; it is behind all that were stored before.
    pub(crate) fn adopt(&mut self, message: Message) -> Result<(), EngineError> {
        self.state.head.seq = message.seq.0.saturating_sub(1);
        self.append(|_, _| message).map(drop)
    }

    /// Keeps a gap.
    pub(crate) fn note_gap(&mut self, gap: &Gap) {
        self.draft.put(&key::gap(gap.first), gap);
    }

    /// Ends it; nothing is written yet.
    pub(crate) fn finish(mut self) -> Result<Finished, EngineError> {
        self.retire_settled()?;
        self.retire_recalls()?;
        let deferral = self.draft.defer_entries(&mut self.state.head);
        if !self.draft.is_empty() {
            self.state.seal_commit(&mut self.draft);
        }
        Ok(Finished {
            writes: self.draft.into_writes(),
            state: self.state,
            moves: self.moves,
            deferral,
            restored: self.restored,
            reads_again: self.reads_again,
        })
    }
}

fn refused(code: Code) -> Applied {
    Applied::Refused { code }
}
