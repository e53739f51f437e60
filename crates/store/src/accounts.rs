//! Which token belongs to which user, so that the right rows open before any network.
//!
//! The token itself is never written: its row is found by a keyed hash, whose key lies beside the
//! index in a file of its own (decisions.md P15, P25).

mod token_key;

use std::path::{Path, PathBuf};

use imlink_model::{AppKey, Token, UserId};

use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{Batch, Order};
use crate::key::{self, Kind};
use crate::row::AccountRow;
use crate::space::Space;
use crate::store::files::{self, Home};
use crate::{CommitError, OpenError, PurgeError, ReadError, directory};
use token_key::TokenKey;

/// The index of accounts below one state directory.
#[derive(Debug)]
pub struct Accounts {
    directory: PathBuf,
    key: TokenKey,
    database: Database,
    home: Home,
    space: Space,
}

impl Accounts {
    /// Opens the index below a state directory, or makes it.
    ///
    /// A damaged index is begun anew after the second attempt; then tokens are unknown until they
    /// are used again, and nothing else is lost.
    ///
    /// # Errors
    /// [`OpenError`]; among them [`OpenError::Exposed`] if others may read the key of the hash.
    pub fn open(state_dir: &Path) -> Result<Self, OpenError> {
        directory::claim_from_writers(state_dir)?;
        let directory = state_dir.join("accounts");
        let files = files::open(&directory.join("index"), &mut |_| {})?;
        if let Some(aside) = files.set_aside {
            let aside = aside.display();
            tracing::warn!(%aside, "The index of accounts was damaged and begins anew");
        }
        remove_purged(&directory)?;
        // Made under the lock, so that two starting at once agree on one key.
        let key = TokenKey::load(&state_dir.join("token-key"))?;
        Ok(Self {
            directory,
            key,
            database: files.database,
            home: files.home,
            space: files.space,
        })
    }

    /// The user a token was seen to belong to, `None` if it was not seen or was forgotten.
    ///
    /// # Errors
    /// [`ReadError`] if the index cannot be read.
    pub fn known_user(&self, app_key: &AppKey, token: &Token) -> Result<Option<UserId>, ReadError> {
        let row: Option<AccountRow> = self.database.row(&self.token_row(app_key, token))?;
        Ok(row
            .filter(|row| row.app_key == *app_key)
            .map(|row| row.user))
    }

    /// Notes whose token it is; durable when this returns. Writes nothing if it is known.
    ///
    /// # Errors
    /// [`CommitError`] if the note is not surely on the disk.
    pub fn remember(
        &self,
        app_key: &AppKey,
        token: &Token,
        user: &UserId,
    ) -> Result<(), CommitError> {
        let key = self.token_row(app_key, token);
        let row = AccountRow {
            app_key: app_key.clone(),
            user: user.clone(),
        };
        let known = self.database.sound_row(&key).map_err(CommitError::Read)?;
        if known.as_ref() == Some(&row) {
            return Ok(());
        }
        let mut draft = Draft::new(&self.database);
        draft.put(&key, &row);
        self.write(&draft.into_writes())
    }

    /// Forgets one token. Does nothing if it is not known.
    ///
    /// # Errors
    /// [`CommitError`] if that is not surely on the disk.
    pub fn forget_token(&self, app_key: &AppKey, token: &Token) -> Result<(), CommitError> {
        self.forget([self.token_row(app_key, token)])
    }

    /// Forgets every token of an account; its rows stay.
    ///
    /// # Errors
    /// [`CommitError`] if that is not surely on the disk.
    pub fn forget_account(&self, app_key: &AppKey, user: &UserId) -> Result<(), CommitError> {
        let account = AccountRow {
            app_key: app_key.clone(),
            user: user.clone(),
        };
        let mut tokens = Vec::new();
        for pair in self.database.scan(&key::all(Kind::Token), Order::Forward) {
            let (key, _) = pair.map_err(CommitError::Read)?;
            if self
                .database
                .sound_row(&key)
                .map_err(CommitError::Read)?
                .as_ref()
                == Some(&account)
            {
                tokens.push(key);
            }
        }
        self.forget(tokens)
    }

    /// Removes everything of an account: its tokens from the index, and its rows with everything
    /// that was set aside of them. No byte of either stays in the files. Does nothing if there is
    /// no such account.
    ///
    /// # Errors
    /// [`PurgeError`]; the same call finishes the work. A store that is open is
    /// [locked](OpenError::Locked) and stays.
    pub fn purge(&mut self, app_key: &AppKey, user: &UserId) -> Result<(), PurgeError> {
        let rows = self.directory(app_key, user);
        // Held until the directory is gone, so that nobody opens what is being removed.
        let _lock = match rows.exists() {
            true => Some(directory::lock(&rows)?),
            false => None,
        };
        self.forget_account(app_key, user)?;
        // First out of the way as a whole: what is left of it is no store.
        let purged = rows.with_extension(PURGED);
        directory::remove_all(&purged)?;
        directory::rename(&rows, &purged)?;
        directory::remove_all(&purged)?;
        self.database = self.home.rewrite(&self.database, &mut |_| {})?;
        Ok(self.home.settle()?)
    }

    /// Where the rows of an account are, or will be.
    ///
    /// The name is a hash, so that user ids with any characters make a file name and none is
    /// visible in a listing.
    #[must_use]
    pub fn directory(&self, app_key: &AppKey, user: &UserId) -> PathBuf {
        let mut hash = blake3::Hasher::new_derive_key("imlink 2026 directory of an account");
        hash.update(&[text_length(app_key.as_str())]);
        hash.update(app_key.as_str().as_bytes());
        hash.update(user.as_str().as_bytes());
        let name: String = hash
            .finalize()
            .to_hex()
            .chars()
            .take(DIRECTORY_DIGITS)
            .collect();
        self.directory.join(name)
    }

    fn token_row(&self, app_key: &AppKey, token: &Token) -> Vec<u8> {
        key::token(&self.key.hash(app_key, token))
    }

    fn forget(&self, tokens: impl IntoIterator<Item = Vec<u8>>) -> Result<(), CommitError> {
        let mut draft = Draft::new(&self.database);
        for key in tokens {
            draft.remove(&key).map_err(CommitError::Read)?;
        }
        let writes = draft.into_writes();
        if writes.is_empty() {
            return Ok(());
        }
        self.write(&writes)
    }

    fn write(&self, writes: &Batch) -> Result<(), CommitError> {
        let rows = self.home.bytes().unwrap_or_default();
        self.space.for_batch(writes, rows).demand()?;
        self.database.apply(writes).map_err(CommitError::Write)
    }
}

/// Extension of directories that are being removed.
const PURGED: &str = "purged";

/// Finishes what a purge that was interrupted began.
fn remove_purged(directory: &Path) -> Result<(), OpenError> {
    let entries = std::fs::read_dir(directory).map_err(OpenError::io("reading", directory))?;
    for entry in entries {
        let path = entry.map_err(OpenError::io("reading", directory))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == PURGED)
        {
            directory::remove_all(&path)?;
        }
    }
    Ok(())
}

/// Hex digits in the name of an account's directory: 128 bits, so that no two are the same.
const DIRECTORY_DIGITS: usize = 32;

fn text_length(id: &str) -> u8 {
    u8::try_from(id.len()).expect("ids have at most 64 bytes")
}
