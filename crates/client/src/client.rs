//! The verbs an app uses.

use std::sync::Arc;
use std::time::Duration;

use imlink_ipc_proto::{Hint, Request, Response, Start, StatusReport};
use imlink_model::{
    AppKey, ClientMessageId, Code, ConnectionStatus, SubscriptionName, Token, UserId,
};
use tokio::sync::{broadcast, watch};

use crate::attachment::{Call, CallbackKey, TimeLimit, Unreadable};
use crate::line::{Command, Line, Waiter};
use crate::listeners::{ConnectCallback, ListenerId, Listeners, Signal};
use crate::receipt::Fate;
use crate::subscription::Kind;
use crate::{
    Builder, Error, Event, Events, Filter, Finding, Outgoing, SendReceipt, SendState, StatusChange,
    Subscription, answer,
};

/// An app's attachment to the daemon; clones are the same one.
///
/// When the last clone is dropped the socket is closed. That is not a disconnect: the daemon
/// keeps the account connected and stores its messages, and durable subscriptions wait for the
/// app to come back (decisions.md P10).
///
/// Any call may end with -2 (the daemon went away or cannot be found) or 90001 (it does not
/// answer); the sections "Errors" name what else to expect. The client attaches again by itself
/// and repeats init, connect and subscriptions. Before [`init`](Self::init) every call but
/// [`daemon_status`](Self::daemon_status) ends with 33001. Dropping the future of a call does not
/// take the call back.
#[derive(Clone, Debug)]
pub struct Client(Arc<Owned>);

#[derive(Debug)]
struct Owned {
    line: Arc<Line>,
    events: broadcast::WeakSender<Event>,
    status: watch::Receiver<ConnectionStatus>,
    listeners: Arc<Listeners>,
}

impl Client {
    /// Settings for a client of the vendor's app with this key.
    pub fn builder(app_key: impl Into<String>) -> Builder {
        Builder::new(app_key.into())
    }

    pub(crate) fn new(
        line: Line,
        events: broadcast::WeakSender<Event>,
        status: watch::Receiver<ConnectionStatus>,
        listeners: Arc<Listeners>,
    ) -> Self {
        Self(Arc::new(Owned {
            line: Arc::new(line),
            events,
            status,
            listeners,
        }))
    }

    /// Attaches to the daemon and makes this client ready for every other call. Again, it does
    /// nothing.
    ///
    /// # Errors
    /// -2 with a text that says where a daemon was looked for and how to start one; 90002 or
    /// 90005 if the daemon does not want this client.
    pub async fn init(&self) -> Result<(), Error> {
        self.0.line.call(Call::Init).await.map(drop)
    }

    /// Connects the account of a token, and waits as long as it takes: until success, or until
    /// an error that trying cannot cure (S4-10). From the call on the account is reconnected
    /// without the app's help.
    ///
    /// # Errors
    /// 31004 or 31020 for a token that needs to be replaced, 34407 for one that is none, 34001 if
    /// this app is connected or connecting already, 34302 or 90019 if the stored messages cannot be
    /// opened ([`connect_or_begin_anew`](Self::connect_or_begin_anew) is the way out), 90007 if they
    /// cannot for another reason, 90009 if the daemon holds no more accounts, 90016 and 90017 if the
    /// token and the daemon's configuration name no way to the cloud, and the other codes of
    /// behaviour.md 12.1. After -2 the connect is made again by itself as soon as there is a daemon;
    /// the events tell.
    pub async fn connect(&self, token: Token) -> Result<UserId, Error> {
        self.connect_limited(token, None, Unreadable::Refuse).await
    }

    /// Connects the account of a token, with `limit` as in [`connect_within`](Self::connect_within),
    /// and with the user's consent to begin anew: stored messages that cannot be opened, because
    /// they are damaged or a newer version wrote them, are set aside on the disk, and the account
    /// begins with what the cloud keeps. What waited to be sent and where subscriptions stood is
    /// taken over as far as it can be read.
    ///
    /// For after a connect that ended with 34302 or 90019, once a person agreed. With messages that
    /// can be opened it does what `connect_within` does.
    ///
    /// # Errors
    /// As for [`connect_within`](Self::connect_within).
    pub async fn connect_or_begin_anew(
        &self,
        token: Token,
        limit: Duration,
    ) -> Result<UserId, Error> {
        let limit = TimeLimit::from_duration(limit);
        self.connect_limited(token, limit, Unreadable::SetAside)
            .await
    }

    /// Connects the account of a token, and gives up after `limit`, in whole seconds rounded up;
    /// zero means no limit, as in [`connect`](Self::connect).
    ///
    /// # Errors
    /// 34006 when the limit is reached: nothing goes on trying for this app, which connects again
    /// by hand (S4-11, S4-28). Else as for [`connect`](Self::connect), but -2 ends it too.
    pub async fn connect_within(&self, token: Token, limit: Duration) -> Result<UserId, Error> {
        let limit = TimeLimit::from_duration(limit);
        self.connect_limited(token, limit, Unreadable::Refuse).await
    }

