//! The machine's network comes, goes and changes.

use std::time::{Duration, Instant};

use imlink_model::uplink::{Event, Hint, Network};
use imlink_model::{Code, ConnectionStatus};
use imlink_wire::ClientPacket;
use tracing::debug;

use super::Connection;
use super::attempt::Reason;
use super::ending::Farewell;
use crate::loopback::Loopback;
use crate::state::{Patience, Phase, Postponed, State, Trust};

impl Connection {
    pub(super) fn on_network_unavailable(&mut self, now: Instant) {
        if std::mem::replace(&mut self.network, Network::Unavailable) == Network::Unavailable {
            return;
        }
        let State::Active(active) = &mut self.state else {
            return;
        };
        match &mut active.phase {
            Phase::Asking(asking) if asking.navigator.is_loopback() => {}
            Phase::Dialing(dialing) if dialing.gateway.is_loopback() => {}
            Phase::Online(online) if online.link.gateway.is_loopback() => {}
            Phase::Asking(_) | Phase::Dialing(_) => {
                self.close_all(Farewell::Unsaid, now);
                self.pause(Code::RC_NETWORK_DOWN, now);
            }
            Phase::Online(online) => {
                online.trust = Trust::Unplugged;
                let cause = Some(Code::RC_NETWORK_DOWN);
                self.outlet
                    .tell(ConnectionStatus::NetworkUnavailable, cause, None);
            }
            Phase::Waiting {
                patience: Patience::Ladder,
                ..
            } => {
                if !self.can_reach(now) {
                    self.pause(Code::RC_NETWORK_DOWN, now);
                }
            }
            Phase::Waiting {
                patience: Patience::Strict,
                ..
            }
            | Phase::Unrestored { .. }
            | Phase::Greeted(_)
            | Phase::Paused { .. } => {}
        }
    }

    pub(super) fn on_network_available(&mut self, now: Instant) {
        if std::mem::replace(&mut self.network, Network::Available) == Network::Available {
            return;
        }
        let State::Active(active) = &mut self.state else {
            return;
        };
        match &mut active.phase {
            Phase::Paused { .. } => self.resume(now),
            // An attempt under way was begun without a network, for want of other news.
            Phase::Waiting { .. } | Phase::Asking(_) | Phase::Dialing(_) => {
                self.on_hint(Hint::NetworkChanged, now);
            }
            Phase::Online(online) if online.trust == Trust::Unplugged => {
                let probe_at = self.gate.pass(now).err().or(Some(now));
                online.trust = Trust::Checking { probe_at };
            }
            Phase::Online(_) | Phase::Unrestored { .. } | Phase::Greeted(_) => {}
        }
    }

    pub(super) fn on_hint(&mut self, hint: Hint, now: Instant) {
        debug!(?hint, "Hint");
        let State::Active(active) = &self.state else {
            return;
        };
        match &active.phase {
            Phase::Waiting {
                patience: Patience::Strict,
                ..
            }
            | Phase::Unrestored { .. }
            | Phase::Paused { .. } => {}
            Phase::Waiting {
                patience: Patience::Ladder,
                ..
            }
            | Phase::Asking(_)
            | Phase::Dialing(_)
            | Phase::Greeted(_)
            | Phase::Online(_) => {
                if self.admits(hint, now) {
                    self.heed(hint, now);
                }
            }
        }
    }

    /// A hint came too soon after another one, and that is over.
    pub(super) fn on_postponed_hint(&mut self, now: Instant) {
        let Some(active) = self.active() else { return };
        if let Some(postponed) = active.postponed.take_if(|postponed| postponed.until <= now) {
            self.on_hint(postponed.hint, now);
        }
    }

    pub(super) fn postponed_until(&self) -> Option<Instant> {
        match &self.state {
            State::Active(active) => Some(active.postponed?.until),
            State::Away => None,
        }
    }

    /// Nothing goes on over a way that was given up: the old proxy's, or past the new one.
    pub(super) fn on_way_changed(&mut self, now: Instant) {
        let State::Active(active) = &self.state else {
            return;
        };
        match &active.phase {
            Phase::Unrestored { .. }
            | Phase::Paused { .. }
            | Phase::Waiting {
                patience: Patience::Strict,
                ..
            } => {}
            Phase::Waiting {
                patience: Patience::Ladder,
                ..
            } => self.resume(now),
            Phase::Asking(_) | Phase::Dialing(_) | Phase::Greeted(_) => {
                self.close_all(Farewell::Unsaid, now);
                self.resume(now);
            }
            Phase::Online(_) => {
                self.close_all(Farewell::Unsaid, now);
                let code = Code::RC_SOCKET_DISCONNECTED;
                if !self.can_reach(now) {
                    return self.pause(code, now);
                }
                let opens = self.gate.pass(now).err();
                let wait = opens.map_or(Duration::ZERO, |opens| opens - now);
                self.outlet
                    .tell(ConnectionStatus::Suspend, Some(code), Some(wait));
                self.start_over(opens, now);
            }
        }
    }

