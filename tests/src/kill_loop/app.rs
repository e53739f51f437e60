//! The apps of the loop: some read, some write, none gives up.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use imlink::{Client, Direction, Event, Events, Message, Outgoing, Seq, Start, Subscription};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ledger::{Ledger, Placed};
use crate::cloud::with;

/// Between two messages of a writer: time for the others of this thread.
const PACE: Duration = Duration::from_millis(2);

/// Rows asked for at once.
const PAGE: u16 = 200;

/// Reads everything, and acknowledges every `each`th message, so that the daemon has places of
/// different age to keep.
pub(super) async fn read(client: Client, reader: usize, each: u64, ledger: Rc<RefCell<Ledger>>) {
    let subscription = loop {
        match client.subscribe_from("loop", Start::Beginning).await {
            Ok(subscription) => break subscription,
            Err(error) => assert!(error.is_retryable(), "subscribe: {error}"),
        }
    };
    take_all(subscription, reader, each, &ledger).await;
}

async fn take_all(
    mut subscription: Subscription,
    reader: usize,
    each: u64,
    ledger: &Rc<RefCell<Ledger>>,
) {
    let mut taken = 0;
    while let Some(delivery) = subscription.next().await {
        let delivery = delivery.expect("the subscription goes on");
        let message = delivery.message();
        ledger.borrow_mut().shown(reader, placed(message));
        taken += 1;
        if taken % each != 0 && delivery.left() > 0 {
            continue;
        }
        let (seq, acknowledged) = (message.seq, delivery.acknowledge());
        let ledger = Rc::clone(ledger);
        tokio::task::spawn_local(async move {
            // A daemon that dies first leaves it open: the message comes again.
            if acknowledged.await.is_ok() {
                ledger.borrow_mut().confirmed(reader, seq);
            }
        });
    }
}

/// Notes what an app is told of messages that are gone.
pub(super) async fn listen(mut events: Events, reader: usize, ledger: Rc<RefCell<Ledger>>) {
    while let Some(event) = events.next().await {
        if matches!(event, Event::Gap(_)) {
            ledger.borrow_mut().gap(reader);
        }
    }
}

/// Everything the daemon keeps, in its order.
///
/// # Errors
/// If the daemon cannot be asked at the moment.
pub(super) async fn rows(client: &Client) -> Result<Vec<Placed>, imlink::Error> {
    let (mut rows, mut after) = (Vec::new(), Seq(0));
    loop {
        let page = client.timeline(after, PAGE).await?;
        after = page.entries.last().map_or(after, |last| last.seq);
        // What is on its way out has no uid yet.
        let stored = page.entries.iter().filter(|message| message.uid.is_some());
        rows.extend(stored.map(placed));
        if !page.more {
            return Ok(rows);
        }
    }
}

fn placed(message: &Message) -> Placed {
    Placed {
        uid: message.uid.clone().expect("stored messages have a uid"),
        seq: message.seq,
        own: message.direction == Direction::Sent,
    }
}

/// Writes to the peer until told to stop, each message until it is accepted.
pub(super) fn write(
    client: Client,
    name: String,
    peer: String,
    running: watch::Receiver<bool>,
    ledger: Rc<RefCell<Ledger>>,
) -> JoinHandle<()> {
    tokio::task::spawn_local(async move {
        let mut number = 0;
        while *running.borrow() {
            let words = format!("{name}-{number}");
            let message = Outgoing::text(with(&peer), &words);
            // Submitting it again is the same message.
            while let Err(error) = client.send(message.clone()).await {
                assert!(error.is_retryable(), "send: {error}");
                tokio::time::sleep(PACE).await;
            }
            ledger
                .borrow_mut()
                .accepted(message.client_id().clone(), words);
            number += 1;
            tokio::time::sleep(PACE).await;
        }
    })
}
