//! Whether the link is alive.
//!
//! ```text
//!           ping_at               pong, or any other byte
//!   Quiet ----------> Pinged -------------------------> Quiet
//!                       |
//!                       +--- dead_at ---> the link is dead (30012)
//! ```
//!
//! A ping follows 15 s after the last pong, as in the SDK (`protocol/cloud-wire.md` 4). Unlike there,
//! anything that arrives counts as an answer, so that a pong stuck behind much data ends nothing
//! (decisions.md P6, F-S20).

use std::time::{Duration, Instant};

use crate::Timings;

/// The keep-alive of one link.
#[derive(Debug)]
pub(crate) struct Keepalive {
    state: State,
    round_trip: Option<Duration>,
    ping: Duration,
    pong: Duration,
    probe: Duration,
}

#[derive(Debug)]
enum State {
    Quiet { ping_at: Instant },
    Pinged { sent_at: Instant, dead_at: Instant },
}

/// What a deadline of the keep-alive means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Send a ping.
    Ping,
    /// Nothing answered the last one.
    Dead,
}

impl Keepalive {
    /// Starts with a ping that is sent now.
    pub(crate) fn start(timings: &Timings, now: Instant) -> Self {
        Self {
            state: State::Pinged {
                sent_at: now,
                dead_at: now + timings.pong,
            },
            round_trip: None,
            ping: timings.ping,
            pong: timings.pong,
            probe: timings.probe,
        }
    }

    /// The last measured time from a ping to its pong.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    pub(crate) fn deadline(&self) -> Instant {
        match self.state {
            State::Quiet { ping_at } => ping_at,
            State::Pinged { dead_at, .. } => dead_at,
        }
    }

    /// What is due; a ping counts as sent.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Option<Due> {
        if now < self.deadline() {
            return None;
        }
        match self.state {
            State::Pinged { .. } => Some(Due::Dead),
            State::Quiet { .. } => {
                self.state = State::Pinged {
                    sent_at: now,
                    dead_at: now + self.pong,
                };
                Some(Due::Ping)
            }
        }
    }

    /// A pong came.
    pub(crate) fn on_pong(&mut self, now: Instant) {
        if let State::Pinged { sent_at, .. } = self.state {
            self.round_trip = Some(now.saturating_duration_since(sent_at));
        }
        self.state = State::Quiet {
            ping_at: now + self.ping,
        };
    }

    /// Something else came.
    pub(crate) fn on_life(&mut self, now: Instant) {
        match self.state {
            State::Quiet { .. } => {}
            State::Pinged { .. } => {
                self.state = State::Quiet {
                    ping_at: now + self.ping,
                }
            }
        }
    }

    /// There is reason to doubt the link: a ping is sent now, and less time allowed.
    pub(crate) fn probe(&mut self, now: Instant) {
        let allowed = self
            .round_trip
            .map_or(self.probe, |time| self.probe.max(time * 2));
        let probed_until = now + allowed.min(self.pong);
        self.state = match self.state {
            State::Quiet { .. } => State::Pinged {
                sent_at: now,
                dead_at: probed_until,
            },
            State::Pinged { sent_at, dead_at } => State::Pinged {
                sent_at,
                dead_at: dead_at.min(probed_until),
            },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn start() -> (Keepalive, Instant) {
        let now = crate::testing::start();
        (Keepalive::start(&Timings::default(), now), now)
    }

    #[test]
    fn pings_fifteen_seconds_after_each_pong() {
        let (mut keepalive, t) = start();

        keepalive.on_pong(t + SECOND);

        assert_eq!(keepalive.deadline(), t + 16 * SECOND);
        assert_eq!(keepalive.handle_timeout(t + 15 * SECOND), None);
        assert_eq!(keepalive.handle_timeout(t + 16 * SECOND), Some(Due::Ping));
        keepalive.on_pong(t + 17 * SECOND);
        assert_eq!(keepalive.deadline(), t + 32 * SECOND);
        assert_eq!(keepalive.round_trip(), Some(SECOND));
    }

    // F-S05
    #[test]
    fn is_dead_fifteen_seconds_after_an_unanswered_ping() {
        let (mut keepalive, t) = start();

        assert_eq!(keepalive.handle_timeout(t + 14 * SECOND), None);
        assert_eq!(keepalive.handle_timeout(t + 15 * SECOND), Some(Due::Dead));
    }

    // F-S20
    #[test]
    fn any_byte_is_life_while_a_pong_is_late() {
        let (mut keepalive, t) = start();

        for second in 1..=120 {
            let now = t + second * SECOND;
            assert_ne!(keepalive.handle_timeout(now), Some(Due::Dead));
            keepalive.on_life(now);
        }
    }

    #[test]
    fn data_does_not_put_off_the_next_ping() {
        let (mut keepalive, t) = start();
        keepalive.on_pong(t);

        keepalive.on_life(t + 14 * SECOND);

        assert_eq!(keepalive.deadline(), t + 15 * SECOND);
    }

    // F-S22
    #[test]
    fn a_probe_allows_less_time_but_two_round_trips() {
        let (mut keepalive, t) = start();
        keepalive.on_pong(t);
        keepalive.probe(t);
        assert_eq!(keepalive.deadline(), t + 5 * SECOND);

        let (mut slow, t) = start();
        slow.on_pong(t + 4 * SECOND);
        slow.probe(t + 10 * SECOND);
        assert_eq!(slow.deadline(), t + 18 * SECOND);

        let (mut waiting, t) = start();
        waiting.probe(t + 14 * SECOND);
        assert_eq!(waiting.deadline(), t + 15 * SECOND);
    }
}
