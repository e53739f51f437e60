//! Requests that do what they are asked, and questions whose answers are the same.

use std::fs;

use imlink::{Body, Code, MessageUid, Millis, ObjectName, Seq, TargetId};
use imlink_ipc_proto::{
    Conversation, Delivery, Direction, Message, MessageKey, Request, Response, SendResult,
    SendState, Side,
};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{text, token, user, with, words, write};
use imlink_tests::{RawApp, Setup, cloud, eventually};

use super::subscriptions::{deals_with, everything};
use super::{NAMES, both, client_id, connect, fate, send};
use crate::IMLINK;

// issue 4: operations through the client crate, over IPC, in both codecs
#[test]
fn whatever_can_be_done_goes_well_in_both_codecs_and_both_are_told_the_same() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = both(&setup, &cloud);

    for (app, name) in apps.iter_mut().zip(NAMES) {
        sends_and_recalls(app, name);
        asks_in_vain(app, name);
        let seq = inserts(app, name);
        edits(app, seq, name);
        imports(app, name);
        signals(app);
        forgets(app, name);
    }
    write(&cloud, "han", "lei", "网络连接失败");
    eventually("it is stored", || {
        let found = apps[0].ask(search()).unwrap();
        matches!(found, Response::Found { messages, .. } if messages.len() == 1).then_some(())
    });

    let [first, second] = &mut apps;
    for request in questions() {
        let (one, other) = (first.ask(request.clone()), second.ask(request.clone()));
        assert!(is_something(one.as_ref().unwrap()), "{request:?}: {one:?}");
        assert_eq!(one, other, "{request:?}");
    }
    let (one, other) = (everything(first, NAMES[0]), everything(second, NAMES[1]));
    assert_eq!(one.last().map(|last| last.left), Some(0));
    assert_eq!(
        words(one.last().unwrap().message.body.as_str()),
        "网络连接失败"
    );
    let messages = |deliveries: &[Delivery]| -> Vec<(Message, u32)> {
        let each = deliveries.iter();
        each.map(|found| (found.message.clone(), found.left))
            .collect()
    };
    assert_eq!(messages(&one), messages(&other));
    deals_with(first, NAMES[0], one.last().unwrap());
    deals_with(second, NAMES[1], other.last().unwrap());

    purges(first, &setup, &cloud);
    connect(second, cloud.app_key(), &token(&cloud, "lei"));
    purges(second, &setup, &cloud);
}

fn sends_and_recalls(app: &mut RawApp, name: &str) {
    let id = client_id(name, "sent");
    let sent = app.ask(send(with("han").into(), &id)).unwrap();
    assert!(matches!(sent, Response::Accepted { new: true, .. }));
    let SendResult::Sent { uid, sent_at } = fate(app, &id) else {
        panic!("it is not sent");
    };
    let again = app.ask(send(with("han").into(), &id)).unwrap();
    assert!(matches!(again, Response::Accepted { new: false, .. }));
    let state = Some(SendState::Sent {
        uid: uid.clone(),
        sent_at,
    });
    let asked = app.ask(Request::SendState { client_id: id });
    assert_eq!(asked, Ok(Response::SendState { state }));

    let delete = false;
    assert_eq!(
        app.ask(Request::Recall { uid, delete }),
        Ok(Response::Done {})
    );
}

/// A message that the cloud refuses, which stays in the outbox.
fn asks_in_vain(app: &mut RawApp, name: &str) {
    let id = client_id(name, "refused");
    let stranger = Conversation {
        kind: 3,
        target: TargetId::new("strangers").unwrap(),
        channel: None,
    };
    app.ask(send(stranger, &id)).unwrap();
    assert!(matches!(fate(app, &id), SendResult::Failed { .. }));
}

fn inserts(app: &mut RawApp, name: &str) -> Seq {
    let inserted = app.ask(Request::Insert {
        conversation: with("han").into(),
        direction: Direction::Received,
        sender: user("han"),
        object_name: ObjectName::text(),
        body: Body::new(text(&format!("inserted by {name}"))),
        sent_at: Millis(17),
        counted: true,
        client_id: client_id(name, "inserted"),
    });
    match inserted {
        Ok(Response::Stored { seq }) => seq,
        other => panic!("not stored: {other:?}"),
    }
}

