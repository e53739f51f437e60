//! The thread behind a blocking client.

use std::future::Future;
use std::thread;

use imlink_model::Code;
use tokio::runtime::{self, Handle};

use crate::Error;
use crate::driver::Driver;

/// A current-thread runtime on a thread of its own, which ends with the driver it runs.
#[derive(Clone, Debug)]
pub(super) struct Runtime(Handle);

impl Runtime {
    pub(super) fn start(driver: Driver) -> Result<Self, Error> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed("no runtime can be made", &error))?;
        let handle = runtime.handle().clone();
        thread::Builder::new()
            .name("imlink-client".into())
            .spawn(move || runtime.block_on(driver.run()))
            .map_err(|error| failed("no thread can be started", &error))?;
        Ok(Self(handle))
    }

    /// Waits for a future on this thread, while the runtime's own thread does the work.
    pub(super) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        check_thread()?;
        Ok(self.0.block_on(future))
    }
}

/// Waiting inside an async runtime would panic in tokio; say it as an error.
fn check_thread() -> Result<(), Error> {
    if Handle::try_current().is_err() {
        return Ok(());
    }
    let text = "a blocking call was made inside an async runtime; use imlink::Client there";
    Err(Error::because(Code::PARAMETER_ERROR, text))
}

fn failed(what: &str, error: &std::io::Error) -> Error {
    Error::because(Code::UNKNOWN, format!("{what}: {error}"))
}
