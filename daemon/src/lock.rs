//! One daemon for one directory: a lock that names its owner (F-I25, F-I26).

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Held as long as the daemon lives; the kernel lets go of it when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon has it.
    #[error("another imlinkd is running ({owner}); it holds {}", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// What its owner wrote into it.
        owner: String,
    },
    /// The file cannot be opened or locked.
    #[error("lock file {}: cannot {doing}: {source}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Lock {
    /// Its name in the directory.
    pub const FILE: &str = "imlinkd.lock";

    /// Takes the lock of a directory, or says who has it.
    ///
    /// # Errors
    /// [`LockError::Held`] at once when another process has it; nothing waits.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join(Self::FILE);
        let io = |doing| {
            let path = path.clone();
            move |source| LockError::Io {
                path,
                doing,
                source,
            }
        };
        // No O_TRUNC: the loser reads who won. No link is followed to someone else's file.
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .map_err(io("open it"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // A winner that has not written its name yet is still a winner.
                let _ = file.take(200).read_to_string(&mut owner);
                let owner = match owner.trim() {
                    "" => "its pid is not known yet".to_owned(),
                    owner => owner.to_owned(),
                };
                return Err(LockError::Held { path, owner });
            }
            Err(TryLockError::Error(source)) => {
                return Err(LockError::Io {
                    path,
                    doing: "lock it",
                    source,
                });
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| sign(&mut file))
            .map_err(io("write into it"))?;
        Ok(Self { _file: file })
    }
}

/// Writes down who holds the lock. That it is held counts; where there is no room to say by whom
/// there may be some soon, for the stores keep a reserve (F-D02).
fn sign(file: &mut impl Write) -> io::Result<()> {
    match writeln!(file, "pid {}", std::process::id()) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ) =>
        {
            Ok(())
        }
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-D02
    #[test]
    fn a_full_disk_does_not_keep_a_daemon_from_starting() {
        let mut full = File::options().write(true).open("/dev/full").unwrap();
        assert!(full.write_all(b"pid").is_err());

        sign(&mut full).unwrap();
    }

    // F-I25
    #[test]
    fn the_second_daemon_learns_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path()).unwrap();

        let error = Lock::take(dir.path()).unwrap_err();

        assert!(
            error
                .to_string()
                .contains(&format!("pid {}", std::process::id())),
            "{error}"
        );
        drop(first);
        assert!(Lock::take(dir.path()).is_ok());
    }

    // F-I20
    #[test]
    fn a_link_in_place_of_the_lock_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        std::fs::write(&victim, "untouched").unwrap();
        std::os::unix::fs::symlink(&victim, dir.path().join("imlinkd.lock")).unwrap();

        assert!(matches!(Lock::take(dir.path()), Err(LockError::Io { .. })));
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "untouched");
    }
}
