//! An app: the client library, and what it was told.

use std::time::Duration;

use imlink::{
    Builder, Client, ConnectionStatus, DetachedCalls, Event, Events, StatusChange, Subscription,
};
use imlink_sandbox::Sandbox;

use crate::cloud::{token, words};
use crate::{DEADLINE, Setup, within};

/// An app that uses the client library. Its events are kept from the start, and each change of its
/// status is judged when it is looked at: it must be one that may follow the one before.
#[derive(Debug)]
pub struct App {
    /// What it calls.
    pub client: Client,
    events: Events,
    /// The status it saw last; `None` if one was missed.
    seen: Option<ConnectionStatus>,
}

impl App {
    /// An app that has not called anything yet.
    ///
    /// Calls it makes while no daemon is attached wait for the next one, as far as a test does.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn new(setup: &Setup, cloud: &Sandbox, name: &str) -> Self {
        Self::of_key(setup, cloud.app_key().as_str(), name)
    }

    /// The same, of another app of the vendor.
    ///
    /// # Panics
    /// If the name or key is none.
    #[must_use]
    pub fn of_key(setup: &Setup, app_key: &str, name: &str) -> Self {
        Self::of(Client::builder(app_key).app_id(name).socket(setup.socket()))
    }

    /// The same, with other settings. Its calls wait for the next daemon all the same.
    ///
    /// # Panics
    /// If a setting is none.
    #[must_use]
    pub fn of(builder: Builder) -> Self {
        let client = builder
            .detached_calls(DetachedCalls::WaitUpTo(DEADLINE))
            .build()
            .unwrap();
        let events = client.events();
        Self {
            client,
            events,
            seen: Some(ConnectionStatus::Unconnected),
        }
    }

    /// An app that is connected as that user.
    ///
    /// # Panics
    /// If it cannot be connected.
    pub async fn connected(setup: &Setup, cloud: &Sandbox, name: &str, user: &str) -> Self {
        let app = Self::new(setup, cloud, name);
        app.connect(cloud, user).await;
        app
    }

    /// Makes the app ready and connects it as that user.
    ///
    /// # Panics
    /// If it cannot be connected.
    pub async fn connect(&self, cloud: &Sandbox, user: &str) {
        within("init", self.client.init()).await.unwrap();
        let found = within("connect", self.client.connect(token(cloud, user)))
            .await
            .unwrap();
        assert_eq!(found.as_str(), user);
    }

    /// The next event.
    ///
    /// # Panics
    /// If none comes.
    pub async fn event(&mut self) -> Event {
        within("an event", self.next()).await
    }

    /// Waits for an event in which `look` finds something; those before it are passed over.
    ///
    /// # Panics
    /// If none comes, with those that did.
    pub async fn sees<T>(&mut self, awaited: &str, mut look: impl FnMut(&Event) -> Option<T>) -> T {
        let mut others = Vec::new();
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                let event = self.next().await;
                match look(&event) {
                    Some(found) => return found,
                    None => others.push(event),
                }
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("not within {DEADLINE:?}: {awaited}; but {others:?}"),
        }
    }

    /// Waits until its status is that one.
    ///
    /// # Panics
    /// If it does not change to it.
    pub async fn shows(&mut self, wanted: ConnectionStatus) -> StatusChange {
        self.sees(&format!("status {wanted:?}"), |event| match event {
            Event::Status(change) if change.status == wanted => Some(*change),
            _ => None,
        })
        .await
    }

    /// The changes of its status that came so far and were not looked at, without waiting.
    pub async fn statuses(&mut self) -> Vec<StatusChange> {
        let rest = self.rest().await.into_iter();
        rest.filter_map(|event| match event {
            Event::Status(change) => Some(change),
            _ => None,
        })
        .collect()
    }

    /// The events that came so far and were not looked at, without waiting for more.
    pub async fn rest(&mut self) -> Vec<Event> {
        let mut rest = Vec::new();
        while let Ok(event) = tokio::time::timeout(Duration::ZERO, self.next()).await {
            rest.push(event);
        }
        rest
    }

    /// Sees that nothing is going to connect it again: every account of the daemon has come to an
    /// end with nothing due, and the app sees nothing more.
    ///
    /// # Panics
    /// If something is, or it does.
    pub async fn stays_away(&mut self) {
        // The driver of a link that was given up may be told a moment later.
        within("nothing is due", async { while !self.is_away().await {} }).await;
        assert_eq!(self.statuses().await, []);
    }

    /// Whether every account of the daemon is at an end, with no attempt due.
    async fn is_away(&self) -> bool {
        let report = self.client.daemon_status().await.unwrap();
        report.accounts.iter().all(|account| {
            let status = ConnectionStatus::from_number(account.status);
            account.next_attempt_in_ms.is_none() && status.is_some_and(ConnectionStatus::is_final)
        })
    }

    async fn next(&mut self) -> Event {
        let event = self.events.next().await.expect("the client lives");
        match &event {
            Event::Status(change) => {
                let (before, next) = (self.seen.replace(change.status), change.status);
                let legal = before.is_none_or(|before| before.may_become(next));
                assert!(legal, "{before:?} became {change:?}");
            }
            Event::Lagged { .. } => self.seen = None,
            _ => {}
        }
        event
    }
}

/// The words of the next message of a subscription, which is acknowledged. One that comes again,
/// because its acknowledgement did not reach the last daemon, says so and is passed over.
///
/// # Panics
/// If none comes or the subscription ends.
pub async fn next_words(subscription: &mut Subscription) -> String {
    loop {
        let delivery = within("a message", subscription.next())
            .await
            .expect("the subscription goes on")
            .unwrap();
        delivery.acknowledge();
        if !delivery.redelivered() {
            return words(delivery.message().body.as_str());
        }
    }
}
