//! Keeps the socket where apps look for it (F-I18, F-I40).
//!
//! A socket without a name lets nobody in. Where only the name is gone, the socket is made anew,
//! and apps that are attached notice nothing. Where its directory is gone, or the lock that keeps
//! others from it, the daemon ends in order, and the next one makes all of it.

use std::io;
use std::path::Path;

use actix::Addr;
use tracing::warn;

use crate::directories;
use crate::listener::{Listener, Listening, Replace};
use crate::lock::Lock;
use crate::removal::Removal;

/// Makes the socket anew whenever its name is removed. Returns once that is not to be done any
/// more, with the reason; never where removals cannot be noticed. Members of `group` may open it.
pub async fn keep(socket: &Path, group: Option<u32>, listener: &Addr<Listener>) -> io::Error {
    loop {
        match gone(socket).await {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return error,
            Err(error) => {
                warn!(%error, "A removal of the socket would not be noticed");
                std::future::pending::<()>().await;
            }
        }
        match again(socket, group) {
            Ok(listening) => {
                warn!(socket = %socket.display(), "The socket was removed; it is there again");
                listener.do_send(Replace(listening));
            }
            Err(error) => return error,
        }
    }
}

/// Completes once the socket's name is gone, or its directory, or the lock in it.
async fn gone(socket: &Path) -> io::Result<()> {
    let directory = directory_of(socket)?;
    let name = socket.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let kept = [name.as_encoded_bytes(), Lock::FILE.as_bytes()];
    let removal = Removal::watch(directory, &kept)?;
    // Removed before anybody looked.
    if !socket.try_exists()? {
        return Ok(());
    }
    removal.noticed().await
}

fn again(socket: &Path, group: Option<u32>) -> io::Result<Listening> {
    // Without the lock another daemon may be about to take this place.
    std::fs::symlink_metadata(directory_of(socket)?.join(Lock::FILE))?;
    Listening::bind(socket, group)
}

fn directory_of(socket: &Path) -> io::Result<&Path> {
    directories::of_socket(socket).map_err(|_| io::ErrorKind::InvalidInput.into())
}
