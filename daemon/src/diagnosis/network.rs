//! Whether this machine has a way to anywhere but itself, as its network was last told of.

use std::time::Instant;

use imlink_ipc_proto::{Check, Finding, Seen};
use imlink_model::Code;
use imlink_model::uplink::Network;

use super::finding;

pub(super) fn look(network: Network) -> Finding {
    let (code, seen) = match network {
        Network::Available => (Code::SUCCESS, Seen::Route),
        Network::Unavailable => (Code::RC_NET_UNAVAILABLE, Seen::NoRoute),
    };
    finding(Check::Network, "this machine", code, seen, Instant::now())
}
