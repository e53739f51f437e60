//! A store over the engine in memory, by its public face.

mod chain;
mod damage;
mod edits;
mod export;
mod incoming;
mod model;
mod outbox;
mod paging;
mod pending;
mod reading;
mod recalls;
mod search;
mod signals;
mod subscriptions;
mod talks;
mod weight;

use bytes::Bytes;
use imlink_model::uplink::{Cursor, Record, SendOutcome};
use imlink_model::{
    AppId, Body, ClientMessageId, Conversation, Direction, Flags, IncomingMessage, LocalApp,
    Message, MessageUid, Millis, ObjectName, OutboxId, OutgoingMessage, Recall, ReceivedStatus,
    SendOptions, Seq, SubscriptionName, Trace, UserId,
};

use super::Store;
use crate::engine::memory::{Memory, Trouble};
use crate::{Applied, Change, OutboxState, Submission, SubscriptionKey};

/// More than any test writes.
const ALL: usize = usize::MAX;

/// A store and the rows below it, which outlive it.
struct House {
    rows: Memory,
    store: Store,
}

impl House {
    fn new() -> Self {
        let rows = Memory::default();
        let store = Store::over(rows.clone(), &user("me"));
        Self { rows, store }
    }

    /// The next run of the daemon.
    fn reopen(&mut self) {
        let limits = self.store.limits;
        self.store = Store::over(self.rows.clone(), &user("me")).with_limits(limits);
    }

    fn commit(&mut self, changes: Vec<Change>) -> Vec<Applied> {
        self.store.commit(changes, Millis(5_000)).unwrap()
    }

    fn apply(&mut self, change: Change) -> Applied {
        self.commit(vec![change]).remove(0)
    }

    /// Stores messages and returns those that were new.
    fn receive(&mut self, messages: Vec<IncomingMessage>) -> Vec<Message> {
        match self.apply(incoming(messages, "")) {
            Applied::Stored { new, .. } => new,
            other => panic!("not stored: {other:?}"),
        }
    }

    fn submit(&mut self, client_id: &str) -> OutgoingMessage {
        match self.apply(Change::Submit(submission(client_id))) {
            Applied::Accepted { outgoing, .. } => outgoing,
            other => panic!("not accepted: {other:?}"),
        }
    }

    fn outcome(&mut self, id: OutboxId, outcome: SendOutcome) -> Applied {
        self.apply(settle(id, outcome))
    }

    fn state(&self, client_id: &str) -> Option<OutboxState> {
        let found = self.store.outgoing(&app(), &client(client_id)).unwrap();
        found.map(|(_, state)| state)
    }

    fn messages(&self) -> Vec<Message> {
        self.store.messages_after(Seq(0), ALL, ALL).unwrap()
    }
}

/// A house with that many messages of one conversation.
fn messages(count: u64) -> House {
    let mut house = House::new();
    let uids = (1..=count).map(|n| format!("u-{n}"));
    let messages = uids.map(|uid| received(&uid, "alice", &uid));
    house.receive(messages.collect());
    house
}

fn incoming(messages: Vec<IncomingMessage>, cursor: &'static str) -> Change {
    let cursor = Cursor(Bytes::from_static(cursor.as_bytes()));
    Change::Record(Record::Incoming {
        messages,
        recalls: Vec::new(),
        unreadable: 0,
        cursor,
    })
}

fn settle(id: OutboxId, outcome: SendOutcome) -> Change {
    Change::Record(Record::Outcome { id, outcome })
}

/// A text somebody wrote in the conversation with `peer`.
fn received(uid: &str, peer: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        uid: Some(message_uid(uid)),
        conversation: with(peer),
        direction: Direction::Received,
        sender: user(peer),
        object_name: ObjectName::text(),
        body: Body::new(body),
        sent_at: Millis(1_000),
        flags: Flags {
            persisted: true,
            counted: true,
            ..Flags::default()
        },
        wire_ref: None,
        expansion: None,
        offline: false,
        retrieved: false,
    }
}

/// A text the user wrote on another device.
fn echoed(uid: &str, peer: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        direction: Direction::Sent,
        sender: user("me"),
        ..received(uid, peer, body)
    }
}

/// A recall by the peer, in the conversation with it.
fn recall(uid: &str, peer: &str, trace: Trace) -> Recall {
    Recall {
        uid: message_uid(uid),
        conversation: with(peer),
        by: user(peer),
        at: Millis(3_000),
        by_admin: false,
        trace,
    }
}

/// The body of what such a recall leaves of a text of that time.
fn notice(peer: &str, sent_at: i64) -> String {
    format!(r#"{{"operatorId":"{peer}","recallTime":{sent_at},"originalObjectName":"RC:TxtMsg","#)
        + r#""recallActionTime":3000,"admin":false,"delete":false}"#
}

fn submission(client_id: &str) -> Submission {
    Submission {
        app: app(),
        client_id: client(client_id),
        conversation: with("alice"),
        object_name: ObjectName::text(),
        body: Body::new("hello"),
        options: SendOptions::default(),
    }
}

fn sent(uid: &str) -> SendOutcome {
    SendOutcome::Sent {
        uid: message_uid(uid),
        at: Millis(2_000),
    }
}

fn subscription(name: &str) -> SubscriptionKey {
    SubscriptionKey {
        uid: 1000,
        app: app().id,
        name: SubscriptionName::new(name).unwrap(),
    }
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn with(peer: &str) -> Conversation {
    Conversation::private(user(peer))
}

fn message_uid(uid: &str) -> MessageUid {
    MessageUid::new(uid).unwrap()
}

fn app() -> LocalApp {
    AppId::new("notes").unwrap().into()
}

fn client(id: &str) -> ClientMessageId {
    ClientMessageId::new(id).unwrap()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq.0).collect()
}
