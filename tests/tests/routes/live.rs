//! What is said to those who are online now.

use imlink::{
    Code, Conversation, ConversationKind, Event, Message, ObjectName, Outgoing, TargetId,
};
use imlink_ipc_proto::{Codec, Request};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{user, with};
use imlink_tests::{App, RawApp, Setup, cloud, within};

use crate::IMLINK;

// behaviour.md 13.7, cloud-wire.md 5.7: typing
#[tokio::test]
async fn who_is_online_sees_that_the_user_is_typing_and_nobody_stores_it() {
    let (cloud, here, there) = (cloud(), Setup::new(IMLINK), Setup::new(IMLINK));
    let (_daemon, _other_daemon) = (here.start(), there.start());
    let lei = App::connected(&here, &cloud, "notes", "lei").await;
    let mut han = App::connected(&there, &cloud, "notes", "han").await;

    let a_text = ObjectName::text();
    let typing = lei.client.typing(with("han"), &a_text);
    within("typing", typing).await.unwrap();

    let seen = han.sees("that lei is typing", transient).await;
    assert_eq!(seen.object_name.as_str(), "RC:TypSts");
    assert_eq!(seen.body.as_str(), r#"{"typingContentType":"RC:TxtMsg"}"#);
    assert_eq!((seen.sender, seen.conversation), (user("lei"), with("lei")));
    assert!(cloud.stored(&user("han")).is_empty());
    for app in [&lei, &han] {
        let list = app.client.conversations(10).await.unwrap();
        assert!(list.entries.is_empty());
    }
    assert_eq!(cloud.counters().refused_messages, 0);
}

#[tokio::test]
async fn a_custom_type_may_be_signalled_and_what_is_kept_may_not() {
    let (cloud, here, there) = (cloud(), Setup::new(IMLINK), Setup::new(IMLINK));
    let (_daemon, _other_daemon) = (here.start(), there.start());
    let lei = App::connected(&here, &cloud, "notes", "lei").await;
    let mut han = App::connected(&there, &cloud, "notes", "han").await;
    let poke = ObjectName::new("app:Poke").unwrap();

    let poked = lei.client.signal(with("han"), poke.clone(), "poke!");
    within("a signal", poked).await.unwrap();
    let text = lei.client.signal(with("han"), ObjectName::text(), "{}");
    let kept = within("a refusal", text).await.unwrap_err();
    let typing = Outgoing::new(with("han"), ObjectName::new("RC:TypSts").unwrap(), "{}");
    let sent = within("a refusal", lei.client.send(typing)).await;
    let sent = sent.unwrap_err();
    let room = Conversation {
        kind: ConversationKind::Chatroom,
        target: TargetId::new("plaza").unwrap(),
        channel: None,
    };
    let in_room = within("a refusal", lei.client.signal(room, poke.clone(), "poke!")).await;

    let seen = han.sees("the poke", transient).await;
    assert_eq!((seen.object_name, seen.body.as_str()), (poke, "poke!"));
    assert_eq!(kept.code(), Code::LOCAL_BAD_REQUEST);
    assert_eq!(sent.code(), Code::MESSAGE_NOT_SUPPORT_SENDING);
    assert!(sent.cause().contains("signalled"), "{sent}");
    let code = in_room.unwrap_err().code();
    assert_eq!(code, Code::BIZ_ERROR_INVALID_PARAMETER);
}

// S0-01: what needs a link is refused without one, at once
#[tokio::test]
async fn without_a_link_a_signal_is_refused_and_never_said_later() {
    let (cloud, here) = (cloud(), Setup::new(IMLINK));
    let _daemon = here.start();
    let mut lei = App::connected(&here, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    lei.shows(imlink::ConnectionStatus::Suspend).await;

    let a_text = ObjectName::text();
    let typing = lei.client.typing(with("han"), &a_text);
    let refused = within("a refusal", typing).await.unwrap_err();

    assert_eq!(refused.code(), Code::RC_NET_CHANNEL_INVALID);
    // The same in the other codec.
    let mut raw = RawApp::attached(&here.socket(), Codec::Json);
    let app_key = cloud.app_key().clone();
    raw.ask(Request::Init {
        app_key: app_key.clone(),
    })
    .unwrap();
    let join = Request::Join {
        app_key: Some(app_key),
        user: Some(user("lei")),
    };
    raw.ask(join).unwrap();
    let refused = raw.ask(Request::Signal {
        conversation: with("han").into(),
        object_name: ObjectName::new("RC:TypSts").unwrap(),
        body: imlink::Body::new("{}"),
    });
    assert_eq!(refused.unwrap_err().code, Code::RC_NET_CHANNEL_INVALID);
}

pub(crate) fn transient(event: &Event) -> Option<Message> {
    match event {
        Event::Transient(message) => Some((**message).clone()),
        _ => None,
    }
}
