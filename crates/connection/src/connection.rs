//! The machine itself: what goes in, what comes out, and when it wants to be called.

mod asking;
mod attempt;
mod commands;
mod dialing;
mod ending;
mod link;
mod navigating;
mod network;
mod reading;
mod rooms;
mod sending;

use std::fmt;
use std::time::Instant;

use imlink_model::uplink::{Command, Event, Network};
use imlink_model::{AppKey, Code};
use rand::SeedableRng;
use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::StdRng;
use tracing::warn;

use crate::directory::Directory;
use crate::gate::Gate;
use crate::outlet::{Outlet, Pending};
use crate::state::{Account, Active, Online, Phase, State};
use crate::{Action, Config, Dropped, Input, RecordId, Snapshot};

/// How many characters a made-up device id has (`protocol/cloud-wire.md` 2).
const DEVICE_ID_LENGTH: usize = 22;

/// One account's connection to the cloud. See the crate's documentation for how to drive it.
pub struct Connection {
    config: Config,
    app_key: AppKey,
    device_id: String,
    random: StdRng,
    state: State,
    account: Option<Account>,
    directory: Directory,
    network: Network,
    gate: Gate,
    sending: Sending,
    dropped: Dropped,
    outlet: Outlet,
}

/// Whether messages that wait are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    Allowed,
    /// The daemon is about to stop: what is started now could only end in doubt.
    Held,
}

impl Connection {
    /// A connection that is away: nothing happens until
    /// [`Command::Connect`].
    ///
    /// `seed` is the source of all randomness; equal seeds and inputs give equal outputs. A network
    /// is assumed until the shell says otherwise.
    #[must_use]
    pub fn new(config: Config, app_key: AppKey, seed: u64) -> Self {
        let config = config.without_zeros();
        let mut random = StdRng::seed_from_u64(seed);
        let made_up = Alphanumeric.sample_string(&mut random, DEVICE_ID_LENGTH);
        Self {
            device_id: config.device_id.clone().unwrap_or(made_up),
            random,
            state: State::Away,
            account: None,
            directory: Directory::new(config.timings.navigation_lifetime),
            network: Network::Available,
            gate: Gate::new(config.timings.hints),
            sending: Sending::Allowed,
            dropped: Dropped::default(),
            outlet: Outlet::new(),
            app_key,
            config,
        }
    }

    /// Takes in what happened.
    pub fn handle_input(&mut self, input: Input, now: Instant) {
        match input {
            Input::Command(command) => self.on_command(command, now),
            Input::Navigated { generation, result } => self.on_navigated(generation, result, now),
            Input::Opened { generation } => self.on_opened(generation, now),
            Input::Packet { generation, packet } => self.on_packet(generation, packet, now),
            Input::Alive { generation } => self.on_alive(generation, now),
            Input::Lost { generation, error } => self.on_lost(generation, error, now),
            Input::Recorded { id } => self.on_recorded(id, now),
            Input::RecordFailed { id, code } => self.on_record_failed(id, code, now),
        }
        self.pump(now);
    }

    /// Starts to send no message any more; those under way go on, and the rest waits for another
    /// machine. Once [`Snapshot::in_flight`] is 0 nothing can be left in doubt by stopping.
    pub fn hold_messages(&mut self) {
        self.sending = Sending::Held;
    }

