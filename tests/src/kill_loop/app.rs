//! The apps of the loop: some read, some write, none gives up.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use imlink::{Client, Outgoing, Start, Subscription};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ledger::Ledger;
use crate::cloud::with;

/// Between two messages of a writer: time for the others of this thread.
const PACE: Duration = Duration::from_millis(2);

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
        let uid = message.uid.as_ref().expect("stored messages have a uid");
        ledger.borrow_mut().shown(reader, uid, message.seq);
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
