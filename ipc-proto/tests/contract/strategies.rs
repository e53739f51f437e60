//! Any value of every type.

use imlink_ipc_proto::{
    AccountReport, AnomalyReport, AppReport, ChatroomChange, Check, ClientFrame, Codec,
    Conversation, ConversationSummary, Delivery, Direction, Distrust, Event, Failure, Filter,
    Finding, Flags, GapCause, Hint, LastError, Message, MessageKey, Origin, OutboxEntry,
    OutboxReport, Outcome, Place, PrivateText, Proxy, ProxyFault, ProxyKind, Request, Resend,
    Response, Right, SecretText, Seen, SendOptions, SendResult, SendState, ServerFrame, Side,
    Start, StatusReport, Work,
};
use imlink_model::{
    AppId, AppKey, Body, ChannelId, ClientMessageId, Code, Generation, MessageUid, Millis,
    ObjectName, OutboxId, Seq, SubscriptionName, TargetId, UserId,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub fn codec() -> impl Strategy<Value = Codec> {
    prop_oneof![Just(Codec::Bincode), Just(Codec::Json)]
}

pub fn client_frame() -> impl Strategy<Value = ClientFrame> {
    (any::<u64>(), request()).prop_map(|(id, request)| ClientFrame::Request { id, request })
}

pub fn server_frame() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![
        (any::<u64>(), outcome()).prop_map(|(id, result)| ServerFrame::Response { id, result }),
        (any::<u64>(), event())
            .prop_map(|(sequence, event)| ServerFrame::Event { sequence, event }),
        (any::<u32>(), any::<u32>(), message()).prop_map(|(subscription, left, message)| {
            ServerFrame::Delivery(Delivery {
                subscription,
                left,
                message,
            })
        }),
    ]
}

pub fn message() -> BoxedStrategy<Message> {
    (
        (
            any::<u64>(),
            option::of(uid()),
            conversation(),
            direction(),
            origin(),
            user(),
        ),
        (object_name(), body(), any::<i64>(), any::<i64>(), flags()),
        (
            option::of(client_id()),
            option::of(private_text()),
            any::<bool>(),
            any::<u8>(),
            option::of(private_text()),
        ),
    )
        .prop_map(
            |(
                (seq, uid, conversation, direction, origin, sender),
                (object_name, body, sent_at, received_at, flags),
                (client_id, expansion, offline, received, local_extra),
            )| Message {
                seq: Seq(seq),
                uid,
                conversation,
                direction,
                origin,
                sender,
                object_name,
                body,
                sent_at: Millis(sent_at),
                received_at: Millis(received_at),
                flags,
                client_id,
                expansion,
                offline,
                received,
                local_extra,
            },
        )
        .boxed()
}

fn request() -> BoxedStrategy<Request> {
    prop_oneof![
        app_key().prop_map(|app_key| Request::Init { app_key }),
        (secret(), any::<Option<u32>>(), any::<[bool; 3]>()).prop_map(
            |(token, time_limit, [replay, was_connected, set_aside])| Request::Connect {
                token,
                time_limit,
                replay,
                was_connected,
                set_aside,
            }
        ),
        (option::of(app_key()), option::of(user()))
            .prop_map(|(app_key, user)| Request::Join { app_key, user }),
        Just(Request::Disconnect {}),
        Just(Request::Logout {}),
        (
            conversation(),
            object_name(),
            body(),
            client_id(),
            options()
        )
            .prop_map(|(conversation, object_name, body, client_id, options)| {
                Request::Send {
                    conversation,
                    object_name,
                    body,
                    client_id,
                    options,
                }
            }),
        client_id().prop_map(|client_id| Request::SendState { client_id }),
        (
            option::of(plain().prop_map(|name| SubscriptionName::new(name).unwrap())),
            prop_oneof![Just(Start::Now), Just(Start::Beginning)],
            filter(),
        )
            .prop_map(|(name, start, filter)| Request::Subscribe {
                name,
                start,
                filter
            }),
        (any::<u32>(), any::<u64>()).prop_map(|(subscription, seq)| Request::Acknowledge {
            subscription,
            seq: Seq(seq)
        }),
        (any::<u32>(), any::<bool>()).prop_map(|(subscription, forget)| Request::Unsubscribe {
            subscription,
            forget
        }),
        sending(),
        rooms(),
        reading(),
        editing(),
        Just(Request::Status {}),
        prop_oneof![Just(Hint::NetworkChanged), Just(Hint::Foreground)]
            .prop_map(|hint| Request::Hint { hint }),
        Just(Request::Ping {}),
    ]
    .boxed()
}

