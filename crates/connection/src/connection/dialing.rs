//! Dialling gateways until one accepts.

use std::collections::BTreeSet;
use std::time::Instant;

use imlink_model::uplink::IdentifiedBy;
use imlink_model::{Code, Millis, UserId};
use imlink_wire::navigation::{GatewayAddress, GatewayForm, gateway_token};
use imlink_wire::status::ACCEPTED;
use imlink_wire::tcp::{Connect, Mask};
use imlink_wire::{
    ClientPacket, ConnAck, DecodeError, Handshake, ProtocolVersion, ServerPacket, Session,
};
use rand::Rng;
use tracing::{debug, warn};

use super::Connection;
use crate::directory::Listing;
use crate::keepalive::Keepalive;
use crate::message_ids::MessageIds;
use crate::refusal::Refusal;
use crate::state::{Dialing, Link, Phase, Round, Source, State};
use crate::{Action, Generation, Greeting, LinkError};

impl Connection {
    pub(super) fn dial(&mut self, listing: Listing, source: Source, now: Instant) {
        let Listing {
            user,
            gateways,
            version,
        } = listing;
        let round = Round {
            rest: gateways.into(),
            version,
            user,
            source,
            failure: Code::SERVER_UNAVAILABLE,
        };
        self.dial_next(round, now);
    }

    pub(super) fn on_opened(&mut self, generation: Generation, now: Instant) {
        let connack = self.config.timings.connack;
        if let Some(dialing) = self.dialing(generation) {
            dialing.deadline = now + connack;
            dialing.is_open = true;
        }
    }

    pub(super) fn on_dial_timeout(&mut self, now: Instant) {
        let Some(Phase::Dialing(dialing)) = self.active().map(|active| &active.phase) else {
            return;
        };
        let generation = dialing.generation;
        if dialing.is_open
            && let Some(dialing) = self.dialing(generation)
        {
            dialing.round.tell_more(Code::RC_CONN_ACK_TIMEOUT);
        }
        self.outlet.close(generation);
        self.on_dial_failed(LinkError::TimedOut, now);
    }

    /// This gateway does not work out: the next one.
    pub(super) fn on_dial_failed(&mut self, error: LinkError, now: Instant) {
        let Some(Phase::Dialing(dialing)) = self.active().map(|active| &active.phase) else {
            return;
        };
        debug!(%error, gateway = %dialing.gateway, "Gateway failed");
        if let LinkError::Proxy(fault) = error {
            return self.fail_at_proxy(fault, now);
        }
        let mut round = dialing.round.clone();
        if error.tells_more() {
            round.tell_more(error.code());
        }
        self.dial_next(round, now);
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

    fn dial_next(&mut self, mut round: Round, now: Instant) {
        let Some(gateway) = round.rest.pop_front() else {
            if round.source == Source::Memory {
                self.directory.doubt();
            }
            return self.fail_round(round.failure, now);
        };
        let generation = self.outlet.next_generation();
        let deadline = now + self.config.timings.open;
        let Some(greeting) = self.greeting(gateway.scheme.form(), round.version) else {
            return;
        };
        let target = gateway.clone();
        self.enter(Phase::Dialing(Dialing {
            generation,
            gateway,
            round,
            deadline,
            is_open: false,
        }));
        self.outlet.act(Action::Dial {
            generation,
            target,
            greeting,
        });
    }

    /// What is said first; `None` if nobody wants to connect.
    fn greeting(&mut self, form: GatewayForm, version: ProtocolVersion) -> Option<Greeting> {
        let State::Active(active) = &self.state else {
            return None;
        };
        let app_key = self.app_key.as_str();
        let token = gateway_token(active.token.reveal());
        let device_id = self.device_id.as_str();
        Some(match form {
            GatewayForm::WebSocket => {
                Greeting::WebSocket(Handshake::new(app_key, token, device_id, version))
            }
            GatewayForm::Tcp => {
                let mask = match version {
                    ProtocolVersion::V3 => Mask::Constant,
                    ProtocolVersion::V4 => Mask::Chosen(self.random.random()),
                };
                let mut connect = Connect::new(app_key, token, device_id, mask);
                connect.reconnect_kick = self.config.reconnect_kick;
                Greeting::Tcp(connect)
            }
        })
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
        let Some(user) = named.or_else(|| dialing.round.user.clone()) else {
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
