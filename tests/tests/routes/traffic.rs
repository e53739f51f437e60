//! Messages in both directions while daemons die.

use std::time::Duration;

use imlink::{Client, Direction, Outgoing, SendState, Start, Subscription};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{mailbox, with, words, write};
use imlink_tests::{App, Daemon, Setup, cloud, soon, within};
use rustix::process::Signal;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::IMLINK;

// F-I27, F-D10, F-I17; issue 2: nothing lost, nothing doubled
#[tokio::test]
async fn ten_deaths_under_traffic_lose_and_double_nothing() {
    ends_under_traffic(10, Daemon::kill).await;
}

// F-I29, F-D10
#[tokio::test]
async fn ten_orderly_ends_under_traffic_lose_and_double_nothing() {
    let end = |mut daemon: Daemon| {
        daemon.signal(Signal::TERM);
        assert_eq!(daemon.ended().code(), Some(0));
    };
    ends_under_traffic(10, end).await;
}

async fn ends_under_traffic(ends: usize, end: impl Fn(Daemon)) {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let start = app.client.subscribe_from("inbox", Start::Beginning);
    let inbox = within("subscribe", start).await.unwrap();
    let traffic = Traffic::start(&app.client, &cloud);
    let reader = tokio::spawn(read_until_the_end(inbox));

    for _ in 0..ends {
        // Never before the traffic got through the daemon that is about to die.
        let (sent, got) = (traffic.sent(), mailbox(&cloud, "han").len());
        soon("traffic", || {
            (traffic.sent() > sent + 2 && mailbox(&cloud, "han").len() > got).then_some(())
        })
        .await;
        end(daemon);
        daemon = setup.start();
    }
    let (outgoing, incoming) = traffic.stop().await;
    for message in &outgoing {
        soon_settled(&app.client, message).await;
    }
    // The pull that brings this one brings every echo before it.
    write(&cloud, "han", "lei", THE_END);

    let (received, own) = within("everything that was written", reader).await.unwrap();
    assert_eq!(received, incoming);
    let arrived = mailbox(&cloud, "han");
    assert_eq!(
        own, arrived,
        "the timeline has each message that was sent, once"
    );
    for (number, message) in outgoing.iter().enumerate() {
        let words = number.to_string();
        let copies = arrived.iter().filter(|other| **other == words).count();
        match soon_settled(&app.client, message).await {
            // In the cloud, once.
            SendState::Sent { .. } => assert_eq!(copies, 1, "{words}"),
            // Its bytes were on their way when the daemon died. Had they arrived, its echo would
            // have said so.
            SendState::InDoubt => assert_eq!(copies, 0, "{words}"),
            state => panic!("{words}: {state:?}"),
        }
    }
    let numbers: Vec<u32> = arrived.iter().map(|words| words.parse().unwrap()).collect();
    assert!(
        numbers.is_sorted(),
        "in the order of their sending: {numbers:?}"
    );
    drop(daemon);
}

const THE_END: &str = "the end";

/// Messages in both directions, until stopped.
struct Traffic {
    stop: watch::Sender<bool>,
    sent: watch::Receiver<usize>,
    outgoing: JoinHandle<Vec<Outgoing>>,
    incoming: JoinHandle<Vec<String>>,
}

impl Traffic {
    fn start(client: &Client, cloud: &Sandbox) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (count, sent) = watch::channel(0);
        let (client, writer) = (client.clone(), cloud.clone());
        let until = stopped.clone();
        let outgoing = tokio::spawn(async move {
            let mut all = Vec::new();
            while !*until.borrow() {
                let message = Outgoing::text(with("han"), &all.len().to_string());
                send_surely(&client, &message).await;
                all.push(message);
                count.send_replace(all.len());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            all
        });
        let incoming = tokio::spawn(async move {
            let mut all = Vec::new();
            while !*stopped.borrow() {
                let words = all.len().to_string();
                write(&writer, "han", "lei", &words);
                all.push(words);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            all
        });
        Self {
            stop,
            sent,
            outgoing,
            incoming,
        }
    }

    fn sent(&self) -> usize {
        *self.sent.borrow()
    }

    async fn stop(self) -> (Vec<Outgoing>, Vec<String>) {
        self.stop.send_replace(true);
        let outgoing = within("the sender stops", self.outgoing).await;
        let incoming = within("the writer stops", self.incoming).await;
        (outgoing.unwrap(), incoming.unwrap())
    }
}

/// Sends a message as an app does that was told "safe to repeat".
async fn send_surely(client: &Client, message: &Outgoing) {
    while let Err(error) = client.send(message.clone()).await {
        // Between attaching and connecting again: 30001; else -2.
        assert!(error.is_retryable(), "{error}");
    }
}

/// Reads and acknowledges everything: what was received, and what was sent. What comes again says
/// so, and is left out.
async fn read_until_the_end(mut inbox: Subscription) -> (Vec<String>, Vec<String>) {
    let (mut received, mut sent) = (Vec::new(), Vec::new());
    let mut last = None;
    while let Some(delivery) = inbox.next().await {
        let delivery = delivery.unwrap();
        delivery.acknowledge();
        if delivery.redelivered() {
            continue;
        }
        let message = delivery.message();
        assert!(last < Some(message.seq), "{last:?}, then {}", message.seq);
        last = Some(message.seq);
        let words = words(message.body.as_str());
        match message.direction {
            Direction::Received if words == THE_END => return (received, sent),
            Direction::Received => received.push(words),
            Direction::Sent => sent.push(words),
        }
    }
    panic!("the subscription ended");
}

/// What is known of a message once it has been sent, or given up.
async fn soon_settled(client: &Client, message: &Outgoing) -> SendState {
    let settled = async {
        loop {
            let id = message.client_id().clone();
            match client.send_state(id).await {
                Ok(Some(SendState::Queued | SendState::Sending)) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Ok(Some(state)) => return state,
                Ok(None) => panic!("an accepted message is gone"),
                // Asked of the daemon that has just died.
                Err(error) => assert!(error.is_retryable(), "{error}"),
            }
        }
    };
    within("its fate", settled).await
}
