//! The pull loop: bringing in what waits in the cloud, one page at a time.
//!
//! ```text
//!             ask                     answer               recorded, finished
//!   Idle -----------> Asked -------------------> Storing ---------------------> Idle
//!    ^                 |  ^                       |   |
//!    |                 |  +--- recorded, more ----+   | not recorded
//!    |                 v                              v
//!    +--- given up -- Resting <-----------------------+
//! ```
//!
//! The next page is asked for only when the last one is durable, so the cursor never passes a
//! message that is not stored. Pages up to the one that says `finished` form a *round*; a round is
//! complete when everything that waited at its start is stored.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use imlink_model::uplink::Cursor;
use imlink_wire::proto::SyncRequestMsg;
use tracing::debug;

use crate::{Config, RecordId, cursors::Cursors};

/// The pull loop of an account. It outlives links: a page may become durable after its link is
/// gone.
#[derive(Debug)]
pub(crate) struct Pull {
    cursors: Cursors,
    phase: Phase,
    wanted: Wanted,
    round: u64,
    /// A round was begun and is not over.
    in_round: bool,
    /// Pages of this round that promised more and moved nothing.
    fruitless: u32,
    retry: Duration,
    query: Duration,
    period: Duration,
    first_retry: Duration,
    fruitless_limit: u32,
}

#[derive(Debug)]
enum Phase {
    /// There is no link.
    Offline,
    /// The next round begins when something is wanted, at the latest at `next`.
    Idle { next: Instant },
    /// The answer is awaited.
    Asked { message_id: u16, deadline: Instant },
    /// A page waits to become durable.
    Storing {
        record: RecordId,
        page: Page,
        linked: bool,
    },
    /// The same page is asked for again at `until`.
    Resting { until: Instant },
}

/// What is known to wait in the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    Nothing,
    /// A message of this server time.
    Newer(i64),
    /// Something whose time is not known.
    Anything,
}

/// What an answer says beside its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The cursors once the page is stored; never lower than those asked with.
    pub(crate) cursors: Cursors,
    /// Nothing more waits.
    pub(crate) finished: bool,
}

/// What the end of a page means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// More pages follow.
    More,
    /// The round of this number is complete.
    Complete(u64),
}

impl Pull {
    /// A loop that goes on from a stored cursor.
    pub(crate) fn new(config: &Config, cursor: &Cursor) -> Self {
        let timings = &config.timings;
        Self {
            cursors: Cursors::decode(cursor),
            phase: Phase::Offline,
            wanted: Wanted::Nothing,
            round: 0,
            in_round: false,
            fruitless: 0,
            retry: timings.pull_retry,
            query: timings.query,
            period: timings.pull,
            first_retry: timings.pull_retry,
            fruitless_limit: config.limits.fruitless_pulls,
        }
    }

    /// The cursors that are durable.
    pub(crate) fn cursors(&self) -> Cursors {
        self.cursors
    }

    /// The number of the last round begun.
    pub(crate) fn round(&self) -> u64 {
        self.round
    }

