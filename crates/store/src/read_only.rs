//! Reading a state directory that cannot be written to (F-D05).
//!
//! The engine writes when it opens. So what is on a read-only file system is copied to where there is
//! room, and opened there. A mark in the copy has every change refused, as on a file system that
//! became read-only below open rows: what is only in the copy goes with it.
//!
//! ```text
//! <place>/read-only      the mark
//! <place>/accounts/...   as in the state directory; so are witnesses and token-key
//! ```

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};

use crate::accounts::{ACCOUNTS, TOKEN_KEY};
use crate::{OpenError, deadly, directory, opening, space, witness};

/// Whether a directory is on a file system that is read-only. One that cannot say is not.
#[must_use]
pub fn is_read_only(directory: &Path) -> bool {
    statvfs(directory).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// A copy of a state directory to read from, held against others until it is dropped.
#[derive(Debug)]
pub struct ReadOnlyCopy {
    place: PathBuf,
    _lock: File,
}

impl ReadOnlyCopy {
    /// Copies what it takes to read the rows of all accounts into the directory `place`, which is
    /// made. One that a process left which had died is used again, with the traces of what its
    /// engine died of: else every start would die of the same rows.
    ///
    /// # Errors
    /// [`OpenError`] if there is no room in `place`, or others may get at it.
    pub fn make(state_dir: &Path, place: &Path) -> Result<Self, OpenError> {
        directory::claim(place)?;
        let lock = directory::lock(place)?;
        directory::write_private(&place.join(MARK), b"")?;
        let accounts = Tree::new(state_dir, place, ACCOUNTS);
        let witnesses = Tree::new(state_dir, place, witness::OUTSIDE);
        let key = fs::read(state_dir.join(TOKEN_KEY));
        accounts.clear()?;
        witnesses.clear()?;
        space::require_in(place, accounts.bytes()? + witnesses.bytes()?)?;
        accounts.copy()?;
        witnesses.copy()?;
        match key {
            Ok(key) => directory::write_private(&place.join(TOKEN_KEY), &key)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(OpenError::io("reading", &state_dir.join(TOKEN_KEY))(error)),
        }
        Ok(Self {
            place: place.into(),
            _lock: lock,
        })
    }

    /// The state directory to open.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.place
    }

    /// Removes the copy, which nobody has open any more.
    ///
    /// # Errors
    /// [`OpenError::Io`]; what is left is used again by the next one.
    pub fn remove(self) -> Result<(), OpenError> {
        Self::discard(&self.place)
    }

    /// Removes a copy that a process left there which had died, if there is one.
    ///
    /// # Errors
    /// [`OpenError::Io`].
    pub fn discard(place: &Path) -> Result<(), OpenError> {
        directory::remove_all(place)
    }
}

/// Whether the store in `home` is a copy that is not to be changed.
pub(crate) fn is_copy(home: &Path) -> bool {
    let state_dir = home.parent().and_then(Path::parent);
    state_dir.is_some_and(|state_dir| state_dir.join(MARK).exists())
}

/// A directory that is copied with everything below it.
struct Tree {
    from: PathBuf,
    to: PathBuf,
}

impl Tree {
    fn new(from: &Path, to: &Path, name: &str) -> Self {
        Self {
            from: from.join(name),
            to: to.join(name),
        }
    }

    /// Removes what an earlier copy left, but for its traces.
    fn clear(&self) -> Result<(), OpenError> {
        for entry in entries(&self.to)? {
            if entry.is_directory {
                self.below(&entry).clear()?;
            } else if !TRACES.contains(&entry.name.as_str()) {
                directory::remove(&self.to.join(&entry.name))?;
            }
        }
        Ok(())
    }

    fn bytes(&self) -> Result<u64, OpenError> {
        entries(&self.from)?.iter().try_fold(0, |sum, entry| {
            let bytes = match entry.is_directory {
                true => self.below(entry).bytes()?,
                false => entry.bytes,
            };
            Ok(sum + bytes)
        })
    }

    fn copy(&self) -> Result<(), OpenError> {
        directory::claim(&self.to)?;
        for entry in entries(&self.from)? {
            let to = self.to.join(&entry.name);
            if entry.is_directory {
                self.below(&entry).copy()?;
            } else if !to.exists() {
                let from = self.from.join(&entry.name);
                fs::copy(&from, &to).map_err(OpenError::io("copying", &from))?;
            }
        }
        Ok(())
    }

    fn below(&self, entry: &Entry) -> Self {
        Self::new(&self.from, &self.to, &entry.name)
    }
}

/// A file or directory that is copied.
struct Entry {
    name: String,
    is_directory: bool,
    bytes: u64,
}

