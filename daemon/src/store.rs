//! The actor around one account's rows.
//!
//! Owns a [`Store`], on a thread of its own because the disk blocks. Hears from the account's
//! Upstream and from the Hub; tells nobody, it answers. Dies when the Hub closes it.
//!
//! ```text
//! Commit ─┐
//! Commit ─┼─> pending ──Flush──> one batch, one fdatasync ──> every answer
//! Commit ─┘
//! ```
//!
//! While a batch is being synced, the mailbox gathers the next one: group commit without a timer
//! (docs/measured.md, "Store").

mod reading;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use actix::{
    Actor, Addr, AsyncContext, Context, Handler, Message, MessageResult, Recipient, ResponseFuture,
};
use imlink_model::{Code, Conversation, WithCauses};
use imlink_store::{
    Anomalies, Applied, Change, CommitError, Edit, Edited, ForgetError, Opening, Progress,
    Salvaged, Store, Work, Writable,
};
use tokio::sync::oneshot;

use crate::clock;
use crate::messages::{AnomaliesFound, Progressed, ReadingFailed, Rescue, WritableTurned};
use crate::registry::{Found, OpenedRows, Read, Unreadable};
use crate::removal::rescue;
use crate::vital::Vital;

/// Changes that go into one batch at most (docs/measured.md, "Store").
const BATCH: usize = 100;

/// Between two steps of long work that apps are told of: as often as a person can tell them apart.
const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// Between two looks at a disk that cannot be written to: soon enough for a person who made room,
/// and one system call.
const DEGRADED_LOOK: Duration = Duration::from_secs(1);

/// The actor; see the module.
#[derive(Debug)]
pub struct StoreActor {
    directory: PathBuf,
    /// Hears how far long work is.
    hub: Recipient<Progressed>,
    /// Hears whether rows can be written, each time that turns.
    turns: Recipient<WritableTurned>,
    /// Hears that rows it uses had to be closed.
    failures: Recipient<ReadingFailed>,
    /// Hears what is come upon that should not be, each time there is more.
    finds: Recipient<AnomaliesFound>,
    store: Option<Store>,
    /// Why there is no store, for those who ask for its rows all the same.
    closed: Code,
    pending: Vec<(Change, oneshot::Sender<Result<Applied, Code>>)>,
    flush_queued: bool,
    /// 0 if rows can be written, else why not; as it was told last.
    writable: Code,
    /// A look at the disk is due, while rows cannot be written.
    look_queued: bool,
    /// What should not be, as it was told last.
    anomalies: Anomalies,
    vital: Vital,
}

/// Opens the rows, or says how they are if they are open.
#[derive(Debug, Message)]
#[rtype(result = "Result<OpenedRows, Code>")]
pub struct Open {
    /// Whose rows they are.
    pub user: imlink_model::UserId,
    /// What becomes of rows that cannot be opened.
    pub unreadable: Unreadable,
}

/// Makes one change durable; the answer comes when it is.
#[derive(Debug, Message)]
#[rtype(result = "Result<Applied, Code>")]
pub struct Commit(pub Change);

/// Reads rows.
#[derive(Debug, Message)]
#[rtype(result = "Result<Found, Code>")]
pub struct Fetch(pub Read);

/// Edits rows; everything committed before is durable then.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Edited>, Code>")]
pub struct Alter(pub Vec<Edit>);

/// Deletes a conversation and every byte of it; answers where older rows are that may have it.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<PathBuf>, Code>")]
pub struct ForgetConversation(pub Conversation);

#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Flush;

