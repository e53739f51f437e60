//! A machine between an app and a daemon that the test plays.

use std::time::{Duration, Instant};

use imlink_ipc_proto::{
    self as proto, ClientFrame, Codec, Failure, Greeting, Label, Outcome, Protocol, ProtocolRange,
    Received, Refused, Request, Response, ServerFrame, Welcome,
};
use imlink_model::{AppKey, Code, ConnectionStatus, Conversation, Seq, Token, UserId};

use super::super::{
    Action, Attachment, Call, CallbackKey, Config, DialFailure, Dropped, Handed, ReceiptKey,
    SubscriptionKey,
};
use crate::{DetachedCalls, Error, Event, Outgoing, SendState, TokenRefused};

pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// The machine, the clock, and everything that came out since it was last looked at.
pub(super) struct Bench {
    pub(super) machine: Attachment<u32>,
    pub(super) now: Instant,
    /// Requests written, oldest first, until they are answered.
    pub(super) asked: Vec<(u64, Request)>,
    pub(super) ended: Vec<(u32, Result<Response, Error>)>,
    pub(super) events: Vec<Event>,
    pub(super) dials: usize,
    pub(super) closes: usize,
    pub(super) opened: Vec<(CallbackKey, Code)>,
    pub(super) delivered: Vec<(SubscriptionKey, Result<Handed, Error>)>,
    pub(super) subscriptions_ended: Vec<(SubscriptionKey, Option<Error>)>,
    pub(super) settled: Vec<(Vec<ReceiptKey>, SendState)>,
    /// What the token provider was asked.
    pub(super) questions: Vec<(u64, TokenRefused)>,
    waiters: u32,
}

impl Bench {
    pub(super) fn new(detached_calls: DetachedCalls) -> Self {
        Self::of(detached_calls, false)
    }

    fn of(detached_calls: DetachedCalls, provides_tokens: bool) -> Self {
        let config = Config {
            app_key: AppKey::new("key").unwrap(),
            detached_calls,
            request_timeout: TIMEOUT,
            provides_tokens,
            seed: 7,
        };
        Self {
            machine: Attachment::new(config),
            now: Instant::now(),
            asked: Vec::new(),
            ended: Vec::new(),
            events: Vec::new(),
            dials: 0,
            closes: 0,
            opened: Vec::new(),
            delivered: Vec::new(),
            subscriptions_ended: Vec::new(),
            settled: Vec::new(),
            questions: Vec::new(),
            waiters: 0,
        }
    }

    /// Attached and initialised; nothing of that is left in the log.
    pub(super) fn initialised() -> Self {
        Self::initialised_with(DetachedCalls::FailAtOnce)
    }

    pub(super) fn initialised_with(detached_calls: DetachedCalls) -> Self {
        Self::new(detached_calls).made_ready()
    }

    fn made_ready(mut self) -> Self {
        self.call(Call::Init);
        self.welcome();
        self.answer(Response::Ready {});
        self.forget_log();
        self
    }

    /// Initialised, of an app that has a token provider.
    pub(super) fn providing() -> Self {
        Self::of(DetachedCalls::FailAtOnce, true).made_ready()
    }

    /// Initialised, and connected as `lei` with a token.
    pub(super) fn connected() -> Self {
        let mut bench = Self::initialised();
        bench.connect();
        bench.forget_log();
        bench
    }

    /// The app connects, and the daemon lets it.
    pub(super) fn connect(&mut self) {
        self.call(connect());
        self.status(ConnectionStatus::Connecting, None);
        self.event(proto::Event::DatabaseOpened {
            code: Code::SUCCESS,
        });
        self.status(ConnectionStatus::Connected, None);
        self.answer(Response::Connected { user: user("lei") });
    }

    pub(super) fn call(&mut self, call: Call) -> u32 {
        self.waiters += 1;
        self.machine.handle_call(call, Some(self.waiters), self.now);
        self.drain();
        self.waiters
    }

    /// The token provider answers the last question.
    pub(super) fn provide(&mut self, answer: Result<Token, Option<String>>) {
        let question = self.questions.last().expect("the provider was asked").0;
        self.machine.handle_token(question, answer, self.now);
        self.drain();
    }

    pub(super) fn drop(&mut self, dropped: Dropped) {
        self.machine.handle_dropped(dropped, self.now);
        self.drain();
    }

    /// The daemon is there and takes the client in.
    pub(super) fn welcome(&mut self) {
        self.machine.handle_dialled(self.now);
        self.drain();
        self.greet(Greeting::Welcome(Welcome {
            protocol: Protocol::V1,
            codec: Codec::Bincode,
            instance: 1,
            max_frame: 1024 * 1024,
            daemon: Label::new("0.1.0").unwrap(),
        }));
    }

    pub(super) fn refuse(&mut self, code: Code) {
        self.machine.handle_dialled(self.now);
        self.drain();
        self.greet(Greeting::Refused(Refused {
            code,
            supported: ProtocolRange::SUPPORTED,
            text: "not you".into(),
        }));
    }

    fn greet(&mut self, greeting: Greeting) {
        self.machine.handle_greeting(greeting, self.now);
        self.drain();
    }

    pub(super) fn nobody_there(&mut self) {
        let failure = DialFailure::Nobody("no daemon answers at /x".into());
        self.machine.handle_dial_failed(failure, self.now);
        self.drain();
    }

    /// The daemon dies.
    pub(super) fn die(&mut self) {
        self.machine.handle_closed("it closed the socket", self.now);
        self.asked.clear();
        self.drain();
    }

