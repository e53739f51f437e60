//! One attempt: ask navigation, dial the gateways it lists, be accepted.

use std::collections::VecDeque;
use std::time::Instant;

use imlink_model::uplink::{Event, IdentifiedBy, Network};
use imlink_model::{Code, ConnectionStatus, Millis, UserId};
use imlink_wire::navigation::{
    GatewayAddress, NavigationAnswer, NavigationError, NavigationRequest, Navigator, gateway_token,
    navigators, outcome,
};
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
use crate::refusal::{Refusal, final_status};
use crate::state::{Asking, Dialing, Link, Online, Phase, Source, State, Trust};
use crate::{Action, Generation, HttpAnswer, LinkError};

/// Why an attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It is time.
    Due,
    /// Nothing says that there is a network, and nothing else would tell.
    Poll,
}

impl Connection {
    /// Starts an attempt, with the newest token.
    pub(super) fn begin_attempt(&mut self, reason: Reason, now: Instant) {
        let Some(active) = self.active() else { return };
        if let Some(token) = active.next_token.take() {
            active.token = token;
            active.identified = None;
        }
        if reason == Reason::Due && !self.can_reach(now) {
            return self.pause(Code::RC_NETWORK_DOWN, now);
        }
        let Some(active) = self.active() else { return };
        active.attempt += 1;
        let attempt = active.attempt;
        let token = active.token.clone();
        debug!(attempt, "Attempt");
        match self.directory.fresh(&token, now) {
            Some(listing) => {
                self.outlet.tell(ConnectionStatus::Connecting, None, None);
                self.follow(listing, Source::Memory, now);
            }
            None => self.ask_navigators(now),
        }
    }

    /// Whether the next attempt has a chance: there is a network, or none is needed.
    pub(super) fn can_reach(&self, now: Instant) -> bool {
        let State::Active(active) = &self.state else {
            return false;
        };
        if self.network == Network::Available {
            return true;
        }
        let token = active.next_token.as_ref().unwrap_or(&active.token);
        match self.directory.fresh(token, now) {
            Some(listing) => listing.gateways.iter().any(Loopback::is_loopback),
            None => self
                .navigators(token.reveal())
                .iter()
                .any(Loopback::is_loopback),
        }
    }

    pub(super) fn on_navigated(
        &mut self,
        generation: Generation,
        result: Result<HttpAnswer, LinkError>,
        now: Instant,
    ) {
        let Some(Phase::Asking(asking)) = self.active().map(|active| &active.phase) else {
            return;
        };
        if asking.generation != generation {
            return;
        }
        let navigator = asking.navigator.clone();
        let answer = match result {
            Err(LinkError::Proxy) => return self.fail_at_proxy(now),
            Err(error) => {
                debug!(%error, "No answer from the navigator");
                Err(NavigationError::NoAnswer)
            }
            Ok(answer) => outcome(answer.status, &answer.body),
        };
        match answer {
            Ok(answer) => self.on_listed(&answer, &navigator, now),
            Err(error) => self.on_not_listed(&error, now),
        }
    }

    pub(super) fn on_navigation_timeout(&mut self, now: Instant) {
        let Some(Phase::Asking(asking)) = self.active().map(|active| &active.phase) else {
            return;
        };
        let generation = asking.generation;
        self.outlet.close(generation);
        self.on_not_listed(&NavigationError::NoAnswer, now);
    }

