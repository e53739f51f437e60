//! Three apps, the Hub's logic, its machines, a store that opens, and a cloud with two users: all
//! in virtual time.

use imlink_connection::{Action, Config, Connection, Generation, HttpAnswer, Input, LinkError};
use imlink_model::uplink::{Hint, Network};
use imlink_wire::{ClientPacket, ConnAck, ServerPacket, Session};

use super::super::bench::*;
use super::judge::Judge;

const APPS: [&str; 3] = ["notes", "bar", "watch"];
/// The first two tokens are one user's.
const TOKENS: [(&str, &str); 4] = [
    ("token", "alice"),
    ("token-2", "alice"),
    ("token-of-bob", "bob"),
    ("token-of-nobody", ""),
];

pub(super) struct Town {
    house: House,
    pub(super) judge: Judge,
    apps: Vec<PeerId>,
    drivers: BTreeMap<AccountId, Driver>,
    /// Rows that are being opened.
    opening: Vec<(AccountId, UserId)>,
    network: Network,
    performed: usize,
    seed: u64,
}

struct Driver {
    machine: Connection,
    /// What is under way, or linked.
    asked: Option<(Generation, Asked)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Navigation { token: usize },
    Link { token: usize },
}

impl Town {
    pub(super) fn new() -> Self {
        let mut house = House::new();
        // More than there are tokens: the limit is another test's.
        house.registry = Registry::new(2 * TOKENS.len());
        let mut town = Self {
            house,
            judge: Judge::default(),
            apps: Vec::new(),
            drivers: BTreeMap::new(),
            opening: Vec::new(),
            network: Network::Available,
            performed: 0,
            seed: 0,
        };
        for app in APPS {
            let peer = town.attach(app);
            town.apps.push(peer);
        }
        town
    }

    pub(super) fn connect(&mut self, app: u8, token: u8, limit: u32) {
        let peer = self.app(app);
        let (token, _) = TOKENS[usize::from(token) % TOKENS.len()];
        self.judge.connects(peer, self.house.last_request + 1);
        let request = match limit {
            0 => connect(token),
            seconds => connect_within(token, seconds),
        };
        self.house.ask(peer, request);
        self.perform();
    }

    pub(super) fn join(&mut self, app: u8) {
        let peer = self.app(app);
        self.judge.joins(peer);
        let (app_key, user) = (None, None);
        self.house.ask(peer, Request::Join { app_key, user });
        self.perform();
    }

    pub(super) fn ask(&mut self, app: u8, request: Request) {
        let peer = self.app(app);
        self.house.ask(peer, request);
        self.perform();
    }

    pub(super) fn crash(&mut self, app: u8) {
        let peer = self.app(app);
        self.house.registry.detach(peer);
        self.house.drain();
        self.perform();
        self.judge.detached(peer);
        let place = usize::from(app) % APPS.len();
        self.apps[place] = self.attach(APPS[place]);
    }

    pub(super) fn shown(&mut self, app: u8) -> (ConnectionStatus, Option<Code>) {
        let peer = self.app(app);
        self.judge.shown(peer)
    }

    /// Whoever looks sees its account as it is.
    pub(super) fn assert_views_are_true(&mut self) {
        for peer in self.apps.clone() {
            let session = self.house.registry.peers[&peer].session.as_ref();
            let Some((id, Some(seen))) = session.map(|it| (it.account, it.last_shown())) else {
                continue;
            };
            let Some(account) = self.house.registry.accounts.get(&id) else {
                continue;
            };
            assert_eq!(seen, account.status.status, "{peer} of account {id}");
            assert_eq!(seen, self.judge.shown(peer).0, "{peer}");
        }
    }

    pub(super) fn opened(&mut self, well: bool) {
        if self.opening.is_empty() {
            return;
        }
        let (account, user) = self.opening.remove(0);
        let result = match well {
            true => Ok(rows_of(user.as_str())),
            false => Err(Code::LOCAL_STORE_FAILED),
        };
        self.house.registry.store_opened(account, result);
        self.house.drain();
        self.perform();
    }

    /// As the store tells it of rows that it had opened.
    pub(super) fn unreadable(&mut self, account: u8) {
        let Some((account, _)) = self.driver(account) else {
            return;
        };
        let code = Code::RC_DB_CORRUPT;
        self.house.registry.reading_failed(account, code);
        self.house.drain();
        self.perform();
    }

