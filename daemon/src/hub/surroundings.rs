//! What this machine tells of itself, passed on to every link.

use actix::StreamHandler;

use super::Hub;
use crate::driver::Driver;
use crate::surroundings::Change;

impl Hub {
    /// Tells a new link what the others know.
    pub(super) fn acquaint(&self, upstream: &Driver) {
        upstream.command(Change::Network(self.network).into());
    }
}

impl StreamHandler<Change> for Hub {
    fn handle(&mut self, change: Change, _: &mut Self::Context) {
        match change {
            Change::Network(network) => {
                self.network = network;
                self.registry.note_network(network);
            }
            Change::Hint(_) => {}
        }
        for upstream in self.upstreams.values() {
            upstream.command(change.into());
        }
    }

    /// A machine that tells no more is not the end of the house.
    fn finished(&mut self, _: &mut Self::Context) {}
}
