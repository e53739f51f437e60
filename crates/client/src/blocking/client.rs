//! The blocking client.

use std::time::Duration;

use imlink_model::{AppKey, ClientMessageId, ConnectionStatus, SubscriptionName, Token, UserId};

use super::runtime::Runtime;
use super::streams::{Events, SendReceipt, Subscription};
use crate::{
    Builder, ConnectCallback, Error, Filter, Finding, Hint, ListenerId, Outgoing, SendState, Start,
    StatusChange, StatusReport,
};

/// The blocking form of [`crate::Client`]; each verb is described there.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) client: crate::Client,
    pub(super) runtime: Runtime,
}

impl Client {
    /// Makes the client; see [`Builder::build`].
    ///
    /// # Errors
    /// As for [`Builder::build`]; -1 if the system gives no thread.
    pub fn new(builder: Builder) -> Result<Self, Error> {
        let (client, driver) = builder.prepare()?;
        Ok(Self {
            client,
            runtime: Runtime::start(driver)?,
        })
    }

    /// See [`crate::Client::init`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn init(&self) -> Result<(), Error> {
        self.runtime.wait(self.client.init())?
    }

    /// See [`crate::Client::connect`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn connect(&self, token: Token) -> Result<UserId, Error> {
        self.runtime.wait(self.client.connect(token))?
    }

    /// See [`crate::Client::connect_within`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn connect_within(&self, token: Token, limit: Duration) -> Result<UserId, Error> {
        self.runtime
            .wait(self.client.connect_within(token, limit))?
    }

    /// See [`crate::Client::connect_with`].
    pub fn connect_with(&self, token: Token, limit: Duration, callback: ConnectCallback) {
        self.client.connect_with(token, limit, callback);
    }

    /// See [`crate::Client::connect_or_begin_anew`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn connect_or_begin_anew(&self, token: Token, limit: Duration) -> Result<UserId, Error> {
        self.runtime
            .wait(self.client.connect_or_begin_anew(token, limit))?
    }

    /// See [`crate::Client::purge`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn purge(&self, app_key: AppKey, user: UserId) -> Result<(), Error> {
        self.runtime.wait(self.client.purge(app_key, user))?
    }

    /// See [`crate::Client::join`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn join(&self) -> Result<UserId, Error> {
        self.runtime.wait(self.client.join())?
    }

    /// See [`crate::Client::join_user`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn join_user(&self, user: UserId) -> Result<UserId, Error> {
        self.runtime.wait(self.client.join_user(user))?
    }

    /// See [`crate::Client::disconnect`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn disconnect(&self) -> Result<(), Error> {
        self.runtime.wait(self.client.disconnect())?
    }

    /// See [`crate::Client::logout`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn logout(&self) -> Result<(), Error> {
        self.runtime.wait(self.client.logout())?
    }

    /// See [`crate::Client::status`].
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        self.client.status()
    }

    /// See [`crate::Client::daemon_status`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn daemon_status(&self) -> Result<StatusReport, Error> {
        self.runtime.wait(self.client.daemon_status())?
    }

    /// See [`crate::Client::diagnose`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn diagnose(&self) -> Result<Vec<Finding>, Error> {
        self.runtime.wait(self.client.diagnose())?
    }

    /// See [`crate::Client::send`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn send(&self, message: Outgoing) -> Result<SendReceipt, Error> {
        let receipt = self.runtime.wait(self.client.send(message))??;
        Ok(SendReceipt {
            receipt,
            runtime: self.runtime.clone(),
        })
    }

    /// See [`crate::Client::send_state`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn send_state(&self, client_id: ClientMessageId) -> Result<Option<SendState>, Error> {
        self.runtime.wait(self.client.send_state(client_id))?
    }

    /// See [`crate::Client::subscribe`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn subscribe<N>(&self, name: N) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        self.subscribe_from(name, Start::Now)
    }

    /// See [`crate::Client::subscribe_from`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn subscribe_from<N>(&self, name: N, start: Start) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        self.subscribe_to(name, start, Filter::default())
    }

    /// See [`crate::Client::subscribe_to`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn subscribe_to<N>(
        &self,
        name: N,
        start: Start,
        filter: Filter,
    ) -> Result<Subscription, Error>
    where
        N: TryInto<SubscriptionName>,
        Error: From<N::Error>,
    {
        let subscription = self
            .runtime
            .wait(self.client.subscribe_to(name, start, filter))??;
        Ok(Subscription {
            subscription,
            runtime: self.runtime.clone(),
        })
    }

    /// See [`crate::Client::subscribe_now`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn subscribe_now(&self) -> Result<Subscription, Error> {
        self.subscribe_now_to(Filter::default())
    }

    /// See [`crate::Client::subscribe_now_to`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn subscribe_now_to(&self, filter: Filter) -> Result<Subscription, Error> {
        let subscription = self.runtime.wait(self.client.subscribe_now_to(filter))??;
        Ok(Subscription {
            subscription,
            runtime: self.runtime.clone(),
        })
    }

    /// See [`crate::Client::events`].
    #[must_use]
    pub fn events(&self) -> Events {
        Events {
            events: self.client.events(),
            runtime: self.runtime.clone(),
        }
    }

    /// See [`crate::Client::on_status`].
    pub fn on_status(&self, listener: impl Fn(StatusChange) + Send + Sync + 'static) -> ListenerId {
        self.client.on_status(listener)
    }

    /// See [`crate::Client::remove_listener`].
    pub fn remove_listener(&self, id: ListenerId) -> bool {
        self.client.remove_listener(id)
    }

    /// See [`crate::Client::hint`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn hint(&self, hint: Hint) -> Result<(), Error> {
        self.runtime.wait(self.client.hint(hint))?
    }

    /// See [`crate::Client::ping`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn ping(&self) -> Result<(), Error> {
        self.runtime.wait(self.client.ping())?
    }
}
