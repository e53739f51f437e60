//! Chatrooms: joined, left, lost and found again (behaviour.md 13.8, cloud-wire.md 5.9).

use imlink::{
    ChatroomChange, Client, Code, ConnectionStatus, Conversation, ConversationKind, Direction,
    Event, Origin, Outcome, Outgoing, TargetId,
};
use imlink_ipc_proto::{Codec, Request, Response};
use imlink_sandbox::{ChatroomOptions, Draft, Ending, Sandbox, Scope, SenderCopy, Target};
use imlink_tests::cloud::{text, user, words};
use imlink_tests::{App, RawApp, Setup, cloud, eventually, within};

use super::live::transient;
use crate::IMLINK;

#[tokio::test]
async fn what_is_said_in_a_room_reaches_the_apps_that_entered_it_and_nothing_is_stored() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    say(&cloud, "han", "before");
    say(&cloud, "han", "just before");
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut other = App::connected(&setup, &cloud, "clock", "lei").await;

    join(&lei.client, 1).await;
    say(&cloud, "han", "hello");

    assert_eq!(heard(&mut lei).await, "just before");
    let said = lei.sees("what is said", transient).await;
    assert_eq!(words(said.body.as_str()), "hello");
    assert_eq!((said.conversation, said.sender), (plaza(), user("han")));
    assert_eq!(said.origin, Origin::Remote);
    let list = lei.client.conversations(10).await.unwrap();
    assert!(list.entries.is_empty());
    let of_room = |event: &Event| transient(event).is_some();
    assert!(!other.rest().await.iter().any(of_room), "it did not enter");
}

// P18, P29
#[tokio::test]
async fn two_apps_in_one_room_hear_each_other_and_others_once() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut sibling = App::connected(&setup, &cloud, "clock", "lei").await;
    join(&lei.client, 0).await;
    let receipt = lei
        .client
        .send(Outgoing::text(plaza(), "one"))
        .await
        .unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    join(&sibling.client, 10).await;

    say(&cloud, "han", "two");
    let answer = Outgoing::text(plaza(), "three");
    within("send", sibling.client.send(answer)).await.unwrap();
    let mut seen = Vec::new();
    for app in [&mut lei, &mut sibling] {
        for _ in 0..3 {
            seen.push(app.sees("what is said", transient).await);
        }
    }
    say(&cloud, "han", "four");

    for app in [&mut lei, &mut sibling] {
        assert_eq!(heard(app).await, "four", "nothing comes twice");
    }
    let mut of_each: Vec<Vec<String>> = seen
        .chunks(3)
        .map(|seen| seen.iter().map(|it| words(it.body.as_str())).collect())
        .collect();
    // What is said at the same time here and there has no order.
    of_each.iter_mut().for_each(|seen| seen.sort());
    assert_eq!(of_each, [["one", "three", "two"], ["one", "three", "two"]]);
    let three = seen.iter().find(|it| words(it.body.as_str()) == "three");
    let three = three.unwrap();
    assert_eq!(three.origin, Origin::App("clock".try_into().unwrap()));
    assert_eq!(three.direction, Direction::Sent);
    let history = lei.client.history(plaza(), None, 10).await.unwrap();
    assert!(history.entries.is_empty(), "rooms are not kept");
}

#[tokio::test]
async fn the_user_leaves_when_the_last_app_does_or_is_gone() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut first = App::connected(&setup, &cloud, "notes", "lei").await;
    let second = App::connected(&setup, &cloud, "clock", "lei").await;
    join(&first.client, 0).await;
    join(&second.client, 0).await;

    drop(second);
    say(&cloud, "han", "still here?");
    assert_eq!(heard(&mut first).await, "still here?");
    assert!(is_in(&cloud, "lei"));
    let left = first.client.leave_chatroom(lobby());
    within("leave", left).await.unwrap();

    eventually("the user is out", || (!is_in(&cloud, "lei")).then_some(()));
    join(&first.client, 0).await;
    assert!(is_in(&cloud, "lei"));
    within("disconnect", first.client.disconnect())
        .await
        .unwrap();
    let change = first.sees("that it is out", chatroom).await;
    let code = Code::ACTIVE_DISCONNECT;
    assert_eq!(change, ChatroomChange::Left { code });
}

