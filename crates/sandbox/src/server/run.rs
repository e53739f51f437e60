//! A sandbox as a program of its own.

use std::io;

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{Config, Sandbox};

/// Runs a sandbox until SIGINT or SIGTERM. `ready` is called once it serves.
///
/// # Errors
/// As [`Sandbox::spawn`].
///
/// # Panics
/// Inside a runtime: it blocks.
pub fn run(config: Config, ready: impl FnOnce(&Sandbox)) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sandbox = Sandbox::spawn(config)?;
    runtime.block_on(async {
        // Registered before anybody is told, so that an early signal is not missed.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        ready(&sandbox);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}
