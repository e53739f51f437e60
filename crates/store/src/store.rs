//! One account's rows.

mod compaction;
pub(crate) mod files;
mod kept;
mod read;
mod recovery;
mod rescue;
#[cfg(feature = "spoil")]
mod spoil;
#[cfg(test)]
mod tests;
mod weight;

use std::path::{Path, PathBuf};

use imlink_model::uplink::Restored;
use imlink_model::{
    Code, Generation, MAX_OPEN_BYTES, MAX_OPEN_MESSAGES, Millis, OutgoingMessage, Seq, UserId,
};

use crate::chain::Chain;
use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{Batch, EngineError, Order};
use crate::key::{self, Kind};
use crate::listing::Listing;
use crate::opening::is_unreadable;
use crate::progress::Progress;
use crate::transaction::{Finished, State, Transaction};
use crate::{
    Applied, Change, CommitError, Edit, Edited, Gap, OpenError, OutboxState, ReadError, Salvaged,
    Writable, aside, deadly,
};
use kept::Kept;
use recovery::RecoveryError;

pub use read::{
    ConversationEntry, ConversationPage, ConversationPlace, Exported, HistoryQuery, OutboxPage,
    Page, SearchPage, SearchQuery, Side, Unread,
};

/// The rows of one account, open in this process alone.
///
/// Dropping it closes them; everything committed is on the disk already.
#[derive(Debug)]
pub struct Store {
    user: UserId,
    limits: Limits,
    state: State,
    database: Database,
    chain: Chain,
    listing: Listing,
    /// Writes of the opening that wait for room on the disk.
    unsaved: Batch,
    /// Nobody was told yet that the account is to be read again.
    reads_again: bool,
    kept: Kept,
}

/// What happened while a store was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Where the store is that could not be opened; see
    /// [`open_or_begin_anew`](Store::open_or_begin_anew).
    pub set_aside: Option<PathBuf>,
    /// What was taken over from it.
    pub salvaged: Option<Salvaged>,
    /// The format the rows had, if they were taken over from an earlier one.
    pub migrated_from: Option<u32>,
    /// The rows are those of an earlier time.
    pub rolled_back: Option<RolledBack>,
}

/// What rows have lost that were durable once (F-D08). The numbers go on where they were, so none
/// is given twice; the cursor is as old as the rows, so the cloud gives again what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// Commits that are gone.
    pub commits: u64,
    /// Messages that were stored by them.
    pub messages: u64,
    /// Messages that were accepted by them. The cloud does not have those that were not sent.
    pub outgoing: u64,
}

/// How much is kept of what would else grow without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages without a final state; beyond that, submitting is refused with `LOCAL_QUOTA`.
    /// Default [`MAX_OPEN_MESSAGES`].
    pub open: usize,
    /// Bytes of their texts together; beyond that, refused alike. Default [`MAX_OPEN_BYTES`]:
    /// every start reads them all, so more would end in a daemon that dies of its memory limit
    /// whenever it starts.
    pub open_bytes: usize,
    /// Messages with a final state, whose fate can still be asked for; the oldest go first.
    /// Default 10,000.
    pub settled: usize,
    /// Recalls that wait for their messages; the oldest go first, and should the message of one
    /// come after all, it has its words. Most wait for what this device never had and never will.
    /// Default 2,000: ten of the cloud's largest pages (behaviour.md 13.4), and 300 KB.
    pub recalls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open: MAX_OPEN_MESSAGES,
            open_bytes: MAX_OPEN_BYTES,
            settled: 10_000,
            recalls: 2_000,
        }
    }
}

/// What a store came upon that should not be, since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    /// Rows that are not what was written; they are left out of every answer (F-D07).
    pub damaged_rows: usize,
    /// Messages that came with the uid of another; the first one is kept (F-D16).
    pub uid_conflicts: u64,
    /// Messages of the cloud of which this version can make nothing; they are not stored.
    pub unreadable: u64,
    /// Accepted messages whose rows are gone (F-D08).
    pub lost_outgoing: u64,
    /// Stretches of positions that miss messages nobody deleted; [`Store::gaps`] has their extent
    /// (F-D08).
    pub gaps: usize,
}

impl Store {
    /// Opens the rows of that user in a directory, or makes them.
    ///
    /// Rows that were being sent when the last run ended are in doubt from here on.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is touched that could be of use to anybody. Files of which the engine
    /// died, or which it cannot understand, are not opened a third time.
    pub fn open(directory: &Path, user: &UserId) -> Result<(Self, Opening), OpenError> {
        Self::open_reporting(directory, user, &mut |_| {})
    }

