//! A relay between an app and its daemon, for sabotage: it keeps the daemon's end from the app.

use std::io;
use std::path::PathBuf;

use tokio::io::{copy, sink};
use tokio::net::{UnixListener, UnixStream};

use super::stage::Broken;

/// Puts a relay at `socket` in front of the daemon at `daemon`, for as long as the demo runs. Says
/// where it is.
pub fn start(socket: PathBuf, daemon: PathBuf) -> Result<PathBuf, Broken> {
    let bound = UnixListener::bind(&socket);
    let listener = bound.map_err(|error| Broken::because("a relay is bound", &error))?;
    tokio::spawn(serve(listener, daemon));
    Ok(socket)
}

/// Ends when an app cannot be let in or the daemon cannot be reached; apps see that.
async fn serve(listener: UnixListener, daemon: PathBuf) -> io::Result<()> {
    loop {
        let (app, _) = listener.accept().await?;
        tokio::spawn(relay(app, UnixStream::connect(&daemon).await?));
    }
}

/// Copies both ways. When the daemon ends, the app hears nothing, not even that, until it hangs up.
async fn relay(mut app: UnixStream, mut daemon: UnixStream) {
    // Not the owned halves: these shut the stream down when they are dropped.
    let (mut from_app, mut to_app) = app.split();
    let (mut from_daemon, mut to_daemon) = daemon.split();
    // However one of them ends, all that matters is that it has ended.
    tokio::select! {
        _ = copy(&mut from_app, &mut to_daemon) => {}
        _ = copy(&mut from_daemon, &mut to_app) => {}
    }
    let _ = copy(&mut from_app, &mut sink()).await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn bytes_pass_both_ways_and_the_daemons_end_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let daemon = UnixListener::bind(directory.path().join("d")).unwrap();
        let socket = start(directory.path().join("r"), directory.path().join("d")).unwrap();
        let mut app = UnixStream::connect(socket).await.unwrap();
        let (mut served, _) = daemon.accept().await.unwrap();
        let mut heard = [0; 2];

        app.write_all(b"up").await.unwrap();
        served.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"up");
        served.write_all(b"dn").await.unwrap();
        app.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"dn");

        drop(served);
        // More than any buffer between us holds: that it is all taken shows that the relay has
        // gone on without the daemon.
        app.write_all(&vec![0; 4 << 20]).await.unwrap();
        let silent = app.try_read(&mut heard).unwrap_err();
        assert_eq!(silent.kind(), io::ErrorKind::WouldBlock);
    }
}