#[tokio::test]
async fn a_room_that_cannot_be_entered_says_why() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;

    let absent = lei.client.join_existing_chatroom(lobby(), 0);
    let absent = within("a refusal", absent).await.unwrap_err();
    let greedy = lei.client.join_chatroom(lobby(), 51);
    let greedy = within("a refusal", greedy).await.unwrap_err();

    assert_eq!(absent.code(), Code::RC_CHATROOM_NOT_EXIST);
    assert_eq!(greedy.code(), Code::RC_CHATROOM_PATAMETER_INVALID);
    // It is made where that is wanted; in the other codec too.
    let mut raw = RawApp::attached(&setup.socket(), Codec::Json);
    let app_key = cloud.app_key().clone();
    raw.ask(Request::Init {
        app_key: app_key.clone(),
    })
    .unwrap();
    let same = Request::Join {
        app_key: Some(app_key),
        user: Some(user("lei")),
    };
    raw.ask(same).unwrap();
    let joined = raw.ask(Request::JoinChatroom {
        room: lobby(),
        create: true,
        recent: 0,
    });
    assert_eq!(joined, Ok(Response::Done {}));
    assert!(is_in(&cloud, "lei"));
    drop(raw);
    eventually("the user is out", || (!is_in(&cloud, "lei")).then_some(()));
}

#[tokio::test]
async fn after_a_break_of_the_link_the_room_goes_on_where_it_was() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    join(&lei.client, 0).await;
    say(&cloud, "han", "one");
    assert_eq!(heard(&mut lei).await, "one");

    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Reset);
    lei.shows(ConnectionStatus::Suspend).await;
    say(&cloud, "han", "two");
    cloud.accept_connections().unwrap();

    assert_eq!(
        lei.sees("that it is in again", chatroom).await,
        ChatroomChange::Rejoined
    );
    assert_eq!(heard(&mut lei).await, "two");
    let answer = lei
        .client
        .send(Outgoing::text(plaza(), "three"))
        .await
        .unwrap();
    let outcome = within("its fate", answer.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_room_that_ends_is_left_and_one_that_ended_meanwhile_too() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let code = Code::RC_CHATROOM_NOT_EXIST;

    join(&lei.client, 0).await;
    assert!(cloud.destroy_chatroom(&lobby()));
    assert_eq!(
        lei.sees("that it is out", chatroom).await,
        ChatroomChange::Left { code }
    );

    join(&lei.client, 0).await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    lei.shows(ConnectionStatus::Suspend).await;
    assert!(cloud.destroy_chatroom(&lobby()));
    cloud.accept_connections().unwrap();
    assert_eq!(
        lei.sees("that it is out", chatroom).await,
        ChatroomChange::Left { code }
    );
}

#[tokio::test]
async fn who_is_not_in_a_room_fails_to_say_anything_there() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;

    let receipt = lei.client.send(Outgoing::text(plaza(), "let me in"));
    let receipt = within("send", receipt).await.unwrap();

    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    let code = Code::NOT_IN_CHATROOM;
    assert_eq!(outcome, Outcome::Failed { code });
}

// P13: the daemon's death costs the app nothing but a word
#[tokio::test]
async fn when_the_daemon_is_killed_the_client_enters_its_rooms_again() {
    let (cloud, setup) = (room(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut lei = App::connected(&setup, &cloud, "notes", "lei").await;
    join(&lei.client, 0).await;
    say(&cloud, "han", "one");
    assert_eq!(heard(&mut lei).await, "one");

    daemon.kill();
    let _daemon = setup.start();

    assert_eq!(
        lei.sees("that it is in again", chatroom).await,
        ChatroomChange::Rejoined
    );
    say(&cloud, "han", "two");
    assert_eq!(heard(&mut lei).await, "two");
}

/// A cloud with the room in it.
fn room() -> Sandbox {
    let cloud = cloud();
    let options = ChatroomOptions::default();
    cloud.create_chatroom(&lobby(), "Plaza", options);
    cloud
}

fn lobby() -> TargetId {
    TargetId::new("plaza").unwrap()
}

fn plaza() -> Conversation {
    Conversation {
        kind: ConversationKind::Chatroom,
        target: lobby(),
        channel: None,
    }
}

async fn join(client: &Client, recent: u16) {
    let joined = client.join_chatroom(lobby(), recent);
    within("join", joined).await.unwrap();
}

/// Somebody says something in the room.
fn say(cloud: &Sandbox, from: &str, words: &str) {
    let to = Target::Chatroom(lobby());
    let draft = Draft::new(user(from), to, "RC:TxtMsg", &text(words));
    cloud.publish_draft(draft, SenderCopy::Excluded);
}

/// The words of the next message of a room.
async fn heard(app: &mut App) -> String {
    words(app.sees("what is said", transient).await.body.as_str())
}

fn is_in(cloud: &Sandbox, name: &str) -> bool {
    cloud.with_app(|app| app.is_in_chatroom(&lobby(), &user(name)))
}

fn chatroom(event: &Event) -> Option<ChatroomChange> {
    match event {
        Event::Chatroom { room, change } if *room == lobby() => Some(*change),
        _ => None,
    }
}
