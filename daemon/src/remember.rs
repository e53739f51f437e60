//! Tokens that outlive the daemon, so that one that starts alone connects by itself (decisions.md
//! P15).
//!
//! What is kept of an account is its token, its app and its user. It is written when a link has
//! come up with the token, and removed when the account is logged out or purged, or when the cloud
//! ends its link for good: after that only an app connects it again (decisions.md P11).

mod account;
mod credentials;
mod files;
mod keyring;

use std::io;
use std::path::{Path, PathBuf};

use imlink_model::{AppKey, Token, UserId};
use imlink_store::Accounts;

pub use account::{FormError, RememberedAccount};
use credentials::Credentials;
use files::Files;
use keyring::Keyring;

use crate::config::Remember;

/// Where the tokens are; used by one thread.
#[derive(Debug)]
pub struct Memory(Kind);

#[derive(Debug)]
enum Kind {
    None,
    Credentials(Credentials),
    Keyring(Keyring),
    Files(Files),
}

/// Why tokens cannot be kept, or those that are kept cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RememberError {
    /// A file or directory cannot be used.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read a token.
    #[error("{} holds a token and has mode {mode:04o}, so that others can read it; run: chmod 0600 {}, and have the token replaced", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Somebody else may change a token.
    #[error("{} holds a token and belongs to uid {owner}, not to the user who runs this; remove it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// systemd handed over nothing.
    #[error(
        "remember is `credential`, but CREDENTIALS_DIRECTORY is not set; start this as a unit with LoadCredential=NAME.token:/path"
    )]
    NoCredentials,
    /// A credential is none of ours.
    #[error("credential {}: {source}; it has the app key in its first line and the token in its second", path.display())]
    Credential {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FormError,
    },
    /// The kernel gives no keyring.
    #[error(
        "remember is `keyring`, but the kernel refuses keyrings here ({0}); in a unit allow them with SystemCallFilter=@keyring, or choose another way to remember"
    )]
    NoKeyring(String),
    /// The kernel does not take a token, or does not give it back.
    #[error("the kernel's keyring cannot {doing}: {problem}")]
    Keyring {
        /// What was tried.
        doing: &'static str,
        /// What the kernel said.
        problem: String,
    },
}

impl Memory {
    /// The one that is configured. `credentials` is the directory that systemd names; `machine`
    /// tells the daemons of one user apart that have different state directories.
    ///
    /// # Errors
    /// [`RememberError`] if nothing could ever be kept there.
    pub fn open(
        remember: Remember,
        state_dir: &Path,
        credentials: Option<PathBuf>,
        machine: &str,
    ) -> Result<Self, RememberError> {
        let places = state_dir.join("tokens");
        Ok(Self(match remember {
            Remember::None => Kind::None,
            Remember::Credential => Kind::Credentials(Credentials::open(credentials, places)?),
            Remember::Keyring => Kind::Keyring(Keyring::open(machine)?),
            Remember::File => Kind::Files(Files::open(places)?),
        }))
    }

    /// Whether anything is kept at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self.0, Kind::None)
    }

    /// The accounts that are to be connected by a daemon that starts alone.
    ///
    /// # Errors
    /// [`RememberError`] if others may read a token, or there is no way to read one.
    pub fn load(&mut self, accounts: &Accounts) -> Result<Vec<RememberedAccount>, RememberError> {
        match &mut self.0 {
            Kind::None => Ok(Vec::new()),
            Kind::Credentials(credentials) => credentials.load(accounts),
            Kind::Keyring(keyring) => keyring.load(),
            Kind::Files(files) => files.load(),
        }
    }

    /// Keeps the token that an account's link has come up with, in place of the one before. Says
    /// whether the account is remembered now: what systemd hands over is not the daemon's to write.
    ///
    /// # Errors
    /// [`RememberError`] if it is not surely kept.
    pub fn keep(
        &mut self,
        accounts: &Accounts,
        app_key: &AppKey,
        user: &UserId,
        token: &Token,
    ) -> Result<bool, RememberError> {
        let name = name_of(accounts, app_key, user);
        let account = || RememberedAccount {
            app_key: app_key.clone(),
            user: Some(user.clone()),
            token: token.clone(),
            place: name.clone(),
        };
        match &mut self.0 {
            Kind::None => return Ok(false),
            Kind::Credentials(credentials) => {
                return credentials.connected(accounts, app_key, user, token);
            }
            Kind::Keyring(keyring) => keyring.keep(&name, &account())?,
            Kind::Files(files) => files.keep(&name, &account())?,
        }
        Ok(true)
    }

    /// Says that what is kept is needed still; where the kernel keeps it, it would expire.
    ///
    /// # Errors
    /// [`RememberError`] if it may be gone.
    pub fn refresh(&mut self) -> Result<(), RememberError> {
        match &self.0 {
            Kind::None | Kind::Credentials(_) | Kind::Files(_) => Ok(()),
            Kind::Keyring(keyring) => keyring.refresh(),
        }
    }

    /// Uses a token no longer of which nobody knows whose it was. Does nothing if it is not kept:
    /// what the daemon itself keeps has come up with a link, which named its user.
    ///
    /// # Errors
    /// [`RememberError`] if it may be used again.
    pub fn disuse(
        &mut self,
        accounts: &Accounts,
        app_key: &AppKey,
        token: &Token,
    ) -> Result<(), RememberError> {
        match &mut self.0 {
            Kind::None | Kind::Keyring(_) | Kind::Files(_) => Ok(()),
            Kind::Credentials(credentials) => credentials.set_aside_token(accounts, app_key, token),
        }
    }

    /// Forgets the token of an account. Does nothing if none is kept.
    ///
    /// # Errors
    /// [`RememberError`] if it may be kept still.
    pub fn forget(
        &mut self,
        accounts: &Accounts,
        app_key: &AppKey,
        user: &UserId,
    ) -> Result<(), RememberError> {
        let name = name_of(accounts, app_key, user);
        match &mut self.0 {
            Kind::None => Ok(()),
            Kind::Credentials(credentials) => credentials.set_aside(app_key, user),
            Kind::Keyring(keyring) => keyring.forget(&name),
            Kind::Files(files) => files.forget(&name),
        }
    }
}

/// The name of an account's directory, which tells nothing of the account.
fn name_of(accounts: &Accounts, app_key: &AppKey, user: &UserId) -> String {
    let directory = accounts.directory(app_key, user);
    let name = directory.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
