//! What the machine wants done.

use imlink_model::uplink::Record;
use imlink_wire::navigation::{GatewayAddress, NavigationRequest};
use imlink_wire::tcp::Connect;
use imlink_wire::{ClientPacket, Handshake};

use crate::{Generation, RecordId};

/// What a link begins with. Holds the token; `Debug` hides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// The upgrade URL of a WebSocket.
    WebSocket(Handshake),
    /// The first packet of a TCP or TLS stream.
    Tcp(Connect),
}

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
        /// What is said first, in the form of that address.
        greeting: Greeting,
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
