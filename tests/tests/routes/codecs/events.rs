//! What apps are told without asking.

use std::fmt::Debug;
use std::time::Duration;

use imlink::{Body, Millis, ObjectName, Seq};
use imlink_ipc_proto::{Codec, ConversationSummary, Direction, Event, GapCause, Request, Response};
use imlink_tests::cloud::{text, token, user, with};
use imlink_tests::{RawApp, Setup, cloud};

use super::subscriptions::subscribed;
use super::{NAMES, both, client_id, connected, go_offline, told};
use crate::IMLINK;

/// Longer than the cloud keeps messages.
const ABSENCE: Duration = Duration::from_secs(8 * 24 * 60 * 60);

// issue 4: operations through the client crate, over IPC, in both codecs
#[test]
fn what_another_app_does_and_what_the_cloud_lost_is_told_the_same_in_both_codecs() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = both(&setup, &cloud);
    // The account is whole from here on, so that it is known what it lacks later.
    told(&mut apps[0], synchronized);
    for (app, name) in apps.iter_mut().zip(NAMES) {
        subscribed(app, name);
    }

    let lei = token(&cloud, "lei");
    let mut other = connected(&setup, Codec::Json, cloud.app_key(), &lei);
    let seq = insert(&mut other);
    done(
        &mut other,
        Request::Annotate {
            seq,
            set: 1,
            clear: 0,
            extra: Some("seen at noon".to_owned().into()),
        },
    );
    let message = told_both(&mut apps, |event| match event {
        Event::Changed { message } => Some(message),
        _ => None,
    });
    assert_eq!((message.seq, message.received), (seq, 1));
    assert!(message.local_extra.is_some());

    done(
        &mut other,
        Request::SetDraft {
            conversation: with("han").into(),
            text: Some("See you".to_owned().into()),
        },
    );
    let begun = told_both(&mut apps, conversation);
    done(
        &mut other,
        Request::MarkRead {
            conversation: with("han").into(),
            up_to: Millis(17),
        },
    );
    let read = told_both(&mut apps, conversation);
    assert_eq!((begun.unread, read.unread), (1, 0));
    assert!(begun.draft.is_some() && begun.draft == read.draft);

    done(&mut other, Request::Delete { seqs: vec![seq] });
    let seqs = told_both(&mut apps, |event| match event {
        Event::Deleted { seqs } => Some(seqs),
        _ => None,
    });
    assert_eq!(seqs, [seq]);

    go_offline(&cloud, &mut apps);
    cloud.advance_clock(ABSENCE);
    cloud.accept_connections().unwrap();
    let [gap, other] = apps.each_mut().map(gap_and_the_rest);
    assert_eq!(gap, other);
    let (first, last, lost, cause) = gap;
    assert_eq!((first, last, lost), (seq.next(), seq.next(), None));
    assert!(matches!(cause, GapCause::Expired { from, until } if from < until));
}

fn conversation(event: Event) -> Option<Box<ConversationSummary>> {
    match event {
        Event::Conversation { conversation } => Some(conversation),
        _ => None,
    }
}

fn synchronized(event: Event) -> Option<()> {
    matches!(event, Event::Synchronized {}).then_some(())
}

fn insert(app: &mut RawApp) -> Seq {
    let inserted = app.ask(Request::Insert {
        conversation: with("han").into(),
        direction: Direction::Received,
        sender: user("han"),
        object_name: ObjectName::text(),
        body: Body::new(text("hello")),
        sent_at: Millis(17),
        counted: true,
        client_id: client_id("other", "inserted"),
    });
    match inserted {
        Ok(Response::Stored { seq }) => seq,
        other => panic!("not stored: {other:?}"),
    }
}

/// What both are told in the same words.
fn told_both<T: PartialEq + Debug>(apps: &mut [RawApp; 2], wanted: fn(Event) -> Option<T>) -> T {
    let [one, other] = apps.each_mut().map(|app| told(app, wanted));
    assert_eq!(one, other);
    one
}

/// Where messages are gone, once it is also told that everything else is stored: nobody says in
/// which order.
fn gap_and_the_rest(app: &mut RawApp) -> (Seq, Seq, Option<u64>, GapCause) {
    let (mut gap, mut is_synchronized) = (None, false);
    told(app, |event| {
        match event {
            Event::Gap {
                first,
                last,
                lost,
                cause,
                ..
            } => gap = Some((first, last, lost, cause)),
            Event::Synchronized {} => is_synchronized = true,
            _ => {}
        }
        gap.filter(|_| is_synchronized)
    })
}

fn done(app: &mut RawApp, request: Request) {
    assert_eq!(app.ask(request), Ok(Response::Done {}));
}
