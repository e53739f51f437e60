//! Echoes: the sender's other devices see what he sent (protocol/cloud-wire.md 3.6).

use imlink_model::{Millis, UserId};
use imlink_wire::{QoS, ServerPacket, topic};

use super::{App, acks::Accepted, publish::Sending, send::seconds};

impl App {
    /// Sends the PUBLISH as it came, with the sync bit, to the sender's other links; then the
    /// PUBACK that completes it, unless clients wait for none.
    pub(super) fn echo(
        &mut self,
        sending: &Sending,
        sender: &UserId,
        accepted: Accepted,
        now: Millis,
    ) {
        for other in self.links_of(sender) {
            if other == sending.link {
                continue;
            }
            let Some(state) = self.links.get_mut(&other) else {
                continue;
            };
            let message_id = state.next_message_id();
            let packet = ServerPacket::Publish {
                sync: true,
                qos: QoS::AtLeastOnce,
                date: seconds(now),
                topic: sending.topic.clone(),
                target: sending.target.clone(),
                message_id,
                body: sending.body.clone(),
            };
            self.send(other, packet);
            if !topic::ECHOES_WITHOUT_PUBACK.contains(&sending.topic.as_str()) {
                self.complete_echo(other, message_id, accepted);
            }
        }
    }
}