    /// Dials, as soon as the rows of the user navigation named are there.
    pub(super) fn follow(&mut self, listing: Listing, source: Source, now: Instant) {
        if let Some(user) = &listing.user {
            self.identify(user.clone(), IdentifiedBy::Directory);
        }
        if listing.user.is_none() && self.account.is_none() && self.config.refuse_unnamed {
            debug!("Navigation names no user, and another account is live");
            let code = Code::RC_CONNECTION_EXIST;
            return self.stop(code, final_status(code));
        }
        let lacks_rows = listing
            .user
            .as_ref()
            .is_some_and(|user| !self.has_rows_of(user));
        if lacks_rows {
            self.enter(Phase::Unrestored { listing, source });
        } else {
            self.dial(listing, source, now);
        }
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

    /// The link is up and the account's rows are there.
    pub(super) fn come_online(&mut self, link: Link, now: Instant) {
        let Some(active) = self.active() else { return };
        active.attempt = 0;
        active.was_online = true;
        active.phase = Phase::Online(Online {
            link,
            since: now,
            synchronized: false,
            trust: Trust::Working,
        });
        self.outlet.tell(ConnectionStatus::Connected, None, None);
        self.outlet.event(Event::Online);
        if let Some(account) = &mut self.account {
            account.pull.on_link_up(now);
        }
    }

    pub(super) fn has_rows_of(&self, user: &UserId) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.user == *user)
    }

    pub(super) fn dialing(&mut self, generation: Generation) -> Option<&mut Dialing> {
        match &mut self.active()?.phase {
            Phase::Dialing(dialing) if dialing.generation == generation => Some(dialing),
            _ => None,
        }
    }

    fn ask_navigators(&mut self, now: Instant) {
        let Some(active) = self.active() else { return };
        let token = active.token.clone();
        let mut navigators = self.navigators(token.reveal());
        let named = navigators.len();
        let clear_text = self.config.clear_text;
        navigators.retain(|navigator| navigator.may_hear_token(clear_text));
        if navigators.len() < named {
            warn!("Skipped navigators that would hear the token in clear text");
        }
        self.outlet.tell(ConnectionStatus::Connecting, None, None);
        if navigators.is_empty() {
            warn!("No navigator to ask: neither token nor configuration names a usable one");
            return self.stop(Code::RC_DOMAIN_NOT_RESOLVE, ConnectionStatus::Unconnected);
        }
        self.ask_next(navigators.into(), now);
    }

    /// Those the token names, then those configured.
    fn navigators(&self, token: &str) -> Vec<Navigator> {
        navigators(token, &self.config.navigators)
    }

    fn ask_next(&mut self, mut rest: VecDeque<Navigator>, now: Instant) {
        let Some(navigator) = rest.pop_front() else {
            return self.do_without_answer(Code::RC_NAVI_REQ_FAILED, now);
        };
        let generation = self.outlet.next_generation();
        let deadline = now + self.config.timings.navigation;
        let app_key = self.app_key.as_str().to_owned();
        let Some(active) = self.active() else { return };
        let token = active.token.reveal().to_owned();
        let request = NavigationRequest::new(navigator.clone(), app_key, token);
        active.phase = Phase::Asking(Asking {
            generation,
            navigator,
            rest,
            deadline,
        });
        self.outlet.act(Action::Navigate {
            generation,
            request,
        });
    }

    fn on_listed(&mut self, answer: &NavigationAnswer, navigator: &Navigator, now: Instant) {
        let Some(listing) = Listing::read(answer, navigator) else {
            debug!("The navigation answer lists no gateway");
            return self.do_without_answer(Code::SERVER_UNAVAILABLE, now);
        };
        let Some(active) = self.active() else { return };
        let token = active.token.clone();
        let listing = self.directory.adopt(&token, listing, now);
        self.follow(listing, Source::Navigator, now);
    }

    fn on_not_listed(&mut self, error: &NavigationError, now: Instant) {
        debug!(%error, "Navigation failed");
        let code = Code::new(error.code());
        if code.is_terminal() {
            return self.refuse(Refusal::Final(code), now);
        }
        let Some(Phase::Asking(asking)) = self.active().map(|active| &mut active.phase) else {
            return;
        };
        let rest = std::mem::take(&mut asking.rest);
        if error.is_final() {
            self.do_without_answer(code, now);
        } else {
            self.ask_next(rest, now);
        }
    }

    /// An old list is better than none (F-S31).
    fn do_without_answer(&mut self, code: Code, now: Instant) {
        let Some(active) = self.active() else { return };
        let token = active.token.clone();
        match self.directory.last_good(&token) {
            Some(listing) => self.follow(listing, Source::Memory, now),
            None => self.fail_round(code, now),
        }
    }

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
            echoes: std::collections::BTreeSet::new(),
        }
    }

    /// Tells whose token it is, unless that was told.
    fn identify(&mut self, user: UserId, by: IdentifiedBy) {
        let Some(active) = self.active() else { return };
        if active.identified.as_ref() == Some(&user) {
            return;
        }
        active.identified = Some(user.clone());
        self.outlet.event(Event::Identified { user, by });
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        if let Some(active) = self.active() {
            active.phase = phase;
        }
    }
}
