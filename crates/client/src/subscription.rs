//! Messages as they are stored, handed to the app.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use imlink_ipc_proto::{Response, limits};
use imlink_model::{Code, Generation, Message, Seq};
use tokio::sync::{mpsc, oneshot};

use crate::Error;
use crate::attachment::{Call, Dropped, Handed, SubscriptionKey};
use crate::line::{Command, Line};

/// Messages kept for an app that does not take them. The daemon sends a window of them and waits
/// for acknowledgements; after each re-attachment it sends that window again, so this is the
/// number of times the daemon may restart while the app takes nothing.
const KEPT: usize = 16 * limits::WINDOW_MESSAGES as usize;

/// The messages of an account, in its local order and without holes.
///
/// A durable subscription continues after the last message that was acknowledged, also after a
/// restart of the app or of the daemon. What was delivered and not acknowledged by then comes
/// again: an app that must not act twice compares [`Message::seq`] with the last one it has dealt
/// with, as long as [`Delivery::generation`] is the same. One from [`subscribe_now`](crate::Client::subscribe_now) begins with the next message to
/// be stored, ends with the process, and misses what is stored while no daemon is attached;
/// [`Event::Detached`](crate::Event::Detached) and [`Event::Attached`](crate::Event::Attached)
/// say when that was.
///
/// At most 64 messages or 1 MiB are on their way without an acknowledgement; an app that takes its
/// time is waited for, and delays nobody else. Dropping it ends the reading; a durable one keeps
/// its place.
#[derive(Debug)]
pub struct Subscription {
    key: SubscriptionKey,
    kind: Kind,
    messages: mpsc::Receiver<Result<Handed, Error>>,
    end: Arc<OnceLock<Error>>,
    ended: bool,
    line: Arc<Line>,
}

/// Who says that a message has been dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The app.
    Durable,
    /// The client, as soon as the app takes it: there is no place to keep, only a window to move.
    Ephemeral,
}

/// The driver's end of a subscription.
#[derive(Debug)]
pub(crate) struct Sink {
    messages: mpsc::Sender<Result<Handed, Error>>,
    end: Arc<OnceLock<Error>>,
}

/// The app has left too many messages lying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// One message of a [`Subscription`].
#[derive(Debug)]
pub struct Delivery {
    message: Message,
    left: u32,
    redelivered: bool,
    generation: Generation,
    key: SubscriptionKey,
    line: Arc<Line>,
}

/// The end of an acknowledgement, for who wants to know it.
///
/// The acknowledgement is on its way without it; waiting tells when the daemon has made it
/// durable. If it fails with a retryable code the message simply comes again.
#[derive(Debug)]
pub struct Acknowledgement(oneshot::Receiver<Result<Response, Error>>);

impl Subscription {
    pub(crate) fn new(kind: Kind, line: Arc<Line>) -> (Self, Sink) {
        let key = SubscriptionKey(line.next_key());
        let (sender, messages) = mpsc::channel(KEPT);
        let end = Arc::new(OnceLock::new());
        let sink = Sink {
            messages: sender,
            end: Arc::clone(&end),
        };
        (
            Self {
                key,
                kind,
                messages,
                end,
                ended: false,
                line,
            },
            sink,
        )
    }

    pub(crate) fn key(&self) -> SubscriptionKey {
        self.key
    }

    /// Waits for the next message; `None` once the subscription has ended.
    ///
    /// It ends when the client is dropped, when the app connects as another user, and with an
    /// error before it if the daemon refuses to continue it or the app let more than a thousand
    /// messages lie (90003).
    ///
    /// # Errors
    /// The reason why the subscription ends, or why one message cannot be shown.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        let Some(next) = self.messages.recv().await else {
            let first = !std::mem::replace(&mut self.ended, true);
            return self.end.get().filter(|_| first).cloned().map(Err);
        };
        Some(next.map(|handed| self.deliver(handed)))
    }

    /// Says that everything up to and including `seq` has been dealt with; see
    /// [`Delivery::acknowledge`].
    pub fn acknowledge(&self, seq: Seq) -> Acknowledgement {
        acknowledge(&self.line, self.key, seq)
    }

    /// Ends the subscription for good: the daemon forgets its place.
    ///
    /// # Errors
    /// [`Error`] if the daemon could not be told, with which the place is kept.
    pub async fn forget(self) -> Result<(), Error> {
        self.line
            .call(Call::Forget { key: self.key })
            .await
            .map(drop)
    }

    fn deliver(&self, handed: Handed) -> Delivery {
        let Handed {
            message,
            left,
            redelivered,
            generation,
        } = handed;
        if self.kind == Kind::Ephemeral {
            let call = Call::Acknowledge {
                key: self.key,
                seq: message.seq,
            };
            self.line.tell(Command::Call(call, None));
        }
        Delivery {
            message,
            left,
            redelivered,
            generation,
            key: self.key,
            line: Arc::clone(&self.line),
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.line
            .tell(Command::Dropped(Dropped::Subscription(self.key)));
    }
}

impl Sink {
    /// Hands something over.
    pub(crate) fn push(&self, item: Result<Handed, Error>) -> Result<(), Full> {
        match self.messages.try_send(item) {
            // A subscription that was just dropped wants nothing any more.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
        }
    }

    /// Ends the subscription, after what was handed over before.
    pub(crate) fn end(self, error: Option<Error>) {
        if let Some(error) = error {
            // Set once: nothing but this consumes the sink.
            let _ = self.end.set(error);
        }
    }
}

impl Delivery {
    /// The message.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The message, for who acknowledges by [`Subscription::acknowledge`].
    #[must_use]
    pub fn into_message(self) -> Message {
        self.message
    }

    /// How many more messages are known to wait behind this one; 0 when the app has caught up.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.left
    }

    /// This subscription delivered it before, to this process.
    #[must_use]
    pub fn redelivered(&self) -> bool {
        self.redelivered
    }

    /// The rows its place is in. [`Message::seq`] compares with places of the same generation alone:
    /// it is another one when the account was begun anew, or its files turned out to be those of an
    /// earlier time. So who keeps the place of the last message keeps this beside it.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Says that this message and everything before it has been dealt with.
    ///
    /// The acknowledgement is under way when this returns; those of many messages become one.
    /// While no daemon is attached it fails with -2, and the message comes again. For a
    /// subscription without a name there is nothing to acknowledge, and this does nothing more.
    pub fn acknowledge(&self) -> Acknowledgement {
        acknowledge(&self.line, self.key, self.message.seq)
    }
}

fn acknowledge(line: &Line, key: SubscriptionKey, seq: Seq) -> Acknowledgement {
    Acknowledgement(line.start(Call::Acknowledge { key, seq }))
}

impl Future for Acknowledgement {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| match answer {
            Ok(result) => result.map(drop),
            Err(_) => Err(Error::plain(Code::ENGINE_DROPPED)),
        })
    }
}
