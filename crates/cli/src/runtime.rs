//! Where the asynchronous verbs run.

use std::process::ExitCode;

use crate::command::Ending;
use crate::failure::Failure;

/// Runs a verb that nothing but its own end interrupts.
///
/// # Errors
/// The verb's, or that there is no event loop to be had.
pub fn run(verb: impl Future<Output = Ending>) -> Ending {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(verb)
}

/// Runs a verb until it ends or Ctrl-C is pressed.
///
/// # Errors
/// As [`run`]; [`Failure::interrupted`].
pub fn run_interruptibly(verb: impl Future<Output = Ending>) -> Ending {
    run(async {
        tokio::select! {
            ending = verb => ending,
            failure = interruption() => Err(failure),
        }
    })
}

/// Completes with Ctrl-C.
pub async fn interruption() -> Failure {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Failure::interrupted(),
        Err(error) => error.into(),
    }
}

/// An [`Ending`] in which everything went well.
pub const DONE: Ending = Ok(ExitCode::SUCCESS);