    /// Waits until the machine dials, and takes it in again.
    pub(super) fn reattach(&mut self) {
        let before = self.dials;
        while self.dials == before {
            self.advance_to_deadline();
        }
        self.welcome();
    }

    /// Answers the oldest request.
    pub(super) fn answer(&mut self, response: Response) {
        let (id, _) = self.asked.remove(0);
        self.answer_id(id, Outcome::Ok(response));
    }

    /// Answers the oldest request with a failure.
    pub(super) fn fail(&mut self, code: Code) {
        let (id, _) = self.asked.remove(0);
        self.answer_id(id, Outcome::Failed(Failure::of(code)));
    }

    pub(super) fn answer_id(&mut self, id: u64, result: Outcome) {
        self.receive(Received::Frame(ServerFrame::Response { id, result }));
    }

    pub(super) fn event(&mut self, event: proto::Event) {
        self.receive(Received::Frame(ServerFrame::Event { sequence: 1, event }));
    }

    pub(super) fn status(&mut self, status: ConnectionStatus, code: Option<Code>) {
        let status = status.number().into();
        self.event(proto::Event::Status {
            status,
            code,
            retry_in_ms: None,
        });
    }

    pub(super) fn deliver(&mut self, subscription: u32, seq: u64) {
        let delivery = proto::Delivery {
            subscription,
            left: 0,
            message: message(seq),
        };
        self.receive(Received::Frame(ServerFrame::Delivery(delivery)));
    }

    pub(super) fn receive(&mut self, received: Received) {
        self.machine.handle_frame(received, self.now);
        self.drain();
    }

    /// Lets the time pass that the machine waits for.
    pub(super) fn advance_to_deadline(&mut self) {
        let deadline = self
            .machine
            .poll_timeout()
            .expect("the machine waits for something");
        self.now = self.now.max(deadline);
        self.machine.handle_timeout(self.now);
        self.drain();
    }

    pub(super) fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        while self
            .machine
            .poll_timeout()
            .is_some_and(|deadline| deadline <= end)
        {
            self.advance_to_deadline();
        }
        self.now = end;
    }

    /// The code the call ended with, which must have ended exactly once.
    pub(super) fn code_of(&self, waiter: u32) -> Code {
        let ends: Vec<_> = self
            .ended
            .iter()
            .filter(|(who, _)| *who == waiter)
            .collect();
        assert_eq!(ends.len(), 1, "call {waiter} ended {} times", ends.len());
        ends[0]
            .1
            .as_ref()
            .map_or_else(Error::code, |_| Code::SUCCESS)
    }

    pub(super) fn has_ended(&self, waiter: u32) -> bool {
        self.ended.iter().any(|(who, _)| *who == waiter)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.asked
            .iter()
            .map(|(_, request)| request.clone())
            .collect()
    }

    pub(super) fn statuses(&self) -> Vec<(ConnectionStatus, Option<Code>)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Status(change) => Some((change.status, change.code)),
                _ => None,
            })
            .collect()
    }

    pub(super) fn forget_log(&mut self) {
        self.ended.clear();
        self.events.clear();
        self.delivered.clear();
        self.settled.clear();
        self.opened.clear();
        self.dials = 0;
        self.closes = 0;
    }

    pub(super) fn drain(&mut self) {
        while let Some(action) = self.machine.poll_action() {
            match action {
                Action::Dial => self.dials += 1,
                Action::Greet => {}
                Action::Close => self.closes += 1,
                Action::Write(ClientFrame::Request { id, request }) => {
                    self.asked.push((id, request));
                }
                Action::Finish(waiter, result) => self.ended.push((waiter, result)),
                Action::Emit(event) => self.events.push(event),
                Action::Opened(callback, code) => self.opened.push((callback, code)),
                Action::Deliver(key, item) => self.delivered.push((key, item)),
                Action::End(key, error) => self.subscriptions_ended.push((key, error)),
                Action::Settle(receipts, state) => self.settled.push((receipts, state)),
                Action::AskToken(question, refused) => self.questions.push((question, refused)),
            }
        }
    }
}

pub(super) fn connect() -> Call {
    Call::Connect {
        token: token(),
        limit: None,
        unreadable: super::super::Unreadable::Refuse,
        callback: None,
    }
}

pub(super) fn token() -> Token {
    Token::new("canary-token").unwrap()
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(super) fn send(receipt: u64) -> Call {
    let message = Outgoing::text(Conversation::private(user("han")), "hi");
    Call::Send {
        receipt: ReceiptKey(receipt),
        message,
    }
}

pub(super) fn subscribe(key: u64) -> Call {
    let name = Some("inbox".try_into().unwrap());
    Call::Subscribe {
        key: SubscriptionKey(key),
        name,
        start: proto::Start::Now,
        filter: proto::Filter::default(),
    }
}

fn message(seq: u64) -> proto::Message {
    proto::Message {
        seq: Seq(seq),
        uid: None,
        conversation: Conversation::private(user("han")).into(),
        direction: proto::Direction::Received,
        origin: proto::Origin::Remote,
        sender: user("han"),
        object_name: imlink_model::ObjectName::text(),
        body: imlink_model::Body::new("{}"),
        sent_at: imlink_model::Millis(0),
        received_at: imlink_model::Millis(0),
        flags: proto::Flags::default(),
        client_id: None,
        expansion: None,
        offline: false,
        received: 0,
        local_extra: None,
    }
}
