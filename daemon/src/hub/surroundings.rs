//! What this machine tells of itself, passed on to every link.

use actix::{Addr, StreamHandler};

use super::Hub;
use crate::messages::Drive;
use crate::surroundings::Change;
use crate::upstream::Upstream;

impl Hub {
    /// Tells a new link what the others know.
    pub(super) fn acquaint(&self, upstream: &Addr<Upstream>) {
        upstream.do_send(Drive(Change::Network(self.network).into()));
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
            upstream.do_send(Drive(change.into()));
        }
    }

    /// A machine that tells no more is not the end of the house.
    fn finished(&mut self, _: &mut Self::Context) {}
}
