//! One of everything that can stand in a frame.

use imlink_ipc_proto::{
    AccountReport, AppReport, ClientFrame, Conversation, ConversationSummary, Delivery, Direction,
    Event, Failure, Flags, Hint, Message, Origin, OutboxReport, Outcome, PrivateText, Request,
    Response, Right, SecretText, SendOptions, SendResult, SendState, ServerFrame, Start,
    StatusReport,
};
use imlink_model::{
    AppId, AppKey, Body, ChannelId, ClientMessageId, Code, MessageUid, Millis, ObjectName,
    OutboxId, Seq, SubscriptionName, TargetId, Token, UserId,
};

/// Stands in every place that must stay secret or private.
pub const CANARY: &str = "canary-7c1e";

/// Every request, with a name for the golden files. Variants with choices come more than once.
pub fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    requests()
        .into_iter()
        .zip(1..)
        .map(|((name, request), id)| (name, ClientFrame::Request { id, request }))
        .collect()
}

/// Everything the daemon sends, with a name for the golden files.
pub fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let responses = responses()
        .into_iter()
        .zip(1..)
        .map(|((name, result), id)| (name, ServerFrame::Response { id, result }));
    let events = events()
        .into_iter()
        .zip(1..)
        .map(|((name, event), sequence)| (name, ServerFrame::Event { sequence, event }));
    let deliveries = deliveries()
        .into_iter()
        .map(|(name, delivery)| (name, ServerFrame::Delivery(delivery)));
    responses.chain(events).chain(deliveries).collect()
}

fn requests() -> Vec<(&'static str, Request)> {
    let token = SecretText::from(&Token::new(CANARY).unwrap());
    vec![
        (
            "init",
            Request::Init {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
            },
        ),
        (
            "connect",
            Request::Connect {
                token: token.clone(),
                time_limit: Some(30),
                replay: false,
            },
        ),
        (
            "connect again",
            Request::Connect {
                token,
                time_limit: None,
                replay: true,
            },
        ),
        (
            "join one account",
            Request::Join {
                app_key: Some(AppKey::new("uwd1c0sxdlx2").unwrap()),
                user: Some(user("alice")),
            },
        ),
        (
            "join the only account",
            Request::Join {
                app_key: None,
                user: None,
            },
        ),
        ("disconnect", Request::Disconnect {}),
        ("logout", Request::Logout {}),
        (
            "send",
            Request::Send {
                conversation: private("bob"),
                object_name: ObjectName::text(),
                body: body(),
                client_id: client_id(),
                options: SendOptions::default(),
            },
        ),
        (
            "send with options",
            Request::Send {
                conversation: channel(),
                object_name: ObjectName::new("app:custom").unwrap(),
                body: body(),
                client_id: client_id(),
                options: SendOptions {
                    silent: true,
                    push_content: Some(private_text()),
                    push_data: Some(private_text()),
                },
            },
        ),
        (
            "send state",
            Request::SendState {
                client_id: client_id(),
            },
        ),
        (
            "subscribe for ever",
            Request::Subscribe {
                name: Some(SubscriptionName::new("inbox").unwrap()),
                start: Start::Beginning,
            },
        ),
        (
            "subscribe from now on",
            Request::Subscribe {
                name: None,
                start: Start::Now,
            },
        ),
        (
            "acknowledge",
            Request::Acknowledge {
                subscription: 1,
                seq: Seq(42),
            },
        ),
        (
            "unsubscribe",
            Request::Unsubscribe {
                subscription: 1,
                forget: true,
            },
        ),
        (
            "history",
            Request::History {
                conversation: private("bob"),
                before: None,
                limit: 20,
            },
        ),
        (
            "history before",
            Request::History {
                conversation: private("bob"),
                before: Some(Seq(42)),
                limit: 200,
            },
        ),
        ("conversations", Request::Conversations { limit: 50 }),
        ("status", Request::Status {}),
        (
            "hint network",
            Request::Hint {
                hint: Hint::NetworkChanged,
            },
        ),
        (
            "hint foreground",
            Request::Hint {
                hint: Hint::Foreground,
            },
        ),
        ("ping", Request::Ping {}),
    ]
}

