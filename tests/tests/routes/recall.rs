//! Messages that are taken back: ours, the other side's, from another device, and while nobody was
//! there (behaviour.md 13.7, cloud-wire.md 5.7).

use imlink::{
    Client, Code, ConnectionStatus, Event, Filter, Message, MessageUid, ObjectName, Outcome,
    Outgoing, Seq, Start,
};
use imlink_sandbox::{Draft, Ending, Recall, Sandbox, Scope, SenderCopy, Target};
use imlink_tests::cloud::{text, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, within};

use crate::IMLINK;

#[tokio::test]
async fn a_recalled_message_is_a_notice_on_both_sides() {
    let (cloud, here, there) = (cloud(), Setup::new(IMLINK), Setup::new(IMLINK));
    let (_daemon, _other_daemon) = (here.start(), there.start());
    let mut lei = App::connected(&here, &cloud, "notes", "lei").await;
    let mut sibling = App::connected(&here, &cloud, "clock", "lei").await;
    let mut han = App::connected(&there, &cloud, "notes", "han").await;
    let mut inbox = han.client.subscribe("inbox").await.unwrap();
    let uid = say(&lei.client, "han", "oops").await;
    assert_eq!(next_words(&mut inbox).await, "oops");
    assert_eq!(han.client.unread().await.unwrap().messages, 1);

    within("recall", lei.client.recall(uid.clone()))
        .await
        .unwrap();

    for app in [&mut lei, &mut sibling, &mut han] {
        let notice = app.sees("the notice", changed).await;
        assert_eq!(notice.uid.as_ref(), Some(&uid));
        assert_eq!(notice.object_name, ObjectName::recall_notice());
        let body: serde_json::Value = serde_json::from_str(notice.body.as_str()).unwrap();
        assert_eq!(body["operatorId"], "lei");
        assert_eq!(body["originalObjectName"], "RC:TxtMsg");
        assert_eq!(body["recallTime"], notice.sent_at.0);
        let stored = app.client.message_by_uid(uid.clone()).await.unwrap();
        assert_eq!(stored, Some(notice));
    }
    assert_eq!(han.client.unread().await.unwrap().messages, 0);
    // The command has no place of its own, neither there nor here.
    write(&cloud, "lei", "han", "next");
    assert_eq!(next_words(&mut inbox).await, "next");
    let page = han.client.timeline(Seq(0), 10).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    let again = within("recall", lei.client.recall(uid)).await;
    assert!(again.is_ok(), "{again:?}");
}

#[tokio::test]
async fn without_a_trace_nothing_is_left_on_either_side() {
    let (cloud, here, there) = (cloud(), Setup::new(IMLINK), Setup::new(IMLINK));
    let (_daemon, _other_daemon) = (here.start(), there.start());
    let mut lei = App::connected(&here, &cloud, "notes", "lei").await;
    let mut han = App::connected(&there, &cloud, "notes", "han").await;
    let mut inbox = han.client.subscribe("inbox").await.unwrap();
    let uid = say(&lei.client, "han", "oops").await;
    assert_eq!(next_words(&mut inbox).await, "oops");

    let gone = lei.client.recall_without_trace(uid.clone());
    within("recall", gone).await.unwrap();

    for app in [&mut lei, &mut han] {
        let seqs = app.sees("that it is gone", deleted).await;
        assert_eq!(seqs, [Seq(1)]);
        let stored = app.client.message_by_uid(uid.clone()).await.unwrap();
        assert_eq!(stored, None);
    }
}

#[tokio::test]
async fn what_the_user_recalls_on_another_device_is_recalled_here() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let uid = say(&lei.client, "han", "oops").await;

    recall(&cloud, "lei", "han", &uid);

    let notice = lei.sees("the notice", changed).await;
    assert_eq!(notice.uid, Some(uid));
    assert_eq!(notice.object_name, ObjectName::recall_notice());
}

#[tokio::test]
async fn what_was_recalled_while_nobody_was_there_is_never_seen_with_its_words() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let first = published(&cloud, "first");
    let daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = subscribed(&lei.client).await;
    let delivery = within("the first", inbox.next()).await.unwrap().unwrap();
    assert_eq!(words(delivery.message().body.as_str()), "first");
    within("durable", delivery.acknowledge()).await.unwrap();
    drop((inbox, delivery, lei));
    daemon.kill();

    // One that is stored already, one that waits with its recall.
    let second = published(&cloud, "second");
    recall(&cloud, "han", "lei", &first);
    recall(&cloud, "han", "lei", &second);
    write(&cloud, "han", "lei", "third");
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = subscribed(&lei.client).await;

    let notice = next_words(&mut inbox).await;
    assert!(
        notice.contains("RC:TxtMsg") && !notice.contains("second"),
        "{notice}"
    );
    assert_eq!(next_words(&mut inbox).await, "third");
    let page = lei.client.timeline(Seq(0), 10).await.unwrap();
    let names: Vec<_> = page
        .entries
        .iter()
        .map(|it| it.object_name.as_str())
        .collect();
    assert_eq!(names, ["RC:RcNtf", "RC:RcNtf", "RC:TxtMsg"]);
    assert_eq!(lei.client.unread().await.unwrap().messages, 1);
}

