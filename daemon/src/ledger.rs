//! The index of accounts, with its writes on a thread of their own, one after the other.
//!
//! Tokens that wait there together are noted in one commit: after a first start all apps come at
//! once, and each commit writes a whole page and waits for the disk.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{fmt, iter};

use imlink_model::{AppKey, Code, Token, UserId, WithCauses};
use imlink_store::Accounts;
use tokio::sync::oneshot;
use tracing::{error, warn};

use crate::registry::Tokens;
use crate::remember::Memory;

/// How often remembered tokens are said to be needed still: far less than the days after which a
/// kernel forgets them.
const REFRESHED_EVERY: Duration = Duration::from_secs(3600);

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

type Change = Box<dyn FnOnce(&mut Books) + Send>;

/// What is written.
struct Books {
    accounts: Arc<Accounts>,
    memory: Memory,
}

/// Whose a token is.
struct Note {
    app_key: AppKey,
    token: Token,
    user: UserId,
}

impl Ledger {
    /// A ledger over an open index, and over the tokens that outlive the daemon.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(accounts: Accounts, memory: Memory) -> std::io::Result<Self> {
        let accounts = Arc::new(accounts);
        let (writes, queue) = mpsc::channel::<Write>();
        let mut books = Books {
            accounts: Arc::clone(&accounts),
            memory,
        };
        let thread = std::thread::Builder::new()
            .name("imlink-ledger".into())
            .spawn(move || keep(&mut books, &queue))?;
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

    /// Keeps a token that works, for a daemon that starts alone. Says whether it is kept, once
    /// that is sure.
    pub fn keep(&self, app_key: AppKey, user: UserId, token: Token) -> oneshot::Receiver<bool> {
        let (answer, answered) = oneshot::channel();
        self.change(move |books| {
            let Books { accounts, memory } = books;
            let kept = memory.keep(accounts, &app_key, &user, &token);
            let kept = kept.unwrap_or_else(|error| {
                error!(error = %WithCauses(&error), "A token is not kept");
                false
            });
            // A Hub that has gone need not know.
            let _ = answer.send(kept);
        });
        answered
    }

    /// Keeps the token of this user no longer; whose it was stays known.
    pub fn discard(&self, app_key: AppKey, user: UserId) {
        self.change(move |books| books.discard(&app_key, &user));
    }

    /// Uses a token no longer that is kept, and of which nobody knows whose it was.
    pub fn disuse(&self, app_key: AppKey, token: Token) {
        self.change(move |books| {
            let Books { accounts, memory } = books;
            if let Err(error) = memory.disuse(accounts, &app_key, &token) {
                error!(%error, "A refused token may be used again");
            }
        });
    }

    /// Forgets every token of this user.
    pub fn forget(&self, app_key: AppKey, user: UserId) {
        self.change(move |books| {
            books.discard(&app_key, &user);
            if let Err(error) = books.accounts.forget_account(&app_key, &user) {
                error!(error = %WithCauses(&error), "The index of accounts cannot be written");
            }
        });
    }

    /// Removes everything that is kept of this user, whose rows are closed. Says when it is done.
    pub fn purge(&self, app_key: AppKey, user: UserId) -> oneshot::Receiver<Result<(), Code>> {
        let (answer, answered) = oneshot::channel();
        self.change(move |books| {
            books.discard(&app_key, &user);
            let purged = books.accounts.purge(&app_key, &user).map_err(|error| {
                error!(error = %WithCauses(&error), "An account is not purged");
                error.code()
            });
            // An app that has left since need not know.
            let _ = answer.send(purged);
        });
        answered
    }

    fn change(&self, change: impl FnOnce(&mut Books) + Send + 'static) {
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
fn keep(books: &mut Books, queue: &mpsc::Receiver<Write>) {
    loop {
        let first = match queue.recv_timeout(REFRESHED_EVERY) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                books.refresh();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut notes = Vec::new();
        for write in iter::once(first).chain(queue.try_iter()).take(GROUP) {
            match write {
                Write::Remember(note) => notes.push(note),
                Write::Change(change) => {
                    books.remember(&notes);
                    notes.clear();
                    change(books);
                }
            }
        }
        books.remember(&notes);
    }
}

impl Books {
    fn remember(&self, notes: &[Note]) {
        let notes = notes
            .iter()
            .map(|note| (&note.app_key, &note.token, &note.user));
        if let Err(error) = self.accounts.remember_all(notes) {
            error!(error = %WithCauses(&error), "The index of accounts cannot be written");
        }
    }

    fn discard(&mut self, app_key: &AppKey, user: &UserId) {
        if let Err(error) = self.memory.forget(&self.accounts, app_key, user) {
            error!(error = %WithCauses(&error), "A token may be kept still");
        }
    }

    fn refresh(&mut self) {
        if let Err(error) = self.memory.refresh() {
            warn!(error = %WithCauses(&error), "Remembered tokens may be lost");
        }
    }
}

impl Tokens for Ledger {
    fn known_user(&self, app_key: &AppKey, token: &Token) -> Option<UserId> {
        self.accounts
            .known_user(app_key, token)
            .inspect_err(|error| {
                let error = WithCauses(error);
                warn!(%error, "The index of accounts cannot be read");
            })
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
