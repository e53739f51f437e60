//! The state directory as a daemon uses it: itself, or a copy to read from while its file system is
//! read-only (F-D05).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use imlink_model::WithCauses;
use imlink_store::{OpenError, ReadOnlyCopy, is_read_only};
use tracing::warn;

use crate::directories;
use crate::lock::Lock;
use crate::serve::ServeError;

/// Between two looks whether the file system can be written to again: as often as stores look that
/// were open when it became read-only.
const LOOK: Duration = Duration::from_secs(1);

/// A state directory in use by this daemon alone.
#[derive(Debug)]
pub(crate) struct State {
    directory: PathBuf,
    held: Held,
}

#[derive(Debug)]
enum Held {
    Itself { _lock: Lock },
    Copy(ReadOnlyCopy),
}

impl State {
    /// Takes the state directory. A copy is made beside the socket, or else among the temporary
    /// files.
    ///
    /// # Errors
    /// [`ServeError`] if it cannot be trusted, another daemon has it, or no copy can be made.
    pub(crate) fn take(directory: &Path, socket: &Path) -> Result<Self, ServeError> {
        let held = match is_read_only(directory) {
            true => Held::Copy(copy(directory, socket)?),
            false => {
                directories::private(directory, PURPOSE)?;
                let _lock = Lock::take(directory)?;
                for left in places(directory, socket) {
                    discarded(ReadOnlyCopy::discard(&left));
                }
                Held::Itself { _lock }
            }
        };
        Ok(Self {
            directory: directory.into(),
            held,
        })
    }

    /// Where the rows are opened.
    pub(crate) fn of_rows(&self) -> &Path {
        match &self.held {
            Held::Itself { .. } => &self.directory,
            Held::Copy(copy) => copy.state_dir(),
        }
    }

    /// Completes when a copy is in use that is needed no more.
    pub(crate) async fn writable_again(&self) {
        if let Held::Itself { .. } = self.held {
            std::future::pending::<()>().await;
        }
        while is_read_only(&self.directory) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Lets go of it. Nobody has anything of it open any more.
    pub(crate) fn release(self) {
        if let Held::Copy(copy) = self.held {
            discarded(copy.remove());
        }
    }
}

/// Words of people were in it.
fn discarded(removed: Result<(), OpenError>) {
    if let Err(error) = removed {
        let error = WithCauses(&error);
        warn!(%error, "A copy of messages to read from is still there");
    }
}

fn copy(directory: &Path, socket: &Path) -> Result<ReadOnlyCopy, ServeError> {
    directories::closed(directory, PURPOSE)?;
    let mut refused = None;
    for place in places(directory, socket) {
        match ReadOnlyCopy::make(directory, &place) {
            Ok(copy) => {
                let (path, place) = (directory.display(), place.display());
                warn!(%path, %place, "The state directory is on a read-only file system: what is there can be read, and nothing is stored or sent until it can be written to");
                return Ok(copy);
            }
            Err(source) => refused = refused.or(Some((place, source))),
        }
    }
    let (place, source): (PathBuf, OpenError) = refused.expect("there are places");
    Err(ServeError::ReadOnly {
        path: directory.into(),
        place,
        source,
    })
}

/// Where a copy may be, the best place first. Its name is the same at the next start, and that of no
/// other state directory.
fn places(directory: &Path, socket: &Path) -> [PathBuf; 2] {
    let user = rustix::process::geteuid().as_raw();
    let (device, inode) = std::fs::metadata(directory)
        .map(|found| (found.dev(), found.ino()))
        .unwrap_or_default();
    let name = format!("imlink-{user}-{device:x}-{inode:x}");
    let beside = socket.parent().unwrap_or(Path::new("/run"));
    [beside.join(&name), std::env::temp_dir().join(&name)]
}

const PURPOSE: &str = "state";