    pub(crate) fn is_pending(&self, id: u16) -> bool {
        matches!(self.phase, Phase::Asked { message_id, .. } if message_id == id)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Offline | Phase::Storing { .. } => None,
            Phase::Idle { next } => Some(next),
            Phase::Asked { deadline, .. } => Some(deadline),
            Phase::Resting { until } => Some(until),
        }
    }

    /// A link is up: everything is asked for, after what is being stored.
    pub(crate) fn on_link_up(&mut self, now: Instant) {
        self.wanted = Wanted::Anything;
        self.in_round = false;
        self.retry = self.first_retry;
        match &mut self.phase {
            Phase::Storing { linked, .. } => *linked = true,
            Phase::Offline | Phase::Idle { .. } | Phase::Asked { .. } | Phase::Resting { .. } => {
                self.phase = Phase::Idle { next: now };
            }
        }
    }

    /// The link is gone.
    pub(crate) fn on_link_down(&mut self) {
        self.in_round = false;
        match &mut self.phase {
            Phase::Storing { linked, .. } => *linked = false,
            Phase::Offline | Phase::Idle { .. } | Phase::Asked { .. } | Phase::Resting { .. } => {
                self.phase = Phase::Offline;
            }
        }
    }

    /// Everything is asked for from the beginning. What is under way says nothing of that: an answer
    /// comes to nobody, and a page that is being stored moves no cursor.
    pub(crate) fn begin_again(&mut self, now: Instant) {
        let linked = match self.phase {
            Phase::Offline | Phase::Storing { linked: false, .. } => false,
            Phase::Idle { .. }
            | Phase::Asked { .. }
            | Phase::Storing { linked: true, .. }
            | Phase::Resting { .. } => true,
        };
        self.cursors = Cursors::default();
        self.phase = Phase::Offline;
        if linked {
            self.on_link_up(now);
        }
    }

    /// A message of this time waits; one whose time is not positive may be of any.
    pub(crate) fn want(&mut self, time: i64) {
        let wanted = if time > 0 {
            Wanted::Newer(time)
        } else {
            Wanted::Anything
        };
        self.wanted = self.wanted.max(wanted);
    }

    /// Something waits, and nobody said of what time.
    pub(crate) fn want_anything(&mut self) {
        self.wanted = Wanted::Anything;
    }

    /// Whether a page must be asked for now.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Offline | Phase::Asked { .. } | Phase::Storing { .. } => false,
            Phase::Idle { next } => next <= now || self.wanted != Wanted::Nothing,
            Phase::Resting { until } => until <= now,
        }
    }

    /// A page is being asked for under this id.
    pub(crate) fn ask(&mut self, message_id: u16, now: Instant) -> SyncRequestMsg {
        if !self.in_round {
            self.in_round = true;
            self.round += 1;
            self.fruitless = 0;
            self.wanted = Wanted::Nothing;
        }
        self.phase = Phase::Asked {
            message_id,
            deadline: now + self.query,
        };
        SyncRequestMsg {
            sync_time: self.cursors.inbox,
            ispolling: false,
            is_pull_send: Some(true),
            send_box_sync_time: Some(self.cursors.sendbox),
            broadcast_sync_time: Some(self.cursors.broadcast),
            ..SyncRequestMsg::default()
        }
    }

    /// The answer did not come in time: the page is asked for again, at once. True if it was due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> bool {
        match self.phase {
            Phase::Asked { deadline, .. } if deadline <= now => {
                debug!("No answer to a pull in time");
                self.phase = Phase::Resting { until: now };
                true
            }
            Phase::Offline
            | Phase::Idle { .. }
            | Phase::Asked { .. }
            | Phase::Storing { .. }
            | Phase::Resting { .. } => false,
        }
    }

    /// The page came and waits to become durable under this record.
    pub(crate) fn on_page(&mut self, record: RecordId, page: Page) {
        self.phase = Phase::Storing {
            record,
            page,
            linked: true,
        };
    }

    /// A page without messages that moves no cursor: there is nothing to store.
    pub(crate) fn on_empty_page(&mut self, finished: bool, now: Instant) -> Progress {
        self.finish(
            Page {
                cursors: self.cursors,
                finished,
            },
            now,
        )
    }

    /// The page is durable. `None` if the record is not that of the page, or its link is gone.
    pub(crate) fn on_recorded(&mut self, id: RecordId, now: Instant) -> Option<Progress> {
        let Phase::Storing {
            record,
            page,
            linked,
        } = self.phase
        else {
            return None;
        };
        if record != id {
            return None;
        }
        if !linked {
            self.cursors = page.cursors;
            self.phase = Phase::Offline;
            return None;
        }
        if !self.in_round {
            // A page of an earlier link: what it says of the rest is out of date.
            self.cursors = page.cursors;
            self.phase = Phase::Idle { next: now };
            return None;
        }
        Some(self.finish(page, now))
    }

    /// The page could not be stored, or there is none to store: the cursor stays, the same page is
    /// asked for after a while.
    pub(crate) fn on_failed(&mut self, now: Instant) {
        match self.phase {
            Phase::Storing { linked: false, .. } | Phase::Offline => self.phase = Phase::Offline,
            Phase::Storing { linked: true, .. }
            | Phase::Idle { .. }
            | Phase::Asked { .. }
            | Phase::Resting { .. } => self.rest(now),
        }
    }

    /// Pages can be stored again: one that waits to be asked for again waits no longer.
    pub(crate) fn on_writable(&mut self, now: Instant) {
        self.retry = self.first_retry;
        match &mut self.phase {
            Phase::Resting { until } => *until = now,
            Phase::Offline | Phase::Idle { .. } | Phase::Asked { .. } | Phase::Storing { .. } => {}
        }
    }

    /// Whether this is the record of the page that is being stored.
    pub(crate) fn is_storing(&self, id: RecordId) -> bool {
        matches!(self.phase, Phase::Storing { record, .. } if record == id)
    }

    fn finish(&mut self, page: Page, now: Instant) -> Progress {
        let moved = page.cursors != self.cursors;
        self.cursors = page.cursors;
        if page.finished {
            return Progress::Complete(self.complete(now));
        }
        if moved {
            self.fruitless = 0;
            self.retry = self.first_retry;
            self.phase = Phase::Resting { until: now };
            return Progress::More;
        }
        self.fruitless += 1;
        if self.fruitless < self.fruitless_limit {
            self.rest(now);
        } else {
            debug!("Gave up on pages that promise more and bring nothing");
            self.end_round(now);
        }
        Progress::More
    }

    fn complete(&mut self, now: Instant) -> u64 {
        self.end_round(now);
        if self.wanted <= Wanted::Newer(self.cursors.inbox) {
            self.wanted = Wanted::Nothing;
        }
        self.round
    }

    fn end_round(&mut self, now: Instant) {
        self.in_round = false;
        self.retry = self.first_retry;
        self.phase = Phase::Idle {
            next: now + self.period,
        };
    }

    fn rest(&mut self, now: Instant) {
        self.phase = Phase::Resting {
            until: now + self.retry,
        };
        self.retry = (self.retry * 2).min(self.period);
    }
}
