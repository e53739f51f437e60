//! Small files with secrets: read only if nobody else can, written whole, mode 0600.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// What the name of a file ends in as long as it is being written.
pub const UNFINISHED: &str = "new";

/// Longest file that is read, in bytes; what is kept in one is far shorter.
const LONGEST: u64 = 64 * 1024;

/// Why a private file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// It cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its secret is none any more (F-K05).
    #[error(
        "{path}: can be read by others (mode {mode:04o}); run `chmod 600 {path}`, and change the secret in it if that was no accident",
        path = path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
}

/// The text of a file that nobody else can read; `None` if there is no such file.
///
/// # Errors
/// [`PrivateFileError`].
pub fn read(path: &Path) -> Result<Option<Zeroizing<String>>, PrivateFileError> {
    let unreadable = |source| PrivateFileError::Read {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(PrivateFileError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(Some(text))
}

/// Writes a file that nobody else can read, whole or not at all, and durably.
///
/// # Errors
/// What the system says; what was there before is still there.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension(UNFINISHED);
    // A mode is given at creation only: what a crash left behind may not have it.
    remove_one(&unfinished)?;
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    sync_directory(path)
}

/// Removes a file, durably, and what a crash left of writing it. One that is not there is removed
/// already.
///
/// # Errors
/// What the system says.
pub fn remove(path: &Path) -> io::Result<()> {
    remove_one(path)?;
    remove_one(&path.with_extension(UNFINISHED))
}

fn remove_one(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => sync_directory(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    // F-K05
    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        write(&path, b"canary").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_str(), "canary");

        for mode in [0o640, 0o604, 0o610] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();

            let error = read(&path).unwrap_err().to_string();

            assert!(error.contains("chmod 600"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_is_private_from_the_first_byte() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(path.with_extension("new"), "left by a crash").unwrap();

        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();

        assert_eq!(read(&path).unwrap().unwrap().as_str(), "two");
        let mode = std::fs::metadata(&path).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600);
        std::fs::write(path.with_extension("new"), "left by a crash").unwrap();
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(read(&path).unwrap().is_none());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