    /// Connects in the callback form, with `limit` as in [`connect_within`](Self::connect_within)
    /// (behaviour.md 1.6).
    ///
    /// Returns at once. The callbacks are called on a thread of the client, in order with those
    /// of [`on_status`](Self::on_status). Another connect never clears them.
    pub fn connect_with(&self, token: Token, limit: Duration, callback: ConnectCallback) {
        if let Err(error) = self.0.line.check_process() {
            return callback.end(Err(error));
        }
        let key = CallbackKey(self.0.line.next_key());
        self.0.listeners.add_connect(key, callback);
        if !self.0.line.is_open() {
            let closed = Error::plain(Code::ENGINE_DROPPED);
            return self.0.listeners.signal(Signal::Connected(key, Err(closed)));
        }
        let limit = TimeLimit::from_duration(limit);
        let call = Call::Connect {
            token,
            limit,
            unreadable: Unreadable::Refuse,
            callback: Some(key),
        };
        self.0
            .line
            .tell(Command::Call(call, Some(Waiter::Callback(key))));
    }

    /// Takes part in the account of this app key that is live in the daemon, without a token.
    ///
    /// # Errors
    /// 90010 if none is live, 90011 if several are. If its user is not named yet, also what its
    /// connect may end with.
    pub async fn join(&self) -> Result<UserId, Error> {
        self.0
            .line
            .call(Call::Join { user: None })
            .await
            .and_then(answer::connected)
    }

    /// Takes part in this user's account, which is live in the daemon, without a token.
    ///
    /// # Errors
    /// 90010 if it is not live.
    pub async fn join_user(&self, user: UserId) -> Result<UserId, Error> {
        self.0
            .line
            .call(Call::Join { user: Some(user) })
            .await
            .and_then(answer::connected)
    }

    /// Takes this app off its account; the account stays connected for the other apps
    /// (decisions.md P10). Does nothing if it has none.
    ///
    /// Even if the call fails, this client does not connect again by itself.
    ///
    /// # Errors
    /// What any call may end with.
    pub async fn disconnect(&self) -> Result<(), Error> {
        self.0.line.call(Call::Disconnect).await.map(drop)
    }

    /// Signs the account out for all apps; the daemon forgets its token, and the cloud pushes
    /// no more to this device.
    ///
    /// Even if the call fails, this client does not connect again by itself.
    ///
    /// # Errors
    /// 90002 if this app lacks the admin right.
    pub async fn logout(&self) -> Result<(), Error> {
        self.0.line.call(Call::Logout).await.map(drop)
    }

    /// Removes everything that this machine keeps of a user's account, to the last byte: messages,
    /// what waits to be sent, tokens, and what was set aside. Its link ends for every app, as by
    /// [`logout`](Self::logout). Done as well if there is no such account.
    ///
    /// # Errors
    /// 90002 if this app lacks the admin right, 90006 or 90020 if the disk is full or read-only.
    /// After -2 the same call finishes the work.
    pub async fn purge(&self, app_key: AppKey, user: UserId) -> Result<(), Error> {
        let request = Request::Purge { app_key, user };
        self.0.line.call(Call::Rows(request)).await.map(drop)
    }