fn responses() -> Vec<(&'static str, Outcome)> {
    let state = |state| Outcome::Ok(Response::SendState { state });
    vec![
        ("ready", Outcome::Ok(Response::Ready {})),
        (
            "connected",
            Outcome::Ok(Response::Connected {
                user: user("alice"),
            }),
        ),
        ("done", Outcome::Ok(Response::Done {})),
        (
            "accepted",
            Outcome::Ok(Response::Accepted {
                id: OutboxId(7),
                new: true,
            }),
        ),
        ("state unknown", state(None)),
        ("state queued", state(Some(SendState::Queued))),
        ("state sending", state(Some(SendState::Sending))),
        (
            "state sent",
            state(Some(SendState::Sent {
                uid: uid(),
                sent_at: Millis(1_700_000_000_123),
            })),
        ),
        (
            "state failed",
            state(Some(SendState::Failed {
                code: Code::new(22406),
            })),
        ),
        ("state in doubt", state(Some(SendState::InDoubt))),
        (
            "subscribed",
            Outcome::Ok(Response::Subscribed {
                subscription: 1,
                after: Seq(41),
            }),
        ),
        (
            "page",
            Outcome::Ok(Response::Page {
                messages: vec![message(), plain_message()],
                more: true,
            }),
        ),
        (
            "empty page",
            Outcome::Ok(Response::Page {
                messages: vec![],
                more: false,
            }),
        ),
        (
            "conversations",
            Outcome::Ok(Response::Conversations {
                conversations: vec![summary()],
                more: false,
            }),
        ),
        ("status", Outcome::Ok(Response::Status(report()))),
        ("pong", Outcome::Ok(Response::Pong {})),
        (
            "failed",
            Outcome::Failed(Failure::new(Code::new(31004), "the token is wrong")),
        ),
    ]
}

fn events() -> Vec<(&'static str, Event)> {
    let result = |result| Event::SendResult {
        id: OutboxId(7),
        client_id: client_id(),
        result,
    };
    vec![
        (
            "status connected",
            Event::Status {
                status: 0,
                code: None,
                retry_in_ms: None,
            },
        ),
        (
            "status suspended",
            Event::Status {
                status: 13,
                code: Some(Code::new(-2)),
                retry_in_ms: Some(250),
            },
        ),
        (
            "database opened",
            Event::DatabaseOpened {
                code: Code::SUCCESS,
            },
        ),
        (
            "result sent",
            result(SendResult::Sent {
                uid: uid(),
                sent_at: Millis(1_700_000_000_123),
            }),
        ),
        (
            "result failed",
            result(SendResult::Failed {
                code: Code::new(22406),
            }),
        ),
        ("result in doubt", result(SendResult::InDoubt)),
        ("result queued", result(SendResult::Queued)),
        (
            "transient",
            Event::Transient {
                message: Message {
                    seq: Seq(0),
                    uid: None,
                    direction: Direction::Sent,
                    origin: Origin::OtherDevice,
                    ..plain_message()
                },
            },
        ),
        ("synchronized", Event::Synchronized {}),
        (
            "going away",
            Event::GoingAway {
                code: Code::LOCAL_STOPPING,
                message: "the daemon is stopping".to_owned(),
            },
        ),
    ]
}

fn deliveries() -> Vec<(&'static str, Delivery)> {
    vec![
        (
            "delivery",
            Delivery {
                subscription: 1,
                left: 300,
                message: message(),
            },
        ),
        (
            "last delivery",
            Delivery {
                subscription: 2,
                left: 0,
                message: plain_message(),
            },
        ),
    ]
}

