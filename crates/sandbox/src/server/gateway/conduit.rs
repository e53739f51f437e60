//! Carries the bytes between a TCP connection and its session, and spoils them on demand.

use std::{future::pending, io, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, split},
    net::{
        TcpStream,
        tcp::{ReadHalf as TcpReadHalf, WriteHalf as TcpWriteHalf},
    },
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::server::{Ending, TransportFaults};

/// The most bytes on their way to or from a session.
pub(super) const CAPACITY: usize = 64 * 1024;

/// The most bytes carried at once.
const CHUNK: usize = 16 * 1024;

/// How long a closed connection is read on, so that the client sees our last bytes and a clean
/// end: the kernel resets a connection that is closed with unread bytes.
const LINGER: Duration = Duration::from_secs(2);

/// Carries bytes until either side is done, a fault cuts the stream, or the connection is ended.
pub(super) async fn carry(
    mut stream: TcpStream,
    session: DuplexStream,
    faults: watch::Receiver<TransportFaults>,
    mut ending: mpsc::Receiver<Ending>,
    injected: mpsc::Receiver<Bytes>,
) {
    let ended = carry_both_ways(&mut stream, session, faults, &mut ending, injected).await;
    match ended {
        Some(Ending::Reset) => {
            // Fails only on a connection that is gone already.
            let _ = stream.set_zero_linger();
        }
        Some(Ending::Close) => {}
        None => {
            let _ = stream.shutdown().await;
            let mut rest = [0; CHUNK];
            let read_on =
                async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
            let _ = timeout(LINGER, read_on).await;
        }
    }
}

/// Says how the connection was ended from outside, if it was.
async fn carry_both_ways(
    stream: &mut TcpStream,
    session: DuplexStream,
    faults: watch::Receiver<TransportFaults>,
    ending: &mut mpsc::Receiver<Ending>,
    injected: mpsc::Receiver<Bytes>,
) -> Option<Ending> {
    let (from_client, to_client) = stream.split();
    let (from_session, to_session) = split(session);
    let up = Up {
        faults: faults.clone(),
        to_session,
    };
    let down = Down::new(faults, to_client);
    tokio::select! {
        // The session learns from `up` that its client is gone, and ends `down` by ending itself.
        () = async { up.carry(from_client).await; pending().await } => None,
        () = down.carry(from_session, injected) => None,
        ending = ordered(ending) => Some(ending),
    }
}

/// Bytes from the client.
struct Up {
    faults: watch::Receiver<TransportFaults>,
    to_session: WriteHalf<DuplexStream>,
}

impl Up {
    async fn carry(mut self, mut from_client: TcpReadHalf<'_>) {
        let mut chunk = [0; CHUNK];
        loop {
            self.wait_until(|faults| !faults.freeze && !faults.stop_reading)
                .await;
            let read = tokio::select! {
                // Bytes that come after a fault was set meet the fault.
                biased;
                () = change(&mut self.faults) => continue,
                read = from_client.read(&mut chunk) => read.unwrap_or_default(),
            };
            if read == 0 {
                break;
            }
            let delay = self.faults.borrow().delay_up;
            pause(delay).await;
            self.wait_until(|faults| !faults.freeze).await;
            if self.to_session.write_all(&chunk[..read]).await.is_err() {
                return;
            }
        }
        let _ = self.to_session.shutdown().await;
    }

    async fn wait_until(&mut self, holds: impl FnMut(&TransportFaults) -> bool) {
        if self.faults.wait_for(holds).await.is_err() {
            // Nobody can change the faults any more.
            pending::<()>().await;
        }
    }
}

/// Bytes to the client.
struct Down<'s> {
    faults: watch::Receiver<TransportFaults>,
    /// How many bytes are left until the cut.
    budget: Option<u64>,
    to_client: TcpWriteHalf<'s>,
}

impl<'s> Down<'s> {
    fn new(mut faults: watch::Receiver<TransportFaults>, to_client: TcpWriteHalf<'s>) -> Self {
        let budget = faults.borrow_and_update().cut_after;
        Self {
            faults,
            budget,
            to_client,
        }
    }

    async fn carry(
        mut self,
        mut from_session: ReadHalf<DuplexStream>,
        mut injected: mpsc::Receiver<Bytes>,
    ) {
        let mut chunk = [0; CHUNK];
        while self.budget != Some(0) {
            let written = tokio::select! {
                // What is injected comes after what the session wrote before.
                biased;
                () = change(&mut self.faults) => {
                    self.budget = self.faults.borrow().cut_after;
                    Ok(())
                }
                read = from_session.read(&mut chunk) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(read) => self.write(&chunk[..read]).await,
                },
                Some(bytes) = injected.recv() => self.write(&bytes).await,
            };
            if written.is_err() {
                return;
            }
        }
    }

    /// Writes what the faults let through; what is left at a cut is lost.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let delay = self.faults.borrow().delay_down;
        pause(delay).await;
        let mut rest = bytes;
        while !rest.is_empty() {
            self.thaw().await;
            let drip = self.faults.borrow().drip;
            let piece = drip.map_or(rest.len(), |drip| drip.bytes.clamp(1, rest.len()));
            let piece = self.budget.map_or(piece, |budget| {
                usize::try_from(budget).map_or(piece, |budget| budget.min(piece))
            });
            let (piece, later) = rest.split_at(piece);
            if piece.is_empty() {
                return Ok(());
            }
            self.to_client.write_all(piece).await?;
            self.budget = self
                .budget
                .map(|budget| budget.saturating_sub(piece.len() as u64));
            rest = later;
            if let Some(drip) = drip {
                sleep(drip.every).await;
            }
        }
        Ok(())
    }

    async fn thaw(&mut self) {
        while self.faults.borrow().freeze {
            change(&mut self.faults).await;
            self.budget = self.faults.borrow().cut_after;
        }
    }
}

/// Waits for the faults to change; for ever, once nobody can change them.
async fn change(faults: &mut watch::Receiver<TransportFaults>) {
    if faults.changed().await.is_err() {
        pending::<()>().await;
    }
}

/// Waits for an order to end; for ever, once nobody can give one.
async fn ordered(ending: &mut mpsc::Receiver<Ending>) -> Ending {
    match ending.recv().await {
        Some(ending) => ending,
        None => pending().await,
    }
}

async fn pause(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
