//! Everything that may be configured, and the one table of timings.

use std::time::Duration;

use crate::Transport;

/// How a [`Connection`](crate::Connection) behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Navigators to ask after those the token names, in this order: host names, or URLs with
    /// `http` or `https`. None are built in (decisions.md P25).
    pub navigators: Vec<String>,
    /// Allow `http://`, `ws://` and plain TCP beyond loopback. The token travels in them: anybody on
    /// the way can read it and take over the account. Default `false` (decisions.md P20).
    pub clear_text: bool,
    /// Which form of the protocol is spoken. Default [`Transport::Auto`] (decisions.md P20).
    pub transport: Transport,
    /// Under a one-device policy: a reconnect gives way to the device that took the slot meanwhile
    /// and ends with 31023. Default `false`: it takes the slot back. Only the TCP form can say it
    /// (decisions.md P12).
    pub reconnect_kick: bool,
    /// Do not dial if navigation named no user; such a connect ends with 34001. For while another
    /// account of the same app is live: the token may be that very user's, and only a second link
    /// could tell. Default `false` (decisions.md P8).
    pub refuse_unnamed: bool,
    /// What to call this device towards the cloud: 22 characters, kept across restarts. `None`
    /// (the default) makes one up from the seed.
    pub device_id: Option<String>,
    /// All timings.
    pub timings: Timings,
    /// All bounds.
    pub limits: Limits,
}

/// The shortest of all timings: with a zero the machine would be due for ever.
const SHORTEST: Duration = Duration::from_millis(1);

impl Config {
    /// The same with every timing that is zero made [`SHORTEST`], and a ladder of at least a step.
    pub(crate) fn without_zeros(mut self) -> Self {
        let timings = &mut self.timings;
        if timings.ladder.is_empty() {
            timings.ladder.push(SHORTEST);
        }
        let fields = [
            &mut timings.navigation,
            &mut timings.open,
            &mut timings.connack,
            &mut timings.write,
            &mut timings.ping,
            &mut timings.pong,
            &mut timings.probe,
            &mut timings.hints,
            &mut timings.unknown_refusal,
            &mut timings.network_poll,
            &mut timings.query,
            &mut timings.pull,
            &mut timings.pull_retry,
            &mut timings.acknowledgement,
            &mut timings.pace,
            &mut timings.pace_slowest,
            &mut timings.record_retry,
        ];
        for timing in fields.into_iter().chain(timings.ladder.iter_mut()) {
            *timing = (*timing).max(SHORTEST);
        }
        self
    }
}