fn edits(app: &mut RawApp, seq: Seq, name: &str) {
    let done = [
        Request::Annotate {
            seq,
            set: 1,
            clear: 0,
            extra: None,
        },
        Request::MarkRead {
            conversation: with("han").into(),
            up_to: Millis(17),
        },
        Request::SetDraft {
            conversation: with("han").into(),
            text: Some(format!("See you at {name}").into()),
        },
        Request::Delete { seqs: vec![seq] },
    ];
    for request in done {
        assert_eq!(
            app.ask(request.clone()),
            Ok(Response::Done {}),
            "{request:?}"
        );
    }
    let message = MessageKey::Place { seq };
    let gone = app.ask(Request::Message { message });
    assert_eq!(gone, Ok(Response::Message { message: None }));
}

/// Stores a message of another conversation as an export has it.
fn imports(app: &mut RawApp, name: &str) {
    let after = Seq(0);
    let Ok(Response::Page { messages, .. }) = app.ask(Request::Timeline { after, limit: 1 }) else {
        panic!("no page");
    };
    let message = Message {
        uid: Some(MessageUid::new(format!("imported-{name}")).unwrap()),
        conversation: with("mei").into(),
        client_id: None,
        ..messages[0].clone()
    };
    for new in [1, 0] {
        let imported = app.ask(Request::Import {
            messages: vec![message.clone()],
            done: 0,
            total: 0,
        });
        assert_eq!(imported, Ok(Response::Imported { new }));
    }
}

fn signals(app: &mut RawApp) {
    let typing = app.ask(Request::Signal {
        conversation: with("han").into(),
        object_name: ObjectName::new("RC:TypSts").unwrap(),
        body: Body::new(r#"{"typingContentType":"RC:TxtMsg"}"#),
    });
    assert_eq!(typing, Ok(Response::Done {}));
}

/// A conversation with words in it that are not sent.
fn forgets(app: &mut RawApp, name: &str) {
    let conversation = || Conversation::from(with(name));
    let text = Some("nothing yet".to_owned().into());
    let drafted = app.ask(Request::SetDraft {
        conversation: conversation(),
        text,
    });
    assert_eq!(drafted, Ok(Response::Done {}));

    let forgotten = app.ask(Request::Forget {
        conversation: conversation(),
    });

    let set_aside = Vec::new();
    assert_eq!(forgotten, Ok(Response::Forgotten { set_aside }));
    let found = app.ask(Request::Conversation {
        conversation: conversation(),
    });
    let conversation = None;
    assert_eq!(found, Ok(Response::Conversation { conversation }));
}

fn questions() -> [Request; 10] {
    let han = || Conversation::from(with("han"));
    let history = |side| Request::History {
        conversation: han(),
        side,
        object_names: Vec::new(),
        limit: 20,
    };
    let message = |message| Request::Message { message };
    let uid = MessageUid::new("imported-json").unwrap();
    [
        history(Side::Newest),
        history(Side::After { seq: Seq(0) }),
        message(MessageKey::Place { seq: Seq(1) }),
        message(MessageKey::Uid { uid }),
        search(),
        Request::Conversations {
            behind: None,
            limit: 20,
        },
        Request::Conversation {
            conversation: han(),
        },
        Request::Unread {},
        Request::Outbox {
            behind: None,
            limit: 20,
        },
        Request::Timeline {
            after: Seq(0),
            limit: 20,
        },
    ]
}

fn search() -> Request {
    Request::Search {
        keyword: "连接".to_owned().into(),
        conversation: None,
        before: None,
        limit: 20,
    }
}

/// An answer that tells something.
fn is_something(response: &Response) -> bool {
    match response {
        Response::Page { messages, .. } | Response::Found { messages, .. } => !messages.is_empty(),
        Response::Message { message } => message.is_some(),
        Response::Conversations { conversations, .. } => conversations.len() == 2,
        Response::Conversation { conversation } => conversation
            .as_ref()
            .is_some_and(|found| found.draft.is_some() && found.total > 0),
        Response::Unread { messages, .. } => *messages > 0,
        Response::Outbox { entries, .. } => {
            let refused = |state: &SendState| matches!(state, SendState::Failed { .. });
            entries.len() == 2 && entries.iter().all(|entry| refused(&entry.state))
        }
        _ => false,
    }
}

fn purges(app: &mut RawApp, setup: &Setup, cloud: &Sandbox) {
    let purged = app.ask(Request::Purge {
        app_key: cloud.app_key().clone(),
        user: user("lei"),
    });

    assert_eq!(purged, Ok(Response::Done {}));
    let refused = app.ask(Request::Unread {}).unwrap_err();
    assert_eq!(refused.code, Code::LOCAL_NO_ACCOUNT);
    let left = fs::read_dir(setup.state().join("accounts")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["index"]);
}
