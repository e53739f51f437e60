//! Messages out and in, and where an app left off.

use imlink::{
    Client, Code, Direction, Event, MAX_BODY_BYTES, ObjectName, Origin, Outcome, Outgoing,
    SendState, Start,
};
use imlink_sandbox::{Draft, SenderCopy};
use imlink_tests::cloud::{mailbox, text, token, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, within};

use crate::IMLINK;

// S4-01; P18: every app of the account sees what its siblings send
#[tokio::test]
async fn a_message_reaches_every_app_and_an_answer_its_siblings() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let first = App::connected(&setup, &cloud, "first", "lei").await;
    let second = App::connected(&setup, &cloud, "second", "lei").await;
    let mut inbox = first.client.subscribe("inbox").await.unwrap();
    let mut sibling = second.client.subscribe("inbox").await.unwrap();

    write(&cloud, "han", "lei", "hello");
    assert_eq!(next_words(&mut inbox).await, "hello");
    assert_eq!(next_words(&mut sibling).await, "hello");

    let answer = Outgoing::text(with("han"), "hello yourself");
    let receipt = within("send", first.client.send(answer)).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();

    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    assert_eq!(mailbox(&cloud, "han"), ["hello yourself"]);
    let seen = within("the sibling's copy", sibling.next()).await;
    let seen = seen.unwrap().unwrap().into_message();
    assert_eq!(words(seen.body.as_str()), "hello yourself");
    assert_eq!(seen.direction, Direction::Sent);
    assert_eq!(seen.origin, Origin::App("first".try_into().unwrap()));
    let own = within("its own copy", inbox.next()).await;
    let own = own.unwrap().unwrap().into_message();
    assert_eq!((own.seq, own.origin), (seen.seq, seen.origin));
}

// behaviour.md 13.2
#[tokio::test]
async fn a_receipt_comes_in_its_place_and_is_in_no_history_and_no_list() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();

    write(&cloud, "han", "lei", "hello");
    let receipt = r#"{"lastMessageSendTime":1,"type":1}"#;
    cloud.publish(&user("han"), &user("lei"), "RC:ReadNtf", receipt);
    write(&cloud, "han", "lei", "are you there?");

    let mut came = Vec::new();
    for _ in 0..3 {
        let delivery = within("a message", inbox.next()).await.unwrap().unwrap();
        came.push(delivery.into_message().object_name);
    }
    let names = ["RC:TxtMsg", "RC:ReadNtf", "RC:TxtMsg"];
    assert_eq!(came, names.map(|name| ObjectName::new(name).unwrap()));
    let page = within("history", app.client.history(with("han"), None, 10)).await;
    let shown = page.unwrap().entries.into_iter();
    let shown: Vec<_> = shown.map(|message| words(message.body.as_str())).collect();
    assert_eq!(shown, ["are you there?", "hello"]);
    let list = within("the list", app.client.conversations(10)).await;
    let talk = list.unwrap().entries.remove(0);
    assert_eq!((talk.total, talk.unread), (2, 2));
}

// P18
#[tokio::test]
async fn what_the_user_writes_on_another_device_is_marked_as_such() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();

    let draft = Draft::new(
        user("lei"),
        user("han"),
        "RC:TxtMsg",
        &text("from my phone"),
    );
    cloud.publish_draft(draft, SenderCopy::Included);

    let seen = within("the copy", inbox.next()).await.unwrap().unwrap();
    let seen = seen.into_message();
    assert_eq!(words(seen.body.as_str()), "from my phone");
    assert_eq!(seen.direction, Direction::Sent);
    assert_eq!(seen.origin, Origin::OtherDevice);
    assert_eq!(seen.conversation, with("han"));
}

