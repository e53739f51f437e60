//! What an app asks of a send, and how it arrives.

use imlink::{Client, Code, Conversation, Expansion, Millis, Outcome, Outgoing, TargetId, UserId};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{mailbox, user, with, words};
use imlink_tests::{App, Setup, cloud, within};

use crate::IMLINK;

/// A group of these users.
fn group(cloud: &Sandbox, name: &str, members: &[&str]) -> Conversation {
    let id = TargetId::new(name).unwrap();
    let members: Vec<UserId> = members.iter().map(|name| user(name)).collect();
    cloud.with_app(|app| app.join_group(&id, None, members, Millis(0)));
    Conversation::group(id)
}

async fn deliver(client: &Client, message: Outgoing) {
    let receipt = within("send", client.send(message)).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
}

// behaviour.md 13.1: directedUserIds
#[tokio::test]
async fn a_message_for_some_members_reaches_them_and_nobody_else() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let team = group(&cloud, "team", &["lei", "han", "mei", "ann"]);
    let some = [user("han"), user("mei")];

    let directed = Outgoing::text(team.clone(), "for two").directed_to(some.clone());
    deliver(&app.client, directed).await;
    deliver(&app.client, Outgoing::text(team, "for all")).await;

    assert_eq!(mailbox(&cloud, "han"), ["for two", "for all"]);
    assert_eq!(mailbox(&cloud, "mei"), ["for two", "for all"]);
    assert_eq!(mailbox(&cloud, "ann"), ["for all"]);
    let private = Outgoing::text(with("han"), "no group").directed_to(some);
    let refused = within("refused", app.client.send(private)).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::RC_DIRECTIONAL_MESSAGE_INVALID_CONVERSATION_TYPE
    );
}

// behaviour.md 13.1: expansion, mentionedInfo
#[tokio::test]
async fn data_and_mentions_travel_with_a_message_and_are_kept_on_both_sides() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let han = App::connected(&setup, &cloud, "mail", "han").await;
    let mut inbox = han.client.subscribe("inbox").await.unwrap();
    let expansion = Expansion::new([("mood", "calm")]).unwrap();
    let body = r#"{"content":"@han","mentionedInfo":{"type":2,"userIdList":["han"]}}"#;
    let message = Outgoing::new(with("han"), imlink::ObjectName::text(), body);

    deliver(&lei.client, message.with_expansion(&expansion)).await;

    let received = within("it", inbox.next()).await.unwrap().unwrap();
    let sent = within("history", lei.client.history(with("han"), None, 1)).await;
    let sent = sent.unwrap().entries.remove(0);
    for message in [received.message(), &sent] {
        assert!(message.flags.mention, "{message:?}");
        assert!(message.flags.expandable, "{message:?}");
        assert_eq!(
            message.expansion.as_deref().map(Expansion::parse),
            Some(Ok(expansion.clone()))
        );
        assert_eq!(words(message.body.as_str()), "@han");
    }
    let unread = within("unread", han.client.unread()).await.unwrap();
    assert_eq!((unread.messages, unread.mentions), (1, 1));
}
