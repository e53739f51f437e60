//! What apps do with the stored messages, through the whole system.

use std::fs;
use std::path::Path;

use imlink::{
    Client, Code, Event, Filter, HistoryQuery, Insertion, Message, Millis, ObjectName, Outgoing,
    Seq, Start, Work,
};
use imlink_tests::cloud::{text, token, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, soon, within};

use crate::IMLINK;

fn texts(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .map(|message| words(message.body.as_str()))
        .collect()
}

/// Waits until so many messages are stored.
async fn stored(client: &Client, count: u64) {
    let mut last = Seq(0);
    while last < Seq(count) {
        let page = within("a page", client.timeline(last, 200)).await.unwrap();
        match page.entries.last() {
            Some(message) => last = message.seq,
            None => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    }
}

// issue 4: history before and after a point and by types, one message, search, unread
#[tokio::test]
async fn what_is_stored_can_be_read_in_every_way() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    for said in ["one", "two", "网络连接失败", "Three things"] {
        write(&cloud, "han", "lei", said);
    }
    write(&cloud, "mei", "lei", "elsewhere: one");
    let notice = r#"{"message":"han joined"}"#;
    cloud.publish(&user("han"), &user("lei"), "RC:InfoNtf", notice);
    stored(&app.client, 6).await;

    let client = &app.client;
    let newest = HistoryQuery::newest(with("han"));
    let page = client.history_page(newest.clone().limit(2)).await.unwrap();
    assert_eq!(texts(&page.entries), [notice, "Three things"]);
    assert!(page.more);
    let second = page.entries[1].seq;
    let older = client.history_page(newest.clone().before(second)).await;
    let older = older.unwrap();
    assert_eq!(texts(&older.entries), ["网络连接失败", "two", "one"]);
    assert!(!older.more);
    let oldest = older.entries[2].seq;
    let newer = client.history_page(newest.clone().after(oldest).limit(2));
    assert_eq!(
        texts(&newer.await.unwrap().entries),
        ["two", "网络连接失败"]
    );
    let notices = newest.of_types([ObjectName::new("RC:InfoNtf").unwrap()]);
    let notices = client.history_page(notices).await.unwrap();
    assert_eq!(texts(&notices.entries), [notice]);

    let one = client.message(oldest).await.unwrap().unwrap();
    assert_eq!(words(one.body.as_str()), "one");
    let uid = one.uid.clone().unwrap();
    assert_eq!(client.message_by_uid(uid).await.unwrap(), Some(one));
    assert_eq!(client.message(Seq(999)).await.unwrap(), None);

    let found = client.search("连接", None, None, 10).await.unwrap();
    assert_eq!(texts(&found.messages), ["网络连接失败"]);
    let found = client.search("ONE", Some(with("han")), None, 10).await;
    assert_eq!(texts(&found.unwrap().messages), ["one"]);
    let found = client.search("one", None, None, 10).await.unwrap();
    assert_eq!(texts(&found.messages), ["elsewhere: one", "one"]);
    let error = client.search("", None, None, 10).await.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_BAD_REQUEST);

    let unread = client.unread().await.unwrap();
    assert_eq!((unread.messages, unread.mentions), (5, 0));
    let list = client.conversations(1).await.unwrap();
    assert!(list.more);
    assert_eq!(list.entries[0].conversation, with("han"));
    assert_eq!(list.entries[0].last.as_ref().unwrap().body.as_str(), notice);
    let rest = client.conversations_behind(&list.entries[0], 10).await;
    let rest = rest.unwrap();
    assert_eq!(rest.entries[0].conversation, with("mei"));
    assert!(!rest.more);
    assert_eq!(client.conversation(with("nobody")).await.unwrap(), None);
}