/// Requests about messages on their way out.
fn sending() -> BoxedStrategy<Request> {
    prop_oneof![
        (any::<Option<u64>>(), any::<u16>()).prop_map(|(behind, limit)| Request::Outbox {
            behind: behind.map(OutboxId),
            limit
        }),
        client_id().prop_map(|client_id| Request::Withdraw { client_id }),
        client_id().prop_map(|client_id| Request::Resend { client_id }),
        (conversation(), object_name(), body()).prop_map(|(conversation, object_name, body)| {
            Request::Signal {
                conversation,
                object_name,
                body,
            }
        }),
        (uid(), any::<bool>()).prop_map(|(uid, delete)| Request::Recall { uid, delete }),
    ]
    .boxed()
}

/// Requests about chatrooms.
fn rooms() -> BoxedStrategy<Request> {
    prop_oneof![
        (room(), any::<bool>(), any::<u16>()).prop_map(|(room, create, recent)| {
            Request::JoinChatroom {
                room,
                create,
                recent,
            }
        }),
        room().prop_map(|room| Request::LeaveChatroom { room }),
    ]
    .boxed()
}

/// Requests that read what is stored.
fn reading() -> BoxedStrategy<Request> {
    prop_oneof![
        (
            conversation(),
            side(),
            vec(object_name(), 0..3),
            any::<u16>()
        )
            .prop_map(|(conversation, side, object_names, limit)| {
                Request::History {
                    conversation,
                    side,
                    object_names,
                    limit,
                }
            }),
        (any::<u64>(), any::<u16>()).prop_map(|(after, limit)| Request::Timeline {
            after: Seq(after),
            limit
        }),
        prop_oneof![
            any::<u64>().prop_map(|seq| MessageKey::Place { seq: Seq(seq) }),
            uid().prop_map(|uid| MessageKey::Uid { uid }),
        ]
        .prop_map(|message| Request::Message { message }),
        (
            private_text(),
            option::of(conversation()),
            any::<Option<u64>>(),
            any::<u16>()
        )
            .prop_map(|(keyword, conversation, before, limit)| Request::Search {
                keyword,
                conversation,
                before: before.map(Seq),
                limit
            }),
        (option::of((any::<u64>(), conversation())), any::<u16>()).prop_map(|(behind, limit)| {
            Request::Conversations {
                behind: behind.map(|(position, conversation)| Place {
                    position: Seq(position),
                    conversation,
                }),
                limit,
            }
        }),
        conversation().prop_map(|conversation| Request::Conversation { conversation }),
        Just(Request::Unread {}),
    ]
    .boxed()
}

