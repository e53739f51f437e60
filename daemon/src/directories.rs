//! Where things are, and whether these places can be trusted (decisions.md P25, F-I19 to F-I21).

use std::fs::{Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Longest path a socket can be bound to on Linux: 108 bytes with the terminating zero.
const MAX_SOCKET_PATH: usize = 107;

/// Why a directory or a path cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Neither `XDG_STATE_HOME` nor `HOME` is set.
    #[error("no place for the state: set XDG_STATE_HOME or HOME, or pass --state-dir")]
    NoHome,
    /// The socket's path does not fit into a socket address.
    #[error(
        "socket path {} has {bytes} bytes, but Linux allows {MAX_SOCKET_PATH}; choose a shorter one with --socket or IMLINK_SOCKET",
        path.display()
    )]
    SocketPathTooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// The path of the socket has no directory.
    #[error("socket path {} names no directory", path.display())]
    NoParent {
        /// The path.
        path: PathBuf,
    },
    /// A directory cannot be made or looked at.
    #[error("{purpose} directory {}: cannot {doing}: {source}", path.display())]
    Io {
        /// What it is for.
        purpose: &'static str,
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Something that is not a directory is in its place; a link would lead elsewhere (F-I20).
    #[error("{purpose} directory {} is not a directory (links are not followed)", path.display())]
    NotADirectory {
        /// What it is for.
        purpose: &'static str,
        /// Which.
        path: PathBuf,
    },
    /// Somebody else owns it.
    #[error(
        "{purpose} directory {} belongs to uid {owner}, not to uid {user} who runs this; choose another or change its owner",
        path.display()
    )]
    Foreign {
        /// What it is for.
        purpose: &'static str,
        /// Which.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who runs the daemon.
        user: u32,
    },
    /// Others may enter or change it.
    #[error(
        "{purpose} directory {} has mode {mode:04o}, others could reach into it; run: chmod 0700 {}",
        path.display(), path.display()
    )]
    Open {
        /// What it is for.
        purpose: &'static str,
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The user may not write there.
    #[error("{purpose} directory {} is not writable; run: chmod u+rwx {}", path.display(), path.display())]
    NotWritable {
        /// What it is for.
        purpose: &'static str,
        /// Which.
        path: PathBuf,
    },
}

/// The configuration file of this user, whether or not it exists; root has `/etc`.
pub fn config_file(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    base(variable, "XDG_CONFIG_HOME", ".config").map(|base| base.join("imlink/imlinkd.toml"))
}

/// Where this user's state is kept.
///
/// # Errors
/// [`PlaceError::NoHome`] if nothing says where.
pub fn state_dir(variable: &impl Fn(&str) -> Option<String>) -> Result<PathBuf, PlaceError> {
    base(variable, "XDG_STATE_HOME", ".local/state")
        .map(|base| base.join("imlink"))
        .ok_or(PlaceError::NoHome)
}

/// Where apps find the daemon: the runtime directory, or below the state without one.
pub fn socket(variable: &impl Fn(&str) -> Option<String>, state_dir: &Path) -> PathBuf {
    match variable("XDG_RUNTIME_DIR").filter(|dir| dir.starts_with('/')) {
        Some(dir) => Path::new(&dir).join("imlink/imlinkd.sock"),
        None => state_dir.join("run/imlinkd.sock"),
    }
}

/// The directory of a socket path that fits into an address.
///
/// # Errors
/// [`PlaceError`] if the path is too long or has no directory.
pub fn of_socket(path: &Path) -> Result<&Path, PlaceError> {
    let bytes = path.as_os_str().len();
    if bytes > MAX_SOCKET_PATH {
        return Err(PlaceError::SocketPathTooLong {
            path: path.to_owned(),
            bytes,
        });
    }
    path.parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .ok_or_else(|| PlaceError::NoParent {
            path: path.to_owned(),
        })
}

/// Makes a private directory, or checks the one that is there: a real directory of ours that
/// nobody else can enter and we can write.
///
/// # Errors
/// [`PlaceError`] with the cure.
pub fn private(path: &Path, purpose: &'static str) -> Result<(), PlaceError> {
    closed(path, purpose)?;
    Place { path, purpose }.can_be_written()
}