    /// The same, and `report` hears how far it is if it takes long: rows of an earlier format are
    /// taken over, which needs room for both until it is done.
    ///
    /// # Errors
    /// [`OpenError`] as there.
    pub fn open_reporting(
        directory: &Path,
        user: &UserId,
        report: &mut dyn FnMut(Progress),
    ) -> Result<(Self, Opening), OpenError> {
        let files = files::open(directory, report)?;
        let kept = Kept {
            space: Some(files.space),
            witness: Some(files.witness),
            home: Some(files.home),
            salvaged: files.salvaged,
            run: None,
        };
        let database = files.database.without(deadly::messages(directory)?);
        // Reading is the first thing an engine may die of that opened its files well.
        let recovered =
            files.attempt.run(
                || match Self::recover(database, user, Limits::default(), kept) {
                    Err(RecoveryError::Engine(error)) => Err(error),
                    Err(RecoveryError::OtherAccount) => Ok(None),
                    Ok(recovered) => Ok(Some(recovered)),
                },
            )?;
        let Some((mut store, rolled_back)) = recovered else {
            files.attempt.passed()?;
            let directory = directory.into();
            return Err(OpenError::OtherAccount { directory });
        };
        store.give_room_back(&files.attempt, report)?;
        let run = files.attempt.passed()?;
        store.database = store.database.served(&run);
        store.kept.run = Some(run);
        let opening = Opening {
            set_aside: None,
            salvaged: files.salvaged,
            migrated_from: files.migrated_from,
            rolled_back,
        };
        Ok((store, opening))
    }

    /// The same with the user's consent to begin anew: a store that is
    /// [damaged](OpenError::Damaged) or [newer](OpenError::Newer) gets another name, whole and
    /// untouched, and an empty one takes its place. So does one that opens but turned out to be
    /// damaged when it was read ([`ReadError::Engine`]). Its outbox and its durable subscriptions are
    /// taken over as far as the engine can read them; everything else the cloud gives again as far
    /// as it goes. The numbers go on where they were, and what is gone is a [gap](Self::gaps).
    ///
    /// Does with any other store what [`open_reporting`](Self::open_reporting) does.
    ///
    /// # Errors
    /// [`OpenError`] as there.
    pub fn open_or_begin_anew(
        directory: &Path,
        user: &UserId,
        report: &mut dyn FnMut(Progress),
    ) -> Result<(Self, Opening), OpenError> {
        let opened = match is_unreadable(directory)? {
            true => Err(OpenError::damaged(directory)),
            false => Self::open_reporting(directory, user, report),
        };
        match opened {
            Err(error) if error.can_be_set_aside() => {
                let set_aside = Some(aside::set_aside(directory)?);
                let (store, opening) = Self::open_reporting(directory, user, report)?;
                Ok((
                    store,
                    Opening {
                        set_aside,
                        ..opening
                    },
                ))
            }
            opened => opened,
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes the changes one atomic batch and returns when it is on the disk, with one answer for
    /// each change in their order.
    ///
    /// `now` is this machine's time, noted in new rows and never used for order (F-D15). A change
    /// that must be refused does not keep the others back: it is [`Applied::Refused`].
    ///
    /// Many changes at once cost little more than one: the sync is what takes the time.
    ///
    /// # Errors
    /// [`CommitError`]; if it [is fatal](CommitError::is_fatal), every later commit fails too. A
    /// full disk is not: reads go on, and commits do once there is room.
    pub fn commit(
        &mut self,
        changes: Vec<Change>,
        now: Millis,
    ) -> Result<Vec<Applied>, CommitError> {
        self.write(now, |transaction| {
            changes
                .into_iter()
                .map(|change| transaction.change(change))
                .collect()
        })
    }

    /// Makes the edits one atomic batch and returns when it is on the disk, with one answer for each
    /// edit in their order, as [`commit`](Self::commit) does with changes.
    ///
    /// # Errors
    /// [`CommitError`] as there.
    pub fn edit(&mut self, edits: Vec<Edit>, now: Millis) -> Result<Vec<Edited>, CommitError> {
        self.write(now, |transaction| {
            edits
                .into_iter()
                .map(|edit| transaction.edit(edit))
                .collect()
        })
    }

    /// Whether a commit could be made now. Asks the disk.
    #[must_use]
    pub fn writable(&self) -> Writable {
        self.kept.room_for(&self.unsaved)
    }

    /// What a driver needs to know when it starts.
    ///
    /// # Errors
    /// [`ReadError`] if the outbox cannot be read.
    pub fn restored(&self) -> Result<Restored, ReadError> {
        let mut restored = Restored {
            user: self.user.clone(),
            cursor: self.state.cursor.clone(),
            queued: Vec::new(),
            in_doubt: Vec::new(),
        };
        for (outgoing, state) in self.open_outbox()? {
            match state {
                OutboxState::Queued => restored.queued.push(outgoing),
                OutboxState::Sending | OutboxState::InDoubt => restored.in_doubt.push(outgoing),
                OutboxState::Sent { .. } | OutboxState::Failed { .. } => {}
            }
        }
        Ok(restored)
    }

    /// The position of the last message; zero if there is none.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        Seq(self.state.head.seq)
    }

    /// Directories of older rows that were set aside here, oldest first: what is
    /// [forgotten](Self::forget) may be in those still. Nothing but a purge removes them.
    ///
    /// # Errors
    /// [`OpenError::Io`] if the directory around them cannot be read.
    pub fn set_aside(&self) -> Result<Vec<PathBuf>, OpenError> {
        let home = self.kept.home.as_ref();
        home.map_or(Ok(Vec::new()), |home| aside::all_aside(home.path()))
    }

    /// Which rows the positions belong to. Another one than before says that positions may have
    /// been given twice: the rows were begun anew, or are those of an earlier time (F-D23).
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.state.generation
    }

