//! The task that owns the socket. It decides nothing: what arrives goes into the
//! [`Attachment`], and what comes out of it is done.
//!
//! ```text
//! app ──Command──> Driver ──Call──> Attachment ──Action──> Driver ──one write a batch──> daemon
//!                     ^                                       │
//!                     └──────── frames <── Deframer <── socket┴──> futures, events, messages
//! ```

use std::collections::BTreeMap;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use imlink_ipc_proto::{Hello, Response};
use imlink_model::{Code, ConnectionStatus, Token};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{self, timeout};
use tracing::{debug, info};

use crate::attachment::{Action, Attachment, Dropped, ReceiptKey, SubscriptionKey};
use crate::line::{Command, Waiter};
use crate::listeners::{Listeners, Signal};
use crate::provider::{Promised, Provider};
use crate::subscription::{Full, Sink};
use crate::transport::{Arrived, Happened, Transport};
use crate::{Error, Event, SendState};

/// Commands taken at once, and so the largest number of requests in one write.
const BATCH: usize = 256;

/// Time to write what the app still wanted when it dropped its client. A local socket takes it
/// at once unless the daemon hangs.
const LAST_WORDS: time::Duration = time::Duration::from_secs(1);

/// The task; see the module.
pub(crate) struct Driver {
    attachment: Attachment<Waiter>,
    commands: mpsc::UnboundedReceiver<Command>,
    transport: Transport,
    sinks: BTreeMap<SubscriptionKey, Sink>,
    fates: BTreeMap<ReceiptKey, watch::Sender<Option<SendState>>>,
    provider: Option<Provider>,
    /// The question that the app's token provider has not answered.
    question: Option<(u64, Promised)>,
    outlets: Outlets,
}

/// Where a driver tells what happens.
#[derive(Debug)]
pub(crate) struct Outlets {
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) status: watch::Sender<ConnectionStatus>,
    pub(crate) listeners: Arc<Listeners>,
}

impl Driver {
    pub(crate) fn new(
        attachment: Attachment<Waiter>,
        commands: mpsc::UnboundedReceiver<Command>,
        places: Vec<PathBuf>,
        hello: Hello,
        provider: Option<Provider>,
        outlets: Outlets,
    ) -> Self {
        Self {
            attachment,
            commands,
            transport: Transport::new(places, hello),
            sinks: BTreeMap::new(),
            fates: BTreeMap::new(),
            provider,
            question: None,
            outlets,
        }
    }