/// What is in a directory; links and room that is kept are not copied.
fn entries(directory: &Path) -> Result<Vec<Entry>, OpenError> {
    let entry = |entry: DirEntry| {
        let found = entry.metadata()?;
        // The names in there are all our own.
        let name = entry.file_name().into_string().unwrap_or_default();
        let is_ours = (found.is_dir() || found.is_file()) && !name.is_empty();
        Ok(
            (is_ours && !space::FILES.contains(&name.as_str())).then_some(Entry {
                name,
                is_directory: found.is_dir(),
                bytes: found.len(),
            }),
        )
    };
    let listed = || -> io::Result<Vec<Entry>> {
        let entries = fs::read_dir(directory)?;
        entries
            .filter_map(|listed| listed.and_then(entry).transpose())
            .collect()
    };
    match listed() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(OpenError::io("reading", directory)),
    }
}

/// The file that says that a state directory is a copy.
const MARK: &str = "read-only";

/// What is kept of an earlier copy.
const TRACES: [&str; 3] = [opening::OPENING, opening::FAILED, deadly::FILE];

#[cfg(test)]
mod tests {
    use imlink_model::{AppKey, Code, Token, UserId};

    use super::*;
    use crate::directory::Stroke;
    use crate::{Accounts, Store};

    fn account() -> (AppKey, Token, UserId) {
        let app_key = AppKey::new("app").unwrap();
        (
            app_key,
            Token::new("token").unwrap(),
            UserId::new("lei").unwrap(),
        )
    }

    // F-D05
    #[test]
    fn a_copy_is_read_as_the_rows_themselves_and_changed_by_nobody() {
        let (home, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (app_key, token, user) = account();
        let accounts = Accounts::open(home.path()).unwrap();
        accounts.remember(&app_key, &token, &user).unwrap();
        let rows = accounts.directory(&app_key, &user);
        drop(Store::open(&rows, &user).unwrap());
        drop(accounts);
        let before = Tree::new(home.path(), runtime.path(), ACCOUNTS)
            .bytes()
            .unwrap();

        let copy = ReadOnlyCopy::make(home.path(), &runtime.path().join("copy")).unwrap();

        let accounts = Accounts::open(copy.state_dir()).unwrap();
        let known = accounts.known_user(&app_key, &token).unwrap();
        assert_eq!(known.as_ref(), Some(&user));
        let other = UserId::new("han").unwrap();
        let refused = accounts.remember(&app_key, &token, &other).unwrap_err();
        assert_eq!(refused.code(), Code::LOCAL_STORE_READ_ONLY);
        let refused = accounts.purge(&app_key, &user).unwrap_err();
        assert_eq!(refused.code(), Code::LOCAL_STORE_READ_ONLY);
        let rows = accounts.directory(&app_key, &user);
        let (store, _) = Store::open(&rows, &user).unwrap();
        assert_eq!(store.writable(), crate::Writable::ReadOnly);
        let after = Tree::new(home.path(), runtime.path(), ACCOUNTS)
            .bytes()
            .unwrap();
        assert_eq!(after, before);
        drop((store, accounts));
        copy.remove().unwrap();
        assert_eq!(fs::read_dir(runtime.path()).unwrap().count(), 0);
    }

    // F-D05, F-A13
    #[test]
    fn a_copy_made_again_has_the_rows_of_now_and_the_traces_of_before() {
        let (home, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (app_key, token, user) = account();
        let accounts = Accounts::open(home.path()).unwrap();
        let rows = accounts.directory(&app_key, &user);
        drop((accounts, Store::open(&rows, &user).unwrap()));
        let copy = ReadOnlyCopy::make(home.path(), &runtime.path().join("copy")).unwrap();
        let copied = copy
            .state_dir()
            .join(ACCOUNTS)
            .join(rows.file_name().unwrap());
        directory::add_stroke(&copied.join(opening::FAILED), Stroke::Panic).unwrap();
        fs::write(copied.join("rows").join("of-the-copy"), "x").unwrap();
        drop(copy);
        let accounts = Accounts::open(home.path()).unwrap();
        accounts.remember(&app_key, &token, &user).unwrap();
        drop(accounts);

        let copy = ReadOnlyCopy::make(home.path(), &runtime.path().join("copy")).unwrap();

        assert_eq!(opening::strokes(&copied.join(opening::FAILED)).unwrap(), 1);
        assert!(!copied.join("rows").join("of-the-copy").exists());
        let accounts = Accounts::open(copy.state_dir()).unwrap();
        let known = accounts.known_user(&app_key, &token).unwrap();
        assert_eq!(known, Some(user));
    }

    #[test]
    fn two_daemons_do_not_use_one_copy() {
        let (home, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let _copy = ReadOnlyCopy::make(home.path(), &runtime.path().join("copy")).unwrap();

        let second = ReadOnlyCopy::make(home.path(), &runtime.path().join("copy"));

        assert!(
            matches!(second, Err(OpenError::Locked { .. })),
            "{second:?}"
        );
    }
}
