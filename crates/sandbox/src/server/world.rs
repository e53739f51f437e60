//! Everything behind the one lock.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use imlink_model::{AppKey, Millis, UserId};
use tokio::sync::mpsc;

use super::{
    TransportFaults,
    clock::Clock,
    data::{Bell, Snapshot},
    gateway,
    port::{Ending, Port, PortEnds, ToSession},
    webhook::{Callback, Callbacks},
};
use crate::{Cloud, LinkId, Output, Presence, Scope};

/// The cloud and the ports through which it speaks.
pub(super) struct World {
    pub(super) cloud: Cloud,
    clock: Clock,
    ports: BTreeMap<LinkId, Port>,
    /// Whence connections come.
    peers: BTreeMap<LinkId, SocketAddr>,
    callbacks: Callbacks,
    last_link: u64,
    /// The app that a connection has named; until then it counts as the default one's.
    named: BTreeMap<LinkId, AppKey>,
    /// For all connections of an app, those to come too.
    transport: BTreeMap<AppKey, TransportFaults>,
    /// For links to come, once it is known whose they are.
    user_transport: BTreeMap<(AppKey, UserId), TransportFaults>,
}

/// What handle, HTTP and gateway share.
pub(super) struct Shared {
    world: Mutex<World>,
    changed: Condvar,
    /// Wakes whoever writes the state, if anybody does.
    bell: Option<Arc<Bell>>,
    pub(super) gateway: mpsc::UnboundedSender<gateway::Order>,
    /// See [`Config::handshake_time`](super::Config::handshake_time).
    pub(super) handshake_time: Duration,
}

impl Shared {
    pub(super) fn new(
        (cloud, clock): (Cloud, Clock),
        bell: Option<Arc<Bell>>,
        gateway: mpsc::UnboundedSender<gateway::Order>,
        callbacks: Callbacks,
        handshake_time: Duration,
    ) -> Self {
        let world = World {
            cloud,
            clock,
            ports: BTreeMap::new(),
            peers: BTreeMap::new(),
            callbacks,
            last_link: 0,
            named: BTreeMap::new(),
            transport: BTreeMap::new(),
            user_transport: BTreeMap::new(),
        };
        Self {
            world: Mutex::new(world),
            changed: Condvar::new(),
            bell,
            gateway,
            handshake_time,
        }
    }

    /// Acts on the world, then carries out what follows from it.
    pub(super) fn act<T>(&self, act: impl FnOnce(&mut World, Millis) -> T) -> T {
        let mut world = self.lock();
        let now = world.clock.now();
        let result = act(&mut world, now);
        world.carry_out(now);
        drop(world);
        self.changed.notify_all();
        if let Some(bell) = &self.bell {
            bell.ring();
        }
        result
    }

    /// Everything that outlives a run.
    pub(super) fn snapshot(&self) -> Snapshot {
        let world = self.lock();
        Snapshot {
            ahead: world.clock.ahead(),
            cloud: world.cloud.save(),
        }
    }

