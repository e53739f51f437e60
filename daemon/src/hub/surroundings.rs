//! What this machine tells of itself, passed on to every link.
//!
//! A link through a proxy on this machine is told of no missing network: the proxy is reached all the
//! same (decisions.md P5), and only a try shows what lies behind it.

use actix::StreamHandler;
use imlink_model::Proxy;
use imlink_model::uplink::{Command, Hint, Network};

use super::Hub;
use crate::driver::Driver;
use crate::surroundings::Change;

impl Hub {
    /// Tells a link whether there is a network for it.
    pub(super) fn acquaint(&self, upstream: &Driver) {
        let network = match self.goes_through_here() {
            true => Network::Available,
            false => self.network,
        };
        upstream.command(Command::Network(network));
    }

    fn goes_through_here(&self) -> bool {
        self.proxy.current().is_some_and(Proxy::is_loopback)
    }

    /// Notes a change; what every link should know of it.
    fn heed(&mut self, change: Change) -> Option<Command> {
        let network = match change {
            Change::Network(network) => network,
            Change::Hint(hint) => return Some(Command::Hint(hint)),
        };
        let before = std::mem::replace(&mut self.network, network);
        self.registry.note_network(network);
        match self.goes_through_here() {
            false => Some(Command::Network(network)),
            true => (before != network).then_some(Command::Hint(Hint::NetworkChanged)),
        }
    }
}

impl StreamHandler<Change> for Hub {
    fn handle(&mut self, change: Change, _: &mut Self::Context) {
        let Some(command) = self.heed(change) else {
            return;
        };
        for upstream in self.upstreams.values() {
            upstream.command(command.clone());
        }
    }

    /// A machine that tells no more is not the end of the house.
    fn finished(&mut self, _: &mut Self::Context) {}
}
