//! One of everything that can stand in a frame.

use imlink_ipc_proto::{
    AccountReport, AnomalyReport, AppReport, ChatroomChange, Check, ClientFrame, Conversation,
    ConversationSummary, Delivery, Direction, Distrust, Event, Failure, Filter, Finding, Flags,
    GapCause, Hint, LastError, Message, MessageKey, Origin, OutboxEntry, OutboxReport, Outcome,
    Place, PrivateText, Proxy, ProxyFault, ProxyKind, Request, Resend, Response, Right, SecretText,
    Seen, SendOptions, SendResult, SendState, ServerFrame, Side, Start, StatusReport, Work,
};
use imlink_model::{
    AppId, AppKey, Body, ChannelId, ClientMessageId, Code, Generation, MessageUid, Millis,
    ObjectName, OutboxId, Seq, SubscriptionName, TargetId, Token, UserId,
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
                was_connected: false,
                set_aside: false,
            },
        ),
        (
            "connect again",
            Request::Connect {
                token,
                time_limit: None,
                replay: true,
                was_connected: true,
                set_aside: true,
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
                    resend: Resend::Always,
                    directed: Vec::new(),
                    expandable: true,
                    expansion: Some(r#"{"mood":{"v":"calm"}}"#.to_owned().into()),
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
            "outbox",
            Request::Outbox {
                behind: None,
                limit: 20,
            },
        ),
        (
            "outbox behind",
            Request::Outbox {
                behind: Some(OutboxId(7)),
                limit: 200,
            },
        ),
        (
            "withdraw",
            Request::Withdraw {
                client_id: client_id(),
            },
        ),
        (
            "resend",
            Request::Resend {
                client_id: client_id(),
            },
        ),
        (
            "signal",
            Request::Signal {
                conversation: private("bob"),
                object_name: ObjectName::new("RC:TypSts").unwrap(),
                body: body(),
            },
        ),
        (
            "recall",
            Request::Recall {
                uid: uid(),
                delete: false,
            },
        ),
        (
            "recall without a trace",
            Request::Recall {
                uid: uid(),
                delete: true,
            },
        ),
        (
            "join chatroom",
            Request::JoinChatroom {
                room: room(),
                create: true,
                recent: 50,
            },
        ),
        ("leave chatroom", Request::LeaveChatroom { room: room() }),
        (
            "subscribe for ever",
            Request::Subscribe {
                name: Some(SubscriptionName::new("inbox").unwrap()),
                start: Start::Beginning,
                filter: Filter {
                    conversations: vec![private("bob"), channel()],
                    object_names: vec![ObjectName::text()],
                },
            },
        ),
        (
            "subscribe from now on",
            Request::Subscribe {
                name: None,
                start: Start::Now,
                filter: Filter::default(),
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
                side: Side::Newest,
                object_names: vec![],
                limit: 20,
            },
        ),
        (
            "history before",
            Request::History {
                conversation: private("bob"),
                side: Side::Before { seq: Seq(42) },
                object_names: vec![ObjectName::text()],
                limit: 200,
            },
        ),
        (
            "history after",
            Request::History {
                conversation: private("bob"),
                side: Side::After { seq: Seq(42) },
                object_names: vec![],
                limit: 1,
            },
        ),
        (
            "timeline",
            Request::Timeline {
                after: Seq(0),
                limit: 200,
            },
        ),
        (
            "message by place",
            Request::Message {
                message: MessageKey::Place { seq: Seq(42) },
            },
        ),
        (
            "message by uid",
            Request::Message {
                message: MessageKey::Uid { uid: uid() },
            },
        ),
        (
            "search",
            Request::Search {
                keyword: private_text(),
                conversation: Some(private("bob")),
                before: Some(Seq(42)),
                limit: 20,
            },
        ),
        (
            "search everywhere",
            Request::Search {
                keyword: private_text(),
                conversation: None,
                before: None,
                limit: 20,
            },
        ),
        (
            "conversations",
            Request::Conversations {
                behind: None,
                limit: 50,
            },
        ),
        (
            "conversations behind",
            Request::Conversations {
                behind: Some(Place {
                    position: Seq(42),
                    conversation: private("bob"),
                }),
                limit: 50,
            },
        ),
        (
            "conversation",
            Request::Conversation {
                conversation: private("bob"),
            },
        ),
        ("unread", Request::Unread {}),
        (
            "mark read",
            Request::MarkRead {
                conversation: private("bob"),
                up_to: Millis(1_700_000_000_123),
            },
        ),
        (
            "set draft",
            Request::SetDraft {
                conversation: private("bob"),
                text: Some(private_text()),
            },
        ),
        (
            "no draft",
            Request::SetDraft {
                conversation: private("bob"),
                text: None,
            },
        ),
        (
            "insert",
            Request::Insert {
                conversation: private("bob"),
                direction: Direction::Received,
                sender: user("bob"),
                object_name: ObjectName::text(),
                body: body(),
                sent_at: Millis(1_700_000_000_123),
                counted: true,
                client_id: client_id(),
            },
        ),
        (
            "delete",
            Request::Delete {
                seqs: vec![Seq(41), Seq((1 << 60) + 1)],
            },
        ),
        (
            "forget",
            Request::Forget {
                conversation: private("bob"),
            },
        ),
        (
            "import",
            Request::Import {
                messages: vec![message(), plain_message()],
                done: 200,
                total: 1000,
            },
        ),
        (
            "purge",
            Request::Purge {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
                user: user("alice"),
            },
        ),
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
        (
            "send to some of a group",
            Request::Send {
                conversation: Conversation {
                    kind: 3,
                    target: TargetId::new("team").unwrap(),
                    channel: None,
                },
                object_name: ObjectName::text(),
                body: body(),
                client_id: client_id(),
                options: SendOptions {
                    resend: Resend::Never,
                    directed: ["bob", "群主"].map(|id| UserId::new(id).unwrap()).to_vec(),
                    ..SendOptions::default()
                },
            },
        ),
        (
            "annotate",
            Request::Annotate {
                seq: Seq((1 << 60) + 1),
                set: 0b10,
                clear: 0b101,
                extra: Some(private_text()),
            },
        ),
        (
            "annotate nothing",
            Request::Annotate {
                seq: Seq(42),
                set: 0,
                clear: 0,
                extra: None,
            },
        ),
        (
            "set a proxy",
            Request::SetProxy {
                proxy: Some(Proxy {
                    password: Some(SecretText::from(&Token::new(CANARY).unwrap())),
                    ..proxy()
                }),
            },
        ),
        (
            "set an open proxy",
            Request::SetProxy {
                proxy: Some(open_proxy()),
            },
        ),
        ("set no proxy", Request::SetProxy { proxy: None }),
        ("proxy", Request::Proxy {}),
        (
            "test a proxy",
            Request::TestProxy {
                proxy: Some(open_proxy()),
                host: "nav.example:443".to_owned(),
            },
        ),
        (
            "test the proxy",
            Request::TestProxy {
                proxy: None,
                host: "https://nav.example/".to_owned(),
            },
        ),
        ("diagnose", Request::Diagnose {}),
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
            "outbox",
            Outcome::Ok(Response::Outbox {
                entries: vec![OutboxEntry {
                    id: OutboxId(7),
                    client_id: client_id(),
                    conversation: private("bob"),
                    object_name: ObjectName::text(),
                    body: body(),
                    accepted_at: Millis(1_700_000_000_123),
                    state: SendState::InDoubt,
                }],
                more: true,
            }),
        ),
        (
            "subscribed",
            Outcome::Ok(Response::Subscribed {
                subscription: 1,
                after: Seq(41),
                generation: Generation(0x0123_4567_89ab_cdef),
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
            "message",
            Outcome::Ok(Response::Message {
                message: Some(plain_message()),
            }),
        ),
        (
            "no message",
            Outcome::Ok(Response::Message { message: None }),
        ),
        (
            "found",
            Outcome::Ok(Response::Found {
                messages: vec![plain_message()],
                next: Some(Seq(42)),
            }),
        ),
        (
            "found nothing",
            Outcome::Ok(Response::Found {
                messages: vec![],
                next: None,
            }),
        ),
        (
            "conversations",
            Outcome::Ok(Response::Conversations {
                conversations: vec![summary(), plain_summary()],
                more: false,
            }),
        ),
        (
            "conversation",
            Outcome::Ok(Response::Conversation {
                conversation: Some(Box::new(summary())),
            }),
        ),
        (
            "no conversation",
            Outcome::Ok(Response::Conversation { conversation: None }),
        ),
        (
            "unread",
            Outcome::Ok(Response::Unread {
                messages: 7,
                mentions: 1,
            }),
        ),
        ("stored", Outcome::Ok(Response::Stored { seq: Seq(43) })),
        ("imported", Outcome::Ok(Response::Imported { new: 2 })),
        ("status", Outcome::Ok(Response::Status(report()))),
        ("pong", Outcome::Ok(Response::Pong {})),
        (
            "proxy",
            Outcome::Ok(Response::Proxy {
                proxy: Some(proxy()),
                by_app: true,
            }),
        ),
        (
            "no proxy",
            Outcome::Ok(Response::Proxy {
                proxy: None,
                by_app: false,
            }),
        ),
        (
            "diagnosis",
            Outcome::Ok(Response::Diagnosis {
                findings: findings(),
            }),
        ),
        (
            "forgotten",
            Outcome::Ok(Response::Forgotten {
                set_aside: vec!["/home/alice/.local/state/imlink/accounts/5f.aside-1".to_owned()],
            }),
        ),
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
            "database full",
            Event::DatabaseWritable {
                code: Code::LOCAL_STORE_FULL,
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
        ("in the room again", chatroom(ChatroomChange::Rejoined)),
        (
            "out of the room",
            chatroom(ChatroomChange::Left {
                code: Code::new(23410),
            }),
        ),
        ("synchronized", Event::Synchronized {}),
        (
            "changed",
            Event::Changed {
                message: plain_message(),
            },
        ),
        (
            "deleted",
            Event::Deleted {
                seqs: vec![Seq(41), Seq(42)],
            },
        ),
        (
            "conversation changed",
            Event::Conversation {
                conversation: Box::new(plain_summary()),
            },
        ),
        ("gap of damage", gap(Some(3), GapCause::Damaged)),
        ("gap of a rollback", gap(None, GapCause::RolledBack)),
        ("gap of the cloud", gap(None, ABSENCE)),
        ("migrating", progress(Work::Migrating)),
        ("recovering", progress(Work::Recovering)),
        ("forgetting", progress(Work::Forgetting)),
        ("compacting", progress(Work::Compacting)),
        ("importing", progress(Work::Importing)),
        ("exporting", progress(Work::Exporting)),
        (
            "going away",
            Event::GoingAway {
                code: Code::LOCAL_STOPPING,
                message: "the daemon is stopping".to_owned(),
            },
        ),
        ("anomalies", Event::Anomalies { found: anomalies() }),
    ]
}

fn anomalies() -> AnomalyReport {
    AnomalyReport {
        left_out: 1,
        uid_conflicts: 2,
        lost_outgoing: 3,
        gaps: 4,
        unreadable: 5,
    }
}

fn chatroom(change: ChatroomChange) -> Event {
    Event::Chatroom {
        room: room(),
        change,
    }
}

fn gap(lost: Option<u64>, cause: GapCause) -> Event {
    Event::Gap {
        subscription: 1,
        first: Seq(42),
        last: Seq(50),
        lost,
        cause,
    }
}

fn progress(work: Work) -> Event {
    Event::Progress {
        work,
        done: 2000,
        total: 40_000,
    }
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
        received: 0b1010,
        local_extra: Some(private_text()),
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
        received: 0,
        local_extra: None,
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
                right: Right::Read,
            },
            AppReport {
                app: AppId::new("chat").unwrap(),
                pid: 817,
                uid: 1001,
                client: String::new(),
                attached_at: Millis(1_700_000_000_200),
                user: None,
                right: Right::Send,
            },
        ],
        more_apps: 3,
        proxy: Some(proxy()),
        network: Some(true),
        max_accounts: 8,
        accounts: vec![
            AccountReport {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
                user: Some(user("alice")),
                status: 13,
                since: Millis(1_700_000_000_300),
                offline_since: Some(Millis(1_700_000_000_200)),
                cause: Some(Code::new(30002)),
                last_error: Some(LastError {
                    code: Code::new(30011),
                    at: Millis(1_700_000_000_300),
                }),
                next_attempt_in_ms: Some(1500),
                address: Some("gateway.example:443".to_owned()),
                slot: Some("web".to_owned()),
                round_trip_ms: Some(12),
                apps: 2,
                remembered: true,
                outbox: OutboxReport {
                    queued: 1,
                    in_doubt: 2,
                },
                database: Some(Code::LOCAL_STORE_READ_ONLY),
                last_seq: Seq(42),
                anomalies: anomalies(),
            },
            AccountReport {
                app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
                user: None,
                status: 1,
                since: Millis(1_700_000_000_300),
                offline_since: None,
                cause: None,
                last_error: None,
                next_attempt_in_ms: None,
                address: None,
                slot: None,
                round_trip_ms: None,
                apps: 1,
                remembered: false,
                outbox: OutboxReport::default(),
                database: None,
                last_seq: Seq(0),
                anomalies: AnomalyReport::default(),
            },
        ],
        ended: vec![AccountReport {
            app_key: AppKey::new("uwd1c0sxdlx2").unwrap(),
            user: Some(user("bob")),
            status: 3,
            since: Millis(1_700_000_000_400),
            offline_since: Some(Millis(1_700_000_000_400)),
            cause: Some(Code::new(31010)),
            last_error: Some(LastError {
                code: Code::new(31010),
                at: Millis(1_700_000_000_400),
            }),
            next_attempt_in_ms: None,
            address: None,
            slot: None,
            round_trip_ms: None,
            apps: 0,
            remembered: false,
            outbox: OutboxReport::default(),
            database: None,
            last_seq: Seq(0),
            anomalies: AnomalyReport::default(),
        }],
    }
}

