//! What apps note of stored messages, through the whole system.

use imlink::{Annotation, Code, Event, MAX_LOCAL_EXTRA_BYTES, ReceivedStatus, Seq};
use imlink_tests::cloud::write;
use imlink_tests::{App, Setup, cloud, next_words};

use crate::IMLINK;

// issue 4: received status and local extra
#[tokio::test]
async fn what_one_app_notes_of_a_message_the_others_see_and_it_stays() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut other = App::connected(&setup, &cloud, "other", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "hello");
    assert_eq!(next_words(&mut inbox).await, "hello");

    let note = Annotation::new()
        .set(ReceivedStatus::LISTENED)
        .extra("scale=2");
    app.client.annotate(Seq(1), note).await.unwrap();
    let changed = |event: &Event| match event {
        Event::Changed(message) => Some((**message).clone()),
        _ => None,
    };
    let seen = other.sees("a message that changed", changed).await;
    // The other app adds a bit without knowing what the first one noted.
    let note = Annotation::new().set(ReceivedStatus::DOWNLOADED);
    other.client.annotate(Seq(1), note).await.unwrap();

    assert_eq!(seen.received, ReceivedStatus::LISTENED);
    assert_eq!(seen.local_extra.as_deref(), Some("scale=2"));
    let both = ReceivedStatus::LISTENED.with(ReceivedStatus::DOWNLOADED);
    daemon.kill();
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "third", "lei").await;
    let stored = app.client.message(Seq(1)).await.unwrap().unwrap();
    assert_eq!(stored.received, both);
    assert_eq!(stored.local_extra.as_deref(), Some("scale=2"));
    let talk = app.client.conversation(stored.conversation.clone()).await;
    let talk = talk.unwrap().unwrap();
    assert_eq!((talk.unread, talk.has_read(&stored)), (1, false));

    app.client
        .mark_read(stored.conversation.clone(), stored.sent_at)
        .await
        .unwrap();
    let talk = app.client.conversation(stored.conversation.clone()).await;
    assert!(talk.unwrap().unwrap().has_read(&stored));
}

// issue 4: each refuses bad input with its documented code
#[tokio::test]
async fn a_note_that_cannot_be_made_says_why() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "hello");
    next_words(&mut inbox).await;

    let nowhere = app.client.annotate(Seq(9), Annotation::new().extra("x"));
    assert_eq!(
        nowhere.await.unwrap_err().code(),
        Code::RC_DB_DATA_NOT_FOUND
    );
    let long = Annotation::new().extra("x".repeat(MAX_LOCAL_EXTRA_BYTES + 1));
    let long = app.client.annotate(Seq(1), long).await;
    assert_eq!(long.unwrap_err().code(), Code::LOCAL_BAD_REQUEST);
}
