//! What the machine wants done.

use imlink_model::uplink::Record;
use imlink_wire::navigation::{GatewayAddress, NavigationRequest};
use imlink_wire::{ClientPacket, Handshake};

use crate::{Generation, RecordId};

/// To be performed by the shell, in this order.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ask a navigator; answer with [`Input::Navigated`](crate::Input::Navigated).
    Navigate {
        /// Goes into the answer.
        generation: Generation,
        /// What to ask, and whom.
        request: NavigationRequest,
    },
    /// Open a link; answer with [`Input::Opened`](crate::Input::Opened) or
    /// [`Input::Lost`](crate::Input::Lost), later with packets.
    Dial {
        /// Goes into every answer about this link.
        generation: Generation,
        /// Where to.
        target: GatewayAddress,
        /// The handshake, for that address.
        request: Handshake,
    },
    /// Write a packet. If it cannot be written, the link is [lost](crate::Input::Lost); does
    /// nothing if the link is gone.
    Transmit {
        /// The link.
        generation: Generation,
        /// What to write.
        packet: ClientPacket,
    },
    /// Drop the request, dial or link of this generation, after writing what was handed over
    /// before. Nothing about it need be told any more; does nothing if it is gone.
    Close {
        /// What to drop.
        generation: Generation,
    },
    /// Make this durable, in the order of the asking; answer with
    /// [`Input::Recorded`](crate::Input::Recorded) or
    /// [`Input::RecordFailed`](crate::Input::RecordFailed).
    Record {
        /// Goes into the answer.
        id: RecordId,
        /// What to make durable.
        record: Record,
    },
}
