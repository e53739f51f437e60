//! Tokens that systemd hands to the service (`LoadCredential=`): files named `*.token`, read and
//! never written.
//!
//! One that is not to be used any more, because its account was logged out or the cloud ended its
//! link for good, is marked in the state directory by its hash: a new token in the same file is
//! another one.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use imlink_model::{AppKey, Token, UserId};
use imlink_store::Accounts;
use tracing::{info, warn};

use super::files::{self, io_at};
use super::{RememberError, RememberedAccount};
use crate::private_file;

/// What the names of credentials end in.
const EXTENSION: &str = "token";

/// What systemd handed over.
#[derive(Debug)]
pub(super) struct Credentials {
    directory: PathBuf,
    marks: PathBuf,
    given: Vec<Given>,
}

/// One of them; the token itself is where it is needed.
#[derive(Debug)]
struct Given {
    app_key: AppKey,
    user: Option<UserId>,
    /// Keyed hash of the token.
    fingerprint: String,
    is_set_aside: bool,
}

impl Credentials {
    pub(super) fn open(directory: Option<PathBuf>, marks: PathBuf) -> Result<Self, RememberError> {
        let directory = directory.ok_or(RememberError::NoCredentials)?;
        files::make(&marks)?;
        Ok(Self {
            directory,
            marks,
            given: Vec::new(),
        })
    }

    pub(super) fn load(
        &mut self,
        accounts: &Accounts,
    ) -> Result<Vec<RememberedAccount>, RememberError> {
        let mut found = Vec::new();
        for path in files::entries(&self.directory)? {
            if path.extension().is_none_or(|ending| ending != EXTENSION) {
                continue;
            }
            let file = files::open(&path)?;
            let mode = file.metadata().map_err(io_at(&path, "look at it"))?.mode() & 0o7777;
            // systemd lets its service's user in by owner or by access list, which shows as the
            // group's bits.
            if mode & 0o007 != 0 {
                return Err(RememberError::Exposed { path, mode });
            }
            let text = files::read(file, &path)?;
            let account = RememberedAccount::of_credential(&text, &path);
            let mut account = account.map_err(|source| RememberError::Credential {
                path: path.clone(),
                source,
            })?;
            account.user = accounts
                .known_user(&account.app_key, &account.token)
                .inspect_err(|error| warn!(%error, "The index of accounts cannot be read"))
                .unwrap_or_default();
            let fingerprint = accounts.fingerprint(&account.app_key, &account.token);
            let is_set_aside = mark_of(&self.marks, &fingerprint).exists();
            self.given.push(Given {
                app_key: account.app_key.clone(),
                user: account.user.clone(),
                fingerprint,
                is_set_aside,
            });
            if is_set_aside {
                let path = path.display();
                info!(%path, "A credential is not used: its account was logged out or refused");
            } else {
                found.push(account);
            }
        }
        Ok(found)
    }

    /// A link has come up: says whether a credential is this account's.
    pub(super) fn connected(
        &mut self,
        accounts: &Accounts,
        app_key: &AppKey,
        user: &UserId,
        token: &Token,
    ) -> Result<bool, RememberError> {
        let fingerprint = accounts.fingerprint(app_key, token);
        let mark = mark_of(&self.marks, &fingerprint);
        let given = self.given.iter_mut();
        if let Some(given) = given.into_iter().find(|one| one.fingerprint == fingerprint) {
            given.user = Some(user.clone());
            // An app brought the same token: it is good again.
            if std::mem::take(&mut given.is_set_aside) {
                private_file::remove(&mark).map_err(io_at(&mark, "remove it"))?;
            }
        }
        let mut own = self.given.iter().filter(|one| one.is_of(app_key, user));
        Ok(own.any(|one| !one.is_set_aside))
    }

    /// Uses no credential of an account any more, also in later runs.
    pub(super) fn set_aside(
        &mut self,
        app_key: &AppKey,
        user: &UserId,
    ) -> Result<(), RememberError> {
        self.mark(|one| one.is_of(app_key, user))
    }

    /// Uses a credential no more of which nobody knows whose it is, also in later runs.
    pub(super) fn set_aside_token(
        &mut self,
        accounts: &Accounts,
        app_key: &AppKey,
        token: &Token,
    ) -> Result<(), RememberError> {
        let fingerprint = accounts.fingerprint(app_key, token);
        self.mark(|one| one.fingerprint == fingerprint)
    }

    fn mark(&mut self, is_meant: impl Fn(&Given) -> bool) -> Result<(), RememberError> {
        for given in self.given.iter_mut().filter(|one| is_meant(one)) {
            let mark = mark_of(&self.marks, &given.fingerprint);
            private_file::write(&mark, b"").map_err(io_at(&mark, "write it"))?;
            given.is_set_aside = true;
        }
        Ok(())
    }
}

/// The file that says that a credential is used no more.
fn mark_of(marks: &Path, fingerprint: &str) -> PathBuf {
    marks.join(fingerprint).with_extension("unused")
}

impl Given {
    fn is_of(&self, app_key: &AppKey, user: &UserId) -> bool {
        self.app_key == *app_key && self.user.as_ref() == Some(user)
    }
}
