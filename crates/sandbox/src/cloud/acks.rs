//! PUBACKs, and the faults that lose, double and shuffle them.

use imlink_model::Millis;
use imlink_wire::ServerPacket;

use super::{App, Fault, LinkId, message::Message, publish::Sending, send::seconds};

/// What a PUBACK says of what it accepts; a read position has no uid.
#[derive(Clone, Copy)]
pub(super) struct Accepted<'m> {
    pub(super) uid: &'m str,
    pub(super) time: Millis,
}

impl<'m> From<&'m Message> for Accepted<'m> {
    fn from(message: &'m Message) -> Self {
        Self {
            uid: &message.uid,
            time: message.time,
        }
    }
}

impl App {
    /// Tells the sender that his PUBLISH was accepted.
    pub(super) fn acknowledge(&mut self, sending: &Sending, accepted: Accepted) {
        let Sending {
            link,
            message_id,
            accepted_as,
            ..
        } = *sending;
        let packet = puback(message_id, accepted_as, accepted);
        let Some(user) = self.links.get(&link).map(|link| link.user.clone()) else {
            return;
        };
        if self
            .strikes(Some(&user), |fault| {
                matches!(fault, Fault::DropAck).then_some(())
            })
            .is_some()
        {
            return;
        }
        if self.hold_ack(link, &packet) {
            return;
        }
        self.send(link, packet.clone());
        let doubled = self.strikes(Some(&user), |fault| {
            matches!(fault, Fault::DuplicateAck).then_some(())
        });
        if doubled.is_some() {
            self.send(link, packet);
        }
    }

    /// Tells the sender that his PUBLISH was not accepted.
    pub(super) fn refuse_publish(
        &mut self,
        link: LinkId,
        message_id: u16,
        status: u16,
        now: Millis,
    ) {
        let nothing = Accepted { uid: "", time: now };
        self.send(link, puback(message_id, status, nothing));
    }

    /// Completes an echo, which carries no time and no uid of its own.
    pub(super) fn complete_echo(&mut self, link: LinkId, message_id: u16, accepted: Accepted) {
        self.send(link, puback(message_id, 0, accepted));
    }

    /// Lets held PUBACKs go, in the order they were made.
    pub(super) fn release_acks(&mut self, link: LinkId) {
        let Some(state) = self.links.get_mut(&link) else {
            return;
        };
        for packet in std::mem::take(&mut state.held_acks) {
            self.send(link, packet);
        }
    }

    /// Holds a PUBACK back if a fault says so; the last one of a window lets all go in reverse.
    fn hold_ack(&mut self, link: LinkId, packet: &ServerPacket) -> bool {
        let Some(state) = self.links.get_mut(&link) else {
            return false;
        };
        let window = |fault: &Fault| match fault {
            Fault::ReorderAcks { window } => Some(usize::from(*window)),
            _ => None,
        };
        let Some(window_size) = self.faults.find(Some(&state.user), window) else {
            return false;
        };
        state.held_acks.push(packet.clone());
        if state.held_acks.len() >= window_size {
            state.held_acks.reverse();
            let user = state.user.clone();
            self.strikes(Some(&user), window);
            self.release_acks(link);
        }
        true
    }
}

/// The date of a PUBACK is split: seconds and what is left of them (protocol/cloud-wire.md 3.3).
fn puback(message_id: u16, status: u16, accepted: Accepted) -> ServerPacket {
    let Accepted { uid, time } = accepted;
    let millisecond = u16::try_from(time.0.rem_euclid(1000)).unwrap_or_default();
    ServerPacket::PubAck {
        message_id,
        date: seconds(time),
        status,
        millisecond,
        message_uid: uid.to_owned(),
    }
}