    pub(super) fn on_wait_over(&mut self, now: Instant) {
        self.begin_attempt(Reason::Due, now);
    }

    pub(super) fn on_network_poll(&mut self, now: Instant) {
        self.begin_attempt(Reason::Poll, now);
    }

    /// The network is back and the link is still there: it is shown as connecting until it gives a
    /// sign of life.
    pub(super) fn check_link(&mut self, now: Instant) {
        let Some(work) = self.online() else { return };
        let Trust::Checking {
            probe_at: Some(due),
        } = work.online.trust
        else {
            return;
        };
        if now < due {
            return;
        }
        work.online.trust = Trust::Checking { probe_at: None };
        work.online.link.keepalive.probe(now);
        work.outlet.tell(ConnectionStatus::Connecting, None, None);
        work.outlet
            .transmit(work.online.link.generation, ClientPacket::PingReq);
    }

    /// The link gave a sign of life.
    pub(super) fn trust_link(&mut self) {
        let Some(work) = self.online() else { return };
        if work.online.trust != (Trust::Checking { probe_at: None }) {
            return;
        }
        work.online.trust = Trust::Working;
        work.online.synchronized = false;
        work.account.pull.want_anything();
        work.outlet.tell(ConnectionStatus::Connected, None, None);
        work.outlet.event(Event::Online);
    }

    /// An attempt at once, standing for the ladder's first step; at most once a second (F-S24).
    fn resume(&mut self, now: Instant) {
        let opens = self.gate.pass(now).err();
        self.start_over(opens, now);
    }

    /// At once, or when the gate opens.
    fn start_over(&mut self, opens: Option<Instant>, now: Instant) {
        self.restart_ladder();
        self.climb();
        match opens {
            None => self.begin_attempt(Reason::Due, now),
            Some(until) => {
                self.enter(Phase::Waiting {
                    until,
                    patience: Patience::Ladder,
                });
            }
        }
    }

    /// Whether a hint is heeded now; else it is put off until it may be (F-S24). A machine that woke
    /// is never put off: the clock of the gate stood still meanwhile.
    fn admits(&mut self, hint: Hint, now: Instant) -> bool {
        let opens = match hint {
            Hint::Resumed => {
                self.gate.pass_anyway(now);
                None
            }
            Hint::NetworkChanged | Hint::Foreground => self.gate.pass(now).err(),
        };
        let Some(active) = self.active() else {
            return false;
        };
        let Some(until) = opens else {
            // Whatever was put off asks for no more than this.
            active.postponed = None;
            return true;
        };
        let hint = match active.postponed {
            Some(earlier) if hint == Hint::Foreground => earlier.hint,
            Some(_) | None => hint,
        };
        active.postponed = Some(Postponed { hint, until });
        false
    }

    fn heed(&mut self, hint: Hint, now: Instant) {
        let State::Active(active) = &mut self.state else {
            return;
        };
        let link = match &mut active.phase {
            Phase::Waiting { .. } => return self.hurry(now),
            Phase::Asking(_) | Phase::Dialing(_) => return self.doubt_attempt(hint, now),
            Phase::Unrestored { .. } | Phase::Paused { .. } => return,
            Phase::Greeted(link) => link,
            Phase::Online(online) => &mut online.link,
        };
        link.keepalive.probe(now);
        self.outlet.transmit(link.generation, ClientPacket::PingReq);
    }

    /// Back to the ladder's first step.
    fn hurry(&mut self, now: Instant) {
        let Some(Phase::Waiting {
            until,
            patience: Patience::Ladder,
        }) = self.active().map(|active| &active.phase)
        else {
            return;
        };
        let until = *until;
        self.restart_ladder();
        let sooner = now + self.climb();
        self.enter(Phase::Waiting {
            until: until.min(sooner),
            patience: Patience::Ladder,
        });
    }

    /// An attempt from before a change or a sleep may wait for what cannot come any more: it has as
    /// long as a link that is probed. If it fails, the ladder starts again.
    fn doubt_attempt(&mut self, hint: Hint, now: Instant) {
        self.restart_ladder();
        match hint {
            Hint::NetworkChanged | Hint::Resumed => {}
            Hint::Foreground => return,
        }
        let doubted_until = now + self.config.timings.probe;
        match self.active().map(|active| &mut active.phase) {
            Some(Phase::Asking(asking)) => asking.deadline = asking.deadline.min(doubted_until),
            Some(Phase::Dialing(dialing)) => dialing.deadline = dialing.deadline.min(doubted_until),
            Some(
                Phase::Unrestored { .. }
                | Phase::Greeted(_)
                | Phase::Online(_)
                | Phase::Waiting { .. }
                | Phase::Paused { .. },
            )
            | None => {}
        }
    }

    fn restart_ladder(&mut self) {
        if let Some(active) = self.active() {
            active.ladder.restart();
        }
    }
}
