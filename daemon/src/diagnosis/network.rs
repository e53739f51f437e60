//! Whether this machine has a way to anywhere but itself, as its network was last told of.

use std::time::Instant;

use imlink_ipc_proto::{Check, Finding};
use imlink_model::Code;
use imlink_model::uplink::Network;

use super::finding;

pub(super) fn look(network: Network) -> Finding {
    let (code, detail) = match network {
        Network::Available => (Code::SUCCESS, "there is a route"),
        Network::Unavailable => (Code::RC_NET_UNAVAILABLE, "there is no route but to itself"),
    };
    finding(Check::Network, "this machine", code, detail, Instant::now())
}