impl StoreActor {
    /// An actor for the rows in that directory; nothing is opened yet.
    #[must_use]
    pub fn new<H>(directory: PathBuf, hub: &Addr<H>, vital: Vital) -> Self
    where
        H: Actor<Context = Context<H>>
            + Handler<Progressed>
            + Handler<WritableTurned>
            + Handler<ReadingFailed>
            + Handler<AnomaliesFound>,
    {
        Self {
            directory,
            hub: hub.clone().recipient(),
            turns: hub.clone().recipient(),
            failures: hub.clone().recipient(),
            finds: hub.clone().recipient(),
            writable: Code::SUCCESS,
            look_queued: false,
            store: None,
            closed: Code::LOCAL_STORE_FAILED,
            pending: Vec::new(),
            flush_queued: false,
            anomalies: Anomalies::default(),
            vital,
        }
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        let (changes, answers): (Vec<_>, Vec<_>) = self.pending.drain(..).unzip();
        if changes.is_empty() {
            return;
        }
        let Some(store) = &mut self.store else {
            let closed = self.closed;
            return answers.into_iter().for_each(|answer| {
                let _ = answer.send(Err(closed));
            });
        };
        match store.commit(changes, clock::now()) {
            // An answer nobody waits for any more is dropped quietly (F-I35).
            Ok(applied) => {
                answers
                    .into_iter()
                    .zip(applied)
                    .for_each(|(answer, applied)| {
                        let _ = answer.send(Ok(applied));
                    });
                self.look_after_refusal(ctx);
                self.tell_anomalies(ctx);
            }
            Err(error) => {
                let code = self.refuse(&error);
                answers.into_iter().for_each(|answer| {
                    let _ = answer.send(Err(code));
                });
                self.look(ctx);
            }
        }
    }

    /// What apps are told of a batch that was not stored. The process ends of a fatal error; what
    /// can be kept of removed rows is.
    fn refuse(&mut self, error: &CommitError) -> Code {
        if error.is_fatal()
            && let Some(store) = self.store.take()
            && (error.is_removal() || store.is_removed())
        {
            rescue(store, &self.directory);
        }
        // F-D04: an engine that failed once is not asked again by this process.
        let reason = WithCauses(error);
        assert!(!error.is_fatal(), "the store failed: {reason}");
        tracing::error!(error = %reason, "A batch was not stored");
        let code = error.code();
        if error.is_of_reading() {
            self.close(code);
        }
        code
    }

    /// The engine does not read what it had opened. Nobody knows what else it would not, so the
    /// rows are closed and everybody hears why; the next opening says what is to be done (F-D09).
    fn close(&mut self, code: Code) {
        self.store = None;
        self.closed = code;
        self.failures.do_send(ReadingFailed {
            directory: self.directory.clone(),
            code,
        });
    }

    /// Asks the disk whether rows can be written, and tells if that turned. While they cannot be,
    /// it is asked again now and then; while they can be, the next write finds out (F-D01, F-D05).
    fn look(&mut self, ctx: &mut Context<Self>) {
        let Some(store) = &self.store else {
            return;
        };
        let writable = match store.writable() {
            Writable::Yes => Code::SUCCESS,
            Writable::Full => Code::LOCAL_STORE_FULL,
            Writable::ReadOnly => Code::LOCAL_STORE_READ_ONLY,
        };
        if writable != self.writable {
            self.writable = writable;
            self.turns.do_send(WritableTurned {
                directory: self.directory.clone(),
                code: writable,
            });
        }
        if !writable.is_success() && !self.look_queued {
            self.look_queued = true;
            ctx.run_later(DEGRADED_LOOK, |act, ctx| {
                act.look_queued = false;
                act.look(ctx);
            });
        }
    }

    /// Tells what should not be, if there is more of it than was told, once it is kept with the rows.
    fn tell_anomalies(&mut self, ctx: &mut Context<Self>) {
        let Some(store) = &mut self.store else {
            return;
        };
        // While nothing can be written, the first commit that can be is in time.
        if store.has_new_damage()
            && self.writable.is_success()
            && let Err(error) = store.commit(Vec::new(), clock::now())
        {
            self.refuse(&error);
            self.look(ctx);
        }
        let Some(store) = &mut self.store else {
            return;
        };
        let (anomalies, reads_again) = (store.anomalies(), store.reads_again());
        if anomalies != self.anomalies || reads_again {
            self.found(anomalies, reads_again);
        }
    }

