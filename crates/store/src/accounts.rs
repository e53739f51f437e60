//! Which token belongs to which user, so that the right rows open before any network.
//!
//! The token itself is never written: its row is found by a keyed hash, whose key lies beside the
//! index in a file of its own (decisions.md P15, P25).

mod purge;
mod token_key;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use imlink_model::{AppKey, Code, Token, UserId, WithCauses};

use crate::database::{Database, Lookup};
use crate::draft::Draft;
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::opening::is_unreadable;
use crate::opening::run::Run;
use crate::row::AccountRow;
use crate::space::Space;
use crate::store::files::{self, Home};
use crate::{CommitError, OpenError, ReadError, aside, directory, witness};
use token_key::TokenKey;

/// The index of accounts below one state directory.
///
/// What it knows is read without waiting for anybody who writes.
#[derive(Debug)]
pub struct Accounts {
    directory: PathBuf,
    key: TokenKey,
    database: RwLock<Arc<Database>>,
    /// Held by whoever writes.
    writing: Mutex<Home>,
    space: Space,
    /// What the engine dies of is noted in this run.
    run: Arc<Run>,
}

impl Accounts {
    /// Opens the index below a state directory, or makes it.
    ///
    /// An index that is damaged or of a newer imlink is set aside and begun anew: tokens are unknown
    /// then until they are used again, and nothing else is lost. A purge that was interrupted is
    /// finished.
    ///
    /// # Errors
    /// [`OpenError`]; among them [`OpenError::Exposed`] if others may read the key of the hash.
    pub fn open(state_dir: &Path) -> Result<Self, OpenError> {
        directory::claim_from_writers(state_dir)?;
        let directory = state_dir.join(ACCOUNTS);
        match directory::claim(&state_dir.join(witness::OUTSIDE)) {
            // Without room the index may still be opened; its reserve is for that.
            Err(error) if error.code() == Code::LOCAL_STORE_FULL => {}
            claimed => claimed?,
        }
        let index = directory.join(INDEX);
        let opened = match is_unreadable(&index)? {
            true => Err(OpenError::damaged(&index)),
            false => files::open(&index, &mut |_| {}),
        };
        let files = match opened {
            Err(error) if error.can_be_set_aside() => {
                let aside = aside::set_aside(&index)?;
                let (aside, error) = (aside.display(), WithCauses(&error));
                tracing::warn!(%error, %aside, "The index of accounts begins anew");
                files::open(&index, &mut |_| {})?
            }
            opened => opened?,
        };
        let run = files.attempt.passed()?;
        // Made under the lock, so that two starting at once agree on one key.
        let key = TokenKey::load(&state_dir.join(TOKEN_KEY))?;
        let accounts = Self {
            directory,
            key,
            database: RwLock::new(Arc::new(files.database.served(&run))),
            writing: Mutex::new(files.home),
            space: files.space,
            run,
        };
        accounts.finish_purges()?;
        Ok(accounts)
    }

    /// The user a token was seen to belong to, `None` if it was not seen or was forgotten.
    ///
    /// # Errors
    /// [`ReadError`] if the index cannot be read.
    pub fn known_user(&self, app_key: &AppKey, token: &Token) -> Result<Option<UserId>, ReadError> {
        let database = self.database();
        let row: Option<AccountRow> = database.row(&self.token_row(app_key, token))?;
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
        self.remember_all([(app_key, token, user)])
    }

    /// Notes whose tokens they are, in one commit: a later word on a token counts.
    ///
    /// # Errors
    /// [`CommitError`] if the notes are not surely on the disk.
    pub fn remember_all<'a>(
        &self,
        notes: impl IntoIterator<Item = (&'a AppKey, &'a Token, &'a UserId)>,
    ) -> Result<(), CommitError> {
        self.write(|_, draft| {
            for (app_key, token, user) in notes {
                let key = self.token_row(app_key, token);
                let row = AccountRow {
                    app_key: app_key.clone(),
                    user: user.clone(),
                };
                if draft.sound_row(&key)?.as_ref() != Some(&row) {
                    draft.put(&key, &row);
                }
            }
            Ok(())
        })
    }

    /// Forgets one token. Does nothing if it is not known.
    ///
    /// # Errors
    /// [`CommitError`] if that is not surely on the disk.
    pub fn forget_token(&self, app_key: &AppKey, token: &Token) -> Result<(), CommitError> {
        let key = self.token_row(app_key, token);
        self.write(|_, draft| draft.remove(&key))
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
        self.write(|database, draft| {
            for pair in database.scan(&key::all(Kind::Token), Order::Forward) {
                let (key, _) = pair?;
                if database.sound_row(&key)?.as_ref() == Some(&account) {
                    draft.remove(&key)?;
                }
            }
            Ok(())
        })
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

    /// A keyed hash of a token, as a file name. It tells nothing of the token to who has not the key.
    #[must_use]
    pub fn fingerprint(&self, app_key: &AppKey, token: &Token) -> String {
        let hash = blake3::Hash::from_bytes(self.key.hash(app_key, token));
        hash.to_hex().chars().take(DIRECTORY_DIGITS).collect()
    }

    fn token_row(&self, app_key: &AppKey, token: &Token) -> Vec<u8> {
        key::token(&self.key.hash(app_key, token))
    }

    fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes durable what `draft` puts and removes.
    fn write(
        &self,
        draft: impl FnOnce(&Database, &mut Draft<'_>) -> Result<(), EngineError>,
    ) -> Result<(), CommitError> {
        let home = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let database = self.database();
        let mut writes = Draft::new(&database);
        draft(&database, &mut writes).map_err(CommitError::Read)?;
        if writes.is_empty() {
            return Ok(());
        }
        let writes = writes.into_writes();
        let rows = || home.bytes().unwrap_or_default();
        self.space.for_batch(&writes, rows).demand()?;
        database.apply(&writes).map_err(CommitError::Write)
    }
}

/// Name of the directory of the index and all rows.
pub(crate) const ACCOUNTS: &str = "accounts";

/// Name of the file with the key of the token hash.
pub(crate) const TOKEN_KEY: &str = "token-key";

/// Name of the index's own directory.
const INDEX: &str = "index";

/// Hex digits in the name of an account's directory: 128 bits, so that no two are the same.
const DIRECTORY_DIGITS: usize = 32;

fn text_length(id: &str) -> u8 {
    u8::try_from(id.len()).expect("ids have at most 64 bytes")
}
