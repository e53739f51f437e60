//! A machine under random happenings, and a judge over everything it says.

use std::collections::BTreeMap;
use std::time::Duration;

use imlink_connection::{Action, Generation, HttpAnswer, Input, LinkError, RecordId};
use imlink_model::uplink::{Command, Event};
use imlink_model::{Code, ConnectionStatus, ObjectName, UserId};
use imlink_wire::{ConnAck, DecodeError, ServerPacket, Session};

use super::happening::Happening;
use crate::cloud::outgoing;
use crate::driver::{Driver, SECOND, listing};

/// How long CONNECTED may be shown after the last sign of life: ping and pong of decisions.md P6.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A machine, with everything it ever named and told.
pub struct World {
    pub driver: Driver,
    pub asked: Vec<Generation>,
    pub records: Vec<RecordId>,
    pub told: Vec<ConnectionStatus>,
    /// A connect was asked for and has neither failed for good nor been taken back.
    pub wanted: bool,
    /// What was asked and neither answered nor dropped.
    open: BTreeMap<Generation, Asked>,
    sent: u64,
    /// Virtual time of the last sign of life of anybody.
    alive_at: Duration,
    identified: Option<UserId>,
    last_event: Option<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Navigation,
    Link,
}

impl World {
    pub fn new() -> Self {
        Self::with(Driver::new())
    }

    pub fn with(mut driver: Driver) -> Self {
        driver.stores_at_once = false;
        Self {
            driver,
            asked: Vec::new(),
            records: Vec::new(),
            told: vec![ConnectionStatus::Unconnected],
            wanted: false,
            open: BTreeMap::new(),
            sent: 0,
            alive_at: Duration::ZERO,
            identified: None,
            last_event: None,
        }
    }

    pub fn happen(&mut self, happening: &Happening) {
        match happening {
            Happening::Connect(token) => self.connect(&format!("token-{}", token % 3)),
            Happening::Disconnect(push) => {
                self.driver.command(Command::Disconnect { push: *push });
                self.wanted = false;
            }
            Happening::Restore(user) => self.driver.restore(user),
            Happening::Send(to, class) => self.send(*to, *class),
            Happening::Network(network) => self.driver.command(Command::Network(*network)),
            Happening::Hint(hint) => self.driver.command(Command::Hint(*hint)),
            Happening::WayChanged => self.driver.command(Command::WayChanged),
            Happening::Navigated(result) => {
                let result = result.clone();
                self.about_the_latest(|generation| Input::Navigated { generation, result });
            }
            Happening::Opened => self.about_the_latest(|generation| Input::Opened { generation }),
            Happening::Packet(packet) => self.packet(Ok(packet.clone())),
            Happening::Garbage(kind) => self.packet(Err(match kind % 2 {
                0 => DecodeError::Kind(*kind),
                _ => DecodeError::Empty,
            })),
            Happening::Lost(which, error) => self.lose(*which, *error),
            Happening::Stored(well) => self.store(*well),
            Happening::Time(time) => self.pass(*time),
        }
        self.look();
    }

    pub fn connect(&mut self, token: &str) {
        self.wanted = true;
        self.driver.connect(token);
    }

    /// Lets time pass, and looks at every deadline.
    pub fn pass(&mut self, time: Duration) {
        let end = self.driver.elapsed() + time;
        while let Some(wait) = self.driver.time_to_deadline()
            && self.driver.elapsed() + wait <= end
        {
            self.driver.advance(wait);
            self.look();
        }
        self.driver.advance(end - self.driver.elapsed());
        self.look();
    }

    /// A cloud and a store that do what they should, for so long: answers every navigation, dial, and
    /// ping, and stores every record.
    pub fn be_kind(&mut self, time: Duration) {
        let end = self.driver.elapsed() + time;
        while self.driver.elapsed() < end {
            self.answer_everything();
            let wait = self.driver.time_to_deadline().unwrap_or(SECOND);
            self.pass(wait.min(end - self.driver.elapsed()));
        }
    }

    fn answer_everything(&mut self) {
        if let Some(user) = self.identified.clone() {
            self.driver.restore(user.as_str());
            self.look();
        }
        while !self.records.is_empty() {
            self.store(true);
            self.look();
        }
        match self.open.values().next() {
            None => {}
            Some(Asked::Navigation) => self.about_the_latest(|generation| Input::Navigated {
                generation,
                result: Ok(HttpAnswer {
                    status: 200,
                    body: listing("alice", &["kind"]).into(),
                    retry_after: None,
                }),
            }),
            Some(Asked::Link) => {
                self.about_the_latest(|generation| Input::Opened { generation });
                // Once the link is up, a second one is passed over.
                self.packet(Ok(ServerPacket::ConnAck(ConnAck::accepted(Session {
                    user_id: Some("alice".to_owned()),
                    ..Session::default()
                }))));
                self.packet(Ok(ServerPacket::PingResp));
            }
        }
        self.look();
    }