    /// Does everything that is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while self.poll_timeout().is_some_and(|due| due <= now) {
            self.expire(now);
            self.pump(now);
        }
    }

    /// The one earliest deadline, `None` if nothing is waited for.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let of_account = self.account.as_ref().map(|account| {
            [
                account.pull.deadline(),
                account.outbox.deadline(),
                account.recalls.deadline(),
                account.rooms.deadline(),
                self.next_send(account),
            ]
        });
        let deadlines = of_account.into_iter().flatten().flatten();
        deadlines
            .chain(self.phase_deadline())
            .chain(self.postponed_until())
            .chain(self.outlet.store_rests_until())
            .min()
    }

    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.outlet.poll_action()
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.outlet.poll_event()
    }

    /// The state at a glance.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (status, cause) = self.outlet.status();
        let counts = self
            .account
            .as_ref()
            .map(|a| a.outbox.counts())
            .unwrap_or_default();
        let mut snapshot = Snapshot {
            status,
            cause,
            next_attempt: None,
            gateway: None,
            attempt: 0,
            round_trip: None,
            online_since: None,
            user: self.account.as_ref().map(|account| account.user.clone()),
            navigators: Vec::new(),
            gateways: Vec::new(),
            queued: counts.queued,
            in_flight: counts.in_flight,
            in_doubt: counts.in_doubt,
            dropped: self.dropped,
        };
        let State::Active(active) = &self.state else {
            return snapshot;
        };
        snapshot.attempt = active.attempt;
        snapshot.navigators = self.navigators(active.token.reveal());
        snapshot.user = active.identified.clone().or(snapshot.user);
        if !matches!(active.phase, Phase::Online(_)) {
            let listing = self.directory.last_good(&active.token);
            snapshot.gateways = listing.map(|listing| listing.gateways).unwrap_or_default();
        }
        match &active.phase {
            Phase::Asking(_) | Phase::Unrestored { .. } => {}
            Phase::Dialing(dialing) => snapshot.gateway = Some(dialing.gateway.clone()),
            Phase::Greeted(link) => snapshot.gateway = Some(link.gateway.clone()),
            Phase::Online(online) => {
                snapshot.gateway = Some(online.link.gateway.clone());
                snapshot.round_trip = online.link.keepalive.round_trip();
                snapshot.online_since = Some(online.since);
            }
            Phase::Waiting { until, .. } | Phase::Paused { until } => {
                snapshot.next_attempt = Some(*until);
            }
        }
        snapshot
    }

    fn on_command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Connect { token } => self.on_connect(token, now),
            Command::Resume { token } => {
                self.on_connect(token, now);
                if let Some(active) = self.active() {
                    active.was_online = true;
                }
            }
            Command::Disconnect { push } => self.on_disconnect(push, now),
            Command::Restore(restored) => self.on_restore(restored, now),
            Command::Unload => self.on_unload(now),
            Command::Send(message) => self.on_send(message),
            Command::Withdraw(row) => self.on_withdraw(row),
            Command::Resend(row) => self.on_resend(row),
            Command::Signal { ask, signal } => self.on_signal(ask, &signal),
            Command::Recall {
                ask,
                message,
                trace,
            } => self.on_recall(ask, &message, trace, now),
            Command::EnterRoom {
                ask,
                room,
                if_absent,
                recent,
            } => self.on_enter_room(ask, room, if_absent, recent),
            Command::LeaveRoom { room } => self.on_leave_room(&room),
            Command::Network(Network::Available) => self.on_network_available(now),
            Command::Network(Network::Unavailable) => self.on_network_unavailable(now),
            Command::ReadAgain => self.on_read_again(now),
            Command::Writable => self.on_writable(now),
            Command::Hint(hint) => self.on_hint(hint, now),
            Command::WayChanged => self.on_way_changed(now),
        }
    }

    fn on_recorded(&mut self, id: RecordId, now: Instant) {
        match self.outlet.take_pending(id) {
            Some(Pending::Page) => self.on_page_recorded(id, now),
            Some(Pending::Sending(row)) => self.on_sending_recorded(row, id, now),
            Some(Pending::Outcome(row, outcome)) => {
                if let Some(account) = &mut self.account {
                    account.rooms.settled(row, &outcome);
                }
            }
            None => {}
        }
    }

    fn on_record_failed(&mut self, id: RecordId, code: Code, now: Instant) {
        let Some(pending) = self.outlet.take_pending(id) else {
            return;
        };
        if let (Pending::Sending(row), Code::LOCAL_TOO_LATE | Code::RC_DB_DATA_NOT_FOUND) =
            (&pending, code)
        {
            return self.on_sending_refused(*row);
        }
        warn!(cause = code.number(), "The store could not keep a record");
        self.outlet
            .rest_store(now + self.config.timings.record_retry);
        match pending {
            Pending::Page => self.on_page_failed(id, now),
            Pending::Sending(row) => self.on_sending_failed(row, id),
            Pending::Outcome(row, outcome) => self.outlet.keep_unstored(row, outcome),
        }
    }

    /// Nothing that rests because of the store rests any longer.
    fn on_writable(&mut self, now: Instant) {
        self.outlet.rest_store(now);
        if let Some(account) = &mut self.account {
            account.pull.on_writable(now);
        }
    }

    /// Does what became possible: retries records, pulls, sends.
    fn pump(&mut self, now: Instant) {
        self.outlet.retry_records(now);
        self.pump_pull(now);
        // Before messages: they may go to a room that is to be entered again.
        self.pump_rooms(now);
        self.pump_outbox(now);
    }

    fn phase_deadline(&self) -> Option<Instant> {
        let State::Active(active) = &self.state else {
            return None;
        };
        match &active.phase {
            Phase::Asking(asking) => Some(asking.deadline),
            Phase::Unrestored { .. } => None,
            Phase::Dialing(dialing) => Some(dialing.deadline),
            Phase::Greeted(link) => Some(link.keepalive.deadline()),
            Phase::Online(online) => Some(online.deadline()),
            Phase::Waiting { until, .. } | Phase::Paused { until } => Some(*until),
        }
    }

    /// Does what is due of the phase, of hints, of the pull loop, of the outbox and of what was asked.
    fn expire(&mut self, now: Instant) {
        if self.phase_deadline().is_some_and(|due| due <= now) {
            self.on_phase_timeout(now);
        }
        self.on_postponed_hint(now);
        self.on_pull_timeout(now);
        self.on_acknowledgement_timeout(now);
        self.on_recall_timeout(now);
        self.on_room_timeout(now);
    }

    fn on_phase_timeout(&mut self, now: Instant) {
        let State::Active(active) = &self.state else {
            return;
        };
        match &active.phase {
            Phase::Asking(_) => self.on_navigation_timeout(now),
            Phase::Unrestored { .. } => {}
            Phase::Dialing(_) => self.on_dial_timeout(now),
            Phase::Greeted(_) | Phase::Online(_) => self.on_link_timeout(now),
            Phase::Waiting { .. } => self.on_wait_over(now),
            Phase::Paused { .. } => self.on_network_poll(now),
        }
    }

    fn active(&mut self) -> Option<&mut Active> {
        match &mut self.state {
            State::Away => None,
            State::Active(active) => Some(active),
        }
    }

    /// Everything needed to work on an online link.
    fn online(&mut self) -> Option<Work<'_>> {
        let State::Active(active) = &mut self.state else {
            return None;
        };
        let Phase::Online(online) = &mut active.phase else {
            return None;
        };
        Some(Work {
            online,
            account: self.account.as_mut()?,
            outlet: &mut self.outlet,
            dropped: &mut self.dropped,
            config: &self.config,
            sending: self.sending,
        })
    }
}

/// The parts of the machine that work on an online link.
struct Work<'a> {
    online: &'a mut Online,
    account: &'a mut Account,
    outlet: &'a mut Outlet,
    dropped: &'a mut Dropped,
    config: &'a Config,
    sending: Sending,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("snapshot", &self.snapshot())
            .finish_non_exhaustive()
    }
}
