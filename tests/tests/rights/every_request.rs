//! Every request, from a user who may not make it.

use imlink::{ClientMessageId, Code, Millis, Seq};
use imlink_ipc_proto::{Filter, Hint, MessageKey, Request, Right, SendOptions, Side, Start};
use imlink_tests::bridge::Greeted;
use imlink_tests::cloud::{user, with};

use crate::house::{House, denied};

const UID: u32 = 64_321;

// F-I22; issue 5, "Several users"
#[tokio::test]
async fn who_is_in_no_rule_is_told_so_and_no_request_of_theirs_is_heard() {
    let test = "who_is_in_no_rule_is_told_so_and_no_request_of_theirs_is_heard";
    let rule = "[[allow]]\nuid = 64322\nrights = \"admin\"\n";
    let Some(house) = House::open(test, rule).await else {
        return;
    };
    let before = house.own.client.daemon_status().await.unwrap();

    for (request, _, _) in every_request(&house) {
        let (mut app, greeted) = house.app_of(UID, "org.example.notes");

        assert_eq!(greeted, denied("no rule of [[allow]] matches uid 64321"));
        assert!(app.try_ask(&request).is_none(), "{request:?} was answered");
    }

    let after = house.own.client.daemon_status().await.unwrap();
    assert_eq!(after.apps, before.apps);
    assert_eq!(house.cloud.counters().handshakes, 1);
    // Once in a while is enough: a stranger must not fill the disk.
    let log = house.daemon.log().text();
    let told = log.matches("An app was turned away").count();
    assert!((1..=4).contains(&told), "{told} lines");
}

// decisions.md P10; issue 5, "Several users"
#[tokio::test]
async fn every_request_that_needs_more_than_a_rule_gives_names_the_rule() {
    let test = "every_request_that_needs_more_than_a_rule_gives_names_the_rule";
    let rules = "[[allow]]\nuid = 64322\nrights = \"send\"\n\
                 [[allow]]\nuid = 64321\napp = \"org.example.*\"\nrights = \"read\"\n";
    let Some(house) = House::open(test, rules).await else {
        return;
    };
    for (uid, right, rule) in [
        (
            UID,
            Right::Read,
            "rule 2 of [[allow]] (uid 64321, app org.example.*)",
        ),
        (
            64_322,
            Right::Send,
            "rule 1 of [[allow]] (uid 64322, any app)",
        ),
    ] {
        for (request, needed, what) in every_request(&house) {
            let mut app = house.joined(uid, "org.example.notes");

            let answer = app.ask(&request);

            let code = answer.as_ref().err().map(|failure| failure.code);
            if needed <= right {
                assert_ne!(code, Some(Code::LOCAL_DENIED), "{request:?}");
                continue;
            }
            let failure = answer.unwrap_err();
            assert_eq!(failure.code, Code::LOCAL_DENIED, "{request:?}");
            let text = format!("{rule} gives {right}; {what} needs {needed}");
            assert_eq!(failure.message, text);
        }
    }
    // None of it reached the account.
    assert_eq!(house.cloud.counters().handshakes, 1);
    assert_eq!(
        house.own.client.status(),
        imlink::ConnectionStatus::Connected
    );
}

// decisions.md P10
#[tokio::test]
async fn a_user_with_the_admin_right_logs_the_account_of_another_out() {
    let test = "a_user_with_the_admin_right_logs_the_account_of_another_out";
    let rule = "[[allow]]\nuid = 64321\nrights = \"admin\"\n";
    let Some(mut house) = House::open(test, rule).await else {
        return;
    };
    let mut app = house.joined(UID, "org.example.admin");

    app.ask(&Request::Logout {}).unwrap();

    house.own.shows(imlink::ConnectionStatus::SignOut).await;
}

