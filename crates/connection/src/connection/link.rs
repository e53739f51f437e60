//! Packets of an accepted link.

use std::time::Instant;

use bytes::Bytes;
use imlink_model::Code;
use imlink_model::uplink::Event;
use imlink_wire::notify::Notification;
use imlink_wire::proto::{DownStreamMessage, decode_body};
use imlink_wire::{ClientPacket, DecodeError, QoS, ServerPacket, topic};
use tracing::{debug, warn};

use super::Connection;
use super::rooms::is_of_room;
use super::sending::Echo;
use crate::Generation;
use crate::incoming::{Reader, is_direct};
use crate::keepalive::Due;
use crate::refusal::Refusal;
use crate::state::{Link, Online, Phase, State, Trust};

impl Connection {
    pub(super) fn on_packet(
        &mut self,
        generation: Generation,
        packet: Result<ServerPacket, DecodeError>,
        now: Instant,
    ) {
        if self.dialing(generation).is_some() {
            return self.on_greeting(generation, packet, now);
        }
        if !self.is_linked(generation) {
            return;
        }
        if packet != Ok(ServerPacket::PingResp) {
            self.on_alive(generation, now);
        }
        match packet {
            Ok(packet) => self.on_link_packet(generation, packet, now),
            // A newer server may say more than we know (F-S12).
            Err(DecodeError::Kind(_)) => self.dropped.packets += 1,
            Err(error) => {
                warn!(%error, "Garbage on the link");
                self.dropped.packets += 1;
                self.give_up_link(generation, Code::RC_SOCKET_DISCONNECTED, now);
            }
        }
    }

    /// Something came, if only bytes.
    pub(super) fn on_alive(&mut self, generation: Generation, now: Instant) {
        if let Some(link) = self.link(generation) {
            link.keepalive.on_life(now);
            self.trust_link();
        }
    }

    pub(super) fn on_link_timeout(&mut self, now: Instant) {
        self.check_link(now);
        let State::Active(active) = &mut self.state else {
            return;
        };
        let link = match &mut active.phase {
            Phase::Greeted(link) => link,
            Phase::Online(online) => &mut online.link,
            Phase::Asking(_)
            | Phase::Unrestored { .. }
            | Phase::Dialing(_)
            | Phase::Waiting { .. }
            | Phase::Paused { .. } => return,
        };
        let generation = link.generation;
        match link.keepalive.handle_timeout(now) {
            None => {}
            Some(Due::Ping) => self.outlet.transmit(generation, ClientPacket::PingReq),
            Some(Due::Dead) => self.give_up_link(generation, Code::RC_PING_EXCEED_LIMIT, now),
        }
    }

    fn on_link_packet(&mut self, generation: Generation, packet: ServerPacket, now: Instant) {
        match packet {
            ServerPacket::ConnAck(_) => self.dropped.packets += 1,
            ServerPacket::Publish {
                sync: true,
                topic,
                target,
                message_id,
                date,
                body,
                ..
            } => {
                self.on_echo(Echo {
                    topic: &topic,
                    target: &target,
                    message_id,
                    date,
                    body,
                });
            }
            ServerPacket::Publish {
                sync: false,
                qos,
                topic,
                message_id,
                body,
                ..
            } => {
                // Before anything is done with it, as in the SDK: it promises nothing but arrival.
                if qos == QoS::AtLeastOnce {
                    self.outlet
                        .transmit(generation, ClientPacket::PubAck { message_id });
                }
                self.on_publish(&topic, body);
            }
            ServerPacket::PubAck {
                message_id,
                date,
                status,
                millisecond,
                message_uid,
            } => {
                let at = ServerPacket::sent_time(date, millisecond);
                self.on_puback(message_id, status, at, message_uid, now);
            }
            ServerPacket::QueryAck {
                qos,
                message_id,
                status,
                body,
                ..
            } => {
                self.on_query_ack(qos, message_id, status, body, now);
            }
            ServerPacket::PingResp => {
                if let Some(link) = self.link(generation) {
                    link.keepalive.on_pong(now);
                }
                self.trust_link();
            }
            ServerPacket::Disconnect { status } => {
                debug!(status, "The cloud disconnects");
                self.outlet.close(generation);
                self.end_link(now);
                self.refuse(Refusal::of_disconnect(status), now);
            }
        }
    }

    /// Before the account's rows are there nothing of it can be used; the pull that follows brings
    /// it.
    fn on_publish(&mut self, topic: &str, body: Bytes) {
        let Some(work) = self.online() else { return };
        if topic == topic::DIRECT_MESSAGE {
            return self.on_direct_message(body);
        }
        match Notification::read(topic, body) {
            Ok(Some(Notification::Messages { time })) => work.account.pull.want(time),
            Ok(Some(Notification::ChatroomMessages { chatroom, time })) => {
                work.account.rooms.want(&chatroom, time);
            }
            Ok(Some(Notification::ChatroomDestroyed { chatroom, .. })) => {
                let events = work.account.rooms.destroyed(&chatroom);
                work.outlet.tell_all(events);
            }
            Ok(Some(
                Notification::ChatroomEntries { .. }
                | Notification::Changed { .. }
                | Notification::Unknown { .. },
            )) => debug!("A notification of something that is not kept"),
            Ok(None) => debug!("A publication of a topic that is not known"),
            Err(error) => {
                debug!(%error, "A notification that cannot be read");
                work.account.pull.want_anything();
            }
        }
    }

    /// A message itself: shown if it is never pulled, else only a hint to pull.
    fn on_direct_message(&mut self, body: Bytes) {
        let Some(work) = self.online() else { return };
        let message: DownStreamMessage = match decode_body(body) {
            Ok(message) => message,
            Err(error) => {
                debug!(%error, "A message that cannot be read");
                return work.account.pull.want_anything();
            }
        };
        if !is_direct(&message) {
            return work.account.pull.want(message.data_time);
        }
        let link = &work.online.link;
        match (Reader {
            user: &link.user,
            connected_at: link.connected_at,
        })
        .any(message)
        {
            Ok(message) if is_of_room(&message) => {
                let told = work.account.rooms.push(message);
                work.outlet.tell_all(told);
            }
            Ok(message) => work.outlet.event(Event::Transient(message)),
            Err(error) => {
                warn!(%error, "Skipped a message that cannot be represented");
                work.dropped.messages += 1;
            }
        }
    }

    pub(super) fn link(&mut self, generation: Generation) -> Option<&mut Link> {
        let link = match &mut self.active()?.phase {
            Phase::Greeted(link) => link,
            Phase::Online(online) => &mut online.link,
            Phase::Asking(_)
            | Phase::Unrestored { .. }
            | Phase::Dialing(_)
            | Phase::Waiting { .. }
            | Phase::Paused { .. } => return None,
        };
        (link.generation == generation).then_some(link)
    }
}

impl Online {
    /// When the link wants attention.
    pub(super) fn deadline(&self) -> Instant {
        let due = self.link.keepalive.deadline();
        match self.trust {
            Trust::Checking {
                probe_at: Some(probe_at),
            } => due.min(probe_at),
            Trust::Checking { probe_at: None } | Trust::Working | Trust::Unplugged => due,
        }
    }
}
