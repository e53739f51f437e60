//! The line from the app's side to the driver.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imlink_ipc_proto::Response;
use imlink_model::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::attachment::{Call, CallbackKey, Dropped, ReceiptKey, SubscriptionKey};
use crate::subscription::Sink;
use crate::{Error, SendState};

/// Calls under way at once; the next one waits for room. Four times what the daemon takes from
/// one app before it stops reading.
const CALLS: usize = 4 * imlink_ipc_proto::limits::PENDING_REQUESTS;

/// What the app's side tells the driver, in order.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and each is on its way for a moment"
)]
pub(crate) enum Command {
    /// Make a call.
    Call(Call, Option<Waiter>),
    /// The app has dropped something that this client gave it.
    Dropped(Dropped),
    /// Where the messages of a subscription go; comes before its call.
    Sink(SubscriptionKey, Sink),
    /// Where the fate of a message goes; comes before its call.
    Fate(ReceiptKey, watch::Sender<Option<SendState>>),
    /// The app has dropped its client.
    Close,
}

/// Who waits for the end of a call.
#[derive(Debug)]
pub(crate) enum Waiter {
    /// A future of the app, with its place among the calls under way.
    Future(
        oneshot::Sender<Result<Response, Error>>,
        Option<OwnedSemaphorePermit>,
    ),
    /// A set of callbacks.
    Callback(CallbackKey),
}

/// The line; shared by a client and what it gave out.
#[derive(Debug)]
pub(crate) struct Line {
    commands: mpsc::UnboundedSender<Command>,
    calls: Arc<Semaphore>,
    last_key: AtomicU64,
    process: u32,
}

impl Line {
    pub(crate) fn new(commands: mpsc::UnboundedSender<Command>) -> Self {
        Self {
            commands,
            calls: Arc::new(Semaphore::new(CALLS)),
            last_key: AtomicU64::new(0),
            process: std::process::id(),
        }
    }

    /// A number that this client has not used yet.
    pub(crate) fn next_key(&self) -> u64 {
        self.last_key.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Makes a call and waits for its end.
    ///
    /// A future that is dropped does not take the call back.
    pub(crate) async fn call(&self, call: Call) -> Result<Response, Error> {
        self.check_process()?;
        let permit = Arc::clone(&self.calls).acquire_owned().await.ok();
        let (reply, answer) = oneshot::channel();
        self.tell(Command::Call(call, Some(Waiter::Future(reply, permit))));
        answer
            .await
            .unwrap_or_else(|_| Err(Error::plain(Code::ENGINE_DROPPED)))
    }

    /// Makes a call at once; its end can be waited for or not.
    pub(crate) fn start(&self, call: Call) -> oneshot::Receiver<Result<Response, Error>> {
        let (reply, answer) = oneshot::channel();
        match self.check_process() {
            Ok(()) => self.tell(Command::Call(call, Some(Waiter::Future(reply, None)))),
            Err(error) => drop(reply.send(Err(error))),
        }
        answer
    }

    /// Tells the driver something that has no end to wait for. Whoever is in a command that
    /// reaches no driver is dropped with it, and so hears of it.
    pub(crate) fn tell(&self, command: Command) {
        drop(self.commands.send(command));
    }

    /// The driver is still there.
    pub(crate) fn is_open(&self) -> bool {
        !self.commands.is_closed()
    }

    /// A forked process has the socket of its parent but not the task that reads it: two
    /// writers would corrupt the stream for both (F-I08).
    pub(crate) fn check_process(&self) -> Result<(), Error> {
        check_process(self.process, std::process::id())
    }
}

fn check_process(built_in: u32, running_in: u32) -> Result<(), Error> {
    if built_in == running_in {
        return Ok(());
    }
    Err(Error::because(
        Code::RC_CLIENT_NOT_INIT,
        format!(
            "this client belongs to process {built_in} and cannot be used in its fork {running_in}; build another one there"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-I08
    #[test]
    fn a_client_is_refused_in_another_process_than_its_own() {
        assert_eq!(check_process(7, 7), Ok(()));

        let error = check_process(7, 8).unwrap_err();
        assert_eq!(error.code(), Code::RC_CLIENT_NOT_INIT);
        assert!(error.cause().contains("process 7"), "{error}");
    }
}
