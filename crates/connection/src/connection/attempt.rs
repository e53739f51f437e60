//! One attempt, from its start to its success: ask navigation, dial the gateways it lists, be
//! accepted.

use std::time::Instant;

use imlink_model::uplink::{Event, Hint, IdentifiedBy, Network};
use imlink_model::{Code, ConnectionStatus, UserId};
use tracing::debug;

use super::Connection;
use crate::directory::Listing;
use crate::loopback::Loopback;
use crate::refusal::final_status;
use crate::state::{Link, Online, Phase, Source, State, Trust};

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
        if let Some(postponed) = &mut active.postponed {
            // An attempt from after a change is no reason to doubt; a failure is to be followed soon.
            postponed.hint = Hint::Foreground;
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

    /// Dials, as soon as the rows of the user navigation named are there.
    pub(super) fn follow(&mut self, listing: Listing, source: Source, now: Instant) {
        if let Some(user) = &listing.user {
            self.identify(user.clone(), IdentifiedBy::Directory);
        }
        if listing.user.is_none() && self.account.is_none() && self.config.refuse_unnamed {
            debug!("Navigation names no user, and another account is live");
            let code = Code::RC_CONNECTION_EXIST;
            // The next connect asks anew: by then it may be named, or the other account gone.
            self.directory.forget();
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

    /// Tells whose token it is, unless that was told.
    pub(super) fn identify(&mut self, user: UserId, by: IdentifiedBy) {
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