// F-D10: the daemon dies between any two steps, and everything comes again
#[tokio::test]
async fn a_recall_counts_once_however_often_the_daemon_dies() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let uid = published(&cloud, "oops");
    for round in 0..3 {
        let daemon = setup.start();
        let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
        lei.sees("everything that waited", synchronized).await;
        let expected = if round == 0 { 1 } else { 0 };
        assert_eq!(lei.client.unread().await.unwrap().messages, expected);
        if round == 0 {
            recall(&cloud, "han", "lei", &uid);
            lei.sees("the notice", changed).await;
        }
        daemon.kill();
    }
}

#[tokio::test]
async fn commands_take_no_place_also_one_for_a_message_that_never_comes() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = subscribed(&lei.client).await;
    let uid = published(&cloud, "oops");
    assert_eq!(next_words(&mut inbox).await, "oops");

    for uid in [uid.as_str(), "never-to-come"] {
        let body = serde_json::json!({ "messageUId": uid, "isDelete": false }).to_string();
        cloud.publish(&user("han"), &user("lei"), "RC:RcCmd", &body);
    }
    write(&cloud, "han", "lei", "last");

    assert_eq!(next_words(&mut inbox).await, "last");
    let notice = lei.client.message_by_uid(uid).await.unwrap().unwrap();
    assert_eq!(notice.object_name, ObjectName::recall_notice());
    let page = lei.client.timeline(Seq(0), 10).await.unwrap();
    assert_eq!(page.entries.len(), 2);
}

#[tokio::test]
async fn a_stranger_takes_nothing_back_in_another_conversation() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = subscribed(&lei.client).await;
    let uid = published(&cloud, "kept");
    assert_eq!(next_words(&mut inbox).await, "kept");

    let body = serde_json::json!({ "messageUId": uid.as_str() }).to_string();
    cloud.publish(&user("mallory"), &user("lei"), "RC:RcCmd", &body);
    write(&cloud, "mallory", "lei", "done");

    assert_eq!(next_words(&mut inbox).await, "done");
    let kept = lei.client.message_by_uid(uid).await.unwrap().unwrap();
    assert_eq!(words(kept.body.as_str()), "kept");
}

#[tokio::test]
async fn a_recall_that_is_refused_changes_nothing_and_says_why() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = subscribed(&lei.client).await;
    let uid = published(&cloud, "yours");
    assert_eq!(next_words(&mut inbox).await, "yours");
    cloud.change_policy(|policy| policy.recall_of_others = false);

    let foreign = within("a refusal", lei.client.recall(uid.clone())).await;
    let unknown = MessageUid::new("no-such-message").unwrap();
    let unknown = within("a refusal", lei.client.recall(unknown)).await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    lei.shows(ConnectionStatus::Suspend).await;
    let no_link = within("a refusal", lei.client.recall(uid.clone())).await;

    let code = |result: Result<(), imlink::Error>| result.unwrap_err().code();
    assert_eq!(code(foreign), Code::RECALL_MESSAGE_USER_INVALID);
    assert_eq!(code(unknown), Code::RECALL_MESSAGE);
    assert_eq!(code(no_link), Code::RC_NET_CHANNEL_INVALID);
    let kept = lei.client.message_by_uid(uid).await.unwrap().unwrap();
    assert_eq!(words(kept.body.as_str()), "yours");
}

/// Sends a text and says which uid the cloud gave it.
async fn say(client: &Client, to: &str, words: &str) -> MessageUid {
    let receipt = client.send(Outgoing::text(with(to), words)).await.unwrap();
    match within("its fate", receipt.outcome()).await.unwrap() {
        Outcome::Sent { uid, .. } => uid,
        other => panic!("not sent: {other:?}"),
    }
}

async fn subscribed(client: &Client) -> imlink::Subscription {
    let all = client.subscribe_to("inbox", Start::Beginning, Filter::default());
    within("subscribe", all).await.unwrap()
}

/// Han writes to lei.
fn published(cloud: &Sandbox, words: &str) -> MessageUid {
    let draft = Draft::new(user("han"), user("lei"), "RC:TxtMsg", &text(words));
    let uid = cloud.publish_draft(draft, SenderCopy::Included);
    MessageUid::new(uid).unwrap()
}

/// One user takes back what he wrote to another, as from a device of his own.
fn recall(cloud: &Sandbox, from: &str, to: &str, uid: &MessageUid) {
    let recall = Recall {
        from: user(from),
        to: Target::User(user(to)),
        uid: uid.to_string(),
        sent: imlink::Millis(0),
        by_admin: false,
        without_trace: false,
        extra: None,
    };
    cloud.recall(&recall);
}

fn changed(event: &Event) -> Option<Message> {
    match event {
        Event::Changed(message) => Some((**message).clone()),
        _ => None,
    }
}

fn deleted(event: &Event) -> Option<Vec<Seq>> {
    match event {
        Event::Deleted(seqs) => Some(seqs.clone()),
        _ => None,
    }
}

fn synchronized(event: &Event) -> Option<()> {
    matches!(event, Event::Synchronized).then_some(())
}
