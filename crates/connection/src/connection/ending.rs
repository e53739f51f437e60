//! How attempts and links end, and what follows.

use std::time::{Duration, Instant};

use imlink_model::uplink::Event;
use imlink_model::{Code, ConnectionStatus};
use imlink_wire::ClientPacket;
use imlink_wire::status::LOG_OUT;
use tracing::debug;

use super::Connection;
use super::attempt::Reason;
use crate::refusal::{Refusal, concerns_token, final_status};
use crate::state::{Patience, Phase, State};
use crate::{Generation, LinkError, ProxyFault};

impl Connection {
    /// The shell says a dial failed or a link is gone.
    pub(super) fn on_lost(&mut self, generation: Generation, error: LinkError, now: Instant) {
        if self.dialing(generation).is_some() {
            self.on_dial_failed(error, now);
        } else if self.is_linked(generation) {
            debug!(%error, "Link lost");
            self.end_link(now);
            match error {
                LinkError::Proxy(fault) => self.fail_at_proxy(fault, now),
                _ => self.fail_round(error.code(), now),
            }
        }
    }

    /// The link cannot go on: it is closed, and the ladder follows.
    pub(super) fn give_up_link(&mut self, generation: Generation, code: Code, now: Instant) {
        self.outlet.close(generation);
        self.end_link(now);
        self.fail_round(code, now);
    }

    /// The cloud refuses; the dial or link is closed already.
    pub(super) fn refuse(&mut self, refusal: Refusal, now: Instant) {
        match refusal {
            Refusal::Redirect => self.follow_redirect(now),
            Refusal::Final(code) if concerns_token(code) && self.has_newer_token() => {
                debug!("The token was refused while a newer one waits");
                self.try_again_at_once(code, now);
            }
            Refusal::Final(code) => self.stop(code, final_status(code)),
            Refusal::Temporary(code) => self.fail_round(code, now),
            Refusal::Unknown => {
                let wait = self.config.timings.unknown_refusal;
                self.suspend(Code::UNKNOWN, wait, Patience::Strict, now);
            }
        }
    }

    /// The round failed: the next one follows by the ladder.
    pub(super) fn fail_round(&mut self, code: Code, now: Instant) {
        if !self.can_reach(now) {
            return self.pause(code, now);
        }
        let wait = self.climb();
        match self.rest(now) {
            Some(rest) if rest > wait => self.suspend(code, rest, Patience::Strict, now),
            Some(_) | None => self.suspend(code, wait, Patience::Ladder, now),
        }
    }

    /// How long nothing can be tried: navigators want to be left alone, and no gateway is known.
    fn rest(&self, now: Instant) -> Option<Duration> {
        let State::Active(active) = &self.state else {
            return None;
        };
        let token = active.next_token.as_ref().unwrap_or(&active.token);
        match self.directory.last_good(token) {
            Some(_) => None,
            None => self.directory.rest(now),
        }
    }

    /// The proxy does not work: final for a first connect, shown and retried later (decisions.md P2).
    pub(super) fn fail_at_proxy(&mut self, fault: ProxyFault, now: Instant) {
        let code = Code::RC_CONN_PROXY_UNAVAILABLE;
        if self.active().is_none() {
            return;
        }
        // Without a network nobody can say whether the proxy works (decisions.md P5).
        if !self.can_reach(now) {
            return self.pause(Code::RC_NETWORK_DOWN, now);
        }
        let Some(active) = self.active() else { return };
        if !active.was_online {
            let because = Some(fault.as_str());
            return self.stop_because(code, ConnectionStatus::ProxyUnavailable, because);
        }
        let wait = self.climb();
        self.enter(Phase::Waiting {
            until: now + wait,
            patience: Patience::Ladder,
        });
        self.outlet
            .tell(ConnectionStatus::ProxyUnavailable, Some(code), Some(wait));
    }

    /// Nothing follows until the next connect.
    pub(super) fn stop(&mut self, code: Code, status: ConnectionStatus) {
        self.stop_because(code, status, None);
    }

    fn stop_because(
        &mut self,
        code: Code,
        status: ConnectionStatus,
        because: Option<&'static str>,
    ) {
        self.state = State::Away;
        self.give_up_rooms(code);
        self.outlet.tell(status, Some(code), None);
        self.outlet.event(Event::Stopped { code, because });
    }

    /// Attempts pause until the network is back.
    pub(super) fn pause(&mut self, code: Code, now: Instant) {
        let poll = self.config.timings.network_poll;
        self.enter(Phase::Paused { until: now + poll });
        self.outlet
            .tell(ConnectionStatus::NetworkUnavailable, Some(code), Some(poll));
    }