    fn found(&mut self, anomalies: Anomalies, reads_again: bool) {
        self.anomalies = anomalies;
        self.finds.do_send(AnomaliesFound {
            directory: self.directory.clone(),
            anomalies,
            reads_again,
        });
    }

    /// A write came about: the disk is asked only if it refused the last one.
    fn look_after_refusal(&mut self, ctx: &mut Context<Self>) {
        if !self.writable.is_success() {
            self.look(ctx);
        }
    }

    /// Tells how far long work is: its beginning, its end, and a step now and then.
    fn reporter(&self) -> impl FnMut(Progress) + use<> {
        let (hub, directory) = (self.hub.clone(), self.directory.clone());
        let mut told: Option<(Work, Instant)> = None;
        move |progress| {
            let soon = told
                .is_some_and(|(work, at)| work == progress.work && at.elapsed() < PROGRESS_PAUSE);
            if soon && progress.done < progress.total {
                return;
            }
            told = Some((progress.work, Instant::now()));
            hub.do_send(Progressed {
                directory: directory.clone(),
                progress,
            });
        }
    }

    fn read(&mut self, read: Read) -> Result<Found, Code> {
        let store = self.store.as_ref().ok_or(self.closed)?;
        reading::find(store, read).map_err(|error| {
            tracing::error!(error = %WithCauses(&error), "Rows could not be read");
            let code = error.code();
            if error.is_of_the_engine() {
                self.close(code);
            }
            code
        })
    }
}

impl Actor for StoreActor {
    type Context = Context<Self>;

    fn stopped(&mut self, ctx: &mut Self::Context) {
        self.flush(ctx);
    }
}

impl Handler<Open> for StoreActor {
    type Result = MessageResult<Open>;

    fn handle(&mut self, Open { user, unreadable }: Open, ctx: &mut Self::Context) -> Self::Result {
        self.flush(ctx);
        if self.store.is_none() {
            let mut report = self.reporter();
            let opened = match unreadable {
                Unreadable::Refuse => Store::open_reporting(&self.directory, &user, &mut report),
                Unreadable::SetAside => {
                    Store::open_or_begin_anew(&self.directory, &user, &mut report)
                }
            };
            match opened {
                Ok((store, opening)) => {
                    tell_of(&opening);
                    self.store = Some(store);
                    self.closed = Code::LOCAL_STORE_FAILED;
                }
                Err(error) => {
                    tracing::error!(error = %WithCauses(&error), "The store cannot be opened");
                    return MessageResult(Err(error.code()));
                }
            }
        }
        // Whoever opens them again hears it again.
        self.writable = Code::SUCCESS;
        self.look(ctx);
        let Some(store) = &self.store else {
            return MessageResult(Err(self.closed));
        };
        let opened = store.restored().map(|restored| OpenedRows {
            restored,
            last_seq: store.last_seq(),
            generation: store.generation(),
        });
        let anomalies = store.anomalies();
        self.found(anomalies, false);
        MessageResult(opened.map_err(|error| {
            tracing::error!(error = %WithCauses(&error), "The store cannot be read");
            self.store = None;
            self.closed = error.code();
            self.closed
        }))
    }
}

impl Handler<Commit> for StoreActor {
    type Result = ResponseFuture<Result<Applied, Code>>;

    fn handle(&mut self, Commit(change): Commit, ctx: &mut Self::Context) -> Self::Result {
        let (answer, answered) = oneshot::channel();
        self.pending.push((change, answer));
        if self.pending.len() >= BATCH {
            self.flush(ctx);
        } else if !self.flush_queued {
            // Runs once the mailbox is drained: that is what makes the batch.
            self.flush_queued = true;
            ctx.notify(Flush);
        }
        Box::pin(async { answered.await.unwrap_or(Err(Code::LOCAL_STOPPING)) })
    }
}