/// Requests that change what is stored.
fn editing() -> BoxedStrategy<Request> {
    prop_oneof![
        (conversation(), any::<i64>()).prop_map(|(conversation, up_to)| Request::MarkRead {
            conversation,
            up_to: Millis(up_to)
        }),
        (conversation(), option::of(private_text()))
            .prop_map(|(conversation, text)| Request::SetDraft { conversation, text }),
        (any::<u64>(), any::<[u8; 2]>(), option::of(private_text())).prop_map(
            |(seq, [set, clear], extra)| Request::Annotate {
                seq: Seq(seq),
                set,
                clear,
                extra,
            }
        ),
        option::of(proxy()).prop_map(|proxy| Request::SetProxy { proxy }),
        Just(Request::Proxy {}),
        (option::of(proxy()), text()).prop_map(|(proxy, host)| Request::TestProxy { proxy, host }),
        Just(Request::Diagnose {}),
        (
            (conversation(), direction(), user(), object_name()),
            (body(), any::<i64>(), any::<bool>(), client_id())
        )
            .prop_map(|((conversation, direction, sender, object_name), rest)| {
                Request::Insert {
                    conversation,
                    direction,
                    sender,
                    object_name,
                    body: rest.0,
                    sent_at: Millis(rest.1),
                    counted: rest.2,
                    client_id: rest.3,
                }
            }),
        vec(any::<u64>().prop_map(Seq), 0..5).prop_map(|seqs| Request::Delete { seqs }),
        conversation().prop_map(|conversation| Request::Forget { conversation }),
        (vec(message(), 0..3), any::<[u64; 2]>()).prop_map(|(messages, [done, total])| {
            Request::Import {
                messages,
                done,
                total,
            }
        }),
        (app_key(), user()).prop_map(|(app_key, user)| Request::Purge { app_key, user }),
    ]
    .boxed()
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![
        Just(Side::Newest),
        any::<u64>().prop_map(|seq| Side::Before { seq: Seq(seq) }),
        any::<u64>().prop_map(|seq| Side::After { seq: Seq(seq) }),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    (vec(conversation(), 0..3), vec(object_name(), 0..3)).prop_map(
        |(conversations, object_names)| Filter {
            conversations,
            object_names,
        },
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        9 => response().prop_map(Outcome::Ok),
        1 => (code(), text())
            .prop_map(|(code, message)| Outcome::Failed(Failure { code, message })),
    ]
}

fn response() -> BoxedStrategy<Response> {
    prop_oneof![
        Just(Response::Ready {}),
        user().prop_map(|user| Response::Connected { user }),
        Just(Response::Done {}),
        (any::<u64>(), any::<bool>()).prop_map(|(id, new)| Response::Accepted {
            id: OutboxId(id),
            new
        }),
        option::of(send_state()).prop_map(|state| Response::SendState { state }),
        (vec(outbox_entry(), 0..3), any::<bool>())
            .prop_map(|(entries, more)| Response::Outbox { entries, more }),
        (any::<u32>(), any::<u64>(), any::<u64>()).prop_map(|(subscription, after, generation)| {
            Response::Subscribed {
                subscription,
                after: Seq(after),
                generation: Generation(generation),
            }
        }),
        (vec(message(), 0..4), any::<bool>())
            .prop_map(|(messages, more)| Response::Page { messages, more }),
        option::of(message()).prop_map(|message| Response::Message { message }),
        (vec(message(), 0..4), any::<Option<u64>>()).prop_map(|(messages, next)| {
            Response::Found {
                messages,
                next: next.map(Seq),
            }
        }),
        option::of(summary()).prop_map(|conversation| Response::Conversation {
            conversation: conversation.map(Box::new)
        }),
        (any::<u64>(), any::<u64>())
            .prop_map(|(messages, mentions)| Response::Unread { messages, mentions }),
        any::<u64>().prop_map(|seq| Response::Stored { seq: Seq(seq) }),
        any::<u16>().prop_map(|new| Response::Imported { new }),
        vec(text(), 0..4).prop_map(|set_aside| Response::Forgotten { set_aside }),
        (vec(summary(), 0..4), any::<bool>()).prop_map(|(conversations, more)| {
            Response::Conversations {
                conversations,
                more,
            }
        }),
        report().prop_map(Response::Status),
        Just(Response::Pong {}),
        (option::of(proxy()), any::<bool>())
            .prop_map(|(proxy, by_app)| Response::Proxy { proxy, by_app }),
        vec(finding(), 0..5).prop_map(|findings| Response::Diagnosis { findings }),
    ]
    .boxed()
}

fn event() -> BoxedStrategy<Event> {
    prop_oneof![
        (any::<i32>(), option::of(code()), any::<Option<u64>>()).prop_map(
            |(status, code, retry_in_ms)| Event::Status {
                status,
                code,
                retry_in_ms
            }
        ),
        code().prop_map(|code| Event::DatabaseOpened { code }),
        code().prop_map(|code| Event::DatabaseWritable { code }),
        (
            room(),
            prop_oneof![
                Just(ChatroomChange::Rejoined),
                code().prop_map(|code| ChatroomChange::Left { code })
            ]
        )
            .prop_map(|(room, change)| Event::Chatroom { room, change }),
        (any::<u64>(), client_id(), send_result()).prop_map(|(id, client_id, result)| {
            Event::SendResult {
                id: OutboxId(id),
                client_id,
                result,
            }
        }),
        message().prop_map(|message| Event::Transient { message }),
        Just(Event::Synchronized {}),
        message().prop_map(|message| Event::Changed { message }),
        vec(any::<u64>().prop_map(Seq), 0..5).prop_map(|seqs| Event::Deleted { seqs }),
        summary().prop_map(|conversation| Event::Conversation {
            conversation: Box::new(conversation)
        }),
        (
            any::<u32>(),
            any::<(u64, u64)>(),
            any::<Option<u64>>(),
            prop_oneof![
                Just(GapCause::RolledBack),
                Just(GapCause::Damaged),
                any::<(i64, i64)>().prop_map(|(from, until)| GapCause::Expired {
                    from: Millis(from),
                    until: Millis(until)
                })
            ]
        )
            .prop_map(|(subscription, (first, last), lost, cause)| Event::Gap {
                subscription,
                first: Seq(first),
                last: Seq(last),
                lost,
                cause,
            }),
        (
            prop_oneof![
                Just(Work::Migrating),
                Just(Work::Recovering),
                Just(Work::Forgetting),
                Just(Work::Compacting),
                Just(Work::Importing),
                Just(Work::Exporting)
            ],
            any::<u64>(),
            any::<u64>()
        )
            .prop_map(|(work, done, total)| Event::Progress { work, done, total }),
        (code(), text()).prop_map(|(code, message)| Event::GoingAway { code, message }),
        anomalies().prop_map(|found| Event::Anomalies { found }),
    ]
    .boxed()
}

fn report() -> BoxedStrategy<StatusReport> {
    (
        (
            text(),
            any::<u32>(),
            any::<u64>(),
            any::<i64>(),
            any::<u32>(),
        ),
        vec(app_report(), 0..3),
        (vec(account_report(), 0..3), vec(account_report(), 0..3)),
        (option::of(proxy()), any::<Option<bool>>(), any::<u32>()),
    )
        .prop_map(
            |(
                (version, pid, instance, started_at, more_apps),
                apps,
                (accounts, ended),
                (proxy, network, max_accounts),
            )| StatusReport {
                proxy,
                network,
                max_accounts,
                version,
                pid,
                instance,
                started_at: Millis(started_at),
                apps,
                more_apps,
                accounts,
                ended,
            },
        )
        .boxed()
}

fn proxy() -> impl Strategy<Value = Proxy> {
    (
        prop_oneof![Just(ProxyKind::Socks5), Just(ProxyKind::Http)],
        text(),
        any::<u16>(),
        option::of(private_text()),
        option::of(secret()),
    )
        .prop_map(|(kind, host, port, user, password)| Proxy {
            kind,
            host,
            port,
            user,
            password,
        })
}

fn finding() -> impl Strategy<Value = Finding> {
    let check = prop_oneof![
        Just(Check::State),
        Just(Check::Network),
        Just(Check::Proxy),
        Just(Check::Name),
        Just(Check::Open),
        Just(Check::Secure),
        Just(Check::Navigator),
        Just(Check::Account),
        Just(Check::Gateway),
    ];
    (check, text(), code(), seen(), any::<u32>()).prop_map(
        |(check, subject, code, seen, took_ms)| Finding {
            check,
            subject,
            code,
            seen,
            took_ms,
        },
    )
}

fn seen() -> impl Strategy<Value = Seen> {
    let reason = prop_oneof![
        Just(Distrust::Expired),
        Just(Distrust::NotYetValid),
        Just(Distrust::OtherHost),
        Just(Distrust::UnknownIssuer),
        Just(Distrust::NotPinned),
        Just(Distrust::Unacceptable),
        Just(Distrust::NoTls),
    ];
    let fault = prop_oneof![
        Just(ProxyFault::Unresolved),
        Just(ProxyFault::Unreachable),
        Just(ProxyFault::Silent),
        Just(ProxyFault::WantsLogin),
        Just(ProxyFault::LoginRefused),
        Just(ProxyFault::Forbidden),
        Just(ProxyFault::NoProxy),
    ];
    let without_a_field = prop_oneof![
        Just(Seen::Nothing),
        Just(Seen::NotWritable),
        Just(Seen::Route),
        Just(Seen::NoRoute),
        Just(Seen::LetsIn),
        Just(Seen::NoAddress),
        Just(Seen::NoNavigator),
        Just(Seen::Listens),
        Just(Seen::ThroughProxy),
    ];
    let at_a_navigator = prop_oneof![
        Just(Seen::ClearText),
        Just(Seen::Navigates),
        Just(Seen::NobodyNamed),
        Just(Seen::SignInPage),
        Just(Seen::Unreadable),
        Just(Seen::TooSlow),
        any::<u16>().prop_map(|status| Seen::Http { status }),
    ];
    prop_oneof![
        without_a_field,
        at_a_navigator,
        any::<u32>().prop_map(|megabytes| Seen::Free { megabytes }),
        any::<i32>().prop_map(|errno| Seen::Hidden { errno }),
        any::<u32>().prop_map(|count| Seen::Addresses { count }),
        any::<i32>().prop_map(|status| Seen::Status { status }),
        text().prop_map(|version| Seen::Secured { version }),
        reason.prop_map(|reason| Seen::Distrusted { reason }),
        fault.prop_map(|fault| Seen::Proxy { fault }),
    ]
}

fn app_report() -> impl Strategy<Value = AppReport> {
    let right = prop_oneof![Just(Right::Read), Just(Right::Send), Just(Right::Admin)];
    (
        app(),
        any::<u32>(),
        any::<u32>(),
        text(),
        any::<i64>(),
        option::of(user()),
        right,
    )
        .prop_map(
            |(app, pid, uid, client, attached_at, user, right)| AppReport {
                app,
                pid,
                uid,
                client,
                attached_at: Millis(attached_at),
                user,
                right,
            },
        )
}

fn account_report() -> impl Strategy<Value = AccountReport> {
    (
        (
            app_key(),
            option::of(user()),
            any::<i32>(),
            (any::<i64>(), any::<Option<i64>>()),
            option::of(code()),
        ),
        (
            any::<Option<u64>>(),
            option::of(text()),
            option::of(text()),
            any::<Option<u32>>(),
            option::of((code(), any::<i64>())),
            any::<bool>(),
        ),
        (
            any::<u32>(),
            any::<u32>(),
            any::<u32>(),
            option::of(code()),
            any::<u64>(),
            anomalies(),
        ),
    )
        .prop_map(
            |(
                (app_key, user, status, (since, offline_since), cause),
                (next_attempt_in_ms, address, slot, round_trip_ms, last_error, remembered),
                (apps, queued, in_doubt, database, last_seq, anomalies),
            )| AccountReport {
                app_key,
                user,
                status,
                since: Millis(since),
                offline_since: offline_since.map(Millis),
                cause,
                last_error: last_error.map(|(code, at)| LastError {
                    code,
                    at: Millis(at),
                }),
                remembered,
                next_attempt_in_ms,
                address,
                slot,
                round_trip_ms,
                apps,
                outbox: OutboxReport { queued, in_doubt },
                database,
                last_seq: Seq(last_seq),
                anomalies,
            },
        )
}

fn anomalies() -> impl Strategy<Value = AnomalyReport> {
    any::<[u32; 5]>().prop_map(
        |[left_out, uid_conflicts, lost_outgoing, gaps, unreadable]| AnomalyReport {
            left_out,
            uid_conflicts,
            lost_outgoing,
            gaps,
            unreadable,
        },
    )
}

fn summary() -> BoxedStrategy<ConversationSummary> {
    (
        (conversation(), any::<[u64; 2]>(), any::<i64>()),
        any::<[u32; 3]>(),
        (
            option::of(message()),
            any::<Option<i64>>(),
            option::of(private_text()),
        ),
    )
        .prop_map(
            |(
                (conversation, [position, last_seq], last_at),
                [unread, mentions, total],
                (last, read_up_to, draft),
            )| ConversationSummary {
                conversation,
                position: Seq(position),
                last,
                last_seq: Seq(last_seq),
                last_at: Millis(last_at),
                read_up_to: read_up_to.map(Millis),
                unread,
                mentions,
                total,
                draft,
            },
        )
        .boxed()
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let channel = "\\PC{1,5}".prop_map(|id| ChannelId::new(id).unwrap());
    (any::<u8>(), printable(), option::of(channel)).prop_map(|(kind, target, channel)| {
        Conversation {
            kind,
            target: TargetId::new(target).unwrap(),
            channel,
        }
    })
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Sent), Just(Direction::Received)]
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Remote),
        Just(Origin::OtherDevice),
        app().prop_map(Origin::App)
    ]
}