// F-A11
#[tokio::test]
async fn the_same_client_id_is_the_same_message() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let message = Outgoing::text(with("han"), "once");

    let first = within("send", app.client.send(message.clone()))
        .await
        .unwrap();
    let sent = within("its fate", first.outcome()).await.unwrap();
    let second = within("send", app.client.send(message.clone()))
        .await
        .unwrap();

    assert!(first.is_new());
    assert!(!second.is_new());
    assert_eq!(second.id(), first.id());
    let again = within("its fate", second.outcome()).await.unwrap();
    assert_eq!(again, sent);
    assert_eq!(mailbox(&cloud, "han"), ["once"]);
    let state = app.client.send_state(message.client_id().clone());
    let state = within("its state", state).await.unwrap();
    assert!(matches!(state, Some(SendState::Sent { .. })), "{state:?}");
}

// F-S15: one conversation, one order
#[tokio::test]
async fn messages_of_one_app_to_one_user_keep_their_order() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let all: Vec<String> = (0..40).map(|number| format!("number {number}")).collect();

    let mut receipts = Vec::new();
    for words in &all {
        let message = Outgoing::text(with("han"), words);
        receipts.push(within("send", app.client.send(message)).await.unwrap());
    }
    for receipt in &receipts {
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }

    assert_eq!(mailbox(&cloud, "han"), all);
}

// S4-09, S4-14
#[tokio::test]
async fn history_is_read_newest_first_page_by_page() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    for number in 0..5 {
        write(&cloud, "han", "lei", &format!("number {number}"));
    }
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.sees("everything that waited", synchronized).await;

    let newest = within("a page", app.client.history(with("han"), None, 3)).await;
    let newest = newest.unwrap();
    let oldest = newest.entries.last().map(|message| message.seq);
    let older = within("a page", app.client.history(with("han"), oldest, 3)).await;
    let older = older.unwrap();

    let said = |page: &imlink::Page<imlink::Message>| -> Vec<String> {
        let entries = page.entries.iter();
        entries
            .map(|message| words(message.body.as_str()))
            .collect()
    };
    assert_eq!(said(&newest), ["number 4", "number 3", "number 2"]);
    assert_eq!(said(&older), ["number 1", "number 0"]);
    assert!(newest.more && !older.more);
    assert!(newest.entries.iter().all(|message| message.offline));
    let nobody = within("a page", app.client.history(with("nobody"), None, 3)).await;
    assert_eq!(nobody.unwrap().entries, []);
    let list = within("the list", app.client.conversations(10))
        .await
        .unwrap();
    assert_eq!(list.entries.len(), 1);
    assert_eq!(list.entries[0].conversation, with("han"));
    assert_eq!((list.entries[0].total, list.entries[0].unread), (5, 5));
}

// issue 2, demo step 6
#[tokio::test]
async fn an_app_that_was_away_gets_what_it_missed_and_nothing_twice() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "one");
    write(&cloud, "han", "lei", "two");
    let first = within("one", inbox.next()).await.unwrap().unwrap();
    within("durable", first.acknowledge()).await.unwrap();
    let second = within("two", inbox.next()).await.unwrap().unwrap();
    assert_eq!(words(second.message().body.as_str()), "two");

    // It goes without acknowledging the second.
    drop((inbox, second, first, app));
    write(&cloud, "han", "lei", "three");
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();

    assert_eq!(next_words(&mut inbox).await, "two");
    assert_eq!(next_words(&mut inbox).await, "three");
    assert_eq!(cloud.counters().handshakes, 1, "the link stayed: P10");
}

// F-I37: a subscription belongs to its app
#[tokio::test]
async fn the_same_name_in_another_app_is_another_subscription() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let first = App::connected(&setup, &cloud, "first", "lei").await;
    let mut inbox = first.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "one");
    assert_eq!(next_words(&mut inbox).await, "one");

    let second = App::connected(&setup, &cloud, "second", "lei").await;
    let all = second.client.subscribe_from("inbox", Start::Beginning);
    let mut other = within("subscribe", all).await.unwrap();

    assert_eq!(next_words(&mut other).await, "one");
}