// F-I24
#[tokio::test]
async fn whom_the_kernel_cannot_name_is_denied_whatever_the_rules_say_of_its_group() {
    let test = "whom_the_kernel_cannot_name_is_denied_whatever_the_rules_say_of_its_group";
    let rule = "[[allow]]\ngroup = 64400\nrights = \"admin\"\n";
    let Some(house) = House::open(test, rule).await else {
        return;
    };

    let (_, nameless) = house.app_of(65_534, "org.example.notes");
    let (_, named) = house.app_of(UID, "org.example.notes");

    assert_eq!(nameless, denied("no rule of [[allow]] matches uid 65534"));
    assert_eq!(named, Greeted::Welcome);
}

/// One of each request, the right it needs, and what a refusal calls it. What needs nothing but to
/// be let in does not leave traces, so that each can be asked of the same daemon.
fn every_request(house: &House) -> Vec<(Request, Right, &'static str)> {
    use Right::{Admin, Read, Send};
    let app_key = || house.cloud.app_key().clone();
    let lei = || user("lei");
    let conversation = || with("han").into();
    let client_id = || ClientMessageId::new("of nobody").unwrap();
    let body = || imlink::Body::new(imlink_tests::cloud::text("hello"));
    let object_name = imlink::ObjectName::text;
    // No token has a space: these connects end without a link.
    let connect = |set_aside| Request::Connect {
        token: serde_json::from_str("\"no token\"").unwrap(),
        time_limit: Some(1),
        replay: false,
        was_connected: false,
        set_aside,
    };
    let requests = vec![
        (Request::Ping {}, Read, ""),
        (Request::Status {}, Read, ""),
        (Request::Init { app_key: app_key() }, Read, ""),
        (
            Request::Join {
                app_key: Some(app_key()),
                user: Some(lei()),
            },
            Read,
            "",
        ),
        (connect(false), Read, ""),
        (connect(true), Admin, "setting an account's rows aside"),
        (Request::Disconnect {}, Read, ""),
        (Request::Logout {}, Admin, "logging an account out"),
        (
            Request::Hint {
                hint: Hint::Foreground,
            },
            Read,
            "",
        ),
        (
            Request::Send {
                conversation: conversation(),
                object_name: object_name(),
                body: body(),
                client_id: client_id(),
                options: SendOptions::default(),
            },
            Send,
            "sending",
        ),
        (
            Request::SendState {
                client_id: client_id(),
            },
            Read,
            "",
        ),
        (
            Request::Outbox {
                behind: None,
                limit: 1,
            },
            Read,
            "",
        ),
        (
            Request::Withdraw {
                client_id: client_id(),
            },
            Send,
            "withdrawing a message",
        ),
        (
            Request::Resend {
                client_id: client_id(),
            },
            Send,
            "sending again",
        ),
        (
            Request::Signal {
                conversation: conversation(),
                object_name: imlink::ObjectName::new("RC:TypSts").unwrap(),
                body: body(),
            },
            Send,
            "signalling",
        ),
        (
            Request::Recall {
                uid: imlink::MessageUid::new("of-nobody").unwrap(),
                delete: false,
            },
            Send,
            "recalling a message",
        ),
        (
            Request::JoinChatroom {
                room: "room".try_into().unwrap(),
                create: true,
                recent: 0,
            },
            Send,
            "entering a chatroom",
        ),
        (
            Request::LeaveChatroom {
                room: "room".try_into().unwrap(),
            },
            Send,
            "leaving a chatroom",
        ),
        (
            Request::Subscribe {
                name: None,
                start: Start::Now,
                filter: Filter::default(),
            },
            Read,
            "",
        ),
        (
            Request::Acknowledge {
                subscription: 1,
                seq: Seq(1),
            },
            Read,
            "",
        ),
        (
            Request::Unsubscribe {
                subscription: 1,
                forget: true,
            },
            Read,
            "",
        ),
        (
            Request::History {
                conversation: conversation(),
                side: Side::Newest,
                object_names: Vec::new(),
                limit: 1,
            },
            Read,
            "",
        ),
        (
            Request::Timeline {
                after: Seq(0),
                limit: 1,
            },
            Read,
            "",
        ),
        (
            Request::Message {
                message: MessageKey::Place { seq: Seq(1) },
            },
            Read,
            "",
        ),
        (
            Request::Search {
                keyword: "hello".to_owned().into(),
                conversation: None,
                before: None,
                limit: 1,
            },
            Read,
            "",
        ),
        (
            Request::Conversations {
                behind: None,
                limit: 1,
            },
            Read,
            "",
        ),
        (
            Request::Conversation {
                conversation: conversation(),
            },
            Read,
            "",
        ),
        (Request::Unread {}, Read, ""),
        (
            Request::MarkRead {
                conversation: conversation(),
                up_to: Millis(1),
            },
            Send,
            "marking as read",
        ),
        (
            Request::SetDraft {
                conversation: conversation(),
                text: None,
            },
            Send,
            "keeping a draft",
        ),
        (
            Request::Insert {
                conversation: conversation(),
                direction: imlink_ipc_proto::Direction::Received,
                sender: user("han"),
                object_name: object_name(),
                body: body(),
                sent_at: Millis(1),
                counted: false,
                client_id: client_id(),
            },
            Send,
            "inserting a message",
        ),
        (
            Request::Delete {
                seqs: vec![Seq(1_000)],
            },
            Send,
            "deleting messages",
        ),
        (
            Request::Forget {
                conversation: conversation(),
            },
            Send,
            "deleting a conversation",
        ),
        (
            Request::Import {
                messages: Vec::new(),
                done: 0,
                total: 0,
            },
            Send,
            "importing messages",
        ),
        (
            Request::Annotate {
                seq: Seq(1_000),
                set: 1,
                clear: 0,
                extra: None,
            },
            Send,
            "noting something of a message",
        ),
        (
            Request::Purge {
                app_key: app_key(),
                user: lei(),
            },
            Admin,
            "removing an account",
        ),
        (
            Request::SetProxy { proxy: None },
            Admin,
            "setting the proxy",
        ),
        (Request::Proxy {}, Read, ""),
        (
            Request::TestProxy {
                proxy: None,
                host: "127.0.0.1:1".into(),
            },
            Admin,
            "testing a proxy",
        ),
        (Request::Diagnose {}, Admin, "a diagnosis"),
    ];
    let mut kinds: Vec<usize> = requests.iter().map(|(request, ..)| kind(request)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.into_iter().eq(0..KINDS), "one of each kind at least");
    requests
}

