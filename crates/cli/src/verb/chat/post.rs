//! The way of own messages to the daemon: one after another, each until it is taken.

use std::time::Duration;

use imlink::{Client, ClientMessageId, Code, Error, Outcome, Outgoing, SendReceipt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Between two attempts to hand a message over.
const PAUSE: Duration = Duration::from_millis(250);

/// What is known of a message.
#[derive(Debug)]
pub enum News {
    /// The daemon has it, or may have it: it went before it answered.
    Handed,
    /// What became of it.
    Ended(Result<Outcome, Error>),
}

/// Takes messages, and tells of each when it is handed over and what became of it. What it has not
/// handed over when it is dropped is not sent.
#[derive(Debug)]
pub struct Post {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    news: mpsc::UnboundedReceiver<(ClientMessageId, News)>,
    /// Ends with this.
    _sender: JoinSet<()>,
}

impl Post {
    /// Sends through this client.
    pub fn new(client: Client) -> Self {
        let (outgoing, waiting) = mpsc::unbounded_channel();
        let (told, news) = mpsc::unbounded_channel();
        let mut sender = JoinSet::new();
        sender.spawn(send(client, waiting, told));
        Self {
            outgoing,
            news,
            _sender: sender,
        }
    }

    /// Sends a message behind the ones before it. How many may be under way is the caller's to
    /// bound.
    pub fn send(&self, message: Outgoing) {
        // The other end lives as long as this.
        let _ = self.outgoing.send(message);
    }

    /// News of one of them; waits for ever while there is none.
    pub async fn news(&mut self) -> (ClientMessageId, News) {
        match self.news.recv().await {
            Some(news) => news,
            None => std::future::pending().await,
        }
    }
}

async fn send(
    client: Client,
    mut waiting: mpsc::UnboundedReceiver<Outgoing>,
    told: mpsc::UnboundedSender<(ClientMessageId, News)>,
) {
    let mut outcomes = JoinSet::new();
    while let Some(message) = waiting.recv().await {
        while outcomes.try_join_next().is_some() {}
        let id = message.client_id().clone();
        let told = told.clone();
        let handed = || {
            // Nobody wants to know any more when the talk ends.
            let _ = told.send((id.clone(), News::Handed));
        };
        match accepted(&client, message, &handed).await {
            Ok(receipt) => {
                handed();
                outcomes.spawn(async move {
                    let outcome = receipt.outcome().await;
                    let _ = told.send((id, News::Ended(outcome)));
                });
            }
            Err(error) => {
                let _ = told.send((id, News::Ended(Err(error))));
            }
        }
    }
}

/// Hands a message over as often as it takes: its own id makes it one message. Says so if the daemon
/// may have it all the same.
async fn accepted(
    client: &Client,
    message: Outgoing,
    may_have: &impl Fn(),
) -> Result<SendReceipt, Error> {
    loop {
        match client.send(message.clone()).await {
            Err(error) if passes(error.code()) => {
                if is_unanswered(error.code()) {
                    may_have();
                }
                tokio::time::sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}

/// The daemon is being replaced, or has as much to send as it can keep.
fn passes(code: Code) -> bool {
    matches!(
        code,
        Code::IPC_DISCONNECT
            | Code::LOCAL_TIMEOUT
            | Code::LOCAL_NO_ACCOUNT
            | Code::LOCAL_QUOTA
            | Code::RC_NET_CHANNEL_INVALID
    )
}

/// Whether it is unknown what the daemon did.
fn is_unanswered(code: Code) -> bool {
    matches!(code, Code::IPC_DISCONNECT | Code::LOCAL_TIMEOUT)
}
