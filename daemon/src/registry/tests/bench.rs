//! A registry on a bench: apps, a clock, known tokens, and every effect so far.

pub(super) use std::cell::RefCell;
pub(super) use std::collections::BTreeMap;
pub(super) use std::time::{Duration, Instant};

pub(super) use imlink_ipc_proto::{
    Codec, Conversation, Event, Filter, Outcome, Request, Response, Right, SendOptions, Start,
    limits,
};
pub(super) use imlink_model::uplink::{self, Command, IdentifiedBy, Restored};
pub(super) use imlink_model::{
    AppId, AppKey, Body, ClientMessageId, Code, ConnectionStatus, ConversationKind, Direction,
    Flags, LocalApp, Message, Millis, ObjectName, Origin, Seq, SubscriptionName, TargetId, Token,
    UserId,
};
pub(super) use imlink_store::{Applied, Gap};

pub(super) use super::super::*;
pub(super) use crate::rules::Grant;

pub(super) const CONNECTING: i32 = 1;
pub(super) const CONNECTED: i32 = 0;
pub(super) const SIGN_OUT: i32 = 12;
pub(super) const SUSPEND: i32 = 13;
pub(super) const TIMEOUT: i32 = 14;

/// What an app heard, boiled down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Heard {
    Status(i32, Option<Code>),
    Database(Code),
    Connected(u64),
}

/// What a subscription brings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Told {
    Message(u64),
    Gap(u64),
}

pub(super) const MAX_ACCOUNTS: usize = 3;

pub(super) struct House {
    pub(super) registry: Registry,
    pub(super) tokens: KnownTokens,
    pub(super) now: Instant,
    pub(super) last_peer: u64,
    pub(super) last_request: u64,
    pub(super) seen: Vec<Effect>,
}

impl House {
    pub(super) fn new() -> Self {
        Self {
            registry: Registry::new(MAX_ACCOUNTS),
            tokens: KnownTokens::default(),
            now: Instant::now(),
            last_peer: 0,
            last_request: 0,
            seen: Vec::new(),
        }
    }

    pub(super) fn attach_without_init(&mut self, app: &str) -> PeerId {
        self.attach_with(app, Right::Admin)
    }

    fn attach_with(&mut self, app: &str, right: Right) -> PeerId {
        self.last_peer += 1;
        let id = PeerId(self.last_peer);
        self.registry.attach(
            id,
            PeerIdentity {
                uid: 1000,
                is_own_user: true,
                pid: pid_of(id),
                app: AppId::new(app).unwrap(),
                client: "test".into(),
                codec: Codec::Json,
                attached_at: Millis(0),
                grant: Grant {
                    right,
                    by: "this test".into(),
                },
            },
        );
        id
    }

    pub(super) fn attach(&mut self, app: &str) -> PeerId {
        self.attach_as(app, Right::Admin)
    }

    pub(super) fn attach_as(&mut self, app: &str, right: Right) -> PeerId {
        let peer = self.attach_with(app, right);
        self.ask(
            peer,
            Request::Init {
                app_key: AppKey::new("key").unwrap(),
            },
        );
        peer
    }

    pub(super) fn ask(&mut self, peer: PeerId, request: Request) -> u64 {
        self.last_request += 1;
        self.registry
            .handle_request(peer, self.last_request, request, self.now, &self.tokens);
        self.drain();
        self.last_request
    }

    pub(super) fn uplink(&mut self, account: AccountId, event: uplink::Event) {
        self.uplink_after(account, event, u64::MAX);
    }

    /// The driver had been brought so many tokens by then.
    pub(super) fn uplink_after(&mut self, account: AccountId, event: uplink::Event, brought: u64) {
        self.registry
            .handle_uplink(account, event, brought, Millis(0));
        self.drain();
    }