/// The one table of timings. A zero counts as a millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timings {
    /// A navigator's answer. Default 10 s (`protocol/cloud-wire.md` 1.4).
    pub navigation: Duration,
    /// How long a navigation answer is believed. Default 2 h (`protocol/cloud-wire.md` 1.6).
    pub navigation_lifetime: Duration,
    /// From dialling to an open link: name, socket, TLS and upgrade together. Default 10 s
    /// (decisions.md P6).
    pub open: Duration,
    /// From the open link to CONNACK; the vendor has no limit here. Default 15 s (decisions.md P6).
    pub connack: Duration,
    /// A write to the link, whatever waits for it. The shell keeps it, as it alone sees a socket that
    /// takes no more. Default 10 s (decisions.md P6).
    pub write: Duration,
    /// From a pong to the next ping. Default 15 s (decisions.md P6).
    pub ping: Duration,
    /// From a ping to the end of a link that gives no byte. Default 15 s (decisions.md P6).
    pub pong: Duration,
    /// As `pong`, for a ping sent because of a hint, when there is reason to doubt the link; twice
    /// the last measured round trip if that is longer, and never longer than `pong`. As long goes an
    /// attempt on that was under way when the network changed or the machine slept. Default
    /// 5 s: ours, two and a half times the slowest link of docs/failures.md F-S47.
    pub probe: Duration,
    /// Waits between attempts, one after the other; the last one repeats. Those from 1 s on are
    /// shortened by up to half, at random. Default 0.05, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64 s
    /// (decisions.md P4).
    pub ladder: Vec<Duration>,
    /// How long a connection must last before the ladder starts again. Default 30 s
    /// (decisions.md P4).
    pub stable: Duration,
    /// How often at most a hint or a returning network restarts the ladder. Default 1 s
    /// (decisions.md P4).
    pub hints: Duration,
    /// Wait after a refusal nobody documented, and after being told to connect less often, exact.
    /// Default 64 s (decisions.md P11, F-S38; behaviour.md 3.2 for 30015).
    pub unknown_refusal: Duration,
    /// The longest time that a navigator gets if it asks to be left alone. Default 10 min (F-S41).
    pub longest_rest: Duration,
    /// How often an attempt is made although there is no network. Default 64 s (decisions.md P5).
    pub network_poll: Duration,
    /// The answer to a pull. Default 30 s (`protocol/cloud-wire.md` 3.6).
    pub query: Duration,
    /// From one pull to the next without any notification. Default 180 s
    /// (`protocol/cloud-wire.md` 4).
    pub pull: Duration,
    /// Wait after a pull that failed or brought nothing although more was promised; doubles up to
    /// `pull`. Default 1 s (ours, F-S18).
    pub pull_retry: Duration,
    /// The acknowledgement of a message. Default 30 s (`protocol/cloud-wire.md` 3.6).
    pub acknowledgement: Duration,
    /// Wait after the cloud refused a message for now; doubles with each refusal up to
    /// `pace_slowest`, and each acceptance takes a sixteenth off. Default 0.25 s (ours; decisions.md
    /// P16).
    pub pace: Duration,
    /// The longest wait between two messages. Default 8 s (ours; decisions.md P16).
    pub pace_slowest: Duration,
    /// How long the cloud keeps messages for those who are away. Default 7 d, which is what it does
    /// unless an app is set to less (behaviour.md 13.5).
    pub offline_messages: Duration,
    /// How often it is noted that the account has everything, while nothing comes. Default 1 h
    /// (ours): an absence counts as so much longer at most.
    pub wholeness: Duration,
    /// Wait before a record that could not be stored is tried again. Default 1 s (ours, F-D01).
    pub record_retry: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        let ladder = [
            50, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000,
        ];
        Self {
            navigation: Duration::from_secs(10),
            navigation_lifetime: Duration::from_secs(2 * 60 * 60),
            open: Duration::from_secs(10),
            connack: Duration::from_secs(15),
            write: Duration::from_secs(10),
            ping: Duration::from_secs(15),
            pong: Duration::from_secs(15),
            probe: Duration::from_secs(5),
            ladder: ladder.map(Duration::from_millis).to_vec(),
            stable: Duration::from_secs(30),
            hints: Duration::from_secs(1),
            unknown_refusal: Duration::from_secs(64),
            longest_rest: Duration::from_secs(10 * 60),
            network_poll: Duration::from_secs(64),
            query: Duration::from_secs(30),
            pull: Duration::from_secs(180),
            pull_retry: Duration::from_secs(1),
            acknowledgement: Duration::from_secs(30),
            pace: Duration::from_millis(250),
            pace_slowest: Duration::from_secs(8),
            offline_messages: Duration::from_secs(7 * 24 * 60 * 60),
            wholeness: Duration::from_secs(60 * 60),
            record_retry: Duration::from_secs(1),
        }
    }
}

/// The one table of bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages whose acknowledgement is awaited at one time, over all conversations. Default 64
    /// (ours): with one per conversation more are of use only to a sender of many.
    pub in_flight: usize,
    /// Redirections followed at once before the ladder takes over. Default 3 (F-S32).
    pub redirects: u32,
    /// Pulls in a row that promise more and bring nothing, before the next notification or period
    /// is waited for. Default 8 (ours, F-S18).
    pub fruitless_pulls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 64,
            redirects: 3,
            fruitless_pulls: 8,
        }
    }
}
