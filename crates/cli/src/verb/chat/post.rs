//! The way of own messages to the daemon: one after another, each until it is taken.

use std::time::Duration;

use imlink::{Client, ClientMessageId, Code, Error, Outcome, Outgoing, SendReceipt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Between two attempts to hand a message over.
const PAUSE: Duration = Duration::from_millis(250);

/// What became of a message, by its id.
pub type Ended = (ClientMessageId, Result<Outcome, Error>);

/// Takes messages, and tells what became of each. What it has not handed over when it is dropped
/// is not sent.
#[derive(Debug)]
pub struct Post {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    ended: mpsc::UnboundedReceiver<Ended>,
    /// Ends with this.
    _sender: JoinSet<()>,
}

impl Post {
    /// Sends through this client.
    pub fn new(client: Client) -> Self {
        let (outgoing, waiting) = mpsc::unbounded_channel();
        let (told, ended) = mpsc::unbounded_channel();
        let mut sender = JoinSet::new();
        sender.spawn(send(client, waiting, told));
        Self {
            outgoing,
            ended,
            _sender: sender,
        }
    }

    /// Sends a message behind the ones before it. How many may be under way is the caller's to
    /// bound.
    pub fn send(&self, message: Outgoing) {
        // The other end lives as long as this.
        let _ = self.outgoing.send(message);
    }

    /// What became of one of them; waits for ever while there is none.
    pub async fn ended(&mut self) -> Ended {
        match self.ended.recv().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }
}

async fn send(
    client: Client,
    mut waiting: mpsc::UnboundedReceiver<Outgoing>,
    told: mpsc::UnboundedSender<Ended>,
) {
    let mut outcomes = JoinSet::new();
    while let Some(message) = waiting.recv().await {
        while outcomes.try_join_next().is_some() {}
        let id = message.client_id().clone();
        let told = told.clone();
        // Nobody wants to know any more when the talk ends.
        match accepted(&client, message).await {
            Ok(receipt) => {
                outcomes.spawn(async move {
                    let _ = told.send((id, receipt.outcome().await));
                });
            }
            Err(error) => {
                let _ = told.send((id, Err(error)));
            }
        }
    }
}

/// Hands a message over as often as it takes: its own id makes it one message.
async fn accepted(client: &Client, message: Outgoing) -> Result<SendReceipt, Error> {
    loop {
        match client.send(message.clone()).await {
            Err(error) if passes(error.code()) => tokio::time::sleep(PAUSE).await,
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