// issue 4: mark read, drafts, local insertion, deletion; sibling apps learn of each
#[tokio::test]
async fn what_one_app_changes_the_others_learn() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut other = App::connected(&setup, &cloud, "other", "lei").await;
    let mut inbox = other.client.subscribe("inbox").await.unwrap();
    for said in ["one", "two", "three"] {
        write(&cloud, "han", "lei", said);
    }
    stored(&app.client, 3).await;
    for said in ["one", "two", "three"] {
        assert_eq!(next_words(&mut inbox).await, said);
    }
    let changed = |event: &Event| match event {
        Event::Conversation(summary) => Some((**summary).clone()),
        _ => None,
    };

    let second = app.client.message(Seq(2)).await.unwrap().unwrap();
    app.client
        .mark_read(with("han"), second.sent_at)
        .await
        .unwrap();
    assert_eq!(app.client.unread().await.unwrap().messages, 1);
    assert_eq!(other.sees("what is read", changed).await.unread, 1);

    app.client
        .set_draft(with("han"), Some("See you"))
        .await
        .unwrap();
    let told = other.sees("a draft", changed).await;
    assert_eq!(told.draft.as_deref(), Some("See you"));
    let summary = other.client.conversation(with("han")).await.unwrap();
    assert_eq!(summary.unwrap().draft.as_deref(), Some("See you"));
    app.client.set_draft(with("han"), None).await.unwrap();
    assert_eq!(other.sees("no draft", changed).await.draft, None);
    let summary = other.client.conversation(with("han")).await.unwrap();
    assert_eq!(summary.unwrap().draft, None);

    let friends = r#"{"message":"You are friends now"}"#;
    let info = ObjectName::new("RC:InfoNtf").unwrap();
    let notice = Insertion::received(with("han"), user("han"), info, friends, Millis(1));
    let place = app.client.insert(notice.clone()).await.unwrap();
    assert_eq!(place, Seq(4));
    assert_eq!(app.client.insert(notice).await.unwrap(), place, "once");
    assert_eq!(next_words(&mut inbox).await, friends);

    app.client
        .delete(vec![Seq(1), place, Seq(77)])
        .await
        .unwrap();
    let deleted = |event: &Event| match event {
        Event::Deleted(seqs) => Some(seqs.clone()),
        _ => None,
    };
    assert_eq!(other.sees("what is gone", deleted).await, [Seq(1), place]);
    let page = app.client.history(with("han"), None, 10).await.unwrap();
    assert_eq!(texts(&page.entries), ["three", "two"]);

    // Nothing of it comes back, and nothing of it is forgotten.
    daemon.kill();
    let _daemon = setup.start();
    let page = soon_history(&app.client).await;
    assert_eq!(texts(&page), ["three", "two"]);
    assert_eq!(app.client.unread().await.unwrap().messages, 1);
}

async fn soon_history(client: &Client) -> Vec<Message> {
    within("the history", async {
        loop {
            match client.history(with("han"), None, 10).await {
                Ok(page) => return page.entries,
                Err(error) => assert!(error.is_retryable(), "{error}"),
            }
        }
    })
    .await
}

// issue 4: after forgetting, a search of the files for a canary text finds nothing
#[tokio::test]
async fn a_forgotten_conversation_leaves_no_byte_behind() {
    const CANARY: &str = "canary-5b1d-forgotten";
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    write(&cloud, "han", "lei", CANARY);
    write(&cloud, "mei", "lei", "this one stays");
    stored(&app.client, 2).await;
    app.client
        .set_draft(with("han"), Some(CANARY))
        .await
        .unwrap();
    let sent = Outgoing::text(with("han"), CANARY);
    let receipt = app.client.send(sent).await.unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    soon("it is on the disk", || {
        holds(&setup.state(), CANARY).then_some(())
    })
    .await;

    within("forgetting", app.client.forget(with("han")))
        .await
        .unwrap();

    assert_eq!(app.client.conversation(with("han")).await.unwrap(), None);
    let page = app.client.history(with("mei"), None, 10).await.unwrap();
    assert_eq!(texts(&page.entries), ["this one stays"]);
    daemon.kill();
    assert!(!holds(&setup.state(), CANARY), "a canary is still there");
}

