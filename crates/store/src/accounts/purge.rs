//! Removing an account, to the last byte.
//!
//! ```text
//! accounts/<hash>.purged/account     who is to be removed; the purge is decided when it is there
//! ```
//!
//! What is decided is done, if not by this process then by the next one that opens the index.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use imlink_model::{AppKey, UserId, WithCauses};

use super::{Accounts, INDEX};
use crate::row::{AccountRow, Row};
use crate::{OpenError, PurgeError, aside, directory, read_only, witness};

impl Accounts {
    /// Removes everything of an account: its tokens from the index, and its rows with everything
    /// that was set aside of them. No byte of either stays in the files. Does nothing if there is
    /// no such account.
    ///
    /// # Errors
    /// [`PurgeError`]; the same call finishes the work, and so does the next
    /// [`open`](Self::open). A store that is open is [locked](OpenError::Locked) and stays.
    pub fn purge(&self, app_key: &AppKey, user: &UserId) -> Result<(), PurgeError> {
        let rows = self.directory(app_key, user);
        if read_only::is_copy(&rows) {
            return Err(OpenError::ReadOnly { directory: rows }.into());
        }
        // Held until the directory is gone, so that nobody opens what is being removed.
        let _lock = match rows.exists() {
            true => Some(directory::lock(&rows)?),
            false => None,
        };
        let account = AccountRow {
            app_key: app_key.clone(),
            user: user.clone(),
        };
        let decided = rows.with_extension(PURGED);
        directory::remove_all(&decided)?;
        directory::claim(&decided)?;
        directory::write_private(&decided.join(ACCOUNT), &account.encode())?;
        self.finish_purge(&decided, &account)
    }

    /// Finishes the purges that were decided.
    pub(super) fn finish_purges(&self) -> Result<(), OpenError> {
        let directory = &self.directory;
        let entries = fs::read_dir(directory).map_err(OpenError::io("reading", directory))?;
        for entry in entries {
            let path = entry.map_err(OpenError::io("reading", directory))?.path();
            if path.extension().is_none_or(|extension| extension != PURGED) {
                continue;
            }
            let account = directory::read_private(&path.join(ACCOUNT))?;
            match account.and_then(|account| AccountRow::decode(AccountRow::FORM, &account)) {
                Some(account) => {
                    if let Err(error) = self.finish_purge(&path, &account) {
                        // The account is of no use to anybody; the daemon is to the others.
                        let error = WithCauses(&error);
                        tracing::error!(%error, "An account is not purged yet");
                    }
                }
                None => directory::remove_all(&path)?,
            }
        }
        Ok(())
    }

    fn finish_purge(&self, decided: &Path, account: &AccountRow) -> Result<(), PurgeError> {
        let rows = decided.with_extension("");
        for made_of_it in aside::all_beside(&rows)? {
            directory::remove_all(&made_of_it)?;
        }
        directory::remove_all(&rows)?;
        if let Some(outside) = witness::outside(&rows) {
            directory::remove(&outside)?;
        }
        self.forget_account(&account.app_key, &account.user)?;
        self.rewrite()?;
        Ok(directory::remove_all(decided)?)
    }

    /// Writes the index anew, so that what was forgotten leaves no byte behind.
    fn rewrite(&self) -> Result<(), OpenError> {
        let mut home = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.database();
        let new = home.rewrite(&old, &mut |_| {})?.served(&self.run);
        *self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        drop(old);
        home.settle()?;
        let index: PathBuf = self.directory.join(INDEX);
        for made_of_it in aside::all_beside(&index)? {
            directory::remove_all(&made_of_it)?;
        }
        Ok(())
    }
}

/// Extension of the note of a purge.
const PURGED: &str = "purged";

/// The file in it that says whose.
const ACCOUNT: &str = "account";
