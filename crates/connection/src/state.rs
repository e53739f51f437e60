//! Where the machine stands.
//!
//! ```text
//!                        +---------------- ladder ------------- Waiting <--------------+
//!                        v                                                             |
//!   Away --connect--> Asking --listed--> Unrestored --rows--> Dialing --CONNACK--+     | failed,
//!    ^                   |                   (if the store has     ^             |     | lost
//!    |                   +--- known user ----- to be opened) ------+             v     |
//!    |                                                             Greeted --rows--> Online
//!    +--- final code, disconnect: from everywhere            (if the gateway
//!                                                              named another user)
//!   Paused: as Waiting, without a network
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use imlink_model::uplink::Hint;
use imlink_model::{Code, Millis, Token, UserId};
use imlink_wire::ProtocolVersion;
use imlink_wire::navigation::{GatewayAddress, Navigator};

use crate::directory::Listing;
use crate::keepalive::Keepalive;
use crate::ladder::Ladder;
use crate::message_ids::MessageIds;
use crate::outbox::Outbox;
use crate::pacer::Pacer;
use crate::pull::Pull;
use crate::recalls::Recalls;
use crate::rooms::Rooms;
use crate::{Config, Generation};

/// Whether anybody wants the account online.
#[derive(Debug)]
pub(crate) enum State {
    /// Nobody, or the cloud refused for good.
    Away,
    /// Somebody does.
    Active(Box<Active>),
}

/// What lasts from a connect to its disconnect or final refusal.
#[derive(Debug)]
pub(crate) struct Active {
    /// The token of the attempt or link.
    pub(crate) token: Token,
    /// A newer one, for the next attempt.
    pub(crate) next_token: Option<Token>,
    /// Whom the token was told to belong to.
    pub(crate) identified: Option<UserId>,
    pub(crate) ladder: Ladder,
    /// Redirections since the last stable connection.
    pub(crate) redirects: u32,
    /// Attempts since the account was last online.
    pub(crate) attempt: u32,
    pub(crate) was_online: bool,
    pub(crate) postponed: Option<Postponed>,
    pub(crate) phase: Phase,
}

impl Active {
    pub(crate) fn new(config: &Config, token: Token, now: Instant) -> Self {
        Self {
            token,
            next_token: None,
            identified: None,
            ladder: Ladder::new(config.timings.ladder.clone()),
            redirects: 0,
            attempt: 0,
            was_online: false,
            postponed: None,
            phase: Phase::Waiting {
                until: now,
                patience: Patience::Ladder,
            },
        }
    }
}

/// A hint that came too soon after another one, and is heeded later (F-S24).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Postponed {
    pub(crate) hint: Hint,
    pub(crate) until: Instant,
}

/// The step of an attempt, or what is between attempts.
#[derive(Debug)]
pub(crate) enum Phase {
    /// A navigator's answer is awaited.
    Asking(Asking),
    /// Navigation named a user whose rows are awaited; nothing is dialled before.
    Unrestored { listing: Listing, source: Source },
    /// A gateway's acceptance is awaited.
    Dialing(Dialing),
    /// The gateway accepted a user whose rows are awaited; only pings are sent.
    Greeted(Link),
    /// The account is online.
    Online(Online),
    /// The next attempt is due at `until`.
    Waiting { until: Instant, patience: Patience },
    /// There is no network; an attempt is made all the same at `until`.
    Paused { until: Instant },
}

/// Whether a wait may be cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// By a hint or the network's return.
    Ladder,
    /// By a disconnect only: the cloud refused in a way nobody knows.
    Strict,
}

/// Where a listing is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// This attempt's own navigation.
    Navigator,
    /// An earlier one.
    Memory,
}

#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) generation: Generation,
    pub(crate) navigator: Navigator,
    pub(crate) rest: VecDeque<Navigator>,
    /// What is told if nobody answers.
    pub(crate) failure: Code,
    pub(crate) deadline: Instant,
}

#[derive(Debug)]
pub(crate) struct Dialing {
    pub(crate) generation: Generation,
    pub(crate) gateway: GatewayAddress,
    pub(crate) round: Round,
    /// Of the opening, then of CONNACK.
    pub(crate) deadline: Instant,
    /// The link is open, and CONNACK awaited.
    pub(crate) is_open: bool,
}

/// The dials of one attempt.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) rest: VecDeque<GatewayAddress>,
    pub(crate) version: ProtocolVersion,
    /// Whom navigation named.
    pub(crate) user: Option<UserId>,
    pub(crate) source: Source,
    /// What is told if no gateway accepts.
    pub(crate) failure: Code,
}

impl Round {
    /// Of several gateways the first counts that failed in a way of its own.
    pub(crate) fn tell_more(&mut self, code: Code) {
        if self.failure == Code::SERVER_UNAVAILABLE {
            self.failure = code;
        }
    }
}

/// An accepted link.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) generation: Generation,
    pub(crate) gateway: GatewayAddress,
    /// The gateway's word.
    pub(crate) user: UserId,
    /// The server's time at CONNACK.
    pub(crate) connected_at: Option<Millis>,
    pub(crate) since: Instant,
    pub(crate) keepalive: Keepalive,
    pub(crate) message_ids: MessageIds,
    /// Ids of echoes whose PUBACK has yet to come; it is not ours.
    pub(crate) echoes: BTreeSet<u16>,
}

impl Link {
    /// The cloud's time, if CONNACK named it.
    pub(crate) fn server_time(&self, now: Instant) -> Option<Millis> {
        let connected_at = self.connected_at?;
        Some(connected_at.after(now.saturating_duration_since(self.since)))
    }
}

#[derive(Debug)]
pub(crate) struct Online {
    pub(crate) link: Link,
    pub(crate) since: Instant,
    /// What waited when the link came up is stored.
    pub(crate) synchronized: bool,
    pub(crate) trust: Trust,
}

/// What is thought of an online link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// It works.
    Working,
    /// The machine lost its network; the link is kept until it dies.
    Unplugged,
    /// The network is back; the link is probed at this time, or was.
    Checking { probe_at: Option<Instant> },
}

/// An account whose rows were given.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: UserId,
    pub(crate) pull: Pull,
    pub(crate) outbox: Outbox,
    pub(crate) pacer: Pacer,
    pub(crate) recalls: Recalls,
    pub(crate) rooms: Rooms,
}

impl Account {
    /// Whether an answer is awaited under this id.
    pub(crate) fn is_pending(&self, message_id: u16) -> bool {
        self.pull.is_pending(message_id)
            || self.outbox.is_pending(message_id)
            || self.recalls.is_pending(message_id)
            || self.rooms.is_pending(message_id)
    }
}
