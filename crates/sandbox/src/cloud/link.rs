//! One open link.

use imlink_model::{Millis, UserId};
use imlink_wire::{ProtocolVersion, ServerPacket};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DeviceClass, LinkId};

/// The server's own message ids stay in the upper half: a client counts from 1 (or 0x1001), and an
/// echo must not carry an id the client itself waits for (protocol/cloud-wire.md 3.3).
const FIRST_MESSAGE_ID: u16 = 0x8000;

/// A link from its handshake to its end.
pub(super) struct Link {
    pub(super) user: UserId,
    pub(super) class: DeviceClass,
    pub(super) device: String,
    pub(super) since: Millis,
    pub(super) session: String,
    pub(super) version: ProtocolVersion,
    pub(super) standing: Standing,
    /// PUBACKs held back by a fault.
    pub(super) held_acks: Vec<ServerPacket>,
    last_message_id: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// CONNACK 0 was sent.
    Online,
    /// A fault keeps CONNACK back; the client may wait for ever.
    Silent,
    /// Told to go; the socket may live a little longer.
    Ended,
}

/// An open link, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkView {
    /// Its id.
    pub link: LinkId,
    /// Whose it is.
    #[schemars(with = "String")]
    pub user: UserId,
    /// The slot it takes.
    pub class: DeviceClass,
    /// The client's id of its device, empty if it sent none.
    pub device: String,
    /// When it was accepted.
    #[schemars(with = "i64")]
    pub since: Millis,
    /// The session id in its CONNACK.
    pub session: String,
}

impl Link {
    pub(super) fn new(
        user: UserId,
        greeting: &super::Greeting,
        session: String,
        standing: Standing,
        now: Millis,
    ) -> Self {
        Self {
            user,
            class: greeting.class,
            device: greeting.device.clone(),
            since: now,
            session,
            version: greeting.version,
            standing,
            held_acks: Vec::new(),
            last_message_id: FIRST_MESSAGE_ID,
        }
    }

    pub(super) fn is_online(&self) -> bool {
        self.standing == Standing::Online
    }

    pub(super) fn next_message_id(&mut self) -> u16 {
        let next = self.last_message_id.checked_add(1);
        self.last_message_id = next.unwrap_or(FIRST_MESSAGE_ID + 1);
        self.last_message_id
    }

    pub(super) fn view(&self, link: LinkId) -> LinkView {
        LinkView {
            link,
            user: self.user.clone(),
            class: self.class,
            device: self.device.clone(),
            since: self.since,
            session: self.session.clone(),
        }
    }
}