/// As the daemon names one: without a password.
fn proxy() -> Proxy {
    Proxy {
        kind: ProxyKind::Socks5,
        host: "proxy.example".to_owned(),
        port: 1080,
        user: Some(private_text()),
        password: None,
    }
}

fn open_proxy() -> Proxy {
    Proxy {
        kind: ProxyKind::Http,
        host: "2001:db8::1".to_owned(),
        port: 3128,
        user: None,
        password: None,
    }
}

/// Each step, and everything that one can show.
fn every_finding() -> Vec<(Check, i32, Seen)> {
    let secured = Seen::Secured {
        version: "TLS 1.3".to_owned(),
    };
    let distrusted = |reason| (Check::Secure, 90018, Seen::Distrusted { reason });
    let faulty = |fault| (Check::Proxy, 31028, Seen::Proxy { fault });
    let mut findings = vec![
        (Check::State, 0, Seen::Free { megabytes: 12_000 }),
        (Check::State, 90020, Seen::NotWritable),
        (Check::State, 90007, Seen::Hidden { errno: 13 }),
        (Check::Network, 0, Seen::Route),
        (Check::Network, 30002, Seen::NoRoute),
        (Check::Proxy, 0, Seen::LetsIn),
        (Check::Name, 0, Seen::Addresses { count: 2 }),
        (Check::Name, 30009, Seen::NoAddress),
        (Check::Name, 90016, Seen::NoNavigator),
        (Check::Open, 0, Seen::Listens),
        (Check::Open, 0, Seen::ThroughProxy),
        (Check::Open, 32061, Seen::Nothing),
        (Check::Secure, 0, secured),
        (Check::Secure, 90016, Seen::ClearText),
        (Check::Navigator, 0, Seen::Navigates),
        (Check::Navigator, 0, Seen::NobodyNamed),
        (Check::Navigator, 90024, Seen::SignInPage),
        (Check::Navigator, 30007, Seen::Http { status: 503 }),
        (Check::Navigator, 30007, Seen::Unreadable),
        (Check::Navigator, 30005, Seen::TooSlow),
        (Check::Account, 31004, Seen::Status { status: 4 }),
        (Check::Gateway, 0, Seen::Listens),
    ];
    findings.extend(DISTRUST.map(distrusted));
    findings.extend(FAULTS.map(faulty));
    findings
}

