//! Notices that a directory is removed below a running daemon, above all that of its state (F-D24).
//!
//! Files without a name go on taking rows, and nobody ever reads them again. So a daemon without
//! its directory ends, and the next one makes it anew: apps connect again and the cloud gives what
//! it keeps. What waited to be sent is nowhere else, so it is written once more before the end, and
//! subscriptions with it ([`rescue`]). Rows of one account that are removed are noticed by the store,
//! before the next change to them is acknowledged.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use imlink_model::WithCauses;
use imlink_store::{Salvaged, Store};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use tokio::io::unix::AsyncFd;
use tracing::{error, warn};

use crate::lock::Lock;

/// What must stay in the state directory as long as it is in use: the index and rows of all
/// accounts, and the lock against a second daemon.
pub const STATE: [&[u8]; 2] = [b"accounts", Lock::FILE.as_bytes()];

/// Room for the events of a moment.
const EVENTS_BYTES: usize = 4096;

/// How long a directory may take to be gone once its removal was noticed. What is put there while
/// somebody removes it would be in the way, or go too.
const GOING: Duration = Duration::from_secs(1);

/// Between two looks at a directory that is being removed.
const LOOK: Duration = Duration::from_millis(5);

/// A watch on a directory.
#[derive(Debug)]
pub struct Removal {
    events: AsyncFd<OwnedFd>,
    /// Names that must stay in it.
    kept: Vec<Vec<u8>>,
}

impl Removal {
    /// Watches that directory, in which these names must stay.
    ///
    /// # Errors
    /// If the system has no more watches, or there is no such directory.
    pub fn watch(directory: &Path, kept: &[&[u8]]) -> io::Result<Self> {
        let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        inotify::add_watch(
            &events,
            directory,
            WatchFlags::DELETE
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVE_SELF
                | WatchFlags::ONLYDIR,
        )?;
        #[expect(
            deprecated,
            reason = "its replacement is unsafe, for types that change their descriptor; this one does not"
        )]
        let events = AsyncFd::new(events)?;
        let kept = kept.iter().map(|name| name.to_vec()).collect();
        Ok(Self { events, kept })
    }

    /// Returns once the directory is gone, or something that must stay in it.
    ///
    /// # Errors
    /// If the events cannot be read.
    ///
    /// # Cancel safety
    /// Safe: an event is taken only where this returns or goes on waiting.
    pub async fn noticed(&self) -> io::Result<()> {
        loop {
            let mut ready = self.events.readable().await?;
            match ready.try_io(|events| read(events.get_ref(), &self.kept)) {
                Ok(Ok(true)) => return Ok(()),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => return Err(error),
                // Nothing left to read: wait again.
                Err(_) => {}
            }
        }
    }
}

/// Writes what waits to be sent once more, if the files of a store were removed below it: in its
/// old place, as soon as the removal is through. Blocks its thread, which has nothing else to do.
pub fn rescue(store: Store, directory: &Path) {
    let accounts = directory.parent();
    let state = accounts.and_then(Path::parent).unwrap_or(directory);
    let noticed = Instant::now();
    while state.exists() && noticed.elapsed() < GOING {
        std::thread::sleep(LOOK);
    }
    if !store.is_removed() {
        return;
    }
    match store.rescue() {
        Ok(Salvaged {
            outgoing,
            subscriptions,
            incomplete,
        }) => {
            warn!(outgoing, subscriptions, incomplete, "Written once more");
        }
        Err(error) => {
            let error = WithCauses(&error);
            error!(%error, "What waited to be sent is lost");
        }
    }
}

/// Whether the next event is one of a removal.
fn read(events: &OwnedFd, kept: &[Vec<u8>]) -> io::Result<bool> {
    let mut room = [MaybeUninit::uninit(); EVENTS_BYTES];
    let mut reader = Reader::new(events, &mut room);
    loop {
        let event = reader.next()?;
        let name = event.file_name().map(|name| name.to_bytes());
        let is_gone = match name {
            Some(name) => kept.iter().any(|kept| kept == name),
            // Of the directory itself. Events that were dropped may have been anything.
            None => event.events().intersects(
                ReadFlags::DELETE_SELF
                    | ReadFlags::MOVE_SELF
                    | ReadFlags::UNMOUNT
                    | ReadFlags::IGNORED
                    | ReadFlags::QUEUE_OVERFLOW,
            ),
        };
        if is_gone {
            return Ok(true);
        }
        if reader.is_buffer_empty() {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    // F-D24
    #[tokio::test]
    async fn whatever_must_stay_is_missed() {
        for removed in ["", "accounts", "imlinkd.lock"] {
            let home = tempfile::tempdir().unwrap();
            let state = home.path().join("state");
            fs::create_dir_all(state.join("accounts")).unwrap();
            fs::write(state.join("imlinkd.lock"), "").unwrap();
            let removal = Removal::watch(&state, &STATE).unwrap();

            // Moved away is as gone as removed.
            fs::rename(state.join(removed), home.path().join("elsewhere")).unwrap();

            let noticed = tokio::time::timeout(Duration::from_secs(20), removal.noticed());
            noticed.await.expect(removed).unwrap();
        }
    }

    #[tokio::test]
    async fn what_comes_and_goes_is_not_missed() {
        let home = tempfile::tempdir().unwrap();
        let removal = Removal::watch(home.path(), &STATE).unwrap();

        fs::write(home.path().join("device-id.new"), "x").unwrap();
        fs::rename(
            home.path().join("device-id.new"),
            home.path().join("device-id"),
        )
        .unwrap();

        assert!(!read(removal.events.get_ref(), &removal.kept).unwrap());
    }
}