/// A message with every optional field, and numbers of more than 53 bits.
pub fn message() -> Message {
    Message {
        seq: Seq((1 << 60) + 1),
        uid: Some(uid()),
        conversation: channel(),
        direction: Direction::Sent,
        origin: Origin::App(AppId::new("org.example.notes").unwrap()),
        sender: user("alice"),
        object_name: ObjectName::text(),
        body: body(),
        sent_at: Millis(1_700_000_000_123),
        received_at: Millis(1_700_000_000_456),
        flags: Flags {
            persisted: true,
            counted: true,
            mention: false,
            silent: true,
            expandable: true,
            transient: false,
        },
        client_id: Some(client_id()),
        expansion: Some(private_text()),
        offline: true,
    }
}

/// A message with no optional field but its server id.
pub fn plain_message() -> Message {
    Message {
        seq: Seq(42),
        uid: Some(uid()),
        conversation: private("bob"),
        direction: Direction::Received,
        origin: Origin::Remote,
        sender: user("bob"),
        object_name: ObjectName::text(),
        body: body(),
        sent_at: Millis(1_700_000_000_123),
        received_at: Millis(1_700_000_000_456),
        flags: Flags {
            persisted: true,
            counted: true,
            ..Flags::default()
        },
        client_id: None,
        expansion: None,
        offline: false,
    }
}

fn report() -> StatusReport {
    StatusReport {
        version: "0.1.0".to_owned(),
        pid: 4711,
        instance: u64::MAX,
        started_at: Millis(1_700_000_000_000),
        apps: vec![
            AppReport {
                app: AppId::new("org.example.notes").unwrap(),
                pid: 815,
                uid: 1000,
                client: "imlink-rust 0.1.0".to_owned(),
                attached_at: Millis(1_700_000_000_100),
                user: Some(user("alice")),
                right: Right::Admin,
            },
            AppReport {
                app: AppId::new("guest").unwrap(),
                pid: 816,
                uid: 1001,
                client: String::new(),
                attached_at: Millis(1_700_000_000_200),
                user: None,
                right: Right::Use,
            },
        ],
        more_apps: 3,
        accounts: vec![
            AccountReport {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
                user: Some(user("alice")),
                status: 13,
                since: Millis(1_700_000_000_300),
                cause: Some(Code::new(30002)),
                next_attempt_in_ms: Some(1500),
                address: Some("gateway.example:443".to_owned()),
                slot: Some("web".to_owned()),
                round_trip_ms: Some(12),
                apps: 2,
                outbox: OutboxReport {
                    queued: 1,
                    in_doubt: 2,
                },
                last_seq: Seq(42),
            },
            AccountReport {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
                user: None,
                status: 1,
                since: Millis(1_700_000_000_300),
                cause: None,
                next_attempt_in_ms: None,
                address: None,
                slot: None,
                round_trip_ms: None,
                apps: 1,
                outbox: OutboxReport::default(),
                last_seq: Seq(0),
            },
        ],
    }
}

fn summary() -> ConversationSummary {
    ConversationSummary {
        conversation: private("bob"),
        last_seq: Seq(42),
        last_at: Millis(1_700_000_000_123),
        unread: 3,
        total: 40,
    }
}

fn private(target: &str) -> Conversation {
    Conversation {
        kind: 1,
        target: TargetId::new(target).unwrap(),
        channel: None,
    }
}

fn channel() -> Conversation {
    Conversation {
        kind: 10,
        target: TargetId::new("群组").unwrap(),
        channel: Some(ChannelId::new("news").unwrap()),
    }
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn uid() -> MessageUid {
    MessageUid::new("BVB2-4U1S-9JK5-2ENR").unwrap()
}

fn client_id() -> ClientMessageId {
    ClientMessageId::new("note-1").unwrap()
}

fn body() -> Body {
    Body::new(format!(r#"{{"content":"{CANARY} \u2014 你好"}}"#))
}

fn private_text() -> PrivateText {
    PrivateText::from(CANARY.to_owned())
}