    pub(super) fn status(
        &mut self,
        account: AccountId,
        status: ConnectionStatus,
        cause: Option<Code>,
    ) {
        self.uplink(
            account,
            uplink::Event::Status {
                status,
                cause,
                retry_in: None,
            },
        );
    }

    pub(super) fn suspend(&mut self, account: AccountId) {
        let cause = Some(Code::RC_SOCKET_DISCONNECTED);
        self.status(account, ConnectionStatus::Suspend, cause);
    }

    pub(super) fn stop(&mut self, account: AccountId, status: ConnectionStatus, code: Code) {
        self.status(account, status, Some(code));
        self.uplink(
            account,
            uplink::Event::Stopped {
                code,
                because: None,
            },
        );
    }

    pub(super) fn identify(&mut self, account: AccountId, user: &str, by: IdentifiedBy) {
        self.uplink(
            account,
            uplink::Event::Identified {
                user: UserId::new(user).unwrap(),
                by,
            },
        );
    }

    pub(super) fn open_store(&mut self, account: AccountId) {
        self.registry.store_opened(account, Ok(rows_of("alice")));
        self.drain();
    }

    pub(super) fn bring_online(&mut self, account: AccountId) {
        self.status(account, ConnectionStatus::Connecting, None);
        self.identify(account, "alice", IdentifiedBy::Directory);
        self.open_store(account);
        self.status(account, ConnectionStatus::Connected, None);
        self.uplink(account, uplink::Event::Online);
        let (token, user) = ("token".to_owned(), "alice".to_owned());
        self.tokens.0.borrow_mut().insert(token, user);
    }

    pub(super) fn connect_alone(&mut self, peer: PeerId) -> AccountId {
        self.ask(peer, connect("token"));
        let account = self.only_account();
        self.bring_online(account);
        account
    }

    pub(super) fn connect_both(&mut self, first: PeerId, second: PeerId) -> AccountId {
        self.ask(first, connect("token"));
        self.ask(second, connect("token"));
        let account = self.only_account();
        self.bring_online(account);
        account
    }

    pub(super) fn subscribe(
        &mut self,
        account: AccountId,
        peer: PeerId,
        name: &str,
        after: u64,
    ) -> u32 {
        let request = self.ask(peer, subscribe(name));
        let then = self
            .seen
            .iter()
            .find_map(|effect| match effect {
                Effect::Commit { then, .. } => match then {
                    Then::Subscribe { request: id, .. } if *id == request => Some(then.clone()),
                    _ => None,
                },
                _ => None,
            })
            .expect("a durable subscription is committed");
        let Then::Subscribe { subscription, .. } = then else {
            unreachable!()
        };
        self.registry
            .committed(account, then, Ok(Applied::Subscribed { after: Seq(after) }));
        self.drain();
        subscription.0
    }

    /// A subscription from now on, to the conversation with one user.
    pub(super) fn subscribe_to(&mut self, peer: PeerId, user: &str) -> u32 {
        let conversation = imlink_model::Conversation::private(UserId::new(user).unwrap());
        let request = self.ask(
            peer,
            Request::Subscribe {
                name: None,
                start: Start::Now,
                filter: Filter {
                    conversations: vec![conversation.into()],
                    object_names: Vec::new(),
                },
            },
        );
        match self.outcome(peer, request)[..] {
            [Outcome::Ok(Response::Subscribed { subscription, .. })] => *subscription,
            ref other => panic!("it begins at once: {other:?}"),
        }
    }

    pub(super) fn stored(
        &mut self,
        account: AccountId,
        seqs: std::ops::RangeInclusive<u64>,
        origin: &Origin,
    ) {
        let messages = seqs.map(|seq| message(seq, origin.clone())).collect();
        self.registry.stored(account, messages);
        self.drain();
    }

    pub(super) fn page(&mut self, subscription: u32, seqs: std::ops::RangeInclusive<u64>) {
        let messages = seqs.map(|seq| message(seq, Origin::Remote)).collect();
        let then = Then::Deliver {
            subscription: SubscriptionId(subscription),
        };
        self.registry.read(
            then,
            Ok(Found::Stretch(Stretch {
                messages,
                gaps: Vec::new(),
                up_to: Seq(0),
            })),
        );
        self.drain();
    }