// P7: a durable subscription has one live reader
#[tokio::test]
async fn a_second_reader_of_a_subscription_is_refused_with_the_pid_of_the_first() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let one = App::connected(&setup, &cloud, "notes", "lei").await;
    let _inbox = one.client.subscribe("inbox").await.unwrap();
    let twin = App::connected(&setup, &cloud, "notes", "lei").await;

    let refused = within("an answer", twin.client.subscribe("inbox")).await;

    let error = refused.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_SUBSCRIPTION_BUSY);
    let pid = std::process::id().to_string();
    assert!(error.cause().contains(&pid), "{error}");
}

#[tokio::test]
async fn a_subscription_without_a_name_begins_with_the_next_message() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut durable = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "before");
    assert_eq!(next_words(&mut durable).await, "before");

    let mut live = app.client.subscribe_now().await.unwrap();
    write(&cloud, "han", "lei", "after");

    assert_eq!(next_words(&mut live).await, "after");
}

// F-I33: the window holds back, and lets go again
#[tokio::test]
async fn a_reader_that_is_far_behind_catches_up_in_order() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let all: Vec<String> = (0..500).map(|number| format!("number {number}")).collect();
    for words in &all {
        write(&cloud, "han", "lei", words);
    }
    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    let start = app.client.subscribe_from("inbox", Start::Beginning);
    let mut inbox = within("subscribe", start).await.unwrap();

    for expected in &all {
        assert_eq!(next_words(&mut inbox).await, *expected);
    }
}

// F-D21, P28
#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_the_longest_is_sent() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let of = |bytes| {
        let name = ObjectName::new("App:Blob").unwrap();
        Outgoing::new(with("han"), name, "x".repeat(bytes))
    };

    let longer = within("send", app.client.send(of(MAX_BODY_BYTES + 1))).await;
    assert_eq!(
        longer.unwrap_err().code(),
        Code::RC_MSG_CONTENT_EXCEED_LIMIT
    );
    let longest = within("send", app.client.send(of(MAX_BODY_BYTES))).await;
    let outcome = within("its fate", longest.unwrap().outcome())
        .await
        .unwrap();

    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    let stored = cloud.stored(&user("han"));
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].content.len(), MAX_BODY_BYTES);
}

// P23: sending works from the first success on
#[tokio::test]
async fn before_the_first_success_a_send_is_30001_and_history_can_be_read() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    {
        let _daemon = setup.start();
        write(&cloud, "han", "lei", "from before");
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        app.sees("everything that waited", synchronized).await;
    }
    cloud.refuse_connections().unwrap();
    let known = token(&cloud, "lei");
    // A token the daemon has never seen would have to be asked of navigation first.
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connecting = tokio::spawn(connect(app.client.clone(), known));
    app.sees("the rows are open", |event| match event {
        Event::DatabaseOpened { code } => {
            assert_eq!(*code, Code::SUCCESS);
            Some(())
        }
        _ => None,
    })
    .await;

    let early = within("send", app.client.send(Outgoing::text(with("han"), "x"))).await;
    let page = within("a page", app.client.history(with("han"), None, 10)).await;

    assert_eq!(early.unwrap_err().code(), Code::RC_NET_CHANNEL_INVALID);
    assert_eq!(page.unwrap().entries.len(), 1);
    assert!(!connecting.is_finished());
    cloud.accept_connections().unwrap();
    within("connect", connecting).await.unwrap().unwrap();
}

async fn connect(client: Client, token: imlink::Token) -> Result<imlink::UserId, imlink::Error> {
    client.connect(token).await
}

fn synchronized(event: &Event) -> Option<()> {
    matches!(event, Event::Synchronized).then_some(())
}

// The outbox keeps the order of a conversation however many sends are under way at once.
#[tokio::test]
async fn sends_that_do_not_wait_for_each_other_keep_their_order() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let all: Vec<String> = (0..250).map(|number| format!("number {number}")).collect();
    let mut tasks = Vec::new();
    for words in &all {
        let (client, message) = (app.client.clone(), Outgoing::text(with("han"), words));
        tasks.push(tokio::spawn(async move {
            client.send(message).await.unwrap().outcome().await.unwrap()
        }));
    }
    for task in tasks {
        let outcome = within("its fate", task).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    assert_eq!(mailbox(&cloud, "han"), all);
}
