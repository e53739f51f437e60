//! Dialling gateways until one accepts.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use imlink_model::uplink::IdentifiedBy;
use imlink_model::{Code, Millis, UserId};
use imlink_wire::navigation::{GatewayAddress, gateway_token};
use imlink_wire::status::ACCEPTED;
use imlink_wire::{
    ClientPacket, ConnAck, DecodeError, Handshake, ProtocolVersion, ServerPacket, Session,
};
use tracing::{debug, warn};

use super::Connection;
use crate::directory::Listing;
use crate::keepalive::Keepalive;
use crate::loopback::Loopback;
use crate::message_ids::MessageIds;
use crate::refusal::Refusal;
use crate::state::{Dialing, Link, Phase, Source, State};
use crate::{Action, Generation, LinkError};

impl Connection {
    pub(super) fn dial(&mut self, listing: Listing, source: Source, now: Instant) {
        let Listing {
            user,
            gateways,
            version,
        } = listing;
        let clear_text = self.config.clear_text;
        let listed = gateways.len();
        let usable: VecDeque<GatewayAddress> = gateways
            .into_iter()
            .filter(|gateway| gateway.may_hear_token(clear_text))
            .collect();
        if usable.len() < listed {
            warn!("Skipped gateways that would hear the token in clear text");
        }
        if usable.is_empty() {
            self.directory.doubt();
            return self.fail_round(Code::RC_DOMAIN_NOT_RESOLVE, now);
        }
        self.dial_next(usable, version, user, source, now);
    }

    pub(super) fn on_opened(&mut self, generation: Generation, now: Instant) {
        let connack = self.config.timings.connack;
        if let Some(dialing) = self.dialing(generation) {
            dialing.deadline = now + connack;
        }
    }

    pub(super) fn on_dial_timeout(&mut self, now: Instant) {
        let Some(Phase::Dialing(dialing)) = self.active().map(|active| &active.phase) else {
            return;
        };
        let generation = dialing.generation;
        self.outlet.close(generation);
        self.on_dial_failed(LinkError::TimedOut, now);
    }

    /// This gateway does not work out: the next one.
    pub(super) fn on_dial_failed(&mut self, error: LinkError, now: Instant) {
        let Some(Phase::Dialing(dialing)) = self.active().map(|active| &mut active.phase) else {
            return;
        };
        debug!(%error, "Gateway failed");
        if error == LinkError::Proxy {
            return self.fail_at_proxy(now);
        }
        let (version, user, source) = (dialing.version, dialing.user.clone(), dialing.source);
        let rest = std::mem::take(&mut dialing.rest);
        self.dial_next(rest, version, user, source, now);
    }

    /// The first packets of a link.
    pub(super) fn on_greeting(
        &mut self,
        generation: Generation,
        packet: Result<ServerPacket, DecodeError>,
        now: Instant,
    ) {
        match packet {
            Ok(ServerPacket::ConnAck(connack)) => self.on_connack(generation, connack, now),
            Ok(ServerPacket::Disconnect { status }) => {
                self.outlet.close(generation);
                self.refuse(Refusal::of_disconnect(status), now);
            }
            Ok(_) | Err(DecodeError::Kind(_)) => self.dropped.packets += 1,
            Err(error) => {
                debug!(%error, "Garbage before CONNACK");
                self.dropped.packets += 1;
                self.outlet.close(generation);
                self.on_dial_failed(LinkError::Protocol, now);
            }
        }
    }

    pub(super) fn dialing(&mut self, generation: Generation) -> Option<&mut Dialing> {
        match &mut self.active()?.phase {
            Phase::Dialing(dialing) if dialing.generation == generation => Some(dialing),
            _ => None,
        }
    }

    fn dial_next(
        &mut self,
        mut rest: VecDeque<GatewayAddress>,
        version: ProtocolVersion,
        user: Option<UserId>,
        source: Source,
        now: Instant,
    ) {
        let Some(gateway) = rest.pop_front() else {
            if source == Source::Memory {
                self.directory.doubt();
            }
            return self.fail_round(Code::SERVER_UNAVAILABLE, now);
        };
        let generation = self.outlet.next_generation();
        let deadline = now + self.config.timings.open;
        let State::Active(active) = &mut self.state else {
            return;
        };
        let token = gateway_token(active.token.reveal());
        let request = Handshake::new(
            self.app_key.as_str(),
            token,
            self.device_id.as_str(),
            version,
        );
        let target = gateway.clone();
        active.phase = Phase::Dialing(Dialing {
            generation,
            gateway,
            rest,
            version,
            user,
            source,
            deadline,
        });
        self.outlet.act(Action::Dial {
            generation,
            target,
            request,
        });
    }

    fn on_connack(&mut self, generation: Generation, connack: ConnAck, now: Instant) {
        if connack.status != ACCEPTED {
            debug!(status = connack.status, "The gateway refuses");
            self.outlet.close(generation);
            return self.refuse(Refusal::of_connack(connack.status), now);
        }
        let session = connack.session.unwrap_or_default();
        let named = session
            .user_id
            .as_deref()
            .and_then(|user| UserId::new(user).ok());
        let Some(dialing) = self.dialing(generation) else {
            return;
        };
        let gateway = dialing.gateway.clone();
        let Some(user) = named.or_else(|| dialing.user.clone()) else {
            warn!("The gateway accepted somebody it does not name");
            self.outlet.close(generation);
            return self.on_dial_failed(LinkError::Protocol, now);
        };
        self.directory.on_worked(&gateway);
        self.identify(user.clone(), IdentifiedBy::Gateway);
        let link = self.greet(generation, gateway, user, &session, now);
        if self.has_rows_of(&link.user) {
            self.come_online(link, now);
        } else {
            self.enter(Phase::Greeted(link));
        }
    }

    /// The link begins with a ping, as in the SDK.
    fn greet(
        &mut self,
        generation: Generation,
        gateway: GatewayAddress,
        user: UserId,
        session: &Session,
        now: Instant,
    ) -> Link {
        self.outlet.transmit(generation, ClientPacket::PingReq);
        Link {
            generation,
            gateway,
            user,
            connected_at: session
                .server_time
                .and_then(|at| i64::try_from(at).ok())
                .map(Millis),
            since: now,
            keepalive: Keepalive::start(&self.config.timings, now),
            message_ids: MessageIds::after(session.message_id_base.unwrap_or_default()),
            echoes: BTreeSet::new(),
        }
    }
}