    /// What was found that should not be.
    #[must_use]
    pub fn anomalies(&self) -> Anomalies {
        Anomalies {
            damaged_rows: self.database.quarantined(),
            uid_conflicts: self.state.uid_conflicts,
            unreadable: self.state.unreadable,
            lost_outgoing: self.state.lost_outgoing,
            gaps: self.state.gaps + self.chain.missing(),
        }
    }

    /// Reading came upon damaged rows that no commit has looked after yet; the next one does, though
    /// it changes nothing else.
    #[must_use]
    pub fn has_new_damage(&self) -> bool {
        self.database.found_damaged() != self.state.damage
    }

    /// Whether the account is to be read again from its beginning, for messages that turned out to be
    /// damaged since the last time this was asked (F-D07). Those found by the opening have no cursor
    /// [restored](Self::restored) instead; and if nobody does it now, the next opening does.
    pub fn reads_again(&mut self) -> bool {
        std::mem::take(&mut self.reads_again)
    }

    /// Stretches of positions that miss messages, oldest first: those known when the rows were
    /// opened, and those that reading came upon since.
    ///
    /// # Errors
    /// [`ReadError::Engine`] if the rows cannot be read.
    pub fn gaps(&self) -> Result<Vec<Gap>, ReadError> {
        let mut gaps = self.chain.gaps();
        let damaged = self.database.damaged_messages();
        gaps.extend(damaged.into_iter().map(Gap::damaged));
        for pair in self.database.scan(&key::all(Kind::Gap), Order::Forward) {
            let (key, _) = pair?;
            gaps.extend(self.database.sound_row::<Gap>(&key)?);
        }
        gaps.sort_by_key(|gap| (gap.first, gap.last));
        gaps.dedup();
        Ok(gaps)
    }

    /// A store over any engine, for tests.
    #[cfg(test)]
    pub(crate) fn over(engine: impl crate::engine::Engine + 'static, user: &UserId) -> Self {
        let kept = Kept::default();
        let (store, _) =
            Self::recover(Database::new(engine), user, Limits::default(), kept).unwrap();
        store
    }

    fn write<T>(
        &mut self,
        now: Millis,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, EngineError>,
    ) -> Result<T, CommitError> {
        let mut transaction = Transaction::begin(
            Draft::over(&self.database, self.unsaved.clone()),
            &self.user,
            self.limits,
            self.state.clone(),
            now,
        );
        transaction.keep_damage().map_err(CommitError::Read)?;
        let done = work(&mut transaction).map_err(CommitError::Read)?;
        let Finished {
            writes,
            state,
            moves,
            deferral,
            restored,
            reads_again,
        } = transaction.finish().map_err(CommitError::Read)?;
        if !writes.is_empty() {
            self.kept.room_for(&writes).demand()?;
            self.database.apply(&writes).map_err(|error| {
                if error.trouble() == Some(Code::LOCAL_STORE_FULL) {
                    self.kept.found_full();
                }
                CommitError::Write(error)
            })?;
            self.database.pending().settle(deferral);
            self.kept.note(&state);
            self.unsaved.clear();
            for seq in restored {
                self.database.release(&key::message(seq));
            }
            self.reads_again |= reads_again;
        }
        self.state = state;
        self.listing.update(moves);
        Ok(done)
    }

    /// Messages whose state can still change, oldest first.
    fn open_outbox(&self) -> Result<Vec<(OutgoingMessage, OutboxState)>, ReadError> {
        let mut found = Vec::new();
        for id in self.database.numbers(Kind::Open)? {
            let id = imlink_model::OutboxId(id);
            // Damaged or gone: whether it was sent is kept, but there is nothing to send.
            let Some(outgoing) = self.database.sound_row(&key::outbox(Kind::Outgoing, id))? else {
                continue;
            };
            // A state that cannot be read: whether it was sent is not known.
            let state = self.database.sound_row(&key::outbox(Kind::Open, id))?;
            found.push((outgoing, state.unwrap_or(OutboxState::InDoubt)));
        }
        Ok(found)
    }
}