impl Handler<Alter> for StoreActor {
    type Result = MessageResult<Alter>;

    fn handle(&mut self, Alter(edits): Alter, ctx: &mut Self::Context) -> Self::Result {
        self.flush(ctx);
        let Some(store) = &mut self.store else {
            return MessageResult(Err(self.closed));
        };
        let edited = store.edit(edits, clock::now());
        let edited = edited.map_err(|error| self.refuse(&error));
        match edited {
            Ok(_) => self.look_after_refusal(ctx),
            Err(_) => self.look(ctx),
        }
        self.tell_anomalies(ctx);
        MessageResult(edited)
    }
}

impl Handler<ForgetConversation> for StoreActor {
    type Result = MessageResult<ForgetConversation>;

    fn handle(
        &mut self,
        ForgetConversation(conversation): ForgetConversation,
        ctx: &mut Self::Context,
    ) -> Self::Result {
        self.flush(ctx);
        let mut report = self.reporter();
        let Some(store) = &mut self.store else {
            return MessageResult(Err(self.closed));
        };
        let forgotten = store.forget(&conversation, clock::now(), &mut report);
        let set_aside = store.set_aside();
        let forgotten = forgotten.map(|()| {
            set_aside.unwrap_or_else(|error| {
                tracing::warn!(error = %WithCauses(&error), "Older rows cannot be looked for");
                Vec::new()
            })
        });
        MessageResult(forgotten.map_err(|error| {
            if let ForgetError::Commit(error) = &error {
                return self.refuse(error);
            }
            let reason = WithCauses(&error);
            tracing::error!(error = %reason, "A conversation was not deleted to the last byte");
            let code = error.code();
            if error.is_of_the_engine() {
                self.close(code);
            }
            code
        }))
    }
}

impl Handler<Flush> for StoreActor {
    type Result = ();

    fn handle(&mut self, Flush: Flush, ctx: &mut Self::Context) {
        self.flush_queued = false;
        self.flush(ctx);
    }
}

impl Handler<Fetch> for StoreActor {
    type Result = MessageResult<Fetch>;

    fn handle(&mut self, Fetch(read): Fetch, ctx: &mut Self::Context) -> Self::Result {
        let found = self.read(read);
        self.tell_anomalies(ctx);
        MessageResult(found)
    }
}

impl Handler<Rescue> for StoreActor {
    type Result = ();

    /// Nothing is committed from here on, so that nothing is sent of which the next daemon does not
    /// know.
    fn handle(&mut self, Rescue: Rescue, _: &mut Self::Context) {
        if let Some(store) = self.store.take() {
            rescue(store, &self.directory);
        }
    }
}

impl Handler<crate::messages::Stop> for StoreActor {
    type Result = ();

    /// Everything taken so far is durable when this is answered, and the rows are closed.
    fn handle(&mut self, _: crate::messages::Stop, ctx: &mut Self::Context) {
        self.vital.release();
        self.flush(ctx);
        self.store = None;
        actix::ActorContext::stop(ctx);
    }
}

/// Says what nobody expects of an opening.
fn tell_of(opening: &Opening) {
    if let Some(aside) = &opening.set_aside {
        let aside = aside.display();
        tracing::warn!(%aside, "A store was set aside; the cloud gives what it keeps");
    }
    if let Some(salvaged) = opening.salvaged {
        let Salvaged {
            outgoing,
            subscriptions,
            incomplete,
        } = salvaged;
        tracing::warn!(
            outgoing,
            subscriptions,
            incomplete,
            "Taken over from the old store"
        );
    }
    if let Some(lost) = opening.rolled_back {
        let (commits, messages) = (lost.commits, lost.messages);
        tracing::warn!(commits, messages, "Rows are gone that were there once");
    }
}