    /// What an account asked is answered as it should be.
    pub(super) fn works(&mut self, account: u8) {
        let Some((account, Some((generation, asked)))) = self.driver(account) else {
            return;
        };
        match asked {
            Asked::Navigation { token } => {
                let (_, user) = TOKENS[token];
                self.list(account, generation, user);
            }
            Asked::Link { token } => {
                self.input(account, Input::Opened { generation });
                let (_, user) = TOKENS[token];
                let connack = match user {
                    "" => ConnAck::refused(4),
                    user => ConnAck::accepted(Session {
                        user_id: Some(user.to_owned()),
                        ..Session::default()
                    }),
                };
                // A link that is up passes over the first of them.
                self.packet(account, generation, ServerPacket::ConnAck(connack));
                self.packet(account, generation, ServerPacket::PingResp);
            }
        }
    }

    pub(super) fn named(&mut self, account: u8, user: &str) {
        if let Some((account, Some((generation, Asked::Navigation { .. })))) = self.driver(account)
        {
            self.list(account, generation, user);
        }
    }

    pub(super) fn navigated(&mut self, account: u8, status: u16) {
        if let Some((account, Some((generation, _)))) = self.driver(account) {
            let body = bytes::Bytes::new();
            let retry_after = None;
            let result = Ok(HttpAnswer {
                status,
                body,
                retry_after,
            });
            self.input(account, Input::Navigated { generation, result });
        }
    }

    pub(super) fn refuse(&mut self, account: u8, status: u8) {
        if let Some((account, Some((generation, Asked::Link { .. })))) = self.driver(account) {
            let connack = ServerPacket::ConnAck(ConnAck::refused(status));
            self.packet(account, generation, connack);
        }
    }

    pub(super) fn end(&mut self, account: u8, status: u8) {
        if let Some((account, Some((generation, Asked::Link { .. })))) = self.driver(account) {
            self.packet(account, generation, ServerPacket::Disconnect { status });
        }
    }

    pub(super) fn lose(&mut self, account: u8, error: LinkError) {
        let Some((account, Some((generation, asked)))) = self.driver(account) else {
            return;
        };
        let result = Err(error);
        self.input(
            account,
            match asked {
                Asked::Navigation { .. } => Input::Navigated { generation, result },
                Asked::Link { .. } => Input::Lost { generation, error },
            },
        );
    }

    pub(super) fn network(&mut self, network: Network) {
        self.network = network;
        self.tell_all(&Command::Network(network));
    }

    pub(super) fn hint(&mut self, hint: Hint) {
        self.tell_all(&Command::Hint(hint));
    }

