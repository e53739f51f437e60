//! The index of accounts, with its writes on a thread of their own, one after the other.
//!
//! Tokens that wait there together are noted in one commit: after a first start all apps come at
//! once, and each commit writes a whole page and waits for the disk.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::{fmt, iter};

use imlink_model::{AppKey, Code, Token, UserId};
use imlink_store::{Accounts, CommitError};
use tokio::sync::oneshot;
use tracing::{error, warn};

use crate::registry::Tokens;

/// Writes taken from the queue at once, at most.
const GROUP: usize = 100;

/// Whose token is whose. Reads are from memory; a write that comes later is made later, so that
/// forgetting is never overtaken by remembering.
pub struct Ledger {
    accounts: Arc<Accounts>,
    writes: Option<mpsc::Sender<Write>>,
    thread: Option<JoinHandle<()>>,
}

enum Write {
    Remember(Note),
    Change(Change),
}

type Change = Box<dyn FnOnce(&Accounts) -> Result<(), CommitError> + Send>;

/// Whose a token is.
struct Note {
    app_key: AppKey,
    token: Token,
    user: UserId,
}

impl Ledger {
    /// A ledger over an open index.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(accounts: Accounts) -> std::io::Result<Self> {
        let accounts = Arc::new(accounts);
        let (writes, queue) = mpsc::channel::<Write>();
        let index = Arc::clone(&accounts);
        let thread = std::thread::Builder::new()
            .name("imlink-ledger".into())
            .spawn(move || keep(&index, &queue))?;
        Ok(Self {
            accounts,
            writes: Some(writes),
            thread: Some(thread),
        })
    }

    /// The index itself, for what is only looked up.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Remembers whose token this is, by its hash.
    pub fn remember(&self, app_key: AppKey, token: Token, user: UserId) {
        self.write(Write::Remember(Note {
            app_key,
            token,
            user,
        }));
    }

    /// Forgets every token of this user.
    pub fn forget(&self, app_key: AppKey, user: UserId) {
        self.change(move |accounts| accounts.forget_account(&app_key, &user));
    }

    /// Removes everything that is kept of this user, whose rows are closed. Says when it is done.
    pub fn purge(&self, app_key: AppKey, user: UserId) -> oneshot::Receiver<Result<(), Code>> {
        let (answer, answered) = oneshot::channel();
        self.change(move |accounts| {
            let purged = accounts.purge(&app_key, &user).map_err(|error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                error!(%error, cause, "An account is not purged");
                error.code()
            });
            // An app that has left since need not know.
            let _ = answer.send(purged);
            Ok(())
        });
        answered
    }

    fn change(&self, change: impl FnOnce(&Accounts) -> Result<(), CommitError> + Send + 'static) {
        self.write(Write::Change(Box::new(change)));
    }

    fn write(&self, write: Write) {
        // The thread ends with this ledger only.
        if let Some(writes) = &self.writes {
            let _ = writes.send(write);
        }
    }
}

/// Writes what comes, until nothing comes any more.
fn keep(accounts: &Accounts, queue: &mpsc::Receiver<Write>) {
    let told = |result: Result<(), CommitError>| {
        if let Err(error) = result {
            error!(%error, "The index of accounts cannot be written");
        }
    };
    while let Ok(first) = queue.recv() {
        let mut notes = Vec::new();
        for write in iter::once(first).chain(queue.try_iter()).take(GROUP) {
            match write {
                Write::Remember(note) => notes.push(note),
                Write::Change(change) => {
                    told(remember(accounts, &notes));
                    notes.clear();
                    told(change(accounts));
                }
            }
        }
        told(remember(accounts, &notes));
    }
}

fn remember(accounts: &Accounts, notes: &[Note]) -> Result<(), CommitError> {
    accounts.remember_all(
        notes
            .iter()
            .map(|note| (&note.app_key, &note.token, &note.user)),
    )
}

impl Tokens for Ledger {
    fn known_user(&self, app_key: &AppKey, token: &Token) -> Option<UserId> {
        self.accounts
            .known_user(app_key, token)
            .inspect_err(|error| warn!(%error, "The index of accounts cannot be read"))
            .ok()
            .flatten()
    }
}

impl Drop for Ledger {
    /// Everything handed over is written before this returns.
    fn drop(&mut self) {
        self.writes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ledger(..)")
    }
}
