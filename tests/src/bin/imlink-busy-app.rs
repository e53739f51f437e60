//! `imlink-busy-app`: an app that writes and reads, whatever becomes of its daemon. The other half
//! is `imlink_tests::busy`.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use imlink::{
    Client, ClientMessageId, Direction, Event, Outgoing, SendState, Start, Subscription, Token,
};
use imlink_tests::busy::Said;
use imlink_tests::cloud::{with, words};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Between two messages.
const PACE: Duration = Duration::from_millis(10);

/// Reads its token from the first line of standard input. At the second line it stops writing, at
/// the third it tells what became of what it wrote.
#[derive(Parser)]
struct Arguments {
    socket: PathBuf,
    app_key: String,
    app_id: String,
    peer: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), imlink::Error> {
    let arguments = Arguments::parse();
    let mut first = String::new();
    std::io::stdin().read_line(&mut first).expect("a token");
    let token = Token::new(first.trim_end())?;
    let (orders, mut ordered) = watch::channel(0);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
            orders.send_modify(|orders| *orders += 1);
        }
    });
    let client = Client::builder(&*arguments.app_key)
        .app_id(&*arguments.app_id)
        .socket(&arguments.socket)
        .build()?;
    let mut events = client.events();
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if let Event::Attached { instance, .. } = event {
                say(&Said::Attached(instance));
            }
        }
    });

    client.init().await?;
    let mut connects = Connects::default();
    connects.connect(&client, token).await?;
    let inbox = client.subscribe_from("inbox", Start::Beginning).await?;
    say(&Said::Ready);
    let reading = tokio::spawn(read(inbox));
    let written = write(&client, &arguments, &ordered).await?;
    say(&Said::Stopped);
    if ordered.wait_for(|orders| *orders == 2).await.is_ok() {
        tell(&client, written).await?;
        say(&Said::Told);
    }
    reading.await.expect("reading does not panic")
}

/// Counts and tells every connect of this app's own code; there is no other way to one here.
#[derive(Default)]
struct Connects(u32);

impl Connects {
    async fn connect(&mut self, client: &Client, token: Token) -> Result<(), imlink::Error> {
        self.0 += 1;
        say(&Said::Connects(self.0));
        client.connect(token).await.map(drop)
    }
}

async fn read(mut inbox: Subscription) -> Result<(), imlink::Error> {
    while let Some(delivery) = inbox.next().await {
        let delivery = delivery?;
        delivery.acknowledge();
        if !delivery.redelivered() {
            let message = delivery.message();
            say(&Said::Message {
                words: words(message.body.as_str()),
                own: message.direction == Direction::Sent,
            });
        }
    }
    Ok(())
}

/// Writes until stopped, each message until it is taken, and waits for what becomes of each.
async fn write(
    client: &Client,
    arguments: &Arguments,
    ordered: &watch::Receiver<u32>,
) -> Result<Vec<(String, ClientMessageId)>, imlink::Error> {
    let mut written = Vec::new();
    let mut outcomes = JoinSet::new();
    for number in 0.. {
        if *ordered.borrow() > 0 {
            break;
        }
        let words = format!("{}-{number}", arguments.app_id);
        let message = Outgoing::text(with(&arguments.peer), &words);
        let receipt = loop {
            match client.send(message.clone()).await {
                Ok(receipt) => break receipt,
                // It is the same message however often it is handed over.
                Err(error) if error.is_retryable() => tokio::time::sleep(PACE).await,
                Err(error) => return Err(error),
            }
        };
        say(&Said::Accepted(words.clone()));
        written.push((words, message.client_id().clone()));
        outcomes.spawn(async move { receipt.outcome().await });
        tokio::time::sleep(PACE).await;
    }
    for outcome in outcomes.join_all().await {
        outcome?;
    }
    Ok(written)
}

async fn tell(
    client: &Client,
    written: Vec<(String, ClientMessageId)>,
) -> Result<(), imlink::Error> {
    for (words, id) in written {
        let sent = match client.send_state(id).await? {
            Some(SendState::Sent { .. }) => true,
            Some(SendState::InDoubt) => false,
            state => panic!("{words}: {state:?}"),
        };
        say(&Said::Fate { words, sent });
    }
    Ok(())
}

fn say(said: &Said) {
    let line = serde_json::to_string(said).expect("it has a form in JSON");
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("somebody listens");
}
