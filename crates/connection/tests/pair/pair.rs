//! Two machines and a cloud in virtual time.

mod network;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use imlink_connection::{Action, Config, Connection, Input, LinkError, Transport};
use imlink_model::uplink::{Command, Event};
use imlink_model::{
    AppId, AppKey, Body, ClientMessageId, Code, ConnectionStatus, Conversation, Millis, ObjectName,
    OutboxId, OutgoingMessage, Resend, SendOptions, Token, UserId,
};
use imlink_sandbox::{AppSettings, Cloud, Gateway, LinkId, Output, Policy, Secret};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::store::{State, Store};
use network::{Delivery, Wire};

/// The wall clock at the start.
const EPOCH: i64 = 1_795_231_760_000;
const APP_KEY: &str = "sandboxkey";

/// How bad the world is. All of these are per mille of what might be struck.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// A packet is the last of its link.
    pub cut: u32,
    /// From a packet on a link says nothing more, without ending.
    pub freeze: u32,
    /// What the cloud says is lost.
    pub lose: u32,
    /// What the cloud says is said twice.
    pub repeat: u32,
    /// What the cloud says is overtaken by what follows.
    pub delay: u32,
    /// A dial or navigation fails.
    pub refuse: u32,
    /// A record cannot be stored.
    pub refuse_record: u32,
    /// The daemon dies as something is made durable.
    pub crash: u32,
}

/// One user's daemon.
pub struct Side {
    pub user: UserId,
    pub connection: Connection,
    transport: Transport,
    pub store: Store,
    pub token: String,
    pub status: ConnectionStatus,
    /// Nobody may try until the next connect.
    pub stopped: bool,
    pub synchronized: u32,
    accepted: u64,
    /// Told by the current machine; a late answer for an older one is lost with it.
    life: u64,
    commit_is_due: bool,
}

pub struct Pair {
    pub cloud: Cloud,
    pub sides: [Side; 2],
    pub weather: Weather,
    pub random: StdRng,
    /// The next link ends with this packet, counted over the whole run.
    pub cut_at: Option<u64>,
    pub packets: u64,
    /// Messages that may arrive twice, and out of their order: their apps said so.
    pub doubles: BTreeSet<u64>,
    start: Instant,
    /// ms since the start.
    pub now: u64,
    under_way: BTreeMap<(u64, u64), Delivery>,
    deliveries: u64,
    wires: BTreeMap<LinkId, Wire>,
    links: u64,
}