/// How many kinds of requests there are.
const KINDS: usize = 39;

/// A number for each kind: a new one does not compile until it is in the table above.
fn kind(request: &Request) -> usize {
    match request {
        Request::Init { .. } => 0,
        Request::Connect { .. } => 1,
        Request::Join { .. } => 2,
        Request::Disconnect {} => 3,
        Request::Logout {} => 4,
        Request::Send { .. } => 5,
        Request::SendState { .. } => 6,
        Request::Outbox { .. } => 7,
        Request::Withdraw { .. } => 8,
        Request::Resend { .. } => 9,
        Request::Signal { .. } => 10,
        Request::Recall { .. } => 11,
        Request::JoinChatroom { .. } => 12,
        Request::LeaveChatroom { .. } => 13,
        Request::Subscribe { .. } => 14,
        Request::Acknowledge { .. } => 15,
        Request::Unsubscribe { .. } => 16,
        Request::History { .. } => 17,
        Request::Timeline { .. } => 18,
        Request::Message { .. } => 19,
        Request::Search { .. } => 20,
        Request::Conversations { .. } => 21,
        Request::Conversation { .. } => 22,
        Request::Unread {} => 23,
        Request::MarkRead { .. } => 24,
        Request::SetDraft { .. } => 25,
        Request::Insert { .. } => 26,
        Request::Delete { .. } => 27,
        Request::Forget { .. } => 28,
        Request::Import { .. } => 29,
        Request::Purge { .. } => 30,
        Request::Status {} => 31,
        Request::Hint { .. } => 32,
        Request::Ping {} => 33,
        Request::Annotate { .. } => 34,
        Request::SetProxy { .. } => 35,
        Request::Proxy {} => 36,
        Request::TestProxy { .. } => 37,
        Request::Diagnose {} => 38,
    }
}