    /// A page that knows of gaps and says everything up to a position.
    pub(super) fn stretch(&mut self, subscription: u32, seqs: &[u64], gaps: &[Gap], up_to: u64) {
        let messages = seqs.iter().map(|seq| message(*seq, Origin::Remote));
        let then = Then::Deliver {
            subscription: SubscriptionId(subscription),
        };
        let stretch = Stretch {
            messages: messages.collect(),
            gaps: gaps.to_vec(),
            up_to: Seq(up_to),
        };
        self.registry.read(then, Ok(Found::Stretch(stretch)));
        self.drain();
    }

    /// A page of messages in conversations with these users.
    pub(super) fn stretch_of(&mut self, subscription: u32, messages: &[(u64, &str)]) {
        let messages = messages.iter().map(|(seq, user)| Message {
            conversation: imlink_model::Conversation::private(UserId::new(*user).unwrap()),
            ..message(*seq, Origin::Remote)
        });
        let stretch = Stretch {
            messages: messages.collect(),
            gaps: Vec::new(),
            up_to: Seq(0),
        };
        let then = Then::Deliver {
            subscription: SubscriptionId(subscription),
        };
        self.registry.read(then, Ok(Found::Stretch(stretch)));
        self.drain();
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.registry.handle_timeout(self.now);
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        while let Some(effect) = self.registry.poll_effect() {
            self.seen.push(effect);
        }
    }

