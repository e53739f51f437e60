//! Everything that goes wrong on demand.

use super::Sandbox;
use crate::{
    App, Fault, Lasting, LinkId, Policy, Scope,
    server::{Ending, Injection, TransportFaults, port::ToSession, world::World},
};

impl Sandbox {
    /// Arms a fault of the cloud's behaviour.
    pub fn add_fault(&self, fault: Fault, scope: Scope, lasting: Lasting) {
        self.with_app(|app| app.add_fault(fault, scope, lasting));
    }

    /// Disarms all faults of the cloud's behaviour and of the transport.
    pub fn clear_faults(&self) {
        self.with_app(App::clear_faults);
        self.set_transport(&Scope::Everyone, &TransportFaults::default());
    }

    /// Sets the transport faults of a user's links, now and to come; or those of all connections
    /// of this app, whose users' own are forgotten. A connection that has not named an app yet
    /// counts as the default app's.
    pub fn set_transport(&self, scope: &Scope, faults: &TransportFaults) {
        self.shared
            .act(|world, _| world.set_transport(&self.key, scope, faults));
    }

    /// Changes the transport faults of a user's links, or of all connections of this app. What cannot be
    /// changed is refused and leaves them as they are.
    ///
    /// # Errors
    /// The change's.
    pub fn change_transport<E>(
        &self,
        scope: &Scope,
        change: impl FnOnce(&TransportFaults) -> Result<TransportFaults, E>,
    ) -> Result<TransportFaults, E> {
        self.shared.act(|world, _| {
            let mut set = world.transport(&self.key).into_iter();
            let current = set.find(|(of, _)| of == scope).map(|(_, faults)| faults);
            let faults = change(&current.unwrap_or_default())?;
            world.set_transport(&self.key, scope, &faults);
            Ok(faults)
        })
    }

    /// The transport faults that are set, everyone's first.
    #[must_use]
    pub fn transport_faults(&self) -> Vec<(Scope, TransportFaults)> {
        self.shared.act(|world, _| world.transport(&self.key))
    }

    /// Ends connections without a word; everyone means all connections of this app, with those
    /// that have named none for the default app. Says how many.
    pub fn drop_links(&self, scope: &Scope, ending: Ending) -> usize {
        self.shared
            .act(|world, now| world.drop_links(&self.key, scope, ending, now))
    }

    /// Sends a client what no cloud would. False if there is no such link.
    pub fn inject(&self, link: LinkId, injection: Injection) -> bool {
        self.shared
            .act(|world, now| world.send(link, ToSession::Inject(injection), now))
    }

    /// Changes the standing rules.
    pub fn change_policy(&self, change: impl FnOnce(&mut Policy)) {
        self.with_app(|app| change(app.policy_mut()));
    }

    pub(in crate::server) fn app_in<'w>(&self, world: &'w mut World) -> &'w mut App {
        world
            .cloud
            .app_mut(&self.key)
            .expect("apps are never removed")
    }
}