    /// Waits until something holds; false if it does not within the limit.
    pub(super) fn wait(&self, limit: Duration, mut holds: impl FnMut(&Cloud) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut world = self.lock();
        while !holds(&world.cloud) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return false;
            };
            let waited = self.changed.wait_timeout(world, left);
            world = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// A panic elsewhere must not hide behind a second one here: what it left is still readable.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    pub(super) fn advance_clock(&mut self, by: Duration) {
        self.clock.advance(by);
    }

    /// A new connection, not yet a link.
    pub(super) fn add_port(&mut self, peer: Option<SocketAddr>) -> (LinkId, PortEnds) {
        self.last_link += 1;
        let link = LinkId(self.last_link);
        let faults = self.transport_of(self.cloud.default_key());
        let (port, ends) = Port::new(faults);
        self.ports.insert(link, port);
        self.peers.extend(peer.map(|peer| (link, peer)));
        (link, ends)
    }

    /// The connection is gone.
    pub(super) fn remove_port(&mut self, link: LinkId, now: Millis) {
        self.ports.remove(&link);
        self.cloud.closed(link, now);
        self.carry_out(now);
        self.peers.remove(&link);
        self.named.remove(&link);
    }

    /// Notes which app a link belongs to and gives it the transport faults of its user, or else
    /// those of everyone of that app.
    pub(super) fn adopt(&mut self, app: &AppKey, link: LinkId) {
        self.named.insert(link, app.clone());
        let links = self
            .cloud
            .app(app)
            .map(crate::App::links)
            .unwrap_or_default();
        let user = links
            .into_iter()
            .find(|view| view.link == link)
            .map(|view| view.user);
        let faults = user.and_then(|user| self.user_transport.get(&(app.clone(), user)));
        let faults = faults.cloned().unwrap_or_else(|| self.transport_of(app));
        if let Some(port) = self.ports.get(&link) {
            port.set_faults(faults);
        }
    }

    fn transport_of(&self, app: &AppKey) -> TransportFaults {
        self.transport.get(app).cloned().unwrap_or_default()
    }

    /// Sets the transport faults of an app's connections that are and that come.
    pub(super) fn set_transport(&mut self, app: &AppKey, scope: &Scope, faults: &TransportFaults) {
        match scope {
            Scope::Everyone => {
                self.transport.insert(app.clone(), faults.clone());
                self.user_transport.retain(|(of_app, _), _| of_app != app);
            }
            Scope::User(user) => {
                self.user_transport
                    .insert((app.clone(), user.clone()), faults.clone());
            }
        }
        for link in self.links_in(app, scope) {
            if let Some(port) = self.ports.get(&link) {
                port.set_faults(faults.clone());
            }
        }
    }

    /// The transport faults that are set in an app, everyone's first.
    pub(super) fn transport(&self, app: &AppKey) -> Vec<(Scope, TransportFaults)> {
        let of_users = self
            .user_transport
            .iter()
            .filter(|((of_app, _), _)| of_app == app)
            .map(|((_, user), faults)| (Scope::User(user.clone()), faults.clone()));
        let all = std::iter::once((Scope::Everyone, self.transport_of(app))).chain(of_users);
        all.filter(|(_, faults)| *faults != TransportFaults::default())
            .collect()
    }

    /// Ends connections without a word. Says how many.
    pub(super) fn drop_links(
        &mut self,
        app: &AppKey,
        scope: &Scope,
        ending: Ending,
        now: Millis,
    ) -> usize {
        let links = self.links_in(app, scope);
        for link in &links {
            self.end_port(*link, ending, now);
        }
        links.len()
    }

    /// Queues a step for a connection. False if there is no such connection.
    pub(super) fn send(&mut self, link: LinkId, step: ToSession, now: Millis) -> bool {
        let Some(port) = self.ports.get(&link) else {
            return false;
        };
        if port.send(step).is_err() {
            tracing::warn!(%link, "Link closed: the client is too slow");
            self.end_port(link, Ending::Close, now);
        }
        true
    }

    fn end_port(&mut self, link: LinkId, ending: Ending, now: Millis) {
        if let Some(port) = self.ports.remove(&link) {
            port.end(ending);
        }
        self.cloud.closed(link, now);
    }

    /// Everyone means every connection of the app; one that has named none counts as the default
    /// app's.
    fn links_in(&self, app: &AppKey, scope: &Scope) -> Vec<LinkId> {
        match scope {
            Scope::Everyone => {
                let links = self.ports.keys().copied();
                links
                    .filter(|link| {
                        let named = self.named.get(link);
                        named.unwrap_or_else(|| self.cloud.default_key()) == app
                    })
                    .collect()
            }
            Scope::User(user) => {
                let links = self
                    .cloud
                    .app(app)
                    .map(crate::App::links)
                    .unwrap_or_default();
                links
                    .into_iter()
                    .filter(|view| view.user == *user)
                    .map(|view| view.link)
                    .collect()
            }
        }
    }

    fn carry_out(&mut self, now: Millis) {
        while let Some(output) = self.cloud.poll_output() {
            match output {
                Output::Send { link, packet } => self.send(link, ToSession::Packet(packet), now),
                Output::Close { link } => self.send(link, ToSession::Close, now),
                Output::Presence { app, event } => self.call_back(&app, &event, now),
            };
        }
    }

    /// Has the app server of a user told. False if there is nobody to tell.
    fn call_back(&self, app: &AppKey, event: &Presence, now: Millis) -> bool {
        let peer = self.peers.get(&event.link);
        let app = self.cloud.app(app);
        let callback = app.and_then(|app| Callback::presence(app, event, peer.copied(), now));
        callback.is_some_and(|callback| self.callbacks.send(callback))
    }
}