    /// The connection status as this app sees it (decisions.md P24).
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        *self.0.status.borrow()
    }

    /// How the daemon and its accounts are. Works before [`init`](Self::init).
    ///
    /// # Errors
    /// As for [`init`](Self::init).
    pub async fn daemon_status(&self) -> Result<StatusReport, Error> {
        self.0
            .line
            .call(Call::DaemonStatus)
            .await
            .and_then(answer::status)
    }

    /// Has the daemon look at what lies between it and the cloud, step by step. Works before
    /// [`init`](Self::init), and takes up to 15 s.
    ///
    /// # Errors
    /// 90002 if this app lacks the admin right.
    pub async fn diagnose(&self) -> Result<Vec<Finding>, Error> {
        let asked = self.rows(Request::Diagnose {}).await?;
        answer::findings(asked)
    }

    /// Hands a message to the daemon. When this returns it is durable, and sent as soon as the
    /// account is connected.
    ///
    /// After an error it is safe to send a clone of the same [`Outgoing`] again: the id it
    /// carries makes it the same message.
    ///
    /// # Errors
    /// Nothing is kept of a message that is refused:
    /// - 30001 before the first successful connect, 90004 while 10,000 messages of the account wait;
    /// - 30016 for a body that is too long, 90008 for push texts that are too long, 34205 for key-value
    ///   data that are none, 34010 for those that are too long;
    /// - 20109 for a system conversation, 30017 for a status message, which is
    ///   [signalled](Self::signal); 34296 for chosen receivers but in a group, 34008 for key-value
    ///   data but in private conversations and groups;
    /// - 90006 or 90020 if the disk is full or read-only; 34302, 90019 or 90007 if the stored
    ///   messages cannot be opened.
    ///
    /// What the cloud says comes later, as [`Outcome::Failed`](crate::Outcome::Failed).
    pub async fn send(&self, message: Outgoing) -> Result<SendReceipt, Error> {
        message.check()?;
        let client_id = message.client_id().clone();
        let fate = Fate::new(Arc::clone(&self.0.line));
        let call = Call::Send {
            receipt: fate.key(),
            message,
        };
        let (id, new) = self.0.line.call(call).await.and_then(answer::accepted)?;
        Ok(SendReceipt::new(id, new, client_id, fate))
    }

    /// Where a message of this app stands, also one of an earlier process; `None` if no message
    /// with this id was ever accepted.
    ///
    /// # Errors
    /// What any call may end with.
    pub async fn send_state(&self, client_id: ClientMessageId) -> Result<Option<SendState>, Error> {
        self.0
            .line
            .call(Call::SendState { client_id })
            .await
            .and_then(answer::send_state)
    }

    /// The durable subscription with this name, of this app. It continues where it was left; a
    /// new one begins after the newest message.
    ///
    /// # Errors
    /// -3 for a name that is none, 90012 if another process reads it, 90010 without an account,
    /// 90004 beyond 64 subscriptions of this client, 90006 or 90020 if the disk is full or read-only,
    /// 34302, 90019 or 90007 if the stored messages cannot be opened.
    pub async fn subscribe<N>(&self, name: N) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        self.subscribe_from(name, Start::Now).await
    }

    /// The durable subscription with this name, of this app. It continues where it was left; a
    /// new one begins at `start`.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn subscribe_from<N>(&self, name: N, start: Start) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        self.subscribe_to(name, start, Filter::default()).await
    }

    /// The same, and only messages that the filter wants. It is not kept with the name: each
    /// subscribing brings its own.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn subscribe_to<N>(
        &self,
        name: N,
        start: Start,
        filter: Filter,
    ) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        self.subscribe_as(Kind::Durable, Some(name.try_into()?), start, filter)
            .await
    }

    /// A subscription without a name: from the next message to be stored on, for as long as this
    /// client lives.
    ///
    /// # Errors
    /// 90010 without an account, 90004 beyond 64 subscriptions of this client.
    pub async fn subscribe_now(&self) -> Result<Subscription, Error> {
        self.subscribe_now_to(Filter::default()).await
    }

    /// The same, and only messages that the filter wants.
    ///
    /// # Errors
    /// 90010 without an account, 90004 beyond 64 subscriptions of this client.
    pub async fn subscribe_now_to(&self, filter: Filter) -> Result<Subscription, Error> {
        self.subscribe_as(Kind::Ephemeral, None, Start::Now, filter)
            .await
    }

    /// A new reader of everything that happens from here on. Take one before connecting to see
    /// all of the connect.
    #[must_use]
    pub fn events(&self) -> Events {
        // Without a driver there is nothing to come: a stream that has ended.
        let ended = || broadcast::channel(1).1;
        Events::new(
            self.0
                .events
                .upgrade()
                .map_or_else(ended, |events| events.subscribe()),
        )
    }

    /// Has a function called with every change of the connection status, on a thread of the
    /// client. Any number may be registered; one that panics stops none of the others.
    pub fn on_status(&self, listener: impl Fn(StatusChange) + Send + Sync + 'static) -> ListenerId {
        let id = ListenerId(self.0.line.next_key());
        self.0.listeners.add_status(id, Arc::new(listener));
        id
    }

    /// Takes a status listener off; false if it was off already. A call of it that is under way
    /// is not waited for.
    pub fn remove_listener(&self, id: ListenerId) -> bool {
        self.0.listeners.remove_status(id)
    }

    /// Gives the daemon a reason to look at the link at once.
    ///
    /// # Errors
    /// What any call may end with.
    pub async fn hint(&self, hint: Hint) -> Result<(), Error> {
        self.0.line.call(Call::Hint(hint)).await.map(drop)
    }

    /// Asks the daemon for nothing, to see that it answers.
    ///
    /// # Errors
    /// What any call may end with.
    pub async fn ping(&self) -> Result<(), Error> {
        self.0.line.call(Call::Ping).await.map(drop)
    }

    /// One request and its answer.
    pub(crate) async fn rows(&self, request: Request) -> Result<Response, Error> {
        self.0.line.call(Call::Rows(request)).await
    }

    pub(crate) async fn call(&self, call: Call) -> Result<Response, Error> {
        self.0.line.call(call).await
    }

    async fn connect_limited(
        &self,
        token: Token,
        limit: Option<TimeLimit>,
        unreadable: Unreadable,
    ) -> Result<UserId, Error> {
        let call = Call::Connect {
            token,
            limit,
            unreadable,
            callback: None,
        };
        self.0.line.call(call).await.and_then(answer::connected)
    }

    async fn subscribe_as(
        &self,
        kind: Kind,
        name: Option<SubscriptionName>,
        start: Start,
        filter: Filter,
    ) -> Result<Subscription, Error> {
        // Made before the call: if this future is dropped, it gives back what the call brings.
        let (subscription, sink) = Subscription::new(kind, Arc::clone(&self.0.line));
        let key = subscription.key();
        self.0.line.tell(Command::Sink(key, sink));
        self.0
            .line
            .call(Call::Subscribe {
                key,
                name,
                start,
                filter: filter.into(),
            })
            .await?;
        Ok(subscription)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.line.tell(Command::Close);
    }
}