fn flags() -> impl Strategy<Value = Flags> {
    any::<[bool; 6]>().prop_map(
        |[persisted, counted, mention, silent, expandable, transient]| Flags {
            persisted,
            counted,
            mention,
            silent,
            expandable,
            transient,
        },
    )
}

fn options() -> impl Strategy<Value = SendOptions> {
    let resend = prop_oneof![
        Just(Resend::Safe),
        Just(Resend::Always),
        Just(Resend::Never)
    ];
    (
        (
            any::<bool>(),
            option::of(private_text()),
            option::of(private_text()),
        ),
        (
            resend,
            vec(user(), 0..3),
            any::<bool>(),
            option::of(private_text()),
        ),
    )
        .prop_map(
            |((silent, push_content, push_data), (resend, directed, expandable, expansion))| {
                SendOptions {
                    silent,
                    push_content,
                    push_data,
                    resend,
                    directed,
                    expandable,
                    expansion,
                }
            },
        )
}

fn outbox_entry() -> impl Strategy<Value = OutboxEntry> {
    (
        (any::<u64>(), client_id(), conversation(), object_name()),
        (body(), any::<i64>(), send_state()),
    )
        .prop_map(
            |((id, client_id, conversation, object_name), (body, accepted_at, state))| {
                OutboxEntry {
                    id: OutboxId(id),
                    client_id,
                    conversation,
                    object_name,
                    body,
                    accepted_at: Millis(accepted_at),
                    state,
                }
            },
        )
}

