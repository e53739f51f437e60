//! The callback form: listeners and connect callbacks, called on a thread of their own.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use imlink_model::{Code, UserId};
use tracing::error;

use crate::attachment::CallbackKey;
use crate::{Error, StatusChange};

/// What to call with the progress and the end of one connect; see
/// [`Client::connect_with`](crate::Client::connect_with).
pub struct ConnectCallback {
    on_database_opened: Option<Box<dyn FnOnce(Code) + Send>>,
    on_success: Box<dyn FnOnce(UserId) + Send>,
    on_error: Box<dyn FnOnce(Error) + Send>,
}

/// One status listener of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(pub(crate) u64);

type StatusListener = Arc<dyn Fn(StatusChange) + Send + Sync>;

/// Everything a client calls. The thread begins with the first of them and ends with the client.
#[derive(Default)]
pub(crate) struct Listeners {
    registered: Arc<Mutex<Registered>>,
    signals: Mutex<Option<mpsc::Sender<Signal>>>,
}

#[derive(Default)]
struct Registered {
    status: BTreeMap<ListenerId, StatusListener>,
    connects: BTreeMap<CallbackKey, ConnectCallback>,
}

/// What to call for.
#[derive(Debug)]
pub(crate) enum Signal {
    Status(StatusChange),
    Opened(CallbackKey, Code),
    Connected(CallbackKey, Result<UserId, Error>),
}

impl ConnectCallback {
    /// Exactly one of these is called, once: `on_success` with the account's user, or `on_error`.
    pub fn new(
        on_success: impl FnOnce(UserId) + Send + 'static,
        on_error: impl FnOnce(Error) + Send + 'static,
    ) -> Self {
        Self {
            on_database_opened: None,
            on_success: Box::new(on_success),
            on_error: Box::new(on_error),
        }
    }

    /// Called at most once, before the other two: with 0 when the account's store is open, with
    /// another code if it cannot be opened. Not called if the connect ends before.
    #[must_use]
    pub fn on_database_opened(mut self, callback: impl FnOnce(Code) + Send + 'static) -> Self {
        self.on_database_opened = Some(Box::new(callback));
        self
    }

    pub(crate) fn end(self, result: Result<UserId, Error>) {
        match result {
            Ok(user) => (self.on_success)(user),
            Err(error) => (self.on_error)(error),
        }
    }
}

impl fmt::Debug for ConnectCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectCallback(..)")
    }
}

impl Listeners {
    pub(crate) fn add_status(&self, id: ListenerId, listener: StatusListener) {
        self.start();
        lock(&self.registered).status.insert(id, listener);
    }

    pub(crate) fn remove_status(&self, id: ListenerId) -> bool {
        lock(&self.registered).status.remove(&id).is_some()
    }

    pub(crate) fn add_connect(&self, key: CallbackKey, callback: ConnectCallback) {
        self.start();
        lock(&self.registered).connects.insert(key, callback);
    }

    /// Has somebody called, if there is anybody. Signals wait in a queue that is as short as the
    /// link changes seldom.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(signals) = &*lock(&self.signals) {
            // The thread ends only when this sender is gone.
            let _ = signals.send(signal);
        }
    }

    fn start(&self) {
        let mut signals = lock(&self.signals);
        if signals.is_some() {
            return;
        }
        let (sender, receiver) = mpsc::channel();
        let registered = Arc::clone(&self.registered);
        let thread = thread::Builder::new().name("imlink-callbacks".into());
        match thread.spawn(move || run(&registered, &receiver)) {
            Ok(_) => *signals = Some(sender),
            Err(error) => error!(%error, "No thread for callbacks can be started"),
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners(..)")
    }
}

fn run(registered: &Mutex<Registered>, signals: &mpsc::Receiver<Signal>) {
    for signal in signals {
        // Called without the lock, so that a callback may add and remove listeners.
        match signal {
            Signal::Status(change) => {
                let listeners: Vec<StatusListener> =
                    lock(registered).status.values().cloned().collect();
                for listener in listeners {
                    guard(|| listener(change));
                }
            }
            Signal::Opened(key, code) => {
                let callback = lock(registered)
                    .connects
                    .get_mut(&key)
                    .and_then(|callback| callback.on_database_opened.take());
                if let Some(callback) = callback {
                    guard(|| callback(code));
                }
            }
            Signal::Connected(key, result) => {
                let callback = lock(registered).connects.remove(&key);
                if let Some(callback) = callback {
                    guard(|| callback.end(result));
                }
            }
        }
    }
}

/// A callback that panics is the app's fault and stops no other one.
fn guard(call: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(call)).is_err() {
        error!("A callback of the app panicked");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing of the app runs under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use imlink_model::ConnectionStatus;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn connected() -> StatusChange {
        StatusChange {
            status: ConnectionStatus::Connected,
            code: None,
            retry_in: None,
        }
    }

    #[test]
    fn a_listener_that_panics_does_not_stop_the_next_one() {
        let listeners = Listeners::default();
        let (seen, heard) = mpsc::channel();
        listeners.add_status(ListenerId(1), Arc::new(|_| panic!("the app's fault")));
        listeners.add_status(
            ListenerId(2),
            Arc::new(move |change| seen.send(change).unwrap()),
        );

        listeners.signal(Signal::Status(connected()));
        listeners.signal(Signal::Status(connected()));

        assert_eq!(heard.recv_timeout(SOON), Ok(connected()));
        assert_eq!(heard.recv_timeout(SOON), Ok(connected()));
    }

    #[test]
    fn a_removed_listener_hears_nothing_more() {
        let listeners = Listeners::default();
        let (seen, heard) = mpsc::channel();
        let removed = seen.clone();
        listeners.add_status(
            ListenerId(1),
            Arc::new(move |_| removed.send("removed").unwrap()),
        );
        listeners.add_status(ListenerId(2), Arc::new(move |_| seen.send("kept").unwrap()));
        assert!(listeners.remove_status(ListenerId(1)));
        assert!(!listeners.remove_status(ListenerId(1)));

        listeners.signal(Signal::Status(connected()));

        assert_eq!(heard.recv_timeout(SOON), Ok("kept"));
    }

    // S4-14 S4-16 S0-20
    #[test]
    fn the_callbacks_of_a_connect_are_called_once_each_and_in_order() {
        let listeners = Listeners::default();
        let (seen, heard) = mpsc::channel();
        let (opened, succeeded, failed) = (seen.clone(), seen.clone(), seen);
        let callback = ConnectCallback::new(
            move |user| succeeded.send(format!("success {user}")).unwrap(),
            move |error| failed.send(format!("error {}", error.code())).unwrap(),
        )
        .on_database_opened(move |code| opened.send(format!("opened {code}")).unwrap());
        let key = CallbackKey(1);
        listeners.add_connect(key, callback);

        for _ in 0..2 {
            listeners.signal(Signal::Opened(key, Code::SUCCESS));
        }
        for _ in 0..2 {
            listeners.signal(Signal::Connected(key, Ok(UserId::new("lei").unwrap())));
        }
        drop(listeners);

        let all: Vec<String> = heard.iter().collect();
        assert_eq!(all, ["opened 0", "success lei"]);
    }
}
