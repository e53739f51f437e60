//! Directories and small files of a store: closed to others, owned by us, surely on the disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::OpenError;

/// Permission bits of anybody but the owner.
const OTHERS: u32 = 0o077;

/// Permission bits by which anybody but the owner could put files there.
const OTHERS_WRITE: u32 = 0o022;

/// Makes sure there is a directory that is ours and that nobody else can use, mode 0700, with
/// everything above it.
///
/// # Errors
/// [`OpenError::Foreign`] if something else is in its place, a symbolic link included;
/// [`OpenError::Exposed`] if others may use it.
pub(crate) fn claim(path: &Path) -> Result<(), OpenError> {
    require(path, OTHERS, "make it mode 0700")
}

/// The same for a directory that others may look into, as service managers make them: what is
/// secret in there is closed by itself.
pub(crate) fn claim_from_writers(path: &Path) -> Result<(), OpenError> {
    require(path, OTHERS_WRITE, "make it mode 0700 or 0755")
}

fn require(path: &Path, forbidden: u32, cure: &'static str) -> Result<(), OpenError> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_dir() || !is_ours(&found) => {
            return Err(OpenError::Foreign {
                path: path.into(),
                expected: "a directory",
            });
        }
        Ok(found) if found.mode() & forbidden != 0 => return Err(exposed(path, &found, cure)),
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(OpenError::io("looking at", path)(error)),
    }
    create(path)?;
    // Somebody else may have been faster: look at what is there.
    require(path, forbidden, cure)
}

/// Makes a directory of mode 0700 and those above it that are missing.
fn create(path: &Path) -> Result<(), OpenError> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        && !parent.exists()
    {
        create(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::io("creating", path)(error)),
    }
}

/// Holds a lock file until the value is dropped.
///
/// # Errors
/// [`OpenError::Locked`] if somebody holds it.
pub(crate) fn lock(directory: &Path) -> Result<File, OpenError> {
    let path = directory.join("lock");
    let file = private(OpenOptions::new().write(true).create(true))
        .open(&path)
        .map_err(OpenError::io("opening", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::Locked {
            directory: directory.into(),
        }),
        Err(error) => Err(OpenError::io("locking", &path)(error.into())),
    }
}

/// The content of a small file that only we may read, `None` if there is none.
pub(crate) fn read_private(path: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let mut file = match private(OpenOptions::new().read(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::io("opening", path)(error)),
    };
    let found = file.metadata().map_err(OpenError::io("looking at", path))?;
    if !found.is_file() || !is_ours(&found) {
        return Err(OpenError::Foreign {
            path: path.into(),
            expected: "a file",
        });
    }
    if found.mode() & OTHERS != 0 {
        return Err(exposed(
            path,
            &found,
            "others may know it: remove it, or make it mode 0600",
        ));
    }
    let mut content = Vec::new();
    io::Read::read_to_end(&mut file, &mut content).map_err(OpenError::io("reading", path))?;
    Ok(Some(content))
}

/// Puts a small file there as a whole, mode 0600, and returns when it is on the disk.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), OpenError> {
    let draft = path.with_extension("new");
    let written = private(OpenOptions::new().write(true).create(true).truncate(true))
        .open(&draft)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    written.map_err(OpenError::io("writing", &draft))?;
    fs::rename(&draft, path).map_err(OpenError::io("writing", path))?;
    sync_parent(path)
}

/// A small file to be written in place, mode 0600, made if there is none.
pub(crate) fn open_private(path: &Path) -> Result<File, OpenError> {
    let file = private(OpenOptions::new().write(true).create(true))
        .open(path)
        .map_err(OpenError::io("opening", path))?;
    sync_parent(path)?;
    Ok(file)
}

/// A mark on a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stroke {
    /// Something was begun, or ended with an error.
    Plain = b'|',
    /// Something panicked.
    Panic = b'!',
    /// The engine panicked over rows that it had opened well.
    InUse = b'*',
    /// The engine found rows damaged that it had opened well.
    Unreadable = b'?',
}