impl Pair {
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no other way to get a first instant"
    )]
    pub fn new(seed: u64, policy: Policy) -> Self {
        let policy = Policy {
            gateways: vec![
                Gateway::tcp("127.0.0.1:9001"),
                Gateway::websocket("127.0.0.1:9000"),
            ],
            ..policy
        };
        let key = AppKey::new(APP_KEY).unwrap();
        let app = AppSettings {
            key,
            secret: Secret::new("secret"),
            policy,
        };
        let mut cloud = Cloud::new(app, seed);
        // One side in each form, so that every run has both.
        let forms = match seed % 2 {
            0 => [Transport::Auto, Transport::WebSocket],
            _ => [Transport::WebSocket, Transport::Tcp],
        };
        let sides = [("alice", forms[0]), ("bob", forms[1])].map(|(name, transport)| {
            let user = UserId::new(name).unwrap();
            let token = cloud.default_app_mut().issue_token(&user, Millis(EPOCH));
            Side {
                connection: machine(transport, seed),
                transport,
                user,
                store: Store::default(),
                token,
                status: ConnectionStatus::Unconnected,
                stopped: true,
                synchronized: 0,
                accepted: 0,
                life: 0,
                commit_is_due: false,
            }
        });
        Self {
            cloud,
            sides,
            weather: Weather::default(),
            random: StdRng::seed_from_u64(seed),
            cut_at: None,
            packets: 0,
            doubles: BTreeSet::new(),
            start: Instant::now(),
            now: 0,
            under_way: BTreeMap::new(),
            deliveries: 0,
            wires: BTreeMap::new(),
            links: 0,
        }
    }

    pub fn wall(&self) -> Millis {
        Millis(EPOCH + i64::try_from(self.now).unwrap())
    }

    pub fn connect(&mut self, side: usize) {
        self.sides[side].stopped = false;
        let token = Token::new(self.sides[side].token.clone()).unwrap();
        self.command(side, Command::Connect { token });
    }

    pub fn command(&mut self, side: usize, command: Command) {
        self.input(side, Input::Command(command));
    }

    /// An app sends to the other side: durable first, then told.
    pub fn send(&mut self, side: usize) {
        let to = self.sides[1 - side].user.clone();
        let number = self.sides[side].accepted + 1;
        self.sides[side].accepted = number;
        let message = OutgoingMessage {
            id: OutboxId(number),
            app: AppId::new(format!("app-{}", number % 2)).unwrap().into(),
            client_id: ClientMessageId::new(format!("c{number}")).unwrap(),
            wire_ref: u64::try_from(side + 1).unwrap() * 1_000_000 + number,
            conversation: Conversation::private(to),
            object_name: ObjectName::text(),
            body: Body::new("{\"content\":\"x\"}"),
            accepted_at: self.wall(),
            options: SendOptions {
                resend: match number % 5 {
                    3 => Resend::Always,
                    4 => Resend::Never,
                    _ => Resend::Safe,
                },
                ..SendOptions::default()
            },
        };
        if message.options.resend == Resend::Always {
            self.doubles.insert(message.wire_ref);
        }
        self.sides[side].store.accept(message.clone());
        self.command(side, Command::Send(message));
    }

    /// An app takes one of its messages back, if it is not too late.
    pub fn withdraw(&mut self, side: usize) {
        if let Some(id) = self.some_row(side)
            && self.sides[side].store.withdraw(id)
        {
            self.command(side, Command::Withdraw(id));
        }
    }

    /// An app has one of its messages sent once more, if it is in doubt.
    pub fn resend(&mut self, side: usize) {
        if let Some(id) = self.some_row(side)
            && self.sides[side].store.resend(id)
        {
            let (message, _) = &self.sides[side].store.outbox[&id];
            self.doubles.insert(message.wire_ref);
            self.command(side, Command::Resend(id));
        }
    }

    /// One of the messages that have no end yet.
    fn some_row(&mut self, side: usize) -> Option<OutboxId> {
        let rows = self.sides[side].store.outbox.iter();
        let open: Vec<OutboxId> = rows
            .filter(|(_, (_, state))| {
                matches!(state, State::Queued | State::Sending | State::InDoubt)
            })
            .map(|(id, _)| *id)
            .collect();
        let at = self.random.random_range(0..open.len().max(1));
        open.get(at).copied()
    }

    /// The daemon dies and starts again with what is durable.
    pub fn crash(&mut self, side: usize) {
        let links: Vec<LinkId> = self
            .wires
            .iter()
            .filter(|(_, wire)| wire.side == side)
            .map(|(id, _)| *id)
            .collect();
        for link in links {
            self.wires.remove(&link);
            self.cloud.closed(link, self.wall());
        }
        let seed = self.random.random();
        let daemon = &mut self.sides[side];
        daemon.life += 1;
        daemon.commit_is_due = false;
        daemon.store.crash();
        daemon.connection = machine(daemon.transport, seed);
        daemon.status = ConnectionStatus::Unconnected;
        let was_wanted = !daemon.stopped;
        if was_wanted {
            self.connect(side);
        }
    }

    /// Does the next thing that is due at or before a time. False if there is none.
    pub fn step(&mut self, until: u64) -> bool {
        let delivery = self.under_way.first_key_value().map(|(key, _)| key.0);
        let deadlines = self
            .sides
            .iter()
            .filter_map(|side| side.connection.poll_timeout());
        let deadline = deadlines.min().map(|at| {
            u64::try_from(
                at.saturating_duration_since(self.start)
                    .as_nanos()
                    .div_ceil(1_000_000),
            )
            .unwrap()
        });
        let Some(next) = delivery
            .into_iter()
            .chain(deadline)
            .min()
            .filter(|at| *at <= until)
        else {
            self.now = self.now.max(until);
            return false;
        };
        self.now = self.now.max(next);
        if delivery.is_some_and(|at| at <= self.now) {
            let (_, delivery) = self.under_way.pop_first().expect("just looked at");
            self.deliver(delivery);
        } else {
            for side in 0..2 {
                let now = self.instant();
                self.sides[side].connection.handle_timeout(now);
                self.drain(side);
            }
        }
        true
    }

    /// Takes what a cloud input caused.
    pub fn drain_cloud(&mut self) {
        while let Some(output) = self.cloud.poll_output() {
            match output {
                Output::Send { link, packet } => self.say_down(link, packet),
                Output::Close { link } => {
                    self.cloud.closed(link, self.wall());
                    self.end(link, LinkError::Closed);
                }
                // Nobody has asked to be called back.
                Output::Presence { .. } => {}
            }
        }
    }

    fn input(&mut self, side: usize, input: Input) {
        let now = self.instant();
        self.sides[side].connection.handle_timeout(now);
        self.sides[side].connection.handle_input(input, now);
        self.drain(side);
    }

    fn drain(&mut self, side: usize) {
        let mut actions = VecDeque::new();
        let mut events = VecDeque::new();
        while let Some(action) = self.sides[side].connection.poll_action() {
            actions.push_back(action);
        }
        while let Some(event) = self.sides[side].connection.poll_event() {
            events.push_back(event);
        }
        for action in actions {
            self.perform(side, action);
        }
        for event in events {
            self.hear(side, event);
        }
    }

    fn perform(&mut self, side: usize, action: Action) {
        let life = self.sides[side].life;
        match action {
            Action::Navigate {
                generation,
                request,
            } => {
                assert!(!self.sides[side].stopped, "an attempt after a final code");
                let request = Box::new(request);
                self.later(Delivery::Navigated {
                    side,
                    life,
                    generation,
                    request,
                });
            }
            Action::Dial {
                generation,
                greeting,
                ..
            } => {
                assert!(!self.sides[side].stopped, "an attempt after a final code");
                let greeting = Box::new(greeting);
                self.later(Delivery::Dialled {
                    side,
                    life,
                    generation,
                    greeting,
                });
            }
            Action::Transmit { generation, packet } => {
                if let Some(link) = self.link_of(side, generation) {
                    self.say_up(link, packet);
                }
            }
            Action::Close { generation } => {
                if let Some(link) = self.link_of(side, generation) {
                    // What was written before still arrives.
                    let at = self.wires[&link].up_until;
                    self.at(
                        at,
                        Delivery::Ended {
                            link,
                            error: LinkError::Closed,
                        },
                    );
                }
            }
            Action::Record { id, record } => {
                self.sides[side].store.ask(id, record);
                self.commit_later(side);
            }
        }
    }

    fn hear(&mut self, side: usize, event: Event) {
        match event {
            Event::Status { status, .. } => self.sides[side].status = status,
            Event::Identified { user, .. } => {
                assert_eq!(user, self.sides[side].user);
                let restored = self.sides[side].store.restored(user);
                self.command(side, Command::Restore(restored));
            }
            Event::Stopped { .. } => self.sides[side].stopped = true,
            Event::Synchronized => self.sides[side].synchronized += 1,
            Event::Online | Event::Transient(_) | Event::Answered { .. } | Event::Room(_) => {}
        }
    }

    fn commit(&mut self, side: usize) {
        self.sides[side].commit_is_due = false;
        if self.strikes(self.weather.crash) {
            // Before or after it became durable, but before anybody was told.
            if self.random.random() {
                self.sides[side].store.commit();
            }
            return self.crash(side);
        }
        let input = if self.strikes(self.weather.refuse_record) {
            let id = self.sides[side].store.refuse();
            id.map(|id| Input::RecordFailed {
                id,
                code: Code::LOCAL_STORE_FULL,
            })
        } else {
            let committed = self.sides[side].store.commit();
            committed.map(|(id, result)| match result {
                Ok(()) => Input::Recorded { id },
                Err(code) => Input::RecordFailed { id, code },
            })
        };
        if let Some(input) = input {
            self.commit_later(side);
            self.input(side, input);
        }
    }

    fn commit_later(&mut self, side: usize) {
        if !self.sides[side].commit_is_due {
            self.sides[side].commit_is_due = true;
            let life = self.sides[side].life;
            self.later(Delivery::Commit { side, life });
        }
    }

    fn strikes(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.random.random_range(0..1000) < per_mille
    }

    fn later(&mut self, delivery: Delivery) {
        let at = self.now + self.random.random_range(0..20);
        self.at(at, delivery);
    }

    fn at(&mut self, at: u64, delivery: Delivery) {
        self.deliveries += 1;
        self.under_way.insert((at, self.deliveries), delivery);
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_millis(self.now)
    }
}

fn machine(transport: Transport, seed: u64) -> Connection {
    let navigators = vec!["http://127.0.0.1:8080".to_owned()];
    let config = Config {
        navigators,
        transport,
        ..Config::default()
    };
    Connection::new(config, AppKey::new(APP_KEY).unwrap(), seed)
}
