//! Two apps and two accounts in every order of connecting, leaving and crashing, beside a model
//! that says what must come of it (decisions.md P7 to P10).

use std::collections::BTreeSet;

use super::bench::*;

/// Every sequence of so many moves.
const MOVES: usize = 4;

// P7, P10, F-S43
#[test]
fn two_apps_and_two_accounts_in_every_order_with_tokens_known_by_hash() {
    every_order(Kind::Known);
}

// P7, P8, P10, F-S43
#[test]
fn two_apps_and_two_accounts_in_every_order_with_tokens_that_navigation_names() {
    every_order(Kind::New);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Every connect brings one of which the daemon keeps the hash.
    Known,
    /// Every connect brings one that was never seen before.
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum App {
    Notes,
    Bar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum User {
    Alice,
    Bob,
}

const APPS: [App; 2] = [App::Notes, App::Bar];
const USERS: [User; 2] = [User::Alice, User::Bob];

#[derive(Clone, Copy, Debug)]
enum Move {
    Connect(App, User),
    Disconnect(App),
    Logout(App),
    /// The process ends and another one attaches.
    Crash(App),
}

fn every_order(tokens: Kind) {
    let moves: Vec<Move> = APPS
        .into_iter()
        .flat_map(|app| {
            let connects = USERS.map(|user| Move::Connect(app, user));
            let leaves = [Move::Disconnect(app), Move::Logout(app), Move::Crash(app)];
            connects.into_iter().chain(leaves)
        })
        .collect();
    let orders = moves.len().pow(u32::try_from(MOVES).unwrap());
    for number in 0..orders {
        let order = (0..MOVES).scan(number, |rest, _| {
            let chosen = moves[*rest % moves.len()];
            *rest /= moves.len();
            Some(chosen)
        });
        play(tokens, &order.collect::<Vec<_>>());
    }
}

/// Makes the moves, and compares house and model after each.
fn play(tokens: Kind, order: &[Move]) {
    let mut bench = Bench::new(tokens);
    let mut model = Model::default();
    for (step, mv) in order.iter().enumerate() {
        let context = || format!("{tokens:?}, step {step} of {order:?}");
        let expected = model.play(*mv);
        assert_eq!(bench.play(*mv), expected, "{}", context());
        assert_eq!(bench.users_online(), model.users_wanted(), "{}", context());
        for user in USERS {
            let told = bench.who_hears_of(user);
            assert_eq!(told, model.who_follows(user), "{user:?}, {}", context());
        }
    }
}

/// What must be.
#[derive(Default)]
struct Model {
    /// Which app wants whose link, attached or not: who crashes has not left.
    wants: BTreeSet<(App, User)>,
    /// The account an app is tied to in this attachment, and whether it takes part still.
    ties: BTreeMap<App, (User, bool)>,
}

impl Model {
    /// The code the app gets; `None` if it asks nothing.
    fn play(&mut self, mv: Move) -> Option<Code> {
        match mv {
            Move::Connect(app, _) if self.takes_part(app) => Some(Code::RC_CONNECTION_EXIST),
            Move::Connect(app, user) => {
                self.wants.insert((app, user));
                self.ties.insert(app, (user, true));
                Some(Code::SUCCESS)
            }
            Move::Disconnect(app) => {
                if let Some((user, takes_part)) = self.ties.get_mut(&app) {
                    *takes_part = false;
                    self.wants.remove(&(app, *user));
                }
                Some(Code::SUCCESS)
            }
            Move::Logout(app) => {
                if let Some((user, _)) = self.ties.get(&app).copied() {
                    self.wants.retain(|(_, wanted)| *wanted != user);
                    let of_user = self.ties.values_mut().filter(|(tied, _)| *tied == user);
                    of_user.for_each(|(_, takes_part)| *takes_part = false);
                }
                Some(Code::SUCCESS)
            }
            Move::Crash(app) => {
                self.ties.remove(&app);
                None
            }
        }
    }

    fn takes_part(&self, app: App) -> bool {
        self.ties
            .get(&app)
            .is_some_and(|(_, takes_part)| *takes_part)
    }

    fn users_wanted(&self) -> Vec<User> {
        let wanted: BTreeSet<User> = self.wants.iter().map(|(_, user)| *user).collect();
        wanted.into_iter().collect()
    }

    fn who_follows(&self, user: User) -> Vec<App> {
        let follows = |app: &App| self.ties.get(app) == Some(&(user, true));
        APPS.into_iter().filter(follows).collect()
    }
}

/// The house with two apps, and drivers that do at once what they are told.
struct Bench {
    house: House,
    tokens: Kind,
    peers: BTreeMap<App, PeerId>,
    /// How many effects the drivers have seen.
    seen: usize,
    drivers: BTreeMap<AccountId, Driver>,
    connects: u32,
}

#[derive(Default)]
struct Driver {
    user: Option<User>,
    restored: bool,
    wanted: bool,
    online: bool,
}

impl Bench {
    fn new(tokens: Kind) -> Self {
        let mut house = House::new();
        let peers = APPS.map(|app| (app, house.attach(name_of(app))));
        Self {
            house,
            tokens,
            peers: peers.into(),
            seen: 0,
            drivers: BTreeMap::new(),
            connects: 0,
        }
    }

    fn play(&mut self, mv: Move) -> Option<Code> {
        let (app, request) = match mv {
            Move::Connect(app, user) => (app, connect(&self.token(user))),
            Move::Disconnect(app) => (app, Request::Disconnect {}),
            Move::Logout(app) => (app, Request::Logout {}),
            Move::Crash(app) => {
                self.house.registry.detach(self.peers[&app]);
                self.house.drain();
                self.drive();
                self.peers.insert(app, self.house.attach(name_of(app)));
                return None;
            }
        };
        let peer = self.peers[&app];
        let id = self.house.ask(peer, request);
        self.drive();
        match self.house.outcome(peer, id)[..] {
            [Outcome::Ok(_)] => Some(Code::SUCCESS),
            [Outcome::Failed(failure)] => Some(failure.code),
            ref answers => panic!("{} answers to {mv:?}", answers.len()),
        }
    }

    fn users_online(&self) -> Vec<User> {
        let online = self.drivers.values().filter(|driver| driver.online);
        let mut users: Vec<User> = online.filter_map(|driver| driver.user).collect();
        users.sort();
        users
    }

    /// The apps that are told when that user's link breaks.
    fn who_hears_of(&mut self, user: User) -> Vec<App> {
        let online = |(id, driver): (&AccountId, &Driver)| {
            (driver.online && driver.user == Some(user)).then_some(*id)
        };
        let Some(account) = self.drivers.iter().find_map(online) else {
            return Vec::new();
        };
        let before = self.house.seen.len();
        self.house.suspend(account);
        self.bring_online(account);
        let told = self.house.seen[before..]
            .iter()
            .filter_map(|effect| match effect {
                Effect::Event {
                    peer,
                    event:
                        Event::Status {
                            status: SUSPEND, ..
                        },
                } => Some(*peer),
                _ => None,
            });
        let told: BTreeSet<PeerId> = told.collect();
        let hears = |app: &App| told.contains(&self.peers[app]);
        APPS.into_iter().filter(hears).collect()
    }

    fn token(&mut self, user: User) -> String {
        self.connects += 1;
        let token = format!("{}/{}", name_of_user(user), self.connects);
        if self.tokens == Kind::Known {
            self.house.tokens.remember(&token, name_of_user(user));
        }
        token
    }

    /// Has the drivers and stores do what they were told.
    fn drive(&mut self) {
        while let Some(effect) = self.house.seen.get(self.seen) {
            self.seen += 1;
            match effect {
                Effect::StartUpstream { account, .. } => {
                    self.drivers.insert(*account, Driver::default());
                }
                Effect::StopUpstream { account } => {
                    self.drivers.remove(account);
                }
                Effect::OpenStore { account, user, .. } => {
                    let account = *account;
                    let opened = Ok(rows_of(user.as_str()));
                    self.house.registry.store_opened(account, opened);
                    self.house.drain();
                }
                Effect::Uplink { account, command } => match command {
                    Command::Connect { token } => {
                        let user = user_of(token.reveal());
                        let account = *account;
                        self.is_wanted(account, user);
                    }
                    Command::Restore(_) => {
                        let account = *account;
                        if let Some(driver) = self.drivers.get_mut(&account) {
                            driver.restored = true;
                        }
                        self.dial(account);
                    }
                    Command::Disconnect { .. } => {
                        if let Some(driver) = self.drivers.get_mut(account) {
                            (driver.wanted, driver.online) = (false, false);
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn is_wanted(&mut self, account: AccountId, user: User) {
        let Some(driver) = self.drivers.get_mut(&account) else {
            return;
        };
        driver.wanted = true;
        if driver.user.replace(user).is_none() {
            let by = IdentifiedBy::Directory;
            self.house.identify(account, name_of_user(user), by);
        }
        self.dial(account);
    }

    fn dial(&mut self, account: AccountId) {
        let ready = |driver: &Driver| driver.wanted && driver.restored && !driver.online;
        if self.drivers.get(&account).is_some_and(ready) {
            self.bring_online(account);
        }
    }

    fn bring_online(&mut self, account: AccountId) {
        for status in [ConnectionStatus::Connecting, ConnectionStatus::Connected] {
            self.house.status(account, status, None);
        }
        self.house.uplink(account, uplink::Event::Online);
        if let Some(driver) = self.drivers.get_mut(&account) {
            driver.online = true;
        }
    }
}

fn name_of(app: App) -> &'static str {
    match app {
        App::Notes => "notes",
        App::Bar => "bar",
    }
}

fn name_of_user(user: User) -> &'static str {
    match user {
        User::Alice => "alice",
        User::Bob => "bob",
    }
}

fn user_of(token: &str) -> User {
    let named = |user: &User| token.starts_with(name_of_user(*user));
    USERS.into_iter().find(named).unwrap()
}