    /// Leaves the phase: whatever is under way is closed.
    pub(super) fn close_all(&mut self, farewell: Farewell, now: Instant) {
        let State::Active(active) = &self.state else {
            return;
        };
        let (generation, is_link) = match &active.phase {
            Phase::Asking(asking) => (asking.generation, false),
            Phase::Dialing(dialing) => (dialing.generation, false),
            Phase::Greeted(link) => (link.generation, true),
            Phase::Online(online) => (online.link.generation, true),
            Phase::Unrestored { .. } | Phase::Waiting { .. } | Phase::Paused { .. } => return,
        };
        if is_link && farewell == Farewell::Said {
            self.outlet
                .transmit(generation, ClientPacket::Disconnect { status: LOG_OUT });
        }
        self.outlet.close(generation);
        self.end_link(now);
    }

    /// The link is gone: settles what depended on it, and looks whether it was stable.
    pub(super) fn end_link(&mut self, now: Instant) {
        let stable = self.config.timings.stable;
        let Some(active) = self.active() else { return };
        let since = match &active.phase {
            Phase::Greeted(link) => link.since,
            Phase::Online(online) => online.link.since,
            Phase::Asking(_)
            | Phase::Unrestored { .. }
            | Phase::Dialing(_)
            | Phase::Waiting { .. }
            | Phase::Paused { .. } => return,
        };
        if now.saturating_duration_since(since) >= stable {
            active.ladder.restart();
            active.redirects = 0;
        }
        let Some(account) = &mut self.account else {
            return;
        };
        account.pull.on_link_down();
        for (id, outcome) in account.outbox.on_link_down(account.pull.round()) {
            self.outlet.record_outcome(id, outcome);
        }
        let rooms = account.rooms.on_link_down();
        let recalls = account.recalls.take_all();
        self.outlet.tell_all(rooms);
        for ask in recalls {
            self.refuse_ask(ask, Code::RC_MSG_RESP_TIMEOUT);
        }
    }

    /// Nobody can say when there will be a link again: whoever waits for a room is told so.
    pub(super) fn give_up_rooms(&mut self, code: Code) {
        if let Some(account) = &mut self.account {
            let events = account.rooms.give_up(code);
            self.outlet.tell_all(events);
        }
    }

    pub(super) fn is_linked(&self, generation: Generation) -> bool {
        let State::Active(active) = &self.state else {
            return false;
        };
        match &active.phase {
            Phase::Greeted(link) => link.generation == generation,
            Phase::Online(online) => online.link.generation == generation,
            Phase::Asking(_)
            | Phase::Unrestored { .. }
            | Phase::Dialing(_)
            | Phase::Waiting { .. }
            | Phase::Paused { .. } => false,
        }
    }

    /// The wait of the ladder's next step.
    pub(super) fn climb(&mut self) -> Duration {
        match &mut self.state {
            State::Active(active) => active.ladder.climb(&mut self.random),
            State::Away => Duration::ZERO,
        }
    }

    fn suspend(&mut self, code: Code, wait: Duration, patience: Patience, now: Instant) {
        self.enter(Phase::Waiting {
            until: now + wait,
            patience,
        });
        self.outlet
            .tell(ConnectionStatus::Suspend, Some(code), Some(wait));
    }

    /// Asks navigation again, at once for the first few times in a row (F-S32). Apps are not shown
    /// 31006: that they are sent elsewhere is the cloud's own affair, that the link broke is not.
    fn follow_redirect(&mut self, now: Instant) {
        let limit = self.config.limits.redirects;
        let shown = Code::RC_SOCKET_DISCONNECTED;
        debug!(cause = Code::RC_CONN_REDIRECTED.number(), "Sent elsewhere");
        self.directory.forget();
        let Some(active) = self.active() else { return };
        active.redirects = active.redirects.saturating_add(1);
        if active.redirects > limit {
            return self.fail_round(shown, now);
        }
        self.try_again_at_once(shown, now);
    }

    /// An online account is shown as suspended first; an attempt just goes on.
    fn try_again_at_once(&mut self, code: Code, now: Instant) {
        if self.outlet.status().0 != ConnectionStatus::Connecting {
            self.outlet
                .tell(ConnectionStatus::Suspend, Some(code), Some(Duration::ZERO));
        }
        self.begin_attempt(Reason::Due, now);
    }

    fn has_newer_token(&self) -> bool {
        match &self.state {
            State::Active(active) => active.next_token.is_some(),
            State::Away => false,
        }
    }
}

/// Whether a leaving device says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// The cloud may not push to it any more.
    Said,
    /// The link just closes.
    Unsaid,
}