    pub(super) fn only_account(&self) -> AccountId {
        let started: Vec<AccountId> = self
            .seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::StartUpstream { account, .. } => Some(*account),
                _ => None,
            })
            .collect();
        assert_eq!(started.len(), 1, "one account for all");
        started[0]
    }

    pub(super) fn refuses_unnamed(&self, wanted: AccountId) -> bool {
        self.seen.iter().any(|effect| {
            matches!(effect, Effect::StartUpstream { account, refuse_unnamed: true, .. } if *account == wanted)
        })
    }

    /// What was to become of rows that cannot be opened, each time some were opened.
    pub(super) fn opened_with(&self) -> Vec<Unreadable> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::OpenStore { unreadable, .. } => Some(*unreadable),
                _ => None,
            })
            .collect()
    }

    /// What an app heard of whether its rows can be written.
    pub(super) fn writable(&self, peer: PeerId) -> Vec<Code> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Event {
                    peer: to,
                    event: Event::DatabaseWritable { code },
                } if *to == peer => Some(*code),
                _ => None,
            })
            .collect()
    }

    pub(super) fn position(&self, is_it: impl FnMut(&Effect) -> bool) -> Option<usize> {
        self.seen.iter().position(is_it)
    }

    pub(super) fn outcome(&self, peer: PeerId, id: u64) -> Vec<&Outcome> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Answer {
                    peer: to,
                    request,
                    outcome,
                } if *to == peer && *request == id => Some(outcome),
                _ => None,
            })
            .collect()
    }

    /// The code of the failure, if it failed; asserts that there is one answer at most.
    pub(super) fn failure(&self, peer: PeerId, id: u64) -> Option<Code> {
        match self.outcome(peer, id)[..] {
            [Outcome::Failed(failure)] => Some(failure.code),
            [Outcome::Ok(_)] | [] => None,
            ref more => panic!("{} answers to one request", more.len()),
        }
    }

    pub(super) fn failure_text(&self, peer: PeerId, id: u64) -> String {
        match self.outcome(peer, id)[..] {
            [Outcome::Failed(failure)] => failure.message.clone(),
            ref other => panic!("{other:?}"),
        }
    }

    pub(super) fn connected(&self, peer: PeerId, id: u64) -> usize {
        let success =
            |outcome: &&&Outcome| matches!(outcome, Outcome::Ok(Response::Connected { .. }));
        self.outcome(peer, id).iter().filter(success).count()
    }

    pub(super) fn done(&self, peer: PeerId, id: u64) -> bool {
        matches!(self.outcome(peer, id)[..], [Outcome::Ok(Response::Done {})])
    }

    pub(super) fn heard(&self, peer: PeerId) -> Vec<Heard> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Event {
                    peer: to,
                    event: Event::Status { status, code, .. },
                } if *to == peer => Some(Heard::Status(*status, *code)),
                Effect::Event {
                    peer: to,
                    event: Event::DatabaseOpened { code },
                } if *to == peer => Some(Heard::Database(*code)),
                Effect::Answer {
                    peer: to,
                    request,
                    outcome: Outcome::Ok(Response::Connected { .. }),
                } if *to == peer => Some(Heard::Connected(*request)),
                _ => None,
            })
            .collect()
    }

    /// The messages an app was told to have changed.
    pub(super) fn changed(&self, peer: PeerId) -> Vec<imlink_ipc_proto::Message> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Event {
                    peer: to,
                    event: Event::Changed { message },
                } if *to == peer => Some(message.clone()),
                _ => None,
            })
            .collect()
    }

    /// The edits that the store was asked for last, and who waits for them.
    pub(super) fn last_edit(&self) -> (Vec<imlink_store::Edit>, Then) {
        let found = self.seen.iter().rev().find_map(|effect| match effect {
            Effect::Edit { edits, then, .. } => Some((edits.clone(), then.clone())),
            _ => None,
        });
        found.expect("an edit")
    }

    pub(super) fn delivered(&self, peer: PeerId) -> Vec<u64> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Deliver {
                    peer: to, message, ..
                } if *to == peer => Some(message.seq.0),
                _ => None,
            })
            .collect()
    }

    /// How many were said to be left with each message that was delivered.
    pub(super) fn said_left(&self, peer: PeerId) -> Vec<u32> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Deliver { peer: to, left, .. } if *to == peer => Some(*left),
                _ => None,
            })
            .collect()
    }

    /// What a subscription brought an app, gaps by their first position.
    pub(super) fn told(&self, peer: PeerId) -> Vec<Told> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Deliver {
                    peer: to, message, ..
                } if *to == peer => Some(Told::Message(message.seq.0)),
                Effect::Event {
                    peer: to,
                    event: Event::Gap { first, .. },
                } if *to == peer => Some(Told::Gap(first.0)),
                _ => None,
            })
            .collect()
    }

    pub(super) fn commands(&self, account: AccountId) -> impl Iterator<Item = &Command> {
        self.seen.iter().filter_map(move |effect| match effect {
            Effect::Uplink {
                account: to,
                command,
            } if *to == account => Some(command),
            _ => None,
        })
    }

    pub(super) fn was_disconnected(&self, account: AccountId) -> bool {
        self.commands(account)
            .any(|command| matches!(command, Command::Disconnect { .. }))
    }

    pub(super) fn connects(&self, account: AccountId) -> usize {
        self.commands(account)
            .filter(|c| matches!(c, Command::Connect { .. }))
            .count()
    }

    /// How often an account was to go on as after a break.
    pub(super) fn resumes(&self, account: AccountId) -> usize {
        self.commands(account)
            .filter(|c| matches!(c, Command::Resume { .. }))
            .count()
    }

    pub(super) fn newest_token(&self, account: AccountId) -> Option<String> {
        self.commands(account)
            .filter_map(|command| match command {
                Command::Connect { token } => Some(token.reveal().to_owned()),
                _ => None,
            })
            .last()
    }

    pub(super) fn stopped_upstream(&self, account: AccountId) -> bool {
        self.seen.iter().any(
            |effect| matches!(effect, Effect::StopUpstream { account: gone } if *gone == account),
        )
    }

    pub(super) fn commits(&self) -> usize {
        self.seen
            .iter()
            .filter(|effect| matches!(effect, Effect::Commit { .. }))
            .count()
    }

    pub(super) fn reads(&self) -> usize {
        self.seen
            .iter()
            .filter(|effect| matches!(effect, Effect::Read { .. }))
            .count()
    }

    pub(super) fn last_read(&self) -> Option<(Seq, usize)> {
        self.seen
            .iter()
            .filter_map(|effect| match effect {
                Effect::Read {
                    read: Read::After { seq, limit, .. },
                    ..
                } => Some((*seq, *limit)),
                _ => None,
            })
            .last()
    }
}