/// Whether any file below a directory has a text in it.
fn holds(directory: &Path, text: &str) -> bool {
    let Ok(entries) = fs::read_dir(directory) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

// issue 4: filters by conversation and type; a subscription passes over what it does not want
#[tokio::test]
async fn a_filtered_subscription_gets_what_it_wants_and_keeps_its_place() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let wanted = || Filter {
        conversations: vec![with("han")],
        object_names: vec![ObjectName::text()],
    };
    let only = app.client.subscribe_to("only", Start::Beginning, wanted());
    let mut only = only.await.unwrap();

    for number in 0..600 {
        write(&cloud, "mei", "lei", &format!("noise {number}"));
    }
    cloud.publish(&user("han"), &user("lei"), "RC:InfoNtf", &text("no text"));
    write(&cloud, "han", "lei", "first");
    let first = within("first", only.next()).await.unwrap().unwrap();
    assert_eq!(words(first.message().body.as_str()), "first");
    within("kept", first.acknowledge()).await.unwrap();
    drop(only);
    daemon.kill();
    write(&cloud, "mei", "lei", "noise");
    write(&cloud, "han", "lei", "second");
    let _daemon = setup.start();

    let mut only = within("subscribe", async {
        loop {
            let only = app.client.subscribe_to("only", Start::Beginning, wanted());
            match only.await {
                Ok(only) => return only,
                Err(error) => assert!(error.is_retryable(), "{error}"),
            }
        }
    })
    .await;
    assert_eq!(next_words(&mut only).await, "second");
}

// issue 4: export and import of an account
#[tokio::test]
async fn what_one_account_exports_another_machine_imports_once_and_in_order() {
    let (cloud, setup, elsewhere) = (cloud(), Setup::new(IMLINK), Setup::new(IMLINK));
    let (_daemon, _other_daemon) = (setup.start(), elsewhere.start());
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    for number in 0..5 {
        write(&cloud, "han", "lei", &number.to_string());
    }
    stored(&app.client, 5).await;
    let mut app = app;
    app.client.timeline(Seq(0), 2).await.unwrap();
    let place = app.sees("how far the export is", progress).await;
    assert_eq!(place, (Work::Exporting, 2, 5));
    let exported = app.client.timeline(Seq(0), 200).await.unwrap();
    assert!(!exported.more);
    // The other machine knows the account too, but its cloud has forgotten everything.
    let empty = imlink_tests::cloud();
    let other = App::of_key(&elsewhere, empty.app_key().as_str(), "notes");
    other.client.init().await.unwrap();
    let connected = other.client.connect(token(&empty, "lei"));
    within("connect", connected).await.unwrap();

    let mut neighbour = App::of_key(&elsewhere, empty.app_key().as_str(), "calendar");
    neighbour.client.init().await.unwrap();
    let joined = neighbour.client.connect(token(&empty, "lei"));
    within("connect", joined).await.unwrap();

    let part = other.client.import_part(exported.entries.clone(), 0, 9);
    let new = part.await.unwrap();
    let place = neighbour.sees("how far the import is", progress).await;
    assert_eq!(place, (Work::Importing, 5, 9));
    let again = other.client.import(exported.entries.clone()).await.unwrap();

    assert_eq!((new, again), (5, 0));
    let page = other.client.timeline(Seq(0), 200).await.unwrap();
    assert_eq!(texts(&page.entries), ["0", "1", "2", "3", "4"]);
    assert_eq!(page.entries, exported.entries);
}

/// Enough for reading them to take a moment: 18 MB.
const MANY_LONG: usize = 150;

// issue 4: long work shows progress, to apps as events
#[tokio::test]
async fn an_app_is_told_how_far_the_reading_of_large_rows_is() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    for _ in 0..MANY_LONG {
        let long = "x".repeat(120_000);
        let (han, text) = (user("han"), ObjectName::text());
        let message = Insertion::received(with("han"), han, text, long, Millis(1));
        within("insert", app.client.insert(message)).await.unwrap();
    }
    app.rest().await;

    daemon.kill();
    let _daemon = setup.start();

    let total = MANY_LONG as u64 * 120_000;
    for is_done in [false, true] {
        let told = app.sees("how far it is", progress).await;
        let (work, done, of) = told;
        assert_eq!(work, Work::Recovering);
        assert_eq!(done, if is_done { of } else { 0 });
        assert!(of >= total, "{of} bytes");
    }
    let page = within("history", app.client.history(with("han"), None, 1)).await;
    assert_eq!(page.unwrap().entries.len(), 1);
}

fn progress(event: &Event) -> Option<(Work, u64, u64)> {
    match event {
        Event::Progress { work, done, total } => Some((*work, *done, *total)),
        _ => None,
    }
}