/// Adds a mark to a file and returns when it is on the disk.
pub(crate) fn add_stroke(path: &Path, stroke: Stroke) -> Result<(), OpenError> {
    append(path, &[stroke as u8])
}

/// Adds to the end of a small file, made if there is none, and returns when it is on the disk.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> Result<(), OpenError> {
    private(OpenOptions::new().append(true).create(true))
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(OpenError::io("writing", path))?;
    sync_parent(path)
}

/// Removes a file if it is there, and returns when that is on the disk.
pub(crate) fn remove(path: &Path) -> Result<(), OpenError> {
    match fs::remove_file(path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::io("removing", path)(error)),
    }
}

/// Gives a directory another name, and returns when that is on the disk. Does nothing if there is
/// none.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), OpenError> {
    match fs::rename(from, to) {
        Ok(()) => sync_parent(to),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::io("renaming", from)(error)),
    }
}

/// Removes a directory with everything in it, and returns when that is on the disk.
pub(crate) fn remove_all(path: &Path) -> Result<(), OpenError> {
    match fs::remove_dir_all(path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::io("removing", path)(error)),
    }
}

/// Makes what was created, renamed or removed in the directory around `path` durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), OpenError> {
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Ok(()),
    };
    File::open(parent)
        .and_then(|directory| directory.sync_all())
        .map_err(OpenError::io("syncing", parent))
}

/// A file of mode 0600, never through a symbolic link.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
}

fn is_ours(found: &fs::Metadata) -> bool {
    found.uid() == rustix::process::geteuid().as_raw()
}

fn exposed(path: &Path, found: &fs::Metadata, cure: &'static str) -> OpenError {
    OpenError::Exposed {
        path: path.into(),
        mode: found.mode() & 0o777,
        cure,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    // F-K05
    #[test]
    fn a_directory_is_made_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/accounts");

        claim(&path).unwrap();

        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    // F-K05
    #[test]
    fn a_directory_that_others_can_use_is_refused() {
        let home = tempfile::tempdir().unwrap();
        for bits in [0o750, 0o705, 0o770, 0o777] {
            fs::set_permissions(home.path(), fs::Permissions::from_mode(bits)).unwrap();

            let refused = claim(home.path());

            assert!(matches!(refused, Err(OpenError::Exposed { mode, .. }) if mode == bits));
        }
    }

    // F-I19
    #[test]
    fn a_shared_directory_is_refused_only_if_others_can_write_to_it() {
        let home = tempfile::tempdir().unwrap();
        let chmod = |bits| {
            fs::set_permissions(home.path(), fs::Permissions::from_mode(bits)).unwrap();
        };
        for bits in [0o700, 0o750, 0o755] {
            chmod(bits);
            claim_from_writers(home.path()).unwrap();
        }
        for bits in [0o770, 0o707, 0o777] {
            chmod(bits);
            let refused = claim_from_writers(home.path());
            assert!(matches!(refused, Err(OpenError::Exposed { mode, .. }) if mode == bits));
        }
    }

    // F-I20
    #[test]
    fn a_symbolic_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let victim = home.path().join("victim");
        let link = home.path().join("link");
        fs::create_dir(&victim).unwrap();
        symlink(&victim, &link).unwrap();
        fs::write(victim.join("file"), "kept").unwrap();
        symlink(victim.join("file"), home.path().join("lock")).unwrap();

        assert!(matches!(claim(&link), Err(OpenError::Foreign { .. })));
        assert!(matches!(lock(home.path()), Err(OpenError::Io { .. })));
        assert!(add_stroke(&home.path().join("lock"), Stroke::Plain).is_err());
        assert_eq!(fs::read(victim.join("file")).unwrap(), b"kept");
    }

    // F-D17
    #[test]
    fn a_lock_is_held_by_one_until_it_is_dropped() {
        let home = tempfile::tempdir().unwrap();
        let held = lock(home.path()).unwrap();

        assert!(matches!(lock(home.path()), Err(OpenError::Locked { .. })));

        drop(held);
        lock(home.path()).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }
}