    fn send(&mut self, to: u8, class: u8) {
        self.sent += 1;
        let mut message = outgoing(self.sent, &format!("user-{}", to % 3));
        if class.is_multiple_of(16) {
            message.object_name = ObjectName::new("RC:TypSts").unwrap();
        }
        self.driver.command(Command::Send(message));
    }

    fn packet(&mut self, packet: Result<ServerPacket, DecodeError>) {
        let latest = self.asked.last();
        // What is said on a link that was given up is no sign of life.
        if latest.and_then(|generation| self.open.get(generation)) == Some(&Asked::Link) {
            self.alive_at = self.driver.elapsed();
        }
        self.about_the_latest(|generation| Input::Packet { generation, packet });
    }

    /// Sometimes an old one is lost, which must change nothing.
    fn lose(&mut self, which: u8, error: LinkError) {
        let place = usize::from(which) % self.asked.len().max(1);
        if let Some(generation) = self.asked.iter().rev().nth(place).copied() {
            if self.open.get(&generation) == Some(&Asked::Link) {
                self.open.remove(&generation);
            }
            self.driver.input(Input::Lost { generation, error });
        }
    }

    fn store(&mut self, well: bool) {
        if self.records.is_empty() {
            return;
        }
        let id = self.records.remove(0);
        let code = Code::LOCAL_STORE_FULL;
        self.driver.input(match well {
            true => Input::Recorded { id },
            false => Input::RecordFailed { id, code },
        });
    }

    fn about_the_latest(&mut self, input: impl FnOnce(Generation) -> Input) {
        let Some(generation) = self.asked.last().copied() else {
            return;
        };
        let input = input(generation);
        let is_answer = matches!(input, Input::Navigated { .. });
        if is_answer && self.open.get(&generation) == Some(&Asked::Navigation) {
            self.open.remove(&generation);
        }
        self.driver.input(input);
    }

    /// Takes what was said, and judges it.
    fn look(&mut self) {
        while let Some(action) = self.driver.actions.pop_front() {
            self.judge_action(&action);
        }
        while let Some(event) = self.driver.events.pop_front() {
            self.judge_event(&event);
            self.last_event = Some(event);
        }
        let last = *self.told.last().unwrap();
        let snapshot = self.driver.connection.snapshot();
        assert_eq!(snapshot.status, last, "what is told is what is");
        let known = snapshot.queued + snapshot.in_flight + snapshot.in_doubt;
        assert!(u64::try_from(known).unwrap() <= self.sent);
        assert!(snapshot.in_flight <= 64);
        let silence = self.driver.elapsed().saturating_sub(self.alive_at);
        assert!(
            last != ConnectionStatus::Connected || silence <= KEEP_ALIVE,
            "CONNECTED is shown {silence:?} after the last sign of life"
        );
    }

    fn judge_action(&mut self, action: &Action) {
        match action {
            Action::Navigate { generation, .. } => self.attempt(*generation, Asked::Navigation),
            Action::Dial { generation, .. } => self.attempt(*generation, Asked::Link),
            Action::Close { generation } => {
                self.open.remove(generation);
            }
            Action::Record { id, .. } => self.records.push(*id),
            Action::Transmit { generation, .. } => {
                assert!(self.open.contains_key(generation), "a packet into nothing");
            }
        }
    }

    fn attempt(&mut self, generation: Generation, asked: Asked) {
        assert!(self.wanted, "an attempt nobody asked for");
        self.open.insert(generation, asked);
        assert_eq!(self.open.len(), 1, "two attempts or links at a time");
        self.asked.push(generation);
    }

    fn judge_event(&mut self, event: &Event) {
        let last = *self.told.last().unwrap();
        // A status that was told right before, and nothing in between.
        let announced = match &self.last_event {
            Some(Event::Status { status, .. }) => Some(*status),
            Some(_) | None => None,
        };
        match event {
            Event::Status {
                status,
                cause,
                retry_in,
            } => {
                assert!(last.may_become(*status), "{last} is followed by {status}");
                assert!(cause.is_some() || *status != ConnectionStatus::Suspend);
                assert!(retry_in.is_none() || !status.is_final());
                self.told.push(*status);
            }
            Event::Online => {
                assert!(self.wanted, "online though nobody wants it");
                assert_eq!(announced, Some(ConnectionStatus::Connected));
            }
            Event::Stopped { code, .. } => {
                assert!(self.wanted, "a second result");
                assert_eq!(announced, Some(last));
                assert!(last.is_final() || last == ConnectionStatus::ProxyUnavailable);
                assert!(
                    code.is_terminal() || *code == Code::RC_CONNECTION_EXIST,
                    "{code}"
                );
                self.wanted = false;
            }
            Event::Identified { user, .. } => {
                assert!(self.wanted, "news after the end");
                self.identified = Some(user.clone());
            }
            Event::Transient(_) | Event::Answered { .. } | Event::Room(_) | Event::Synchronized => {
                assert!(self.wanted, "news after the end");
            }
        }
    }
}
