//! Two machines and a cloud in virtual time.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use imlink_connection::{Action, Config, Connection, Generation, HttpAnswer, Input, LinkError};
use imlink_model::uplink::{Command, Event};
use imlink_model::{
    AppId, AppKey, Body, ClientMessageId, Code, ConnectionStatus, Conversation, Millis, ObjectName,
    OutboxId, OutgoingMessage, SendOptions, Token, UserId,
};
use imlink_sandbox::{AppSettings, Cloud, Gateway, LinkId, Output, Policy, Secret};
use imlink_wire::navigation::{NavigationRequest, ReceivedRequest};
use imlink_wire::{ClientPacket, Handshake, ServerPacket};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::store::Store;

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

/// Something under way.
enum Delivery {
    Navigated {
        side: usize,
        life: u64,
        generation: Generation,
        request: Box<NavigationRequest>,
    },
    Dialled {
        side: usize,
        life: u64,
        generation: Generation,
        request: Box<Handshake>,
    },
    Up {
        link: LinkId,
        packet: ClientPacket,
    },
    Down {
        link: LinkId,
        packet: ServerPacket,
    },
    Ended {
        link: LinkId,
        error: LinkError,
    },
    Commit {
        side: usize,
        life: u64,
    },
}

/// A link as the network sees it.
struct Wire {
    side: usize,
    life: u64,
    generation: Generation,
    frozen: bool,
    /// When the last packet of each direction arrives.
    up_until: u64,
    down_until: u64,
}