#[derive(Default)]
pub(super) struct KnownTokens(RefCell<BTreeMap<String, String>>);

impl KnownTokens {
    pub(super) fn remember(&self, token: &str, user: &str) {
        self.0.borrow_mut().insert(token.into(), user.into());
    }

    pub(super) fn forget(&self, user: &str) {
        self.0.borrow_mut().retain(|_, known| known != user);
    }
}

impl Tokens for KnownTokens {
    fn known_user(&self, _: &AppKey, token: &Token) -> Option<UserId> {
        self.0
            .borrow()
            .get(token.reveal())
            .map(|user| UserId::new(user.clone()).unwrap())
    }
}

pub(super) fn pid_of(peer: PeerId) -> u32 {
    4000 + u32::try_from(peer.0).unwrap()
}

pub(super) fn secret(token: &str) -> imlink_ipc_proto::SecretText {
    (&Token::new(token).unwrap()).into()
}

pub(super) fn connect(token: &str) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: None,
        replay: false,
        was_connected: false,
        set_aside: false,
    }
}

pub(super) fn connect_within(token: &str, seconds: u32) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: Some(seconds),
        replay: false,
        was_connected: false,
        set_aside: false,
    }
}

/// What the client repeats once its daemon is another one.
pub(super) fn connect_again(token: &str, was_connected: bool) -> Request {
    Request::Connect {
        token: secret(token),
        time_limit: None,
        replay: true,
        was_connected,
        set_aside: false,
    }
}

pub(super) fn subscribe(name: &str) -> Request {
    Request::Subscribe {
        name: Some(SubscriptionName::new(name).unwrap()),
        start: Start::Now,
        filter: Filter::default(),
    }
}

pub(super) fn send(body: &str) -> Request {
    Request::Send {
        conversation: Conversation {
            kind: ConversationKind::Private.number(),
            target: TargetId::new("bob").unwrap(),
            channel: None,
        },
        object_name: ObjectName::text(),
        body: Body::new(body),
        client_id: ClientMessageId::new("1").unwrap(),
        options: SendOptions::default(),
    }
}

pub(super) fn message(seq: u64, origin: Origin) -> Message {
    Message {
        seq: Seq(seq),
        uid: None,
        conversation: imlink_model::Conversation::private(UserId::new("bob").unwrap()),
        direction: Direction::Received,
        origin,
        sender: UserId::new("bob").unwrap(),
        object_name: ObjectName::text(),
        body: Body::new("{}"),
        sent_at: Millis(1),
        received_at: Millis(2),
        flags: Flags::default(),
        client_id: None,
        expansion: None,
        offline: false,
        received: imlink_model::ReceivedStatus::NONE,
        local_extra: None,
    }
}

/// Empty rows that were opened.
pub(super) fn rows_of(user: &str) -> OpenedRows {
    OpenedRows {
        restored: Restored {
            user: UserId::new(user).unwrap(),
            cursor: uplink::Cursor::default(),
            queued: Vec::new(),
            in_doubt: Vec::new(),
        },
        last_seq: Seq(0),
        generation: GENERATION,
    }
}

/// Which rows positions belong to.
pub(super) const GENERATION: imlink_model::Generation = imlink_model::Generation(7);
