//! Asking navigation where the gateways are.

use std::collections::VecDeque;
use std::time::Instant;

use imlink_model::{Code, ConnectionStatus};
use imlink_wire::navigation::{NavigationAnswer, NavigationError, Navigator, navigators, outcome};
use tracing::{debug, warn};

use super::Connection;
use crate::directory::Listing;
use crate::loopback::Loopback;
use crate::refusal::Refusal;
use crate::state::{Asking, Phase, Source, State};
use crate::transport::NoGateway;
use crate::{Action, Generation, HttpAnswer, LinkError};

/// HTTP statuses of a navigator that has enough.
const TOO_MANY_REQUESTS: u16 = 429;
const UNAVAILABLE: u16 = 503;

impl Connection {
    pub(super) fn on_navigated(
        &mut self,
        generation: Generation,
        result: Result<HttpAnswer, LinkError>,
        now: Instant,
    ) {
        let Some(Phase::Asking(asking)) = self.active().map(|active| &mut active.phase) else {
            return;
        };
        if asking.generation != generation {
            return;
        }
        let navigator = asking.navigator.clone();
        let answer = match result {
            Err(LinkError::Proxy(fault)) => return self.fail_at_proxy(fault, now),
            Err(error) => {
                debug!(%error, %navigator, "No answer from the navigator");
                asking.failure = worse(asking.failure, error);
                Err(NavigationError::NoAnswer)
            }
            Ok(answer) => {
                self.heed_overload(&answer, now);
                outcome(answer.status, &answer.body)
            }
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

    pub(super) fn ask_navigators(&mut self, now: Instant) {
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
            return self.stop(Code::LOCAL_NO_NAVIGATOR, ConnectionStatus::Unconnected);
        }
        self.ask_next(navigators.into(), Code::RC_NAVI_REQ_FAILED, now);
    }

    /// Those the token names, then those configured.
    pub(super) fn navigators(&self, token: &str) -> Vec<Navigator> {
        navigators(token, &self.config.navigators)
    }

    fn ask_next(&mut self, mut rest: VecDeque<Navigator>, failure: Code, now: Instant) {
        let Some(navigator) = rest.pop_front() else {
            return self.do_without_answer(failure, now);
        };
        let generation = self.outlet.next_generation();
        let deadline = now + self.config.timings.navigation;
        let State::Active(active) = &mut self.state else {
            return;
        };
        let (app_key, token) = (self.app_key.as_str(), active.token.reveal());
        let request = self.config.transport.ask(navigator.clone(), app_key, token);
        active.phase = Phase::Asking(Asking {
            generation,
            navigator,
            rest,
            failure,
            deadline,
        });
        self.outlet.act(Action::Navigate {
            generation,
            request,
        });
    }

    /// A navigator that is asked too often, or has too much to do, says for how long it wants to be
    /// left alone (F-S41); another one may be asked all the same.
    fn heed_overload(&mut self, answer: &HttpAnswer, now: Instant) {
        let timings = &self.config.timings;
        let rest = match (answer.status, answer.retry_after) {
            (TOO_MANY_REQUESTS, None) => timings.unknown_refusal,
            (TOO_MANY_REQUESTS | UNAVAILABLE, Some(asked)) => asked.min(timings.longest_rest),
            (_, _) => return,
        };
        debug!(?rest, "The navigator wants to be left alone");
        self.directory.leave_alone(now + rest);
        if let Some(Phase::Asking(asking)) = self.active().map(|active| &mut active.phase)
            && answer.status == TOO_MANY_REQUESTS
        {
            asking.failure = Code::CONNECT_OVER_FREQUENCY;
        }
    }

    fn on_listed(&mut self, answer: &NavigationAnswer, navigator: &Navigator, now: Instant) {
        let (transport, clear_text) = (self.config.transport, self.config.clear_text);
        let gateways = match transport.choose(answer, navigator, clear_text) {
            Ok(gateways) => gateways,
            Err(NoGateway::Listed) => {
                warn!(%navigator, %transport, "Navigation lists no gateway of a form we asked for");
                return self.do_without_answer(Code::SERVER_UNAVAILABLE, now);
            }
            Err(NoGateway::Allowed(offered)) => {
                let offered = offered.iter().map(ToString::to_string);
                let offered = offered.collect::<Vec<_>>().join(" ");
                warn!(%navigator, offered, %transport, clear_text, "The settings allow none of the gateways that are offered");
                return self.do_without_answer(Code::LOCAL_TRANSPORT, now);
            }
        };
        let Some(active) = self.active() else { return };
        let token = active.token.clone();
        let listing = Listing::new(answer, gateways);
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
        if *error == NavigationError::Portal {
            asking.failure = Code::LOCAL_PORTAL;
        }
        let rest = std::mem::take(&mut asking.rest);
        let failure = asking.failure;
        if error.is_final() {
            self.do_without_answer(code, now);
        } else {
            self.ask_next(rest, failure, now);
        }
    }

    /// An old list is better than none (F-S31).
    fn do_without_answer(&mut self, code: Code, now: Instant) {
        let Some(active) = self.active() else { return };
        let (token, was_online) = (active.token.clone(), active.was_online);
        match self.directory.last_good(&token) {
            Some(listing) => self.follow(listing, Source::Memory, now),
            // What the settings rule out they rule out next time too; an account that was online
            // has seen better, and waits for it.
            None if code == Code::LOCAL_TRANSPORT && !was_online => {
                self.stop(code, ConnectionStatus::Unconnected);
            }
            None => self.fail_round(code, now),
        }
    }
}

/// What a round of questions is said to have failed of: whatever says more than that nobody was
/// there; else the last thing that went wrong.
fn worse(so_far: Code, error: LinkError) -> Code {
    let is_plain = [Code::RC_NAVI_REQ_FAILED, Code::RC_DOMAIN_NOT_RESOLVE].contains(&so_far);
    if error.tells_more() || (is_plain && error == LinkError::Unresolved) {
        error.code()
    } else if is_plain {
        Code::RC_NAVI_REQ_FAILED
    } else {
        so_far
    }
}