pub struct Pair {
    pub cloud: Cloud,
    pub sides: [Side; 2],
    pub weather: Weather,
    pub random: StdRng,
    /// The next link ends with this packet, counted over the whole run.
    pub cut_at: Option<u64>,
    pub packets: u64,
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
            gateways: vec![Gateway::websocket("127.0.0.1:9000")],
            ..policy
        };
        let key = AppKey::new(APP_KEY).unwrap();
        let app = AppSettings {
            key,
            secret: Secret::new("secret"),
            policy,
        };
        let mut cloud = Cloud::new(app, seed);
        let sides = ["alice", "bob"].map(|name| {
            let user = UserId::new(name).unwrap();
            let token = cloud.default_app_mut().issue_token(&user, Millis(EPOCH));
            Side {
                connection: machine(seed),
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
            app: AppId::new(format!("app-{}", number % 2)).unwrap(),
            client_id: ClientMessageId::new(format!("c{number}")).unwrap(),
            wire_ref: u64::try_from(side + 1).unwrap() * 1_000_000 + number,
            conversation: Conversation::private(to),
            object_name: ObjectName::text(),
            body: Body::new("{\"content\":\"x\"}"),
            accepted_at: self.wall(),
            options: SendOptions::default(),
        };
        self.sides[side].store.accept(message.clone());
        self.command(side, Command::Send(message));
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
        daemon.connection = machine(seed);
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
                    .as_micros()
                    .div_ceil(1000),
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
                request,
                ..
            } => {
                assert!(!self.sides[side].stopped, "an attempt after a final code");
                let request = Box::new(request);
                self.later(Delivery::Dialled {
                    side,
                    life,
                    generation,
                    request,
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
            Event::Online | Event::Transient(_) => {}
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Navigated {
                side,
                life,
                generation,
                request,
            } => {
                if life == self.sides[side].life {
                    let result = self.navigate(&request);
                    self.input(side, Input::Navigated { generation, result });
                }
            }
            Delivery::Dialled {
                side,
                life,
                generation,
                request,
            } => {
                if life == self.sides[side].life {
                    self.open(side, life, generation, &request);
                }
            }
            Delivery::Up { link, packet } => {
                if self.wires.get(&link).is_some_and(|wire| !wire.frozen) {
                    self.cloud.receive(link, packet, self.wall());
                    self.drain_cloud();
                }
            }
            Delivery::Down { link, packet } => {
                let Some(wire) = self.wires.get(&link).filter(|wire| !wire.frozen) else {
                    return;
                };
                let (side, generation) = (wire.side, wire.generation);
                self.input(
                    side,
                    Input::Packet {
                        generation,
                        packet: Ok(packet),
                    },
                );
            }
            Delivery::Ended { link, error } => {
                let Some(wire) = self.wires.remove(&link) else {
                    return;
                };
                self.cloud.closed(link, self.wall());
                self.drain_cloud();
                if wire.life == self.sides[wire.side].life {
                    self.input(
                        wire.side,
                        Input::Lost {
                            generation: wire.generation,
                            error,
                        },
                    );
                }
            }
            Delivery::Commit { side, life } => {
                if life == self.sides[side].life {
                    self.commit(side);
                }
            }
        }
    }

    fn navigate(&mut self, request: &NavigationRequest) -> Result<HttpAnswer, LinkError> {
        if self.strikes(self.weather.refuse) {
            return Err(LinkError::Refused);
        }
        let [(_, app_key), ..] = request.headers();
        let received =
            ReceivedRequest::parse_v2(Some(&app_key), request.body().as_bytes()).unwrap();
        let reply = self.cloud.navigate(&received, self.wall());
        Ok(HttpAnswer {
            status: reply.status,
            body: reply.body,
        })
    }

    fn open(&mut self, side: usize, life: u64, generation: Generation, request: &Handshake) {
        if self.strikes(self.weather.refuse) {
            let error = LinkError::Refused;
            return self.input(side, Input::Lost { generation, error });
        }
        self.links += 1;
        let link = LinkId(self.links);
        let (frozen, up_until, down_until) = (false, self.now, self.now);
        let wire = Wire {
            side,
            life,
            generation,
            frozen,
            up_until,
            down_until,
        };
        self.wires.insert(link, wire);
        self.input(side, Input::Opened { generation });
        let handshake = Handshake::parse(&request.query()).unwrap();
        self.cloud.open(link, &handshake, self.wall());
        self.drain_cloud();
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
            self.sides[side]
                .store
                .commit()
                .map(|id| Input::Recorded { id })
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

    fn say_up(&mut self, link: LinkId, packet: ClientPacket) {
        let at = self.now + self.random.random_range(0..20);
        let Some(wire) = self.wires.get_mut(&link) else {
            return;
        };
        wire.up_until = wire.up_until.max(at);
        let at = wire.up_until;
        self.at(at, Delivery::Up { link, packet });
        self.weather_on(link, at);
    }

    fn say_down(&mut self, link: LinkId, packet: ServerPacket) {
        if !self.wires.contains_key(&link) || self.strikes(self.weather.lose) {
            return;
        }
        let late = if self.strikes(self.weather.delay) {
            40
        } else {
            0
        };
        let repeats = self.strikes(self.weather.repeat);
        let at = self.now + self.random.random_range(0..20);
        let Some(wire) = self.wires.get_mut(&link) else {
            return;
        };
        wire.down_until = wire.down_until.max(at);
        let at = wire.down_until + late;
        if repeats {
            self.at(
                at + late,
                Delivery::Down {
                    link,
                    packet: packet.clone(),
                },
            );
        }
        self.at(at, Delivery::Down { link, packet });
        self.weather_on(link, at);
    }

    /// Whether this packet is the last one of its link.
    fn weather_on(&mut self, link: LinkId, at: u64) {
        self.packets += 1;
        if self.cut_at == Some(self.packets) || self.strikes(self.weather.cut) {
            // Before or after the packet arrives.
            let at = if self.random.random() { at } else { self.now };
            self.at(
                at,
                Delivery::Ended {
                    link,
                    error: LinkError::Reset,
                },
            );
        }
        if self.strikes(self.weather.freeze)
            && let Some(wire) = self.wires.get_mut(&link)
        {
            wire.frozen = true;
        }
    }

    fn end(&mut self, link: LinkId, error: LinkError) {
        if let Some(wire) = self.wires.get(&link) {
            let at = wire.down_until;
            self.at(at, Delivery::Ended { link, error });
        }
    }

    fn link_of(&self, side: usize, generation: Generation) -> Option<LinkId> {
        let life = self.sides[side].life;
        let mut wires = self.wires.iter();
        let of =
            |wire: &Wire| wire.side == side && wire.life == life && wire.generation == generation;
        wires.find(|(_, wire)| of(wire)).map(|(link, _)| *link)
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

fn machine(seed: u64) -> Connection {
    let navigators = vec!["http://127.0.0.1:8080".to_owned()];
    let config = Config {
        navigators,
        ..Config::default()
    };
    Connection::new(config, AppKey::new(APP_KEY).unwrap(), seed)
}
