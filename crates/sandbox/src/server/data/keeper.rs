//! Writes the state while the sandbox runs, and once more at its end.

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Bell, DataError, Directory, bell::Call, file};
use crate::server::world::Shared;

/// The least time between two writes. A crash loses so much, or [`SHARE`] times as much as a write
/// takes if that is more.
const LEAST_REST: Duration = Duration::from_millis(200);

/// For how many times as long as it has written it rests: writing takes less than a tenth of a
/// core, however large the state.
const SHARE: u32 = 10;

/// The thread that writes. Dropped, it writes what has changed since, and is waited for.
pub(in crate::server) struct Keeper {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts to write, at once for the first time, whenever the bell rings.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub(in crate::server) fn start(
        directory: Directory,
        shared: Arc<Shared>,
        bell: Arc<Bell>,
    ) -> io::Result<Self> {
        bell.ring();
        let writing = Writing {
            directory,
            shared,
            bell: bell.clone(),
            written: Vec::new(),
        };
        let thread = thread::Builder::new()
            .name("imlink-sandbox-data".to_owned())
            .spawn(move || writing.run())?;
        Ok(Self {
            bell,
            thread: Some(thread),
        })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.bell.end();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

struct Writing {
    directory: Directory,
    shared: Arc<Shared>,
    bell: Arc<Bell>,
    /// The first line of the file: it has the digest of the rest.
    written: Vec<u8>,
}

impl Writing {
    fn run(mut self) {
        loop {
            let call = self.bell.wait();
            let began = Instant::now();
            if let Err(error) = self.write() {
                tracing::error!(%error, "The sandbox's state is not written");
                self.bell.ring();
            }
            match call {
                Call::Change => self.bell.rest(LEAST_REST.max(began.elapsed() * SHARE)),
                Call::End => return,
            }
        }
    }

    /// Writes the state as it is, unless that is what was written last: also those who only look
    /// ring the bell.
    fn write(&mut self) -> Result<(), DataError> {
        let bytes = file::encode(&self.shared.snapshot());
        let first_line = bytes.split_inclusive(|byte| *byte == b'\n').next();
        let first_line = first_line.unwrap_or_default();
        if self.written != first_line {
            self.directory.write(&bytes)?;
            self.written = first_line.to_owned();
        }
        Ok(())
    }
}
