//! The actor around rows that turn out to be damaged.

use std::time::Duration;

use bytes::Bytes;
use imlink_model::uplink::{Cursor, Record};
use imlink_model::{
    Body, Conversation, Direction, Flags, IncomingMessage, MessageUid, Millis, ObjectName, Seq,
    UserId,
};
use tokio::sync::mpsc;

use super::*;
use crate::vital;

/// More than an opening reads of messages, so that it does not come upon the first one.
const MESSAGES: u64 = 2_500;

/// How long anything may take here.
const DEADLINE: Duration = Duration::from_secs(20);

// F-D07: pulled again if incoming
#[actix::test]
async fn an_account_is_read_again_once_for_a_message_that_turns_out_to_be_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let rows = directory.path().join("rows");
    let (mut store, _) = Store::open(&rows, &me()).unwrap();
    store.commit(vec![incoming()], Millis(1)).unwrap();
    store.spoil(Seq(1));
    drop(store);
    let (finds, mut found) = mpsc::unbounded_channel();
    let (vitals, _ends) = vital::vitals();
    let actor = StoreActor::new(rows, &Ear(finds).start(), vitals.of("store")).start();
    let open = Open {
        user: me(),
        unreadable: Unreadable::Refuse,
    };
    let opened = actor.send(open).await.unwrap().unwrap();
    assert_eq!(
        opened.restored.cursor,
        cursor(),
        "the opening is not upon it"
    );
    assert_eq!(next(&mut found).await, (0, false));

    for _ in 0..2 {
        let read = actor.send(Fetch(Read::Place(Seq(1)))).await.unwrap();
        assert_eq!(read.unwrap_err(), Code::RC_DB_CORRUPT);
    }

    assert_eq!(next(&mut found).await, (1, true));
    actor.send(crate::messages::Stop).await.unwrap();
    assert!(found.try_recv().is_err(), "once");
}

async fn next(found: &mut mpsc::UnboundedReceiver<(usize, bool)>) -> (usize, bool) {
    let next = tokio::time::timeout(DEADLINE, found.recv()).await;
    next.expect("it is told in time").expect("somebody tells")
}

/// Hears how many rows are damaged, and whether the account is to be read again.
struct Ear(mpsc::UnboundedSender<(usize, bool)>);

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<AnomaliesFound> for Ear {
    type Result = ();

    fn handle(&mut self, found: AnomaliesFound, _: &mut Self::Context) {
        let told = (found.anomalies.damaged_rows, found.reads_again);
        self.0.send(told).unwrap();
    }
}

impl Handler<Progressed> for Ear {
    type Result = ();

    fn handle(&mut self, _: Progressed, _: &mut Self::Context) {}
}

impl Handler<WritableTurned> for Ear {
    type Result = ();

    fn handle(&mut self, _: WritableTurned, _: &mut Self::Context) {}
}

impl Handler<ReadingFailed> for Ear {
    type Result = ();

    fn handle(&mut self, failed: ReadingFailed, _: &mut Self::Context) {
        panic!("the rows were closed: {failed:?}");
    }
}

fn me() -> UserId {
    UserId::new("me").unwrap()
}

fn cursor() -> Cursor {
    Cursor(Bytes::from_static(b"read"))
}

fn incoming() -> Change {
    let sender = UserId::new("han").unwrap();
    let message = |n| IncomingMessage {
        uid: Some(MessageUid::new(format!("uid-{n}")).unwrap()),
        conversation: Conversation::private(sender.clone()),
        direction: Direction::Received,
        sender: sender.clone(),
        object_name: ObjectName::text(),
        body: Body::new("{}"),
        sent_at: Millis(1),
        flags: Flags {
            persisted: true,
            ..Flags::default()
        },
        wire_ref: None,
        expansion: None,
        offline: true,
        retrieved: false,
    };
    Change::Record(Record::Incoming {
        messages: (0..MESSAGES).map(message).collect(),
        recalls: Vec::new(),
        unreadable: 0,
        cursor: cursor(),
    })
}