    /// Runs until the app drops its client.
    pub(crate) async fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            let deadline = self.attachment.poll_timeout();
            tokio::select! {
                taken = self.commands.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        return;
                    }
                    for command in batch.drain(..) {
                        match command {
                            Command::Close => return self.close().await,
                            Command::Call(call, waiter) => {
                                self.attachment.handle_call(call, waiter, now());
                            }
                            Command::Dropped(dropped) => self.forget(dropped),
                            Command::Sink(key, sink) => drop(self.sinks.insert(key, sink)),
                            Command::Fate(key, fate) => drop(self.fates.insert(key, fate)),
                        }
                    }
                }
                happened = self.transport.next() => self.take(happened),
                (question, answer) = answered(&mut self.question) => {
                    self.attachment.handle_token(question, answer, now());
                }
                () = sleep_until(deadline) => self.attachment.handle_timeout(now()),
            }
            self.perform();
        }
    }

    fn forget(&mut self, dropped: Dropped) {
        match dropped {
            Dropped::Subscription(key) => drop(self.sinks.remove(&key)),
            Dropped::Receipt(key) => drop(self.fates.remove(&key)),
        }
        self.attachment.handle_dropped(dropped, now());
    }

    fn take(&mut self, happened: Happened) {
        match happened {
            Happened::Dialled(Ok(())) => self.attachment.handle_dialled(now()),
            Happened::Dialled(Err(failure)) => self.attachment.handle_dial_failed(failure, now()),
            Happened::Read => self.take_frames(),
            Happened::Closed(reason) => self.attachment.handle_closed(&reason, now()),
            Happened::Wrote => {}
        }
    }

    /// Each frame is dealt with completely before the next: one may end the attachment.
    fn take_frames(&mut self) {
        while let Some(arrived) = self.transport.next_frame() {
            let now = now();
            match arrived {
                Arrived::Greeting(greeting) => self.attachment.handle_greeting(greeting, now),
                Arrived::Frame(received) => self.attachment.handle_frame(received, now),
                Arrived::Unreadable { request, failure } => {
                    self.attachment.handle_failure(request, failure, now);
                }
                Arrived::Nonsense(reason) => self.attachment.handle_closed(&reason, now),
            }
            self.perform();
        }
    }

    fn perform(&mut self) {
        while let Some(action) = self.attachment.poll_action() {
            match action {
                Action::Dial => self.transport.dial(),
                Action::Greet => self.transport.greet(),
                Action::Close => self.transport.close(),
                Action::Write(frame) => {
                    if let Err((request, failure)) = self.transport.write(&frame) {
                        self.attachment.handle_failure(request, failure, now());
                    }
                }
                Action::Finish(waiter, result) => self.finish(waiter, result),
                Action::Emit(event) => self.emit(event),
                Action::Opened(callback, code) => {
                    self.outlets
                        .listeners
                        .signal(Signal::Opened(callback, code));
                }
                Action::Deliver(key, item) => {
                    let pushed = self.sinks.get(&key).map(|sink| sink.push(item));
                    if let Some(Err(Full)) = pushed {
                        self.end_slow(key);
                    }
                }
                Action::End(key, error) => {
                    if let Some(sink) = self.sinks.remove(&key) {
                        sink.end(error);
                    }
                }
                Action::AskToken(question, refused) => {
                    let (code, attempt) = (refused.code, refused.attempt);
                    info!(%code, attempt, "The app is asked for another token");
                    let provider = self.provider.as_ref();
                    self.question = provider.map(|provider| (question, provider.ask(refused)));
                }
                Action::Settle(receipts, state) => {
                    for fate in receipts.iter().filter_map(|key| self.fates.get(key)) {
                        fate.send_replace(Some(state.clone()));
                    }
                }
            }
        }
    }

    fn finish(&self, waiter: Waiter, result: Result<Response, Error>) {
        match waiter {
            // An app that has dropped the future does not want to know.
            Waiter::Future(reply, _permit) => drop(reply.send(result)),
            Waiter::Callback(key) => {
                let result = result.and_then(crate::answer::connected);
                self.outlets
                    .listeners
                    .signal(Signal::Connected(key, result));
            }
        }
    }

    fn emit(&self, event: Event) {
        match &event {
            Event::Status(change) => {
                // Before the event, so that a reader of events finds the getter agreeing.
                self.outlets.status.send_replace(change.status);
                self.outlets.listeners.signal(Signal::Status(*change));
            }
            Event::Attached {
                instance,
                reattached,
            } => {
                info!(instance, reattached, "Attached to the daemon");
            }
            Event::Detached { code, reason } => info!(%code, reason, "Detached from the daemon"),
            _ => {}
        }
        // Nobody may be listening.
        let _ = self.outlets.events.send(event);
    }

    /// The app has left more lying than is kept for it.
    fn end_slow(&mut self, key: SubscriptionKey) {
        debug!("A subscription ends because its messages are not taken");
        if let Some(sink) = self.sinks.remove(&key) {
            sink.end(Some(Error::plain(Code::LOCAL_SLOW)));
        }
        self.attachment
            .handle_dropped(Dropped::Subscription(key), now());
    }

    /// Leaving the socket is not a disconnect (decisions.md P10): what was asked is still
    /// written, and the daemon keeps the app's place.
    async fn close(mut self) {
        self.perform();
        self.attachment.handle_drop();
        self.perform();
        if timeout(LAST_WORDS, self.transport.flush()).await.is_err() {
            debug!("The daemon did not take the last requests");
        }
    }
}

/// The answer to the question, which is taken out with it; for ever while there is none.
///
/// # Cancel safety
/// Nothing is lost if the future is dropped.
async fn answered(question: &mut Option<(u64, Promised)>) -> (u64, Result<Token, Option<String>>) {
    let Some((number, promised)) = question else {
        return pending().await;
    };
    let number = *number;
    let answer = match promised.await {
        Ok(answer) => answer.map_err(Some),
        Err(_) => Err(None),
    };
    *question = None;
    (number, answer)
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time::sleep_until(deadline.into()).await,
        None => pending().await,
    }
}

/// tokio's clock, which a test may stop.
fn now() -> Instant {
    time::Instant::now().into_std()
}
