//! A shell without sockets: performs nothing, remembers what was asked.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use imlink_connection::{
    Action, Config, Connection, Generation, Greeting, HttpAnswer, Input, LinkError, RecordId,
};
use imlink_model::uplink::{Command, Cursor, Event, Record, Restored};
use imlink_model::{AppKey, Code, ConnectionStatus, OutgoingMessage, Token, UserId};
use imlink_wire::navigation::GatewayAddress;
use imlink_wire::{ClientPacket, ConnAck, ServerPacket, Session};

pub const MS: Duration = Duration::from_millis(1);
pub const SECOND: Duration = Duration::from_secs(1);

/// A machine, its virtual time, and everything it said that no test took yet.
pub struct Driver {
    pub connection: Connection,
    pub actions: VecDeque<Action>,
    pub events: VecDeque<Event>,
    /// Records are durable at once.
    pub stores_at_once: bool,
    /// Of the last dial; there is one link at a time.
    last_dial: Option<Generation>,
    last_status: ConnectionStatus,
    start: Instant,
    now: Instant,
}

/// What the tests' navigator is called.
pub const NAVIGATOR: &str = "navigator.test";

impl Driver {
    pub fn new() -> Self {
        Self::with(Config {
            navigators: vec![NAVIGATOR.to_owned()],
            ..Config::default()
        })
    }

    pub fn with(config: Config) -> Self {
        Self::seeded(config, 7)
    }

