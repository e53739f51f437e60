//! Tokens in files of their own below the state directory, 0600, written whole.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tracing::warn;
use zeroize::Zeroizing;

use super::{RememberError, RememberedAccount};
use crate::private_file;

/// What the names of these files end in.
const EXTENSION: &str = "token";

/// Longest file that is read: several times what the longest token needs.
const MAX_BYTES: u64 = 16 * 1024;

/// The directory of the files.
#[derive(Debug)]
pub(super) struct Files(PathBuf);

impl Files {
    pub(super) fn open(directory: PathBuf) -> Result<Self, RememberError> {
        make(&directory)?;
        Ok(Self(directory))
    }

    /// # Errors
    /// [`RememberError::Exposed`] if others may read one. What is damaged is passed over.
    pub(super) fn load(&self) -> Result<Vec<RememberedAccount>, RememberError> {
        let mut found = Vec::new();
        for path in entries(&self.0)? {
            let ending = path.extension().unwrap_or_default();
            if ending == private_file::UNFINISHED {
                // A token that was about to be kept when the daemon before was killed: nobody's now.
                let removed = private_file::remove(&path).map_err(io_at(&path, "remove it"));
                if let Err(error) = removed {
                    warn!(%error, "A token that was not kept is still there");
                }
            }
            if ending != EXTENSION {
                continue;
            }
            let text = read_private(&path)?;
            match RememberedAccount::decode(&text, &path.display().to_string()) {
                Ok(account) => found.push(account),
                Err(error) => {
                    let path = path.display();
                    warn!(%path, %error, "A remembered token cannot be read; an app has to connect");
                }
            }
        }
        Ok(found)
    }

    pub(super) fn keep(
        &self,
        name: &str,
        account: &RememberedAccount,
    ) -> Result<(), RememberError> {
        let Some(text) = account.encode() else {
            return Ok(());
        };
        let path = self.path(name);
        private_file::write(&path, &text).map_err(io_at(&path, "write it"))
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), RememberError> {
        let path = self.path(name);
        private_file::remove(&path).map_err(io_at(&path, "remove it"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name).with_extension(EXTENSION)
    }
}

/// Makes a directory for nobody else.
pub(super) fn make(directory: &Path) -> Result<(), RememberError> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(io_at(directory, "make it")(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What is in a directory, in the order of the names.
pub(super) fn entries(directory: &Path) -> Result<Vec<PathBuf>, RememberError> {
    let listed = || {
        let entries = fs::read_dir(directory)?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        paths.collect::<io::Result<Vec<_>>>()
    };
    let mut paths = listed().map_err(io_at(directory, "list it"))?;
    paths.sort();
    Ok(paths)
}

/// Reads a file of ours that nobody else may read; the text is wiped when dropped.
fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, RememberError> {
    let file = open(path)?;
    let found = file.metadata().map_err(io_at(path, "look at it"))?;
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(RememberError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(RememberError::Foreign {
            path: path.to_owned(),
            owner: found.uid(),
        });
    }
    read(file, path)
}

/// Opens a file, but none that a link leads to.
pub(super) fn open(path: &Path) -> Result<File, RememberError> {
    File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(io_at(path, "open it"))
}

/// The text of a file, wiped when dropped. What is too long to be one of ours is cut.
pub(super) fn read(file: File, path: &Path) -> Result<Zeroizing<Vec<u8>>, RememberError> {
    let room = usize::try_from(MAX_BYTES).unwrap_or_default();
    // Made at once: what a growing text leaves behind is not wiped.
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    file.take(MAX_BYTES)
        .read_to_end(&mut text)
        .map_err(io_at(path, "read it"))?;
    Ok(text)
}

pub(super) fn io_at(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> RememberError {
    move |source| RememberError::Io {
        path: path.to_owned(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use imlink_model::{AppKey, Token, UserId};

    use super::*;

    fn account(token: &str) -> RememberedAccount {
        RememberedAccount {
            app_key: AppKey::new("key").unwrap(),
            user: Some(UserId::new("lei").unwrap()),
            token: Token::new(token).unwrap(),
            place: "a test".into(),
        }
    }

    fn tokens(files: &Files) -> Vec<String> {
        let loaded = files.load().unwrap().into_iter();
        loaded.map(|one| one.token.reveal().to_owned()).collect()
    }

    fn files() -> (tempfile::TempDir, Files) {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().join("tokens")).unwrap();
        (dir, files)
    }

    // decisions.md P15
    #[test]
    fn a_token_is_kept_for_nobody_else_until_it_is_replaced_or_forgotten() {
        let (_dir, files) = files();

        files.keep("lei", &account("first")).unwrap();
        files.keep("han", &account("another")).unwrap();
        files.keep("lei", &account("second")).unwrap();

        let modes = [&files.0, &files.path("lei")].map(|path| path.metadata().unwrap().mode());
        assert_eq!(modes.map(|mode| mode & 0o777), [0o700, 0o600]);
        assert_eq!(tokens(&files), ["another", "second"]);
        let places = files.load().unwrap().into_iter().map(|one| one.place);
        let [han, lei] = ["han", "lei"].map(|name| files.path(name).display().to_string());
        assert_eq!(places.collect::<Vec<_>>(), [han, lei]);
        files.forget("lei").unwrap();
        files.forget("lei").unwrap();
        assert_eq!(tokens(&files), ["another"]);
    }

    // decisions.md P15; F-K05
    #[test]
    fn a_token_that_others_can_read_is_refused_with_the_cure() {
        let (_dir, files) = files();
        files.keep("lei", &account("canary")).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(files.path("lei"), Permissions::from_mode(mode)).unwrap();

            let said = files.load().unwrap_err().to_string();

            assert!(said.contains("chmod 0600"), "{said}");
            assert!(!said.contains("canary"), "{said}");
        }
    }

    // F-I20
    #[test]
    fn a_link_in_place_of_a_token_is_not_followed() {
        let (dir, files) = files();
        let elsewhere = dir.path().join("elsewhere");
        private_file::write(&elsewhere, &account("canary").encode().unwrap()).unwrap();
        symlink(&elsewhere, files.path("lei")).unwrap();

        assert!(matches!(files.load(), Err(RememberError::Io { .. })));
    }

    #[test]
    fn what_a_crash_left_is_removed_and_what_is_damaged_is_in_nobodys_way() {
        let (_dir, files) = files();
        let left = ["lei.new", "of-an-account-logged-out-since.new"];
        for name in left {
            fs::write(files.0.join(name), "imlink tok").unwrap();
        }
        private_file::write(&files.path("torn"), b"imlink token 1\nkey\n").unwrap();

        files.keep("lei", &account("kept")).unwrap();

        assert_eq!(tokens(&files), ["kept"]);
        assert!(left.iter().all(|name| !files.0.join(name).exists()));

        fs::write(files.0.join("lei.new"), "imlink tok").unwrap();
        files.forget("lei").unwrap();

        let kept = entries(&files.0).unwrap();
        assert_eq!(kept, [files.path("torn")]);
    }
}