    /// Lets time pass, deadline by deadline.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.house.now + time;
        loop {
            let of_drivers = self.drivers.values().map(|d| d.machine.poll_timeout());
            let of_registry = self.house.registry.poll_timeout();
            let due = of_drivers.chain([of_registry]).flatten().min();
            let Some(due) = due.filter(|due| *due <= end) else {
                break;
            };
            self.house.now = self.house.now.max(due);
            self.expire();
        }
        self.house.now = end;
        self.expire();
    }

    /// The network is there, stores open and the cloud does what it should, for five minutes.
    pub(super) fn be_kind(&mut self) {
        self.network(Network::Available);
        for _ in 0..300 {
            while !self.opening.is_empty() {
                self.opened(true);
            }
            for account in 0..u8::try_from(self.drivers.len()).unwrap() {
                self.works(account);
            }
            self.pass(Duration::from_secs(1));
        }
    }

    fn attach(&mut self, app: &str) -> PeerId {
        // Told of itself before its first answer.
        self.judge.attached(PeerId(self.house.last_peer + 1));
        let peer = self.house.attach(app);
        self.perform();
        peer
    }

    fn app(&self, app: u8) -> PeerId {
        self.apps[usize::from(app) % APPS.len()]
    }

    fn driver(&self, account: u8) -> Option<(AccountId, Option<(Generation, Asked)>)> {
        let place = usize::from(account) % self.drivers.len().max(1);
        let (account, driver) = self.drivers.iter().nth(place)?;
        Some((*account, driver.asked))
    }

    fn list(&mut self, account: AccountId, generation: Generation, user: &str) {
        let body = format!(
            r#"{{"code":200,"userId":"{user}","serverAddr":[{{"addr":"gateway.test","protocol":2}}]}}"#
        );
        let result = Ok(HttpAnswer {
            status: 200,
            body: body.into(),
            retry_after: None,
        });
        self.input(account, Input::Navigated { generation, result });
    }

    fn packet(&mut self, account: AccountId, generation: Generation, packet: ServerPacket) {
        let packet = Ok(packet);
        self.input(account, Input::Packet { generation, packet });
    }

    fn tell_all(&mut self, command: &Command) {
        let accounts: Vec<AccountId> = self.drivers.keys().copied().collect();
        for account in accounts {
            self.input(account, Input::Command(command.clone()));
        }
    }

    fn expire(&mut self) {
        let now = self.house.now;
        self.house.registry.handle_timeout(now);
        self.house.drain();
        let accounts: Vec<AccountId> = self.drivers.keys().copied().collect();
        for account in accounts {
            if let Some(driver) = self.drivers.get_mut(&account) {
                driver.machine.handle_timeout(now);
            }
            self.settle(account);
        }
        self.perform();
    }

    fn input(&mut self, account: AccountId, input: Input) {
        let now = self.house.now;
        if let Some(driver) = self.drivers.get_mut(&account) {
            driver.machine.handle_timeout(now);
            driver.machine.handle_input(input, now);
        }
        self.settle(account);
        self.perform();
    }

    /// Does what a machine wants, and tells the Hub what it says.
    fn settle(&mut self, account: AccountId) {
        let now = self.house.now;
        let mut events = Vec::new();
        let Some(driver) = self.drivers.get_mut(&account) else {
            return;
        };
        while let Some(action) = driver.machine.poll_action() {
            match action {
                Action::Navigate {
                    generation,
                    request,
                } => {
                    let token = token_at(&request.token);
                    driver.asked = Some((generation, Asked::Navigation { token }));
                }
                Action::Dial {
                    generation,
                    greeting,
                    ..
                } => {
                    let imlink_connection::Greeting::Tcp(connect) = greeting else {
                        panic!("the gateway speaks the TCP form");
                    };
                    let token = token_at(connect.token());
                    driver.asked = Some((generation, Asked::Link { token }));
                }
                Action::Record { id, .. } => {
                    driver.machine.handle_input(Input::Recorded { id }, now);
                }
                Action::Transmit {
                    packet: ClientPacket::Query { .. },
                    ..
                }
                | Action::Transmit { .. }
                | Action::Close { .. } => {}
            }
        }
        while let Some(event) = driver.machine.poll_event() {
            events.push(event);
        }
        for event in events {
            self.house.uplink(account, event);
        }
    }

    /// Performs what the Hub wants, in order.
    fn perform(&mut self) {
        while self.performed < self.house.seen.len() {
            let place = self.performed;
            self.performed += 1;
            match &self.house.seen[place] {
                Effect::Answer {
                    peer,
                    request,
                    outcome,
                } => self.judge.answer(*peer, *request, outcome),
                Effect::Event { peer, event } => self.judge.event(*peer, event),
                Effect::StartUpstream {
                    account,
                    app_key,
                    refuse_unnamed,
                } => {
                    self.seed += 1;
                    let config = Config {
                        navigators: vec!["navigator.test".to_owned()],
                        refuse_unnamed: *refuse_unnamed,
                        ..Config::default()
                    };
                    let machine = Connection::new(config, app_key.clone(), self.seed);
                    let account = *account;
                    let asked = None;
                    self.drivers.insert(account, Driver { machine, asked });
                    self.input(account, Input::Command(Command::Network(self.network)));
                }
                Effect::StopUpstream { account } => {
                    self.drivers.remove(account);
                }
                Effect::Uplink { account, command } => {
                    let (account, command) = (*account, command.clone());
                    self.input(account, Input::Command(command));
                }
                Effect::OpenStore { account, user, .. } => {
                    self.opening.push((*account, user.clone()));
                }
                Effect::CloseStore { account } => {
                    self.opening.retain(|(opening, _)| opening != account);
                }
                Effect::Remember { token, user, .. } => {
                    self.house.tokens.remember(token.reveal(), user.as_str());
                }
                Effect::Forget { user, .. } => self.house.tokens.forget(user.as_str()),
                Effect::Deliver { .. }
                | Effect::Keep { .. }
                | Effect::Discard { .. }
                | Effect::Disuse { .. }
                | Effect::Way { .. }
                | Effect::Purge { .. }
                | Effect::Commit { .. }
                | Effect::Edit { .. }
                | Effect::ForgetConversation { .. }
                | Effect::Read { .. }
                | Effect::Report { .. } => {}
            }
        }
    }
}

/// Which of [`TOKENS`] it is.
fn token_at(text: &str) -> usize {
    let text = text.trim_end_matches('@');
    let place = TOKENS.iter().position(|(token, _)| *token == text);
    place.expect("one of the tokens")
}