    /// The same on another machine: what is drawn by lot falls otherwise there.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no other way to get a first instant"
    )]
    pub fn seeded(config: Config, seed: u64) -> Self {
        let start = Instant::now();
        Self {
            connection: Connection::new(config, AppKey::new("sandboxkey").unwrap(), seed),
            actions: VecDeque::new(),
            events: VecDeque::new(),
            stores_at_once: true,
            last_dial: None,
            last_status: ConnectionStatus::Unconnected,
            start,
            now: start,
        }
    }

    /// A machine whose account `alice` is online, its first pull answered.
    pub fn online() -> Self {
        let mut driver = Self::new();
        driver.restore("alice");
        driver.connect("token-1");
        driver.answer_navigation(&listing("alice", &["gateway.test"]));
        driver.open_dial();
        driver.accept("alice");
        driver.answer_pull(&super::cloud::page(Vec::new(), 0));
        driver.forget();
        driver
    }

    /// A machine with a slow store whose account `alice` comes online at that time of the server; its
    /// first pull is asked.
    pub fn online_with(cursor: Cursor, server_time: i64) -> Self {
        let mut driver = Self::new();
        driver.stores_at_once = false;
        driver.restore_with("alice", cursor, Vec::new(), Vec::new());
        driver.connect("token-1");
        driver.answer_navigation(&listing("alice", &["gateway.test"]));
        driver.open_dial();
        driver.accept_at("alice", server_time);
        driver
    }

    /// The link breaks and comes again; meanwhile the server's clock went on.
    pub fn connect_again_at(&mut self, server_time: i64) {
        self.forget();
        self.lose_link(LinkError::Closed);
        self.advance(SECOND / 4);
        self.open_dial();
        self.accept_at("alice", server_time);
    }

    /// Lets time pass on a link that works.
    pub fn stay_online(&mut self, time: Duration) {
        let step = 10 * SECOND;
        for _ in 0..time.as_secs() / step.as_secs() {
            self.advance(step);
            self.packet(ServerPacket::PingResp);
        }
    }

    pub fn input(&mut self, input: Input) {
        self.connection.handle_timeout(self.now);
        self.connection.handle_input(input, self.now);
        self.drain();
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    /// Lets time pass, deadline by deadline.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.connection.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.connection.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Lets time pass on a link that answers every ping.
    pub fn advance_alive(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let generation = self.link();
            self.input(Input::Alive { generation });
            self.advance((10 * SECOND).min(end - self.now));
        }
    }

    /// Lets time pass in which the machine gets no turn, as on a thread that is held up; then one.
    pub fn stall(&mut self, time: Duration) {
        self.now += time;
        self.connection.handle_timeout(self.now);
        self.drain();
    }

    /// Lets time pass to the next deadline, and tells how long that was.
    pub fn advance_to_deadline(&mut self) -> Duration {
        let due = self
            .connection
            .poll_timeout()
            .expect("something is waited for");
        let time = due.saturating_duration_since(self.now);
        self.advance(time);
        time
    }

    /// How long it is to the next deadline, if there is one.
    pub fn time_to_deadline(&self) -> Option<Duration> {
        let due = self.connection.poll_timeout()?;
        Some(due.saturating_duration_since(self.now))
    }

    /// Virtual time since the start.
    pub fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    pub fn connect(&mut self, token: &str) {
        self.command(Command::Connect {
            token: Token::new(token).unwrap(),
        });
    }

    pub fn restore(&mut self, user: &str) {
        self.restore_with(user, Cursor::default(), Vec::new(), Vec::new());
    }

    pub fn restore_with(
        &mut self,
        user: &str,
        cursor: Cursor,
        queued: Vec<OutgoingMessage>,
        in_doubt: Vec<OutgoingMessage>,
    ) {
        let user = UserId::new(user).unwrap();
        self.command(Command::Restore(Restored {
            user,
            cursor,
            queued,
            in_doubt,
        }));
    }

    /// Takes the next request to a navigator, and its base URL.
    pub fn take_navigation(&mut self) -> Option<(Generation, String)> {
        self.take(|action| match action {
            Action::Navigate {
                generation,
                request,
            } => Some((*generation, request.navigator.to_string())),
            _ => None,
        })
    }

    pub fn answer_navigation(&mut self, body: &str) {
        self.answer_navigation_with(200, body);
    }

    pub fn answer_navigation_with(&mut self, status: u16, body: &str) {
        let (generation, _) = self.take_navigation().expect("navigation is asked");
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.input(Input::Navigated {
            generation,
            result: Ok(HttpAnswer {
                status,
                body,
                retry_after: None,
            }),
        });
    }

    pub fn fail_navigation(&mut self, error: LinkError) {
        let (generation, _) = self.take_navigation().expect("navigation is asked");
        self.input(Input::Navigated {
            generation,
            result: Err(error),
        });
    }

    /// Takes the next dial.
    pub fn take_dial(&mut self) -> Option<(Generation, GatewayAddress)> {
        self.take(|action| match action {
            Action::Dial {
                generation, target, ..
            } => Some((*generation, target.clone())),
            _ => None,
        })
    }

    /// Takes the next dial, and what is said first.
    pub fn take_greeting(&mut self) -> Option<(GatewayAddress, Greeting)> {
        self.take(|action| match action {
            Action::Dial {
                target, greeting, ..
            } => Some((target.clone(), greeting.clone())),
            _ => None,
        })
    }

    /// Takes the next dial and opens its link, which is told by name.
    pub fn open_dial(&mut self) -> String {
        let (generation, target) = self.take_dial().expect("a gateway is dialled");
        self.input(Input::Opened { generation });
        target.authority
    }

    pub fn fail_dial(&mut self, error: LinkError) -> String {
        let (generation, target) = self.take_dial().expect("a gateway is dialled");
        self.input(Input::Lost { generation, error });
        target.authority
    }

    pub fn link(&self) -> Generation {
        self.last_dial.expect("a gateway was dialled")
    }

    pub fn packet(&mut self, packet: ServerPacket) {
        let generation = self.link();
        self.input(Input::Packet {
            generation,
            packet: Ok(packet),
        });
    }

    pub fn lose_link(&mut self, error: LinkError) {
        let generation = self.link();
        self.input(Input::Lost { generation, error });
    }

    /// CONNACK 0.
    pub fn accept(&mut self, user: &str) {
        self.accept_at(user, 1_000_000);
    }

    /// The same at that time of the server.
    pub fn accept_at(&mut self, user: &str, server_time: i64) {
        self.packet(ServerPacket::ConnAck(ConnAck::accepted(Session {
            user_id: Some(user.to_owned()),
            session_id: Some("session".to_owned()),
            server_time: u64::try_from(server_time).ok(),
            message_id_base: None,
        })));
    }

    /// CONNACK with another status.
    pub fn refuse(&mut self, status: u8) {
        self.packet(ServerPacket::ConnAck(ConnAck::refused(status)));
    }

    /// Takes the next packet that is a query, with its id.
    pub fn take_query(&mut self) -> Option<(u16, Bytes)> {
        self.take(|action| match action {
            Action::Transmit {
                packet:
                    ClientPacket::Query {
                        message_id, body, ..
                    },
                ..
            } => Some((*message_id, body.clone())),
            _ => None,
        })
    }

    /// Takes the next query of that topic: its id, target and body.
    pub fn take_query_of(&mut self, wanted: &str) -> Option<(u16, String, Bytes)> {
        self.take(|action| match action {
            Action::Transmit {
                packet:
                    ClientPacket::Query {
                        topic,
                        target,
                        message_id,
                        body,
                    },
                ..
            } if topic == wanted => Some((*message_id, target.clone(), body.clone())),
            _ => None,
        })
    }

    /// Takes the next message that goes out under that topic: its id, target and body.
    pub fn take_publish_of(&mut self, wanted: &str) -> Option<(u16, String, Bytes)> {
        self.take(|action| match action {
            Action::Transmit {
                packet:
                    ClientPacket::Publish {
                        topic,
                        target,
                        message_id,
                        body,
                        ..
                    },
                ..
            } if topic == wanted => Some((*message_id, target.clone(), body.clone())),
            _ => None,
        })
    }

    /// The link drops and comes back; its first pull is answered with nothing.
    pub fn reconnect(&mut self) {
        self.lose_link(LinkError::Closed);
        let is_dial = |action: &Action| matches!(action, Action::Dial { .. });
        self.actions.retain(|action| !is_dial(action));
        while !self.actions.iter().any(is_dial) {
            self.advance(50 * MS);
        }
        self.open_dial();
        self.accept("alice");
        let (pull, _, _) = self.take_query_of("pullMsg").expect("a pull is asked");
        self.answer_query(pull, 0, &super::cloud::page(Vec::new(), 0));
    }

    /// Takes the next message that goes out: its id, target and body.
    pub fn take_publish(&mut self) -> Option<(u16, String, Bytes)> {
        self.take(|action| match action {
            Action::Transmit {
                packet:
                    ClientPacket::Publish {
                        message_id,
                        target,
                        body,
                        ..
                    },
                ..
            } => Some((*message_id, target.clone(), body.clone())),
            _ => None,
        })
    }

    /// Takes the next ping.
    pub fn take_ping(&mut self) -> Option<()> {
        self.take(|action| match action {
            Action::Transmit {
                packet: ClientPacket::PingReq,
                ..
            } => Some(()),
            _ => None,
        })
    }

    pub fn take_close(&mut self) -> Option<Generation> {
        self.take(|action| match action {
            Action::Close { generation } => Some(*generation),
            _ => None,
        })
    }

    /// Takes the next record, in the order of the asking.
    pub fn take_record(&mut self) -> Option<(RecordId, Record)> {
        self.take(|action| match action {
            Action::Record { id, record } => Some((*id, record.clone())),
            _ => None,
        })
    }

    pub fn record_next(&mut self) -> Record {
        let (id, record) = self.take_record().expect("something is to be stored");
        self.input(Input::Recorded { id });
        record
    }

    /// The next record, which is durable already.
    pub fn record_of_next(&mut self) -> Record {
        self.take_record().expect("something is to be stored").1
    }

    pub fn fail_next_record(&mut self) -> Record {
        let (id, record) = self.take_record().expect("something is to be stored");
        self.input(Input::RecordFailed {
            id,
            code: Code::LOCAL_STORE_FULL,
        });
        record
    }

    pub fn answer_pull(&mut self, page: &Bytes) {
        let (message_id, _) = self.take_query().expect("a pull is asked");
        self.answer_query(message_id, 0, page);
    }

    pub fn answer_query(&mut self, message_id: u16, status: u16, body: &Bytes) {
        let qos = imlink_wire::QoS::AtMostOnce;
        let body = body.clone();
        self.packet(ServerPacket::QueryAck {
            qos,
            message_id,
            date: 0,
            status,
            body,
        });
    }

    /// Takes every status told so far, with its cause.
    pub fn statuses(&mut self) -> Vec<(ConnectionStatus, Option<i32>)> {
        let told = self.events.iter().filter_map(|event| match event {
            Event::Status { status, cause, .. } => Some((*status, cause.map(Code::number))),
            _ => None,
        });
        let told = told.collect();
        self.events
            .retain(|event| !matches!(event, Event::Status { .. }));
        told
    }

    /// Takes every event but statuses.
    pub fn news(&mut self) -> Vec<Event> {
        let mut news: Vec<_> = self.events.drain(..).collect();
        news.retain(|event| !matches!(event, Event::Status { .. }));
        news
    }

    /// Nobody looks at what was stored so far.
    pub fn forget_records(&mut self) {
        self.actions
            .retain(|action| !matches!(action, Action::Record { .. }));
    }

    /// Nobody looks at what was said so far.
    pub fn forget(&mut self) {
        self.actions.clear();
        self.events.clear();
    }

    fn take<T>(&mut self, choose: impl Fn(&Action) -> Option<T>) -> Option<T> {
        let place = self
            .actions
            .iter()
            .position(|action| choose(action).is_some())?;
        self.actions.remove(place).as_ref().and_then(choose)
    }

    fn drain(&mut self) {
        while let Some(action) = self.connection.poll_action() {
            if let Action::Dial { generation, .. } = &action {
                self.last_dial = Some(*generation);
            }
            let stored = match &action {
                Action::Record { id, .. } if self.stores_at_once => Some(*id),
                _ => None,
            };
            self.actions.push_back(action);
            if let Some(id) = stored {
                self.connection
                    .handle_input(Input::Recorded { id }, self.now);
            }
        }
        while let Some(event) = self.connection.poll_event() {
            // behaviour.md 2.3
            if let Event::Status { status, .. } = &event {
                let last = std::mem::replace(&mut self.last_status, *status);
                assert!(last.may_become(*status), "{last} is followed by {status}");
            }
            // P11: whatever ends an account's attempts takes a connect. 34001 ends none: it is said of
            // a second account, to whom nothing was tried.
            if let Event::Stopped { code, .. } = &event {
                let ends_attempts = *code != Code::RC_CONNECTION_EXIST;
                assert!(code.is_terminal() || !ends_attempts, "{code}");
            }
            self.events.push_back(event);
        }
    }
}

/// A navigation answer: whose token it is (nobody if empty), and gateways over TLS.
pub fn listing(user: &str, gateways: &[&str]) -> String {
    let weights = (0..gateways.len()).rev();
    let gateways: Vec<String> = gateways
        .iter()
        .zip(weights)
        .map(|(addr, weight)| format!(r#"{{"addr":"{addr}","protocol":2,"weight":{weight}}}"#))
        .collect();
    format!(
        r#"{{"code":200,"userId":"{user}","serverAddr":[{}]}}"#,
        gateways.join(",")
    )
}