/// The same for a directory that need not be written to.
///
/// # Errors
/// [`PlaceError`] with the cure.
pub fn closed(path: &Path, purpose: &'static str) -> Result<(), PlaceError> {
    let place = Place { path, purpose };
    let found = place.make()?;
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(PlaceError::Open {
            purpose,
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// The same for a directory that the members of a group may enter: it is given to the group, and
/// nobody else can enter it.
///
/// # Errors
/// [`PlaceError`] with the cure.
pub fn shared(path: &Path, purpose: &'static str, group: u32) -> Result<(), PlaceError> {
    let place = Place { path, purpose };
    let found = place.make()?;
    let mode = found.mode() & 0o7777;
    // Another group's members must not be let in; ours may already be.
    if mode & 0o027 != 0 || (mode & 0o070 != 0 && found.gid() != group) {
        return Err(PlaceError::Open {
            purpose,
            path: path.to_owned(),
            mode,
        });
    }
    if mode != 0o750 || found.gid() != group {
        std::os::unix::fs::chown(path, None, Some(group))
            .map_err(place.io("give it to the group of socket_group"))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o750))
            .map_err(place.io("open it for the group of socket_group"))?;
    }
    place.can_be_written()
}

/// A directory, and what it is for.
#[derive(Clone, Copy)]
struct Place<'p> {
    path: &'p Path,
    purpose: &'static str,
}

impl Place<'_> {
    /// Makes it if it is not there. It must be a directory of this user's.
    fn make(self) -> Result<Metadata, PlaceError> {
        let Self { path, purpose } = self;
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(self.io("make the directory above it"))?;
        }
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(self.io("make it")(error));
            }
            Ok(()) | Err(_) => {}
        }
        let found = std::fs::symlink_metadata(path).map_err(self.io("look at it"))?;
        if !found.is_dir() {
            return Err(PlaceError::NotADirectory {
                purpose,
                path: path.to_owned(),
            });
        }
        let user = rustix::process::geteuid().as_raw();
        if found.uid() != user {
            return Err(PlaceError::Foreign {
                purpose,
                path: path.to_owned(),
                owner: found.uid(),
                user,
            });
        }
        Ok(found)
    }

    fn can_be_written(self) -> Result<(), PlaceError> {
        use rustix::fs::{Access, access};
        access(self.path, Access::WRITE_OK | Access::EXEC_OK).map_err(|_| PlaceError::NotWritable {
            purpose: self.purpose,
            path: self.path.to_owned(),
        })
    }

    fn io(self, doing: &'static str) -> impl FnOnce(io::Error) -> PlaceError {
        let Self { path, purpose } = self;
        move |source| PlaceError::Io {
            purpose,
            path: path.to_owned(),
            doing,
            source,
        }
    }
}

fn base(variable: &impl Fn(&str) -> Option<String>, name: &str, below: &str) -> Option<PathBuf> {
    // The base directory specification: a relative path counts as unset.
    variable(name)
        .filter(|dir| dir.starts_with('/'))
        .map(PathBuf::from)
        .or_else(|| {
            variable("HOME")
                .filter(|home| !home.is_empty())
                .map(|home| Path::new(&home).join(below))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_directory_is_made_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");

        private(&path, "state").unwrap();

        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    // F-I19
    #[test]
    fn a_directory_that_others_can_enter_is_refused_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        for mode in [0o777, 0o755, 0o750, 0o701] {
            std::fs::set_permissions(dir.path(), Permissions::from_mode(mode)).unwrap();

            let error = private(dir.path(), "runtime").unwrap_err();

            assert!(error.to_string().contains("chmod 0700"), "{error}");
        }
    }

    // F-I19
    #[test]
    fn a_shared_directory_is_opened_for_its_group_and_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        let own = rustix::process::getegid().as_raw();

        shared(&path, "runtime", own).unwrap();

        let found = path.metadata().unwrap();
        assert_eq!((found.mode() & 0o777, found.gid()), (0o750, own));
        shared(&path, "runtime", own).unwrap();
        for mode in [0o751, 0o770, 0o755] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = shared(&path, "runtime", own).unwrap_err();
            assert!(error.to_string().contains("chmod 0700"), "{error}");
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o750)).unwrap();
        let error = shared(&path, "runtime", own + 1).unwrap_err();
        assert!(matches!(error, PlaceError::Open { .. }), "{error}");
    }

    // F-I20
    #[test]
    fn a_link_in_place_of_a_directory_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("real");
        let link = dir.path().join("link");
        private(&real, "state").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();

        assert!(matches!(
            private(&link, "state"),
            Err(PlaceError::NotADirectory { .. })
        ));
    }

    // F-I21
    #[test]
    fn a_socket_path_beyond_107_bytes_is_refused() {
        let longest = PathBuf::from(format!("/{}/s", "d".repeat(104)));
        let longer = PathBuf::from(format!("/{}/s", "d".repeat(105)));

        assert!(of_socket(&longest).is_ok());
        assert!(matches!(
            of_socket(&longer),
            Err(PlaceError::SocketPathTooLong { bytes: 108, .. })
        ));
    }
}