fn room() -> impl Strategy<Value = TargetId> {
    printable().prop_map(|id| TargetId::new(id).unwrap())
}

fn send_state() -> impl Strategy<Value = SendState> {
    prop_oneof![
        Just(SendState::Queued),
        Just(SendState::Sending),
        (uid(), any::<i64>()).prop_map(|(uid, at)| SendState::Sent {
            uid,
            sent_at: Millis(at)
        }),
        code().prop_map(|code| SendState::Failed { code }),
        Just(SendState::InDoubt),
    ]
}

fn send_result() -> impl Strategy<Value = SendResult> {
    prop_oneof![
        (uid(), any::<i64>()).prop_map(|(uid, at)| SendResult::Sent {
            uid,
            sent_at: Millis(at)
        }),
        code().prop_map(|code| SendResult::Failed { code }),
        Just(SendResult::InDoubt),
        Just(SendResult::Queued),
    ]
}

fn app() -> impl Strategy<Value = AppId> {
    plain().prop_map(|id| AppId::new(id).unwrap())
}

fn app_key() -> impl Strategy<Value = AppKey> {
    plain().prop_map(|id| AppKey::new(id).unwrap())
}

fn user() -> impl Strategy<Value = UserId> {
    printable().prop_map(|id| UserId::new(id).unwrap())
}

fn uid() -> impl Strategy<Value = MessageUid> {
    plain().prop_map(|id| MessageUid::new(id).unwrap())
}

fn client_id() -> impl Strategy<Value = ClientMessageId> {
    printable().prop_map(|id| ClientMessageId::new(id).unwrap())
}

fn object_name() -> impl Strategy<Value = ObjectName> {
    "\\PC{1,8}".prop_map(|name| ObjectName::new(name).unwrap())
}

/// Any text is a secret; the way in is the same as an app's.
fn secret() -> impl Strategy<Value = SecretText> {
    text().prop_map(|text| serde_json::from_value(text.into()).unwrap())
}

fn body() -> impl Strategy<Value = Body> {
    text().prop_map(Body::new)
}

fn private_text() -> impl Strategy<Value = PrivateText> {
    text().prop_map(PrivateText::from)
}

fn code() -> impl Strategy<Value = Code> {
    any::<i32>().prop_map(Code::new)
}

/// Letters, quotes, control characters and all else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x7f]{0,40}"]
}

fn plain() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._-]{1,64}"
}

fn printable() -> impl Strategy<Value = String> {
    "\\PC{1,16}"
}