const ABSENCE: GapCause = GapCause::Expired {
    from: Millis(1_700_000_000_123),
    until: Millis(1_700_086_400_456),
};

const DISTRUST: [Distrust; 7] = [
    Distrust::Expired,
    Distrust::NotYetValid,
    Distrust::OtherHost,
    Distrust::UnknownIssuer,
    Distrust::NotPinned,
    Distrust::Unacceptable,
    Distrust::NoTls,
];

const FAULTS: [ProxyFault; 7] = [
    ProxyFault::Unresolved,
    ProxyFault::Unreachable,
    ProxyFault::Silent,
    ProxyFault::WantsLogin,
    ProxyFault::LoginRefused,
    ProxyFault::Forbidden,
    ProxyFault::NoProxy,
];

fn findings() -> Vec<Finding> {
    let found = |(check, code, seen)| Finding {
        check,
        subject: "nav.example:443".to_owned(),
        code: Code::new(code),
        seen,
        took_ms: 12,
    };
    every_finding().into_iter().map(found).collect()
}

fn summary() -> ConversationSummary {
    ConversationSummary {
        conversation: private("bob"),
        position: Seq(42),
        last: Some(plain_message()),
        last_seq: Seq(42),
        last_at: Millis(1_700_000_000_123),
        read_up_to: Some(Millis(1_700_000_000_012)),
        unread: 3,
        mentions: 1,
        total: 40,
        draft: Some(private_text()),
    }
}

/// A conversation with nothing that can be absent.
fn plain_summary() -> ConversationSummary {
    ConversationSummary {
        last: None,
        read_up_to: None,
        draft: None,
        ..summary()
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

fn room() -> TargetId {
    TargetId::new("lobby").unwrap()
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
